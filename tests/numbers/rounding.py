"""Rounding by the decimal module, and mpmath's numbers as fractions: the tests' own route to digits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import mpmath


def half_up(value: Fraction, digits: int) -> Fraction:
    """So many significant digits, a tie away from 0."""
    context = Context(prec=digits, rounding=ROUND_HALF_UP, Emin=-(10**6), Emax=10**6)
    with localcontext(Context(prec=3000, Emin=-(10**6), Emax=10**6)):
        above, below = Decimal(value.numerator), Decimal(value.denominator)
    return Fraction(context.divide(above, below))


def to_decimals(value: Fraction, decimals: int) -> Fraction:
    """So many decimals, a tie away from 0."""
    scaled = abs(value) * 10**decimals
    size = Fraction((scaled + Fraction(1, 2)).__floor__(), 10**decimals)
    return -size if value < 0 else size


def fraction(number: mpmath.mpf) -> Fraction:
    """All the digits that mpmath has."""
    sign, mantissa, exponent, _ = number._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def real(value: Fraction) -> mpmath.mpf:
    """A fraction at mpmath's precision."""
    return mpmath.mpf(value.numerator) / value.denominator
