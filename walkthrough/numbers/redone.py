"""A printed line, redone from its printed numbers: exact where it is rational, otherwise enclosed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.notation import (
    Addition,
    Entry,
    Expression,
    Negative,
    Number,
    Piecewise,
    Product,
    Quotient,
)
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.formulas import value_at
from walkthrough.numbers.shown import Known


def redone(expression: Expression, read: Callable[[Entry], Fraction | Known], precision: int) -> Known:
    """The value of an expression without loop indices, to about 10^−precision if it is irrational."""
    with ctx.workprec(int(precision * 3.33) + 64):
        value = value_at(expression, {}, lambda entry, _: _number(read(entry)))
        if isinstance(value, arb):
            if not value.is_finite():
                raise NeedsPrecision("a line could not be enclosed")
            return Known(_fraction(value.mid()), _fraction(value.rad()), exact=False)
        return Known(Fraction(int(value.p), int(value.q)))


def _number(of: Fraction | Known) -> Any:
    if isinstance(of, Fraction):
        return fmpq(of.numerator, of.denominator)
    middle = fmpq(of.value.numerator, of.value.denominator)
    if not of.spread:
        return middle
    return arb(middle) + arb(0, arb(fmpq(of.spread.numerator, of.spread.denominator)).upper())


def _fraction(exact: Any) -> Fraction:
    mantissa, exponent = (int(part) for part in exact.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def simplified(expression: Expression, read: Callable[[Entry], Fraction | None]) -> Expression:
    """What is left of an expression once factors 0 and 1 and terms 0 are carried out: −ln(1 − y)."""
    match expression:
        case Entry():
            value = read(expression)
            return Number(value) if value is not None and value in (0, 1) else expression
        case Addition(terms):
            kept = [term for term in (simplified(each, read) for each in terms) if not _is(term, 0)]
            numbers = [term for term in kept if isinstance(_unsigned(term), Number)]
            if len(kept) > 1 and len(numbers) == len(kept):
                return Number(sum((_constant(term) for term in kept), Fraction(0)))
            return Addition(tuple(kept)) if len(kept) > 1 else (kept[0] if kept else Number(Fraction(0)))
        case Product(factors):
            left = [simplified(each, read) for each in factors]
            if any(_is(each, 0) for each in left):
                return Number(Fraction(0))
            left = [each for each in left if not _is(each, 1)]
            if sum(isinstance(each, Negative) for each in left) == 1:
                positive = tuple(each.of if isinstance(each, Negative) else each for each in left)
                return Negative(Product(positive) if len(positive) > 1 else positive[0])
            return Product(tuple(left)) if len(left) > 1 else (left[0] if left else Number(Fraction(1)))
        case Negative(inner):
            of = simplified(inner, read)
            return of if _is(of, 0) else of.of if isinstance(of, Negative) else Negative(of)
        case Quotient(above, below):
            top, bottom = simplified(above, read), simplified(below, read)
            return top if _is(top, 0) or _is(bottom, 1) else Quotient(top, bottom)
        case Piecewise(sign, above, below, share) if above == sign:
            same = simplified(sign, read)  # max(0, a) and |a| stay what they are
            other = Negative(same) if below == Negative(sign) else simplified(below, read)
            return Piecewise(same, same, other, share)
    return rebuilt(expression, lambda part: simplified(part, read))


def _is(of: Expression, value: int) -> bool:
    return isinstance(of, Number) and of.value == value


def _unsigned(of: Expression) -> Expression:
    return of.of if isinstance(of, Negative) else of


def _constant(of: Expression) -> Fraction:
    inner = _unsigned(of)
    assert isinstance(inner, Number)
    return -inner.value if isinstance(of, Negative) else inner.value
