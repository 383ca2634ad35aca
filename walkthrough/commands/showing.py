"""`show` and `why`: every step of a case, and where a number comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from walkthrough.commands.printing import blocks_in, format_of, loaded, printing, replayed, write

if TYPE_CHECKING:
    from walkthrough.page.narration import Narration


@click.command()
@click.argument("case")
@click.argument("parts", nargs=-1, metavar="[CELL|LAYER|STAGE]...")
@click.option("--steps", "count", type=click.IntRange(1), default=1, help="So many updates in a row.")
@click.option("--fold-zeros", is_flag=True, help="Leave out products with 0.")
@click.option("--arithmetic", help='Instead of the case\'s own: exact, float, "4 decimals" or symbolic.')
@printing("text", "json", "markdown", "latex", "html", "notebook", "pytorch")
def show(
    case: str, parts: tuple[str, ...], count: int, fold_zeros: bool, arithmetic: str | None, **how: Any
) -> None:
    """Every step of CASE, or those asked for, and the verification at the end."""
    from walkthrough.page.narration import Narration
    from walkthrough.trace.steps import Steps

    opened = loaded(case, arithmetic)
    trace = replayed(opened, parts, count)
    symbolic = arithmetic == "symbolic"
    if opened.arithmetic.kind == "float" and not parts:
        trace.refuse_infinite()  # before half a page is printed
    narration = Narration(Steps(trace), how["digits"], fold_zeros, symbolic)
    agreed: list[bool] = []
    if format_of(how) == "notebook" and (arithmetic or count > 1):
        raise click.UsageError("--format notebook takes the case as it stands, in its own arithmetic")
    if format_of(how) in ("notebook", "pytorch"):
        pieces = _program(narration, parts, fold_zeros, case, how)
    elif format_of(how) == "json":
        pieces = _show_json(narration, parts, agreed)
    else:
        whole = format_of(how) == "html" and not parts and not symbolic
        brief = format_of(how) in ("html", "latex") and not parts
        pieces = blocks_in(_show_blocks(narration, parts, agreed, brief, whole), how)
    write(pieces, how, opened)
    if not all(agreed):
        sys.exit(1)


def _program(
    narration: Narration, parts: tuple[str, ...], fold_zeros: bool, name: str, how: dict[str, Any]
) -> Iterator[str]:
    """The case as a program: a notebook, or a script for PyTorch."""
    kind = format_of(how)
    if parts or fold_zeros or narration.symbolic:
        raise click.UsageError(f"--format {kind} is of a whole case and its numbers")
    trace = narration.steps.trace
    if kind == "notebook":
        from walkthrough.formats.notebook import NotebookFormat
        from walkthrough.scripts.notebook_cells import notebook_cells

        known = (
            trace.case.name
            if trace.case.path is None or not Path(name).exists()
            else str(Path(name).resolve())
        )
        return NotebookFormat().render(notebook_cells(trace, known))
    from walkthrough.formats.pytorch import PytorchFormat
    from walkthrough.scripts.torch_script import CannotSay, TorchScript

    try:
        return PytorchFormat().render(list(TorchScript(trace).blocks()))
    except CannotSay as problem:
        raise click.UsageError(str(problem)) from None


def _show_blocks(
    narration: Narration, parts: tuple[str, ...], agreed: list[bool], brief: bool, calculating: bool
) -> Iterator[Any]:
    """The page; of a large case a `brief` one omits lines, a `calculating` one ends with equations."""
    from walkthrough.page.page import Page
    from walkthrough.page.selection import selected, tensors

    large = False
    if brief:
        from walkthrough.page.equations import is_large

        large = is_large(narration)
    page = Page(narration, omitting=large)
    if not parts:
        yield from page.blocks()
    else:
        yield from selected(page, parts)
    names = tensors(page, parts)
    if narration.symbolic or (parts and not names):
        return
    from walkthrough.page.verification_table import closing
    from walkthrough.trace.verification import Verification

    several = [Verification(trace) for trace in narration.steps.trace.steps]
    only = (lambda name: name in names) if parts else (lambda name: True)
    checks = [check for verification in several for check in verification.checks(only)]
    agreed += [check.agrees for check in checks]
    if checks:
        yield from closing(several[-1], checks)
    if calculating:
        from walkthrough.page.equations import equations

        yield equations(narration, opened=large)


def _show_json(narration: Narration, parts: tuple[str, ...], agreed: list[bool]) -> Iterator[str]:
    from walkthrough.page.page import Page
    from walkthrough.page.records import Records
    from walkthrough.page.selection import chosen, tensors

    page, steps = Page(narration), narration.steps
    # everything that can be wrong with what was asked is found before the first piece is written
    wanted = list(chosen(page, parts))
    names = tensors(page, parts)

    def checks() -> Iterator[Any]:
        if parts and not names:
            return
        from walkthrough.trace.verification import Verification

        for trace in steps.trace.steps:
            for check in Verification(trace).checks((lambda n: n in names) if parts else lambda n: True):
                agreed.append(check.agrees)
                yield check

    yield from Records(narration).document(checks(), wanted if parts else None)


@click.command()
@click.argument("case")
@click.argument("cell")
@click.option("--arithmetic", help='Instead of the case\'s own: exact, float or "4 decimals".')
@click.option("--depth", type=click.IntRange(0, 1000), help="How many numbers to go back.  [default: 3]")
@click.option("--routes", type=click.IntRange(1, 1_000_000), help="Routes of each number.  [default: 12]")
@click.option("--all", "everything", is_flag=True, help="Everything, back to the inputs.")
@printing("text", "json", "markdown", "latex", "html")
def why(
    case: str,
    cell: str,
    arithmetic: str | None,
    depth: int | None,
    routes: int | None,
    everything: bool,
    **how: Any,
) -> None:
    """Where the number in CELL came from: what fits a screen or two, or back to the inputs."""
    import json

    from walkthrough.page.drawn_reasons import drawn
    from walkthrough.page.narration import Narration
    from walkthrough.page.reasons import BRIEF, DEPTH, ROUTES, Bounds, Reasons, record
    from walkthrough.trace.steps import Steps

    opened = loaded(case, arithmetic)
    bounds = BRIEF
    if everything or depth is not None or routes is not None:
        bounds = Bounds(depth, routes) if everything else Bounds(depth or DEPTH, routes or ROUTES)
    tree = Reasons(Narration(Steps(replayed(opened, (cell,))), how["digits"]), bounds).tree(cell)
    if format_of(how) == "json":
        write([json.dumps(record(tree), ensure_ascii=False, indent=1) + "\n"], how, opened)
        return
    if format_of(how) in ("html", "latex"):
        from walkthrough.page.reason_branches import reason_blocks

        write(blocks_in(reason_blocks(tree), how), how, opened)
        return
    from walkthrough.commands.output import needs_ascii, width
    from walkthrough.formats.text import ascii_only

    plain = how["plain"] or (how["file"] is None and needs_ascii())
    lines = [line + "\n" for line in drawn(tree, width(), plain)]
    if format_of(how) == "markdown":
        lines = ["```text\n", *lines, "```\n"]
    write([ascii_only(line) for line in lines] if plain else lines, how, opened)
