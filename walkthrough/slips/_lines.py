"""Lines of arithmetic, as a person writes them: 255·4 + (−255)·1 = 765."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from flint import arb

from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.shown import Known, Shown, shown
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep

SHOWN_DIGITS = 10
_FEWER = (SHOWN_DIGITS, 7, 4, 2, 1)


def as_known(value: Quantity) -> Known:
    """A number and how far the truth can be from it; raises ArithmeticError where it is none."""
    if not isinstance(value, arb):
        return Known(Fraction(int(value.p), int(value.q)))
    if not value.is_finite():
        raise ArithmeticError("no number")
    middle, radius = (_fraction(part) for part in (value.mid(), value.rad()))
    return Known(middle, radius, exact=False)


def _fraction(exact: Quantity) -> Fraction:
    mantissa, exponent = (int(part) for part in exact.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def shown_value(value: Quantity, digits: int = SHOWN_DIGITS) -> Shown:
    """A number to so many certain digits, or as many as are certain."""
    if isinstance(value, arb):
        return _shown(as_known(value), digits)
    return _shown_fraction(int(value.p), int(value.q), digits)


@lru_cache(maxsize=8_192)
def _shown_fraction(above: int, below: int, digits: int) -> Shown:
    return _shown(Known(Fraction(above, below)), digits)


def _shown(number: Known, digits: int) -> Shown:
    for fewer in (digits, *_FEWER):
        try:
            return shown(number, fewer, 20)
        except NeedsPrecision:
            continue
    return shown(Known(number.value), 1)


def text(value: Quantity) -> str:
    """A number as it stands alone: −2.55."""
    return shown_value(value).text if isinstance(value, arb) else _text(int(value.p), int(value.q))


@lru_cache(maxsize=8_192)
def _text(above: int, below: int) -> str:
    return _shown_fraction(above, below, SHOWN_DIGITS).text


def factor(value: Quantity) -> str:
    """A number after a sign or a dot: (−2.55)."""
    said = text(value)
    return f"({said})" if said.startswith("−") or "·" in said else said


def product_text(values: Iterable[Quantity]) -> str:
    """A product: 255·(−4)."""
    said = [text(value) if at == 0 else factor(value) for at, value in enumerate(values)]
    return "·".join(said)


def term(row: ReworkedRow) -> str:
    """A term of a sum with its coefficient, if it has one."""
    values = row.values if row.values and row.coefficient == 1 else (row.coefficient, *row.values)
    return product_text(values)


def sum_text(terms: Sequence[str]) -> str:
    """Terms in a row: a + (−b)·c."""
    if not terms:
        return "0"
    first, *rest = terms
    return first + "".join(f" + {_wrapped(each)}" for each in rest)


def _wrapped(said: str) -> str:
    if not said.startswith("−"):
        return said
    first, dot, rest = said.partition("·")
    return f"({first}){dot}{rest}"


def equals(left: str, value: Quantity, *operands: Quantity) -> str:
    """left = value, or ≈ where a number in the line is not written out in full."""
    complete = all(shown_value(each).complete for each in (value, *operands))
    return f"{left} {'=' if complete else '≈'} {text(value)}"


def sum_line(rows: Sequence[ReworkedRow], value: Quantity) -> str:
    """Σ of the terms = value."""
    return equals(
        sum_text([term(row) for row in rows]), value, *(each for row in rows for each in row.values)
    )


def named(own: ReworkedStep, ref: Ref, value: Quantity) -> str:
    """A number that is taken over as it stands: relu[1,2] = 1020."""
    return equals(own.book.name(ref), value)
