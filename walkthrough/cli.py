"""The command line: thin, and each command imports what it needs when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.narration import Narration
    from walkthrough.trace import Trace

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def printing(*formats: str) -> Callable[[Any], Any]:
    """The options that all commands share that print."""
    options = [
        click.option("--format", "format_", type=click.Choice(formats), default="text", help="The format."),
        click.option("--json", "json_", is_flag=True, help="Short for --format json."),
        click.option("-o", "file", type=click.Path(path_type=Path), help="Write to a file, or not at all."),
        click.option("--digits", type=click.IntRange(1, 1000), default=10, show_default=True,
                     help="Significant digits of numbers that do not end."),
        click.option("--no-color", is_flag=True, help="No colour."),
        click.option("--plain", is_flag=True, help="ASCII only."),
    ]  # fmt: skip

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.group(invoke_without_command=True, context_settings=_SETTINGS)
@click.version_option(package_name="walkthrough")
@click.pass_context
def commands(context: click.Context) -> None:
    """Replay the convolutional-network calculations of lecture notes, every line of them."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        click.echo("\nShipped cases:")
        _list()


@commands.command("list")
def list_() -> None:
    """The shipped cases, a line each."""
    _list()


def _list() -> None:
    from walkthrough.case import list_shipped

    shipped = list_shipped()
    widest = max((len(each.name) for each in shipped), default=0)
    for each in shipped:
        click.echo(f"  {each.name.ljust(widest)}  {each.title}")


@commands.command()
@click.argument("case")
@click.argument("parts", nargs=-1, metavar="[CELL|LAYER|STAGE]...")
@click.option("--fold-zeros", is_flag=True, help="Leave out products with 0.")
@click.option("--arithmetic", help='Instead of the case\'s own: exact, float, "4 decimals" or symbolic.')
@printing("text", "json", "markdown")
def show(case: str, parts: tuple[str, ...], fold_zeros: bool, arithmetic: str | None, **how: Any) -> None:
    """Every step of CASE, or those asked for, and the verification at the end."""
    from walkthrough.narration import Narration
    from walkthrough.steps import Steps

    loaded = _loaded(case, arithmetic)
    trace = _replayed(loaded)
    symbolic = arithmetic == "symbolic"
    narration = Narration(Steps(trace), how["digits"], fold_zeros, symbolic)
    agreed: list[bool] = []
    if _format(how) == "json":
        pieces = _show_json(narration, parts, agreed)
    else:
        pieces = _rendered(_show_blocks(narration, parts, agreed), how)
    _write(pieces, how, loaded)
    if not all(agreed):
        sys.exit(1)


def _show_blocks(narration: Narration, parts: tuple[str, ...], agreed: list[bool]) -> Iterator[Any]:
    from walkthrough.page import Page
    from walkthrough.selection import selected, tensors

    page = Page(narration)
    if not parts:
        yield from page.blocks()
    else:
        yield from selected(page, parts)
    names = tensors(page, parts)
    if narration.symbolic or (parts and not names):
        return
    from walkthrough.closing import closing
    from walkthrough.verification import Verification

    verification = Verification(narration.steps.trace)
    checks = list(verification.checks((lambda name: name in names) if parts else lambda name: True))
    agreed += [check.agrees for check in checks]
    if checks:
        yield from closing(verification, checks)


def _show_json(narration: Narration, parts: tuple[str, ...], agreed: list[bool]) -> Iterator[str]:
    from walkthrough.page import Page
    from walkthrough.records import Records
    from walkthrough.selection import cells, tensors

    page, steps = Page(narration), narration.steps
    # everything that can be wrong with what was asked is found before the first piece is written
    refs = list(cells(page, parts))
    chosen = (steps.step(ref.tensor, ref.cell) for ref in refs) if parts else steps.all()
    names = tensors(page, parts)

    def checks() -> Iterator[Any]:
        if parts and not names:
            return
        from walkthrough.verification import Verification

        for check in Verification(steps.trace).checks((lambda n: n in names) if parts else lambda n: True):
            agreed.append(check.agrees)
            yield check

    yield from Records(narration).document(chosen, checks())


