"""A grid of another shape than its tensor: what gives just that shape, and how many of its numbers then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from walkthrough.case import Case
from walkthrough.layers import Layer
from walkthrough.marking.marked_worksheets import Marked, MarkedSheet, NumberClaim, Slip, WrittenNumber
from walkthrough.marking.worksheets.claimed_grids import WrittenGrid, fits, in_words, read_claimed_grid
from walkthrough.marking.worksheets.claimed_numbers import Commas, settled_commas, understand
from walkthrough.mathematics.notation import Cell, Shape, unravel
from walkthrough.trace.trace import CannotReplay, Trace, replay

_MOST_NUMBERS = 2_000


@dataclass(frozen=True, slots=True)
class _OtherMap:
    """What a layer gives if it is misread: the slip, half a sentence, its shape, and its numbers."""

    slip: str
    said: str
    shape: Shape
    number: Callable[[Cell], Fraction]


def with_shapes_explained(sheet: MarkedSheet, trace: Trace) -> MarkedSheet:
    """The worksheet; a grid of another shape says what gives that shape, if something common does."""
    if not any(marked.claim.whole and marked.verdict == "unreadable" for marked in sheet.claims):
        return sheet
    return replace(sheet, claims=tuple(_explained(marked, trace) for marked in sheet.claims))


def _explained(marked: Marked, trace: Trace) -> Marked:
    claim = marked.claim
    if not claim.whole or marked.verdict != "unreadable":
        return marked
    commas = settled_commas([claim.written])
    grid = read_claimed_grid(claim.written, commas)
    if grid.shape is None or grid.doubt or len(grid.words) > _MOST_NUMBERS:
        return marked
    found = [
        (_agreeing(grid, commas, other), other)
        for other in _other_maps(claim, trace)
        if fits(grid.shape, other.shape)
    ]
    found.sort(key=lambda each: -each[0])
    return replace(marked, slips=tuple(_slip(claim, len(grid.words), *each) for each in found))


def _slip(claim: NumberClaim, count: int, right: int, other: _OtherMap) -> Slip:
    shape = in_words(other.shape)
    words = f"{shape} is what comes out if {other.said}"
    if right:
        words += f", and so {'are' if right > 1 else 'is'} {right} of its {count} numbers"
    return Slip(other.slip, claim.cell, "x".join(map(str, other.shape)), words)


def _agreeing(grid: WrittenGrid, commas: Commas, other: _OtherMap) -> int:
    """How many numbers of a grid are those of a map, rounded or cut off."""
    found = 0
    for at, word in enumerate(grid.words):
        number = understand(word, commas).number
        try:
            found += number is not None and _stands_for(number, other.number(unravel(at, other.shape)))
        except CannotReplay:
            continue
    return found


def _stands_for(written: WrittenNumber, value: Fraction) -> bool:
    unit = written.units[0] if written.units else Fraction(0)
    if value.denominator == 1 or not unit:
        return written.value == value
    past = abs(value) - abs(written.value)
    return abs(written.value - value) * 2 <= unit or (written.value * value > 0 and 0 <= past < unit)


# --- misread layers ----------------------------------------------------------------------------------


def _other_maps(claim: NumberClaim, trace: Trace) -> Iterator[_OtherMap]:
    """What the layer of a tensor gives if its padding or its stride is ignored, or a window is miscounted."""
    place = trace.everything.get(claim.tensor)
    names = [stage.z.name for stage in trace.network.layers]
    if place is None or place.step != 1 or place.local not in names:
        return
    at = names.index(place.local)
    for slip, said, layer in _misread(trace.case.layers[at].layer):
        case = _ending_with(trace.case, at, layer)
        try:
            shape = case.output_shapes()[-1]
            yield _OtherMap(slip, said, shape, _numbers_of(case, claim.tensor))
        except ValueError:
            continue  # no window fits
    shape = place.shape
    if len(shape) == 3 and "stride" in _options(trace.case.layers[at].layer) and min(shape[1:]) > 1:
        fewer = (shape[0], *(extent - 1 for extent in shape[1:]))
        said = "the + 1 is forgotten in counting the windows"
        yield _OtherMap("plus-one-forgotten", said, fewer, lambda cell: trace.known(claim.tensor, cell).value)


def _misread(layer: Layer) -> Iterator[tuple[str, str, Layer]]:
    """The layer with its padding or its stride ignored, or both."""
    options: dict[str, Any] = {}
    padding, stride = _options(layer).get("padding"), _options(layer).get("stride")
    if padding and (isinstance(padding, str) or any(padding)):
        options["padding"] = (0, 0)
        yield "padding-ignored", "the padding is ignored", _with(layer, padding=(0, 0))
    if stride is None and "size" in _options(layer):
        said = "the pool's windows lie one pixel apart, not side by side"
        yield "windows-overlapped", said, _with(layer, stride=(1, 1))
    if stride and any(step != 1 for step in stride):
        ones = (1,) * len(stride)
        yield "stride-ignored", "the window moves one pixel at a time", _with(layer, stride=ones)
        if options:
            both = "the window moves one pixel at a time, and the padding is ignored"
            yield "stride-ignored", both, _with(layer, stride=ones, **options)


def _options(layer: Layer) -> dict[str, Any]:
    return {each.name: getattr(layer, each.name) for each in fields(layer)}  # type: ignore[arg-type]


def _with(layer: Layer, **options: Any) -> Layer:
    return replace(layer, **options)  # type: ignore[type-var]  # layers are dataclasses


def _ending_with(case: Case, at: int, layer: Layer) -> Case:
    """The case up to a layer, with another one in its place; nothing is learned from it."""
    layers = (*case.layers[:at], replace(case.layers[at], layer=layer))
    return replace(case, layers=layers, loss=None, loss_type="", learning_rate=None, claims=(), formulas=())


def _numbers_of(case: Case, tensor: str) -> Callable[[Cell], Fraction]:
    """The numbers of a tensor of a case, which is replayed when the first is asked for."""
    traces: list[Trace] = []

    def number(cell: Cell) -> Fraction:
        if not traces:
            traces.append(replay(case))
        return traces[0].known(tensor, cell).value

    return number
