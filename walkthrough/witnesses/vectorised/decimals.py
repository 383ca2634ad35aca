"""Functions of exact numbers: e to a power, logarithms and quotients, to a number of digits.

`decimal` rounds exp and ln correctly; what is added here are the guard digits that the operand
needs. The results are boxes again, over a power of ten. Every context is explicit: the thread's own
one would round to 28 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm

import numpy as np
from numpy.typing import NDArray

from walkthrough.witnesses import FINEST, CannotFollow
from walkthrough.witnesses.vectorised.box import Box, Numbers

GUARD = 8
LONGEST_DENOMINATOR = 20_000
"""In bits: quotients whose common denominator is longer are rounded."""


@lru_cache(maxsize=64)
def context(digits: int) -> Context:
    """Arithmetic with so many significant digits."""
    return Context(
        prec=digits,
        rounding=ROUND_HALF_EVEN,
        Emin=MIN_EMIN,
        Emax=MAX_EMAX,
        traps=[DivisionByZero, InvalidOperation, Overflow],
    )


def boxed(decimals: Sequence[Decimal], shape: tuple[int, ...]) -> Box:
    """Decimals, which are exact numbers over a power of ten, as a box."""
    parts = [each.as_tuple() for each in decimals]
    exponents = [int(part.exponent) if any(part.digits) else 0 for part in parts]
    places = max([0, *(-exponent for exponent in exponents)])
    if places > FINEST:
        raise CannotFollow(f"a number with {places} decimal places")
    numerators = np.empty(len(parts), dtype=object)
    numerators[:] = [
        int(each.scaleb(-exponent, context(len(part.digits) + 1))) * 10 ** (places + exponent)
        for each, part, exponent in zip(decimals, parts, exponents, strict=True)
    ]
    return Box(numerators.reshape(shape), 10**places)


def exponential(x: Numbers, digits: int) -> Numbers:
    """e^x for x ≤ 0, where it cannot overflow."""
    if not isinstance(x, Box):
        return np.exp(x)
    below = Decimal(x.denominator)
    powers = []
    for numerator in x.numerators.ravel().tolist():
        size = context(GUARD).divide(Decimal(numerator), below)
        if -size > 3 * FINEST:
            raise CannotFollow(f"e^({size:.3g}) has too many decimal places")
        # an error of the operand is an error of as many decimals of the power
        enough = context(digits + max(0, size.adjusted() if size else 0) + GUARD)
        powers.append(enough.exp(enough.divide(Decimal(numerator), below)))
    return boxed(powers, x.shape)


def ratio(above: Numbers, below: Numbers, digits: int) -> Numbers:
    """Quotients entry by entry, to a number of digits."""
    if not isinstance(above, Box):
        return above / below
    enough = context(digits + GUARD)
    common = lcm(above.denominator, below.denominator)
    pairs = zip(above.over(common).ravel().tolist(), below.over(common).ravel().tolist(), strict=True)
    return boxed([enough.divide(Decimal(one), Decimal(other)) for one, other in pairs], above.shape)


def quotient(above: Numbers, below: Numbers, digits: int) -> Numbers:
    """Quotients entry by entry, exact where a common denominator can be had; 0 ÷ anything is 0."""
    if not isinstance(above, Box):
        with np.errstate(divide="ignore", over="ignore"):
            return np.divide(above, below, out=np.zeros_like(above), where=above != 0)
    numerators, denominators, common = [], [], 1
    for one, other in zip(above.numerators.ravel().tolist(), below.numerators.ravel().tolist(), strict=True):
        if one and not other:
            raise CannotFollow("a division by zero")
        top, bottom = one * below.denominator, above.denominator * other if one else 1
        shared = gcd(top, bottom) * (-1 if bottom < 0 else 1)
        numerators.append(top // shared)
        denominators.append(bottom // shared)
        if common.bit_length() <= LONGEST_DENOMINATOR:
            common = lcm(common, denominators[-1])
    if common.bit_length() > LONGEST_DENOMINATOR:
        enough = context(digits + GUARD)
        pairs = zip(numerators, denominators, strict=True)
        return boxed([enough.divide(Decimal(top), Decimal(bottom)) for top, bottom in pairs], above.shape)
    out = np.empty(len(numerators), dtype=object)
    out[:] = [top * (common // bottom) for top, bottom in zip(numerators, denominators, strict=True)]
    return Box(out.reshape(above.shape), common)


def square_root(x: Numbers, digits: int) -> Numbers:
    """Square roots entry by entry, exact where they are rational."""
    if not isinstance(x, Box):
        return np.sqrt(x)
    if (x.numerators < 0).any():
        raise CannotFollow("the square root of a negative number")
    fractions = x.fractions()
    roots = [Fraction(isqrt(each.numerator), isqrt(each.denominator)) for each in fractions]
    if all(root * root == each for root, each in zip(roots, fractions, strict=True)):
        return Box.of(roots, x.shape)
    enough = context(digits + GUARD)
    below = Decimal(x.denominator)
    numerators = x.numerators.ravel().tolist()
    # one that is rational is found to as many digits as the others, as far as it has them
    return boxed([enough.sqrt(enough.divide(Decimal(each), below)) for each in numerators], x.shape)


def logarithm(x: Numbers, needed: NDArray[np.bool_], digits: int) -> Numbers:
    """Natural logarithms where they are needed, else 0, so that 0·ln 0 counts as 0."""
    if not isinstance(x, Box):
        with np.errstate(divide="ignore"):
            return np.log(x, out=np.zeros_like(x), where=needed)
    below = Decimal(x.denominator)
    logarithms = []
    for numerator, asked in zip(x.numerators.ravel().tolist(), needed.ravel().tolist(), strict=True):
        if asked and numerator <= 0:
            raise CannotFollow("the logarithm of a number that is not positive")
        if not asked or numerator == x.denominator:
            logarithms.append(Decimal(0))
            continue
        # near 1 the logarithm is as small as the distance to 1
        distance = context(GUARD).divide(Decimal(numerator - x.denominator), below).adjusted()
        enough = context(digits + max(0, -distance) + GUARD)
        logarithms.append(enough.ln(enough.divide(Decimal(numerator), below)))
    return boxed(logarithms, x.shape)
