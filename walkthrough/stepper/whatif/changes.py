"""One number of a case taken as another one, and the case with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import lcm
from typing import Any

from walkthrough.case import Case, Sample
from walkthrough.case.tables.values import Misread, exact
from walkthrough.mathematics.notation import gradient_name, ravel
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import CannotReplay, replay
from walkthrough.words.messages import printable

_MOST_WRITTEN_OUT = 5_000


class CannotChange(ValueError):
    """A number that the case does not give, or that cannot be read."""


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A number of the case, and what is written in its place."""

    ref: Ref
    number: Written


def changed(opened: Opened, ref: Ref, text: str) -> tuple[CaseChange, Opened]:
    """The case with another number in it, everything worked out anew; raises CannotChange."""
    name = opened.name(ref)
    if not opened.given(ref):
        raise CannotChange(f"{name} is worked out; only a number that the case gives can be changed")
    try:
        number = exact(text.strip())
    except Misread as problem:
        raise CannotChange(f"{name}: {printable(str(problem))}") from None
    case = with_number(opened, ref, number)
    try:
        return CaseChange(ref, number), Opened(replay(case), opened.digits)
    except CannotReplay as problem:
        raise CannotChange(f"with {name} = {number.shown}: {problem}") from None


def with_number(opened: Opened, ref: Ref, number: Written) -> Case:
    """The case with this number in the place of one that it gives."""
    case, network = opened.case, opened.trace.network
    place = opened.trace.place(ref.tensor)
    at = ravel(ref.cell, place.shape)
    if place.local in ("input", "target"):
        samples = list(case.samples)
        own = place.sample or 0
        samples[own] = _in_sample(samples[own], place.local, at, number)
        return replace(case, samples=tuple(samples))
    upstream = getattr(case.loss, "gradient", None)
    if place.local == gradient_name(network.output.name) and upstream is not None:
        return replace(case, loss=_other(case.loss, "gradient", _with(upstream, at, number)))
    layer, _, role = place.local.partition(".")
    layers = tuple(
        replace(each, layer=_other(each.layer, role, _with(getattr(each.layer, role), at, number)))
        if each.name == layer
        else each
        for each in case.layers
    )
    return replace(case, layers=layers)


def _other(of: Any, option: str, grid: GivenGrid) -> Any:
    """A layer or a loss with another grid as one of its options, which are its fields."""
    return replace(of, **{option: grid})


def _in_sample(sample: Sample, role: str, at: int, number: Written) -> Sample:
    if role == "input":
        return replace(sample, input=_with(sample.input, at, number))
    assert sample.target is not None
    return replace(sample, target=_with(sample.target, at, number))


def _with(grid: GivenGrid, at: int, number: Written) -> GivenGrid:
    """The grid with another number at a place in reading order."""
    common = lcm(grid.denominator, number.value.denominator)
    scale = common // grid.denominator
    flat = [int(each) * scale for each in grid.flat]
    flat[at] = number.value.numerator * (common // number.value.denominator)
    texts = grid.texts
    if texts is None and grid.size <= _MOST_WRITTEN_OUT:
        texts = tuple(Written.of(value).text for value in grid.values())
    if texts is not None:
        texts = (*texts[:at], number.text, *texts[at + 1 :])
    return replace(GivenGrid.over(flat, common, grid.shape), texts=texts)
