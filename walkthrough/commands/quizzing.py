"""`quiz`: a case, asked number by number, or a filled sheet with a mistake to be found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from walkthrough.commands.printing import arithmetic_option, digits_option, loaded, no_color_option
from walkthrough.quiz.fading import FADES

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.quiz.keeping import Kept
    from walkthrough.quiz.opening import Sitting, WantedQuiz


@click.command()
@click.argument("case")
@click.option(
    "--fade",
    type=click.Choice(FADES),
    help="What is asked: more of each kind of step as you master it; the last, or the first, numbers of each "
    "row, one more from row to row; or all of them.  [default: adaptive]",
)
@click.option("--fresh", is_flag=True, help="Other numbers of the same shape.")
@click.option("--find-the-mistake", "mistake", is_flag=True, help="A filled sheet with one slip in it.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Which other numbers, which mistake.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=True),
    help="Kept here after every answer; goes on from there if it exists.",
)
@arithmetic_option
@digits_option
@no_color_option
@click.option("--plain", is_flag=True, help="Plain text in ASCII, a line each.")
def quiz(
    case: str,
    fade: str | None,
    fresh: bool,
    mistake: bool,
    seed: int | None,
    save: Path | None,
    arithmetic: str | None,
    digits: int,
    no_color: bool,
    plain: bool,
) -> None:
    """Ask for the numbers of CASE, step by step, and mark each at once."""
    from walkthrough.commands.output import needs_ascii
    from walkthrough.quiz.opening import WantedQuiz
    from walkthrough.stepper.terminal import is_asked, is_interactive

    if case == "-":
        raise click.UsageError("the case cannot come from standard input: that is where answers come from")
    if mistake and fade is not None:
        raise click.UsageError("--fade: nothing fades where a mistake is sought")
    wanted = WantedQuiz(seed, fresh, fade, mistake, digits)  # type: ignore[arg-type]  # click has looked at fade
    begun = _sitting(loaded(case, arithmetic), wanted, save)
    if plain or not is_interactive() or needs_ascii():
        _plain(begun, plain or needs_ascii(), is_asked())
        return
    from walkthrough.quiz.running import run

    status = run(begun, no_color)
    if status:
        sys.exit(status)


def _sitting(case: Case, wanted: WantedQuiz, save: Path | None) -> Sitting:
    """The quiz, or what is wrong with it in words; a file that no quiz has written stays as it is."""
    from walkthrough.marking.fresh_cases.fresh_case import CannotDraw
    from walkthrough.quiz.hunting.planting import CannotPlant
    from walkthrough.quiz.keeping import BrokenFile
    from walkthrough.quiz.opening import sitting
    from walkthrough.words.problems import CaseError, Problem

    def write(text: str) -> None:
        from walkthrough.commands.files import write_file

        if save is not None:
            write_file([text], save, lambda: case.files)

    try:
        return sitting(case, wanted, None if save is None else _kept(save), write)
    except BrokenFile as problem:
        raise CaseError([Problem(str(save), None, "", str(problem))]) from None
    except (CannotDraw, CannotPlant) as problem:
        raise click.UsageError(str(problem)) from None


def _kept(save: Path) -> Kept | None:
    """What the file has of a quiz; None if it is not there. Raises BrokenFile."""
    from walkthrough.quiz.keeping import LARGEST, BrokenFile, read_kept

    try:
        with save.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise BrokenFile(f"cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    if len(content) > LARGEST:
        raise BrokenFile("is not a file that a quiz has saved")
    try:
        return read_kept(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BrokenFile("is not a file that a quiz has saved") from None


def _plain(begun: Sitting, ascii_: bool, on_terminal: bool) -> None:
    from walkthrough.commands.output import signs
    from walkthrough.quiz.screens.plain import dialogue
    from walkthrough.quiz.typed import typed

    in_signs = signs(ascii_)

    def say(text: str, end: str = "\n") -> None:
        sys.stdout.write(in_signs(text) + end)

    def ask(text: str) -> None:
        # who types sees the answer beside the question; who reads lines has each on its own
        say(text, " " if on_terminal else "\n")
        sys.stdout.flush()

    if begun.opening:
        say(begun.opening)
    dialogue(begun.game, say, ask, lambda: typed(sys.stdin.buffer))
