"""`show` and `why`: every step of a case, and where a number comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from walkthrough.commands.printing import (
    arithmetic_option,
    blocks_in,
    format_of,
    is_plain,
    loaded,
    of_step,
    printing,
    replayed,
    step_option,
    write,
)

if TYPE_CHECKING:
    from walkthrough.page.lines.narration import Narration
    from walkthrough.trace.trace import Trace


@click.command()
@click.argument("case")
@click.argument("parts", nargs=-1, metavar="[CELL|LAYER|STAGE]...")
@click.option("--steps", "count", type=click.IntRange(1), default=1, help="So many updates in a row.")
@step_option
@click.option("--sample", type=click.IntRange(1), help="Only this sample of a batch.")
@click.option("--fold-zeros", is_flag=True, help="Leave out products with 0.")
@click.option("--arithmetic", help='Instead of the case\'s own: exact, float, "4 decimals" or symbolic.')
@printing("text", "json", "markdown", "latex", "html", "notebook", "pytorch")
def show(
    case: str,
    parts: tuple[str, ...],
    count: int,
    step: int | None,
    sample: int | None,
    fold_zeros: bool,
    arithmetic: str | None,
    **how: Any,
) -> None:
    """Every step of CASE, or those asked for, and the verification at the end.

    CASE may be a training's file, of which --step opens a step.
    """
    from walkthrough.page.lines.narration import Narration
    from walkthrough.trace.steps.steps import Steps

    opened = loaded(case, arithmetic, step)
    if sample is not None and sample > len(opened.samples):
        raise click.UsageError(f"--sample {sample}: there are samples 1 to {len(opened.samples)}")
    trace = replayed(opened, parts, count)
    symbolic = arithmetic == "symbolic"
    if opened.arithmetic.kind == "float" and not parts:
        trace.refuse_infinite()  # before half a page is printed
    narration = Narration(Steps(trace), how["digits"], fold_zeros, symbolic)
    agreed: list[bool] = []
    if format_of(how) == "json":
        pieces = _show_json(narration, parts, agreed, sample)
    elif format_of(how) == "pytorch":
        pieces = _script(trace, bool(parts or sample or symbolic))
    else:
        whole = format_of(how) if not (parts or symbolic or sample) else ""
        blocks = _show_blocks(narration, parts, agreed, sample, whole)
        if format_of(how) == "notebook":
            from walkthrough.notebooks.cells import setup, with_code

            program = setup(opened, of_step(case, step), count, None if symbolic else arithmetic)
            blocks = with_code(blocks, trace, program, not symbolic)
        pieces = blocks_in(blocks, how)
    write(pieces, how, opened)
    if not all(agreed):
        sys.exit(1)


def _show_blocks(
    narration: Narration, parts: tuple[str, ...], agreed: list[bool], sample: int | None, whole: str
) -> Iterator[Any]:
    """The page; `whole` is the format of one that shows all of a case.

    Web pages calculate, and end with the case's equations. They, notebooks and paper leave out the lines
    of tensors that are too large for them.
    """
    from walkthrough.page.page import Page
    from walkthrough.page.selection import selected, tensors

    large = False
    if whole in ("html", "latex", "notebook"):
        from walkthrough.page.records.equations import is_large

        large = is_large(narration)
    page = Page(narration, None if sample is None else sample - 1, large)
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
    only = (lambda name: name in names) if parts or sample else (lambda name: True)
    checks = [check for verification in several for check in verification.checks(only)]
    agreed += [check.agrees for check in checks]
    if checks:
        yield from closing(several[-1], checks)
    if whole == "html":
        from walkthrough.page.records.equations import equations

        yield equations(narration, opened=large)


def _script(trace: Trace, narrowed: bool) -> Iterator[str]:
    """The case as a script for PyTorch, or in words why there is none."""
    from walkthrough.formats.pytorch import PytorchFormat
    from walkthrough.page.scripts.autograd_script import autograd_script
    from walkthrough.witnesses import CannotFollow

    if narrowed:
        raise click.UsageError("--format pytorch: a script is of the whole case, and of its numbers")
    try:
        return iter(list(PytorchFormat().render(autograd_script(trace))))
    except CannotFollow as problem:
        raise click.UsageError(f"--format pytorch: {problem}") from None


def _show_json(
    narration: Narration, parts: tuple[str, ...], agreed: list[bool], sample: int | None
) -> Iterator[str]:
    from walkthrough.page.page import Page
    from walkthrough.page.records.json_records import Records
    from walkthrough.page.selection import chosen, tensors

    page, steps = Page(narration, None if sample is None else sample - 1), narration.steps
    # everything that can be wrong with what was asked is found before the first piece is written
    wanted = list(chosen(page, parts))
    names = tensors(page, parts)

    def checks() -> Iterator[Any]:
        if parts and not names:
            return
        from walkthrough.trace.verification import Verification

        for trace in steps.trace.steps:
            only = (lambda name: name in names) if parts or sample else (lambda name: True)
            for check in Verification(trace).checks(only):
                agreed.append(check.agrees)
                yield check

    yield from Records(narration).document(checks(), wanted if parts or sample else None)


@click.command()
@click.argument("case")
@click.argument("cell")
@step_option
@arithmetic_option
@click.option("--depth", type=click.IntRange(0, 1000), help="How many numbers to go back.  [default: 3]")
@click.option("--routes", type=click.IntRange(1, 1_000_000), help="Routes of each number.  [default: 12]")
@click.option("--all", "everything", is_flag=True, help="Everything, back to the inputs.")
@printing("text", "json", "markdown", "latex", "html")
def why(
    case: str,
    cell: str,
    step: int | None,
    arithmetic: str | None,
    depth: int | None,
    routes: int | None,
    everything: bool,
    **how: Any,
) -> None:
    """Where the number in CELL came from: what fits a screen or two, or back to the inputs."""
    import json

    from walkthrough.page.drawn_reasons import drawn
    from walkthrough.page.lines.narration import Narration
    from walkthrough.page.reasons import BRIEF, DEPTH, ROUTES, Bounds, Reasons, record
    from walkthrough.trace.steps.steps import Steps

    opened = loaded(case, arithmetic, step)
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
    from walkthrough.commands.output import signs, width

    plain = is_plain(how)
    lines = [line + "\n" for line in drawn(tree, width(), plain, signs(plain))]
    if format_of(how) == "markdown":
        lines = ["```text\n", *lines, "```\n"]
    write(lines, how, opened)
