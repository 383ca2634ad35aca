"""One slip in an otherwise right worksheet: in a single cell, or wherever a whole layer has it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from flint import ctx

from tests.slips.exercises import claim, refer, rounded, shipped, true_value
from walkthrough.case import Case
from walkthrough.marking.diagnosis.clues import everywhere
from walkthrough.marking.diagnosis.examiner import Examiner
from walkthrough.marking.marked_worksheets import MarkedSheet, NumberClaim, Worksheet
from walkthrough.mathematics.notation import ravel
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.written import Written
from walkthrough.slips import Candidate, SlipKind
from walkthrough.slips._given_numbers import given_numbers, misreadings
from walkthrough.slips._lines import as_known
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.trace.trace import replay
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

_EXAMINERS: dict[str, Examiner] = {}
_BITS = 256


def examiner(name: str) -> Examiner:
    """Whoever marks the sheets on a shipped case."""
    if name not in _EXAMINERS:
        _EXAMINERS[name] = Examiner(shipped(name).trace)
    return _EXAMINERS[name]


@dataclass(frozen=True)
class Injected:
    """A slip, the cells in which it shows, and what is then written in them."""

    word: str
    wrong: dict[Ref, str]
    equal: frozenset[str]


@cache
def steps_of(book: Workbook, tensor: str) -> tuple[ReworkedStep, ...]:
    """The steps of a tensor with the true numbers in them; the same ones whenever they are asked for."""
    numbers = true_numbers(book)
    found = (reworked(book, Ref(tensor, cell), numbers) for cell in book.trace.network_tensor(tensor).cells())
    return tuple(own for own in found if not isinstance(own.step, Given))


@cache
def true_numbers(book: Workbook) -> Operands:
    """The true numbers of a case."""
    return Operands(lambda ref: true_value(book, ref))


@cache
def right_claim(book: Workbook, ref: Ref, digits: int) -> NumberClaim:
    """The true number of a cell as it stands on a sheet."""
    return claim(book, book.name(ref), written(quantity(true_value(book, ref)), digits))


def numbers_of(own: ReworkedStep, kind: SlipKind) -> list[Candidate]:
    """What a slip gives in a step, as far as it is another number."""
    try:
        right = as_known(own.right).value
        return [
            each
            for each in kind.play(own)
            if abs(as_known(each.value).value - right) > abs(right) * Fraction(1, 10**20)
        ]
    except ArithmeticError:
        return []


def written(value: Quantity, digits: int) -> str:
    """As a person writes it: a whole number whole, anything else to so many digits."""
    known = as_known(value).value
    return str(known) if known.denominator == 1 and abs(known) < 10**6 else rounded(known, digits)


def in_one_cell(book: Workbook, kind: SlipKind, draw: random.Random, digits: int) -> Injected | None:
    """The slip in one cell, drawn by chance."""
    for own in _drawn_steps(book, draw):
        with ctx.workprec(_BITS):
            candidates = numbers_of(own, kind)
            if candidates:
                candidate = draw.choice(candidates)
                return Injected(
                    kind.word, {own.ref: written(candidate.value, digits)}, frozenset({kind.word})
                )
    return None


def throughout(book: Workbook, kind: SlipKind, draw: random.Random, digits: int) -> Injected | None:
    """The slip in every cell of a layer that it reaches."""
    for own in _drawn_steps(book, draw):
        with ctx.workprec(_BITS):
            candidates = [each for each in numbers_of(own, kind) if each.everywhere]
            if not candidates:
                continue
            candidate = draw.choice(candidates)
            wrong = dict(_everywhere(book, own, kind, candidate, digits))
            if len(wrong) > 1:
                return Injected(kind.word, wrong, frozenset({kind.word}))
    return None


def _everywhere(
    book: Workbook, own: ReworkedStep, kind: SlipKind, candidate: Candidate, digits: int
) -> Iterator[tuple[Ref, str]]:
    for step in steps_of(book, own.ref.tensor):
        try:
            if candidate.again is not None:
                value = candidate.again(step)
            else:
                value = everywhere(step, kind, candidate.everywhere)
        except ArithmeticError:
            continue
        if value is not None and written(value, digits) != written(step.right, digits):
            yield step.ref, written(value, digits)


def with_data_misread(name: str, draw: random.Random, digits: int) -> tuple[str, Ref, MarkedSheet] | None:
    """A whole sheet of somebody who took one number of the case for another, worked out by a changed case."""
    book = shipped(name)
    own = next((own for own in _drawn_steps(book, draw) if given_numbers(own)), None)
    if own is None:
        return None
    ref = draw.choice(given_numbers(own)).ref
    misreading = draw.choice(misreadings(own, ref).all)
    case = with_number(book.trace.case, ref, misreading.number)
    try:
        other = replay(case)
        claims = [
            claim(book, book.name(each.ref), written(quantity(other.known(*each.ref).value), digits))
            for tensor in book.trace.places
            for each in (steps_of(book, tensor) if book.trace.network_tensor(tensor).size <= 400 else ())
        ]
    except (ArithmeticError, AssertionError):
        return None  # the numbers lead nowhere
    sheet = Worksheet("", name, None, tuple(claims))
    return misreading.said, ref, examiner(name).mark(sheet)


def with_number(case: Case, ref: Ref, number: Quantity) -> Case:
    """The case with another number in one of its grids."""
    base, _, sample = ref.tensor.partition("@")
    value = Fraction(int(number.p), int(number.q))
    if base in ("input", "target"):
        at = int(sample or 1) - 1
        samples = list(case.samples)
        samples[at] = replace(samples[at], **{base: _changed(getattr(samples[at], base), ref.cell, value)})
        return replace(case, samples=tuple(samples))
    layer, _, role = base.partition(".")
    layers = tuple(
        replace(
            each, layer=replace(each.layer, **{role: _changed(getattr(each.layer, role), ref.cell, value)})
        )
        if each.name == layer
        else each
        for each in case.layers
    )
    return replace(case, layers=layers)


def _changed(grid: GivenGrid, cell: tuple[int, ...], value: Fraction) -> GivenGrid:
    # a grid may be written without its leading axes of size 1
    place = ravel(cell[len(cell) - len(grid.shape) :], grid.shape) if grid.shape else 0
    numbers = [Written.of(each) for each in grid.values()]
    numbers[place] = Written.of(value)
    return GivenGrid.of(numbers, grid.shape)


def _drawn_steps(book: Workbook, draw: random.Random) -> list[ReworkedStep]:
    """Steps of all tensors, a few of each, in any order."""
    found = []
    for tensor in book.trace.places:
        several = steps_of(book, tensor)
        found += draw.sample(several, min(4, len(several)))
    draw.shuffle(found)
    return found


def sheet_with(name: str, injected: Injected, digits: int) -> MarkedSheet:
    """The sheet marked: everything right up to the tensor with the slip, and that with it."""
    book = shipped(name)
    last = next(iter(injected.wrong)).tensor
    claims = []
    for tensor in book.trace.places:
        for own in steps_of(book, tensor) if book.trace.network_tensor(tensor).size <= 400 else ():
            said = injected.wrong.get(own.ref)
            right = right_claim(book, own.ref, digits)
            claims.append(right if said is None else claim(book, book.name(own.ref), said))
        if tensor == last:
            break
    return examiner(name).mark(Worksheet("", name, None, tuple(claims)))


def refs(book: Workbook, cells: dict[str, str]) -> dict[Ref, str]:
    """Claims by cell."""
    return {refer(book, cell): said for cell, said in cells.items()}
