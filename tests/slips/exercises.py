"""Cases and worksheets for slips: a case from a few lines, and a sheet on it with one number changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

from tests.large import LARGE
from walkthrough.case import Case, list_shipped, load, read_case
from walkthrough.case.cells import resolve
from walkthrough.marking.diagnosis.likeliest_slips import OwnNumbers, diagnose
from walkthrough.marking.marked_worksheets import NumberClaim, Slip
from walkthrough.marking.worksheets.claimed_numbers import understand
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import Known, shown
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay
from walkthrough.workbook.sheet_numbers import SheetNumbers
from walkthrough.workbook.workbook import Workbook


def opened(case: Case) -> Workbook:
    return Workbook(Steps(replay(case)))


@cache
def book_of(text: str) -> Workbook:
    return opened(read_case(text))


@cache
def shipped(name: str) -> Workbook:
    return opened(load(name))


def shipped_names() -> list[str]:
    """All shipped cases but the large ones, on which nobody works by hand."""
    return [each.name for each in list_shipped() if each.name not in LARGE]


def refer(book: Workbook, cell: str) -> Ref:
    tensor, at = resolve(cell, {name: place.shape for name, place in book.trace.places.items()})
    assert at is not None
    return Ref(tensor, at)


def claim(book: Workbook, cell: str, written: str) -> NumberClaim:
    ref = refer(book, cell)
    understood = understand(written)
    assert understood.number is not None, written
    return NumberClaim(cell, ref.tensor, ref.cell, written, understood.number, 1)


def true_value(book: Workbook, ref: Ref) -> Fraction:
    return book.trace.known(ref.tensor, ref.cell).value


def sheet(book: Workbook, claims: Mapping[str, str]) -> tuple[dict[Ref, NumberClaim], OwnNumbers]:
    """A worksheet, and its writer's numbers: those written, and the true ones elsewhere."""
    made = {refer(book, cell): claim(book, cell, written) for cell, written in claims.items()}

    def written(ref: Ref) -> Fraction:
        number = made[ref].number if ref in made else None
        return true_value(book, ref) if number is None else number.value

    numbers = {ref: each.number for ref, each in made.items() if each.number is not None}
    page = SheetNumbers(
        {ref: quantity(number.value) for ref, number in numbers.items()},
        {ref: quantity(number.units[0]) for ref, number in numbers.items() if number.units},
    )
    return made, OwnNumbers(page, written, lambda ref: true_value(book, ref))


def slips_of(book: Workbook, cell: str, written: str, **others: str) -> tuple[Slip, ...]:
    """What is said of one wrong number; other numbers on the sheet may be given with it."""
    made, own = sheet(book, {cell: written, **others})
    return diagnose(made[refer(book, cell)], book, own)


def computed(book: Workbook) -> Iterator[Ref]:
    """Every cell that is worked out."""
    for name in book.trace.places:
        for cell in book.trace.network_tensor(name).cells():
            if not isinstance(book.step(Ref(name, cell)), Given):
                yield Ref(name, cell)


def rounded(value: Fraction, digits: int) -> str:
    """So many significant digits, as a person writes them."""
    return shown(Known(value), digits).plain
