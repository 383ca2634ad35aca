"""What the commands share that print: their options, the case, and where the output goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.trace.trace import Trace


arithmetic_option = click.option(
    "--arithmetic", help='Instead of the case\'s own: exact, float or "4 decimals".'
)
digits_option = click.option(
    "--digits",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Significant digits of numbers that do not end.",
)
no_color_option = click.option("--no-color", is_flag=True, help="No colour.")


def printing(*formats: str) -> Callable[[Any], Any]:
    """The options that all commands share that print."""
    options = [
        click.option("--format", "format_", type=click.Choice(formats), default="text", help="The format."),
        click.option("--json", "json_", is_flag=True, help="Short for --format json."),
        click.option("-o", "file", type=click.Path(path_type=Path), help="Write to a file, or not at all."),
        digits_option,
        no_color_option,
        click.option("--plain", is_flag=True, help="ASCII only."),
    ]

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def loaded(name: str, arithmetic: str | None, step: int | None = None) -> Case:
    """The case, or the step of a training, with another arithmetic if that was asked for."""
    from walkthrough.case.tables.values import Misread
    from walkthrough.training.runs.opening import load

    case = load(of_step(name, step))
    if not case.samples:
        raise click.UsageError(f"{name} is trained on other data and has no sample of its own to show")
    case.refuse_sizes()
    if case.claims or case.formulas:
        _refuse_unknown_claims(case)
    if arithmetic is None:
        return case
    try:
        return case.in_arithmetic("exact" if arithmetic == "symbolic" else arithmetic)
    except Misread as problem:
        raise click.UsageError(f"--arithmetic: {problem}") from None


def of_step(name: str, step: int | None) -> str:
    """The name of a case, or of a step of a training; raises UsageError where there are no steps."""
    from walkthrough.training.runs.step_names import is_run, step_name

    if step is None:
        return name
    if not is_run(name):
        raise click.UsageError(f"--step opens a step of a training's file (.npz), and {name} is none")
    return step_name(name, step)


def _refuse_unknown_claims(case: Case) -> None:
    """Raises CaseError if the case's source claims something of a cell that is not there."""
    from contextlib import suppress

    from walkthrough.case.cells import NoSuchCell, resolve
    from walkthrough.case.claims import refuse_unknown
    from walkthrough.trace.linked import linked
    from walkthrough.trace.network import network
    from walkthrough.trace.trace import Trace

    trace = Trace(case, network(case))
    with suppress(NoSuchCell):  # of which more is said below, with its line
        trace = linked(trace, (claim.cell for claim in case.claims))
    shapes = {name: place.shape for name, place in trace.everything.items()}
    layers = [layer.name for layer in case.layers]
    refuse_unknown(case.claims, case.formulas, case.file, lambda cell: resolve(cell, shapes), layers)


def replayed(case: Case, names: Iterable[str] = (), steps: int = 1) -> Trace:
    """Everything that the case computes, in as many steps as asked for, or as the names of cells need."""
    from walkthrough.trace.linked import linked
    from walkthrough.trace.trace import replay

    trace = linked(replay(case), names, steps)
    trace.run()
    return trace


def step_option(command: Any) -> Any:
    """The option that opens a step of a training."""
    words = "Of a training's file (.npz), the step to open."
    return click.option("--step", type=click.IntRange(-(10**15), 10**15), metavar="K", help=words)(command)


def format_of(how: dict[str, Any]) -> str:
    """The format asked for."""
    return "json" if how["json_"] else str(how["format_"])


def is_plain(how: dict[str, Any]) -> bool:
    """Whether the output is in ASCII: because somebody asked for it, or nothing else can be said."""
    from walkthrough.commands.output import needs_ascii

    return how["plain"] or (how["file"] is None and needs_ascii())


def blocks_in(blocks: Iterable[Any], how: dict[str, Any]) -> Iterator[str]:
    """Blocks as text or Markdown, as wide and as colourful as the place that they go to."""
    from walkthrough.commands.output import colourful, painted, width

    plain = is_plain(how)
    if format_of(how) == "markdown":
        from walkthrough.formats.markdown import MarkdownFormat

        return MarkdownFormat(plain=plain).render(blocks)
    from walkthrough.formats.text import TextFormat

    if format_of(how) == "notebook":
        from walkthrough.formats.notebook import NotebookFormat

        return NotebookFormat(plain).render(blocks)
    if format_of(how) == "latex":
        from walkthrough.formats.latex import LatexFormat

        return LatexFormat().render(blocks)
    if format_of(how) == "html":
        from walkthrough.formats.html import HtmlFormat

        return HtmlFormat().render(blocks)
    paint = painted if colourful(how["no_color"], how["file"]) else lambda style, text: text
    columns = width() if how["file"] is None else 100
    return TextFormat(columns, plain, paint).render(blocks)


def write(
    pieces: Iterable[str],
    how: dict[str, Any],
    case: Case | None = None,
    read: Callable[[], Iterable[Path]] = tuple,
) -> None:
    """The output to its place; never onto the case, or what `read` gives: other files that were read."""
    from walkthrough.commands import output

    if how["file"] is None:
        json = how.get("json_") is not None and format_of(how) == "json"
        output.write(output.encodable(pieces) if json else pieces)
        return
    from walkthrough.commands.files import write_file

    def files() -> Iterable[Path]:
        return (*(case.files if case is not None else ()), *read())

    write_file(output.watched(pieces, f"writing {how['file'].name}"), how["file"], files)
