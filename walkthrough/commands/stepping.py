"""`step`: a case, one line of work at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from walkthrough.commands.printing import (
    arithmetic_option,
    digits_option,
    loaded,
    no_color_option,
    step_option,
)

if TYPE_CHECKING:
    from walkthrough.stepper.walk import Walk


@click.command()
@click.argument("case")
@click.argument("start", required=False, metavar="[CELL|STAGE]")
@step_option
@click.option("--fold-zeros", is_flag=True, help="Leave out products with 0.")
@arithmetic_option
@digits_option
@no_color_option
@click.option("--plain", is_flag=True, help="Plain text in ASCII, a line each; on a terminal on Enter.")
def step(
    case: str,
    start: str | None,
    step: int | None,
    fold_zeros: bool,
    arithmetic: str | None,
    digits: int,
    no_color: bool,
    plain: bool,
) -> None:
    """Go through CASE, or a worksheet, one line at a time, from CELL or STAGE on."""
    from walkthrough.commands.output import needs_ascii
    from walkthrough.stepper.opening import Beginning, is_worksheet, opened_case, opened_sheet
    from walkthrough.stepper.terminal import is_asked, is_interactive

    beginning = Beginning(start, digits, fold_zeros)
    if is_worksheet(case):
        if arithmetic is not None:
            raise click.UsageError("--arithmetic: a worksheet is marked by its case's own arithmetic")
        walk = opened_sheet(case, beginning)
    else:
        walk = opened_case(loaded(case, arithmetic, step), beginning)
    if plain or not is_interactive() or needs_ascii():
        _plain(walk, plain or needs_ascii(), is_asked())
        return
    from walkthrough.stepper.running import run

    status = run(walk, no_color)
    if status:
        sys.exit(status)


def _plain(walk: Walk, ascii_: bool, on_enter: bool) -> None:
    from walkthrough.commands.output import signs
    from walkthrough.stepper.plain import asked, said_all

    in_signs = signs(ascii_)

    def say(text: str) -> None:
        sys.stdout.write(in_signs(text) + "\n")
        if on_enter:
            sys.stdout.flush()

    if on_enter:
        asked(walk, say)
        return
    for text in said_all(walk):
        say(text)
    agreed = _verified(walk, say)
    if not agreed:
        sys.exit(1)


def _verified(walk: Walk, say: object) -> bool:
    """What the witnesses say, at the end of the whole."""
    from walkthrough.formats.text import TextFormat
    from walkthrough.page.verification_table import closing
    from walkthrough.trace.verification import Verification

    verification = Verification(walk.opened.trace)
    checks = list(verification.checks())
    blocks: Iterable[object] = closing(verification, checks)
    for piece in TextFormat(100).render(blocks):  # type: ignore[arg-type]
        for line in piece.rstrip("\n").split("\n"):
            say(line)  # type: ignore[operator]
    return all(check.agrees for check in checks)
