"""How a case, a trace and its lines look in a notebook: escaped, and never longer than a screen or a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from walkthrough.document import Block, Heading, Prose, Table, Working
from walkthrough.formats._tex import tex, tex_side
from walkthrough.formats.markdown import MarkdownFormat

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.trace.trace import Trace

_MOST_ROWS = 60
_MOST_SIGNS = 200_000
"""A longer piece is cut between two blocks, and says so."""
_MOST_NUMBERS = 9


@dataclass(frozen=True)
class Shown:
    """A part of a page, such as a layer's lines: in a notebook, as formulas."""

    blocks: tuple[Block, ...]

    def _repr_markdown_(self) -> str:
        return _bounded(MarkdownFormat().render(self.blocks))


@dataclass(frozen=True)
class Step:
    """One number and how it came about: symbols, numbers, value; `value` as the page has it."""

    cell: str
    value: str
    line: Working

    def _repr_latex_(self) -> str:
        sides = " ".join(f"{tex(relation)} {tex_side(side)}" for relation, side in self.line.sides)
        return f"$\\displaystyle {tex(self.line.left)} {sides}$"

    def _repr_markdown_(self) -> str:
        return _bounded(MarkdownFormat().render([self.line]))

    def _repr_html_(self) -> str:
        remark = f" <i>{escape(self.line.because)}</i>" if self.line.because else ""
        formula = escape(self._repr_latex_())  # which a notebook sets in HTML, too
        return f"<code>{escape(self.cell)}</code>{remark}<br>{formula}"


def show(trace: Trace, *parts: str) -> Shown:
    """A layer (`conv`), a tensor, a cell (`conv[2,3]`) or a stage of a trace; without parts, all of it."""
    from walkthrough.page.narration import Narration
    from walkthrough.page.page import Page
    from walkthrough.page.selection import selected
    from walkthrough.trace.steps import Steps

    page = Page(Narration(Steps(trace)))
    return Shown(tuple(selected(page, parts) if parts else page.blocks()))


def step(trace: Trace, cell: str) -> Step:
    """One number of a trace by its name, `conv[2,3]`, with its line; raises NoSuchCell."""
    from walkthrough.case.cells import resolve
    from walkthrough.page.narration import Narration
    from walkthrough.trace.steps import Steps

    tensor, at = resolve(cell, {name: place.shape for name, place in trace.everything.items()})
    steps = Steps(trace)
    line = Narration(steps).line(steps.step(tensor, at))
    return Step(trace.cell_name(tensor, at), trace.shown(tensor, at, 10).text, line)


def attach() -> None:
    """Gives cases and traces their looks; whoever asks for one from `walkthrough` gets it with them."""
    from walkthrough.case import Case
    from walkthrough.trace.trace import Trace

    for kind, blocks in ((Case, _case_blocks), (Trace, _trace_blocks)):
        of: Any = kind
        of._repr_markdown_ = _as_markdown(blocks)
        of._repr_html_ = _as_html(blocks)


def _as_markdown(blocks: Any) -> Any:
    return lambda self: _bounded(MarkdownFormat().render(blocks(self)))


def _as_html(blocks: Any) -> Any:
    return lambda self: _bounded(map(_html, blocks(self)))


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<b>{escape(text)}</b>"
        case Prose(text):
            return f"<p>{escape(text)}</p>"
        case Table(header, rows):
            head = "".join(f"<th>{escape(text)}</th>" for text in header)
            body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    raise TypeError(type(block).__name__)


def _case_blocks(case: Case) -> Iterator[Block]:
    yield Heading(case.title, 4)
    if case.source:
        yield Prose(f"Source: {case.source}.")
    shapes = case.output_shapes() if case.samples else ()
    rows = [
        (each.name, each.type, "×".join(map(str, shape)))
        for each, shape in zip(case.layers, shapes, strict=False)
    ]
    yield Table(("layer", "type", "output"), tuple(rows[:_MOST_ROWS]))
    if len(rows) > _MOST_ROWS:
        yield Prose(f"… and {len(rows) - _MOST_ROWS} more layers")
    said = [f"loss {case.loss_type}"] if case.loss is not None else []
    said += [f"{len(case.samples)} samples"] if len(case.samples) > 1 else []
    said += [f"learning rate {case.learning_rate.shown}"] if case.learning_rate is not None else []
    if said:
        yield Prose(", ".join(said))


def _trace_blocks(trace: Trace) -> Iterator[Block]:
    from walkthrough.mathematics.notation import Tensor

    yield Heading(trace.case.title, 4)
    rows = []
    for name, place in islice(trace.places.items(), _MOST_ROWS):
        cells = Tensor(name, place.shape)
        first = [trace.shown(name, cell, 6).text for cell in islice(cells.cells(), _MOST_NUMBERS)]
        more = " …" if cells.size > _MOST_NUMBERS else ""
        rows.append((name, "×".join(map(str, place.shape)) or "–", "  ".join(first) + more))
    yield Table(("tensor", "shape", "numbers"), tuple(rows))
    if len(trace.places) > _MOST_ROWS:
        yield Prose(f"… and {len(trace.places) - _MOST_ROWS} more tensors")


def _bounded(pieces: Iterable[str]) -> str:
    found, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > _MOST_SIGNS:
            found.append("\n\n… (too much for a notebook; ask for a part of it)")
            break
        found.append(piece)
    return "".join(found)