@commands.command()
@click.argument("case")
@click.argument("cell")
@click.option("--arithmetic", help='Instead of the case\'s own: exact, float or "4 decimals".')
@printing("text", "json", "markdown")
def why(case: str, cell: str, arithmetic: str | None, **how: Any) -> None:
    """Where the number in CELL came from, back to the inputs."""
    import json

    from walkthrough.narration import Narration
    from walkthrough.reasons import Reasons, drawn, record
    from walkthrough.steps import Steps

    loaded = _loaded(case, arithmetic)
    tree = Reasons(Narration(Steps(_replayed(loaded)), how["digits"])).tree(cell)
    if _format(how) == "json":
        _write([json.dumps(record(tree), ensure_ascii=False, indent=1) + "\n"], how, loaded)
        return
    from walkthrough.formats.text import ascii_only
    from walkthrough.output import needs_ascii, width

    plain = how["plain"] or (how["file"] is None and needs_ascii())
    lines = [line + "\n" for line in drawn(tree, width(), plain)]
    if _format(how) == "markdown":
        lines = ["```text\n", *lines, "```\n"]
    _write([ascii_only(line) for line in lines] if plain else lines, how, loaded)


# --- what the commands share ---------------------------------------------------------------------


def _loaded(name: str, arithmetic: str | None) -> Case:
    """The case, with another arithmetic if that was asked for."""
    from dataclasses import replace

    from walkthrough.case import load
    from walkthrough.reading.heading import read_arithmetic
    from walkthrough.reading.values import Misread

    case = load(name)
    if not case.samples:
        raise click.UsageError(f"{name} is trained on other data and has no sample of its own to show")
    if arithmetic is None:
        return case
    try:
        kind = read_arithmetic("exact" if arithmetic == "symbolic" else arithmetic)
    except Misread as problem:
        raise click.UsageError(f"--arithmetic: {problem}") from None
    return replace(case, arithmetic=kind)


def _replayed(case: Case) -> Trace:
    from walkthrough.trace import replay

    return replay(case)


def _format(how: dict[str, Any]) -> str:
    return "json" if how["json_"] else str(how["format_"])


def _rendered(blocks: Iterable[Any], how: dict[str, Any]) -> Iterator[str]:
    from walkthrough.output import colourful, needs_ascii, painted, width

    plain = how["plain"] or (how["file"] is None and needs_ascii())
    if _format(how) == "markdown":
        from walkthrough.formats.markdown import MarkdownFormat

        return MarkdownFormat(plain=plain).render(blocks)
    from walkthrough.formats.text import TextFormat

    paint = painted if colourful(how["no_color"], how["file"]) else lambda style, text: text
    columns = width() if how["file"] is None else 100
    return TextFormat(columns, plain, paint).render(blocks)


def _write(pieces: Iterable[str], how: dict[str, Any], case: Case | None = None) -> None:
    from walkthrough.output import write

    read = [case.path] if case is not None and case.path is not None else []
    write(pieces, how["file"], read)


def _fail(message: str) -> NoReturn:
    from walkthrough.wording import printable

    text = "\n".join(printable(line) for line in message.splitlines())
    click.echo(f"walkthrough: {text}", err=True)
    sys.exit(2)


def main() -> NoReturn:
    """Run a command; every way it can end has its exit status."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
        sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except BrokenPipeError:
        # whoever reads has seen enough; Python would complain once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:  # a user sees a message, never a traceback
        if os.environ.get("WALKTHROUGH_TRACEBACK"):
            raise
        _fail(_said(problem))


def _said(problem: Exception) -> str:
    """The message of a problem that is the input's; of any other, what it is."""
    from walkthrough.cells import NoSuchCell
    from walkthrough.output import CannotWrite
    from walkthrough.problems import CaseError
    from walkthrough.trace import CannotReplay

    if isinstance(problem, CaseError | NoSuchCell | CannotReplay | CannotWrite):
        return str(problem)
    if isinstance(problem, OSError):
        return f"{problem.filename or 'a file'}: {problem.strerror or problem}"
    return f"this should not have happened ({type(problem).__name__}: {problem}); please report it"
