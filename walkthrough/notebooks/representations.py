"""What a notebook shows of a case, of a trace and of a step: a page in small, bounded in size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from itertools import islice
from typing import Any

from walkthrough.case import Case
from walkthrough.document import Block, Grid, Heading, Prose, Table
from walkthrough.formats.html import HtmlFormat
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat
from walkthrough.mathematics.notation import Tensor
from walkthrough.numbers.grid import GivenGrid as Numbers
from walkthrough.page.images import MOST_NUMBERS, WIDEST
from walkthrough.page.lines.narration import Narration
from walkthrough.page.reason_branches import reason_blocks
from walkthrough.page.reasons import BRIEF, Reasons
from walkthrough.trace.refusal import CannotReplay
from walkthrough.trace.steps.kinds import Step, Sums
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

_DIGITS = 6
"""Significant digits of the numbers of a trace."""
_FIRST = 4
"""Numbers of a tensor that stand in its row."""
_MOST_TENSORS = 60
_MOST_TERMS = 100
"""Products of a sum that are still written out; of more, the largest are told."""
_LONGEST = 200_000
"""Characters of what a notebook shows."""


def html(of: Any) -> str:
    """A case, a trace or a step as part of a web page."""
    return _bounded(of, "".join(HtmlFormat().fragment(_said(of))))


def markdown(of: Any) -> str:
    """A case, a trace or a step as Markdown."""
    return _bounded(of, "".join(MarkdownFormat().render(_said(of))))


def text(of: Any) -> str:
    """A case, a trace or a step as text."""
    return _bounded(of, "".join(TextFormat().render(_said(of))).rstrip("\n"))


def _bounded(of: Any, text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"A {type(of).__name__}, {len(text):,} characters long: too long for a notebook."


def _said(of: Any) -> list[Block]:
    """What is shown; of a number that cannot be had, why not."""
    try:
        return list(_blocks(of))
    except CannotReplay as problem:
        return [Prose(str(problem))]


@singledispatch
def _blocks(of: Any) -> Iterator[Block]:
    raise TypeError(f"a {type(of).__name__} has no page")


# --- a case --------------------------------------------------------------------------------------


@_blocks.register
def _(of: Case) -> Iterator[Block]:
    yield Heading(of.title or of.name, 3)
    if of.source:
        yield Prose(f"Source: {of.source}.")
    shapes: tuple[Any, ...] = of.output_shapes() if of.samples else ("",) * len(of.layers)
    rows = [(layer.name, layer.type, _times(shape)) for layer, shape in zip(of.layers, shapes, strict=True)]
    if rows:
        yield Table(("layer", "type", "output"), tuple(rows[:_MOST_TENSORS]))
    yield from _more(len(rows))
    said = [f"Loss: {of.loss_type.replace('_', ' ')}." if of.loss else "No loss."]
    said += [f"Learning rate {of.learning_rate.shown}."] if of.learning_rate else []
    said += [f"{len(of.samples)} samples."] if of.batch else []
    yield Prose(" ".join(said))
    if of.samples and not of.by_size:
        yield from _given(of.samples[0].input)


def _given(numbers: Numbers) -> Iterator[Block]:
    """An input of a size that is set as numbers."""
    *outer, columns = numbers.shape or (1,)
    if numbers.size > MOST_NUMBERS or columns > WIDEST or any(extent > 1 for extent in outer[:-1]):
        return
    texts = [numbers.text(at) for at in range(numbers.size)]
    rows = tuple(tuple(texts[at : at + columns]) for at in range(0, len(texts), columns))
    yield Grid("x, the input", rows)


def _times(shape: Any) -> str:
    return "×".join(map(str, shape))


def _more(count: int) -> Iterator[Block]:
    if count > _MOST_TENSORS:
        yield Prose(f"… and {count - _MOST_TENSORS:,} more.")


# --- a trace -------------------------------------------------------------------------------------


@_blocks.register
def _(of: Trace) -> Iterator[Block]:
    case = of.case
    yield Heading(f"{case.title or case.name}, replayed", 3, f"step {of.step}" if of.step > 1 else "")
    rows = [
        (name, _times(place.shape) or "one number", _numbers(of, name))
        for name, place in [*of.places.items()][:_MOST_TENSORS]
    ]
    yield Table(("tensor", "shape", "numbers"), tuple(rows))
    yield from _more(len(of.places))
    yield Prose('walkthrough.step(trace, "NAME[1,1]") shows how one of these numbers comes about.')


def _numbers(trace: Trace, name: str) -> str:
    """The first numbers of a tensor, in reading order."""
    tensor = Tensor(name, trace.place(name).shape)
    first = [trace.shown(name, cell, _DIGITS, _DIGITS).text for cell in islice(tensor.cells(), _FIRST)]
    return ", ".join(first) + (", …" if tensor.size > _FIRST else "")


# --- a step --------------------------------------------------------------------------------------


@_blocks.register
def _(of: Step) -> Iterator[Block]:
    if of.trace is None:
        yield Prose(f"A step of {of.ref.tensor}, of no trace in particular.")
        return
    narration, name = Narration(Steps(of.trace)), of.trace.cell_name(*of.ref)
    if isinstance(of, Sums) and len(of.terms) > _MOST_TERMS:
        _, *blocks = reason_blocks(Reasons(narration, BRIEF).tree(name))
        yield Heading(name, 3, of.phase)
        yield from blocks
        return
    yield Heading(name, 3, of.phase)
    yield narration.line(of)  # type: ignore[arg-type]  # every step is one of those that there are
