"""Intervals that certainly hold a number: what somebody may have used, and what can come of it.

The ends are rational. Sums and products of rationals are exact; e^x, ln and tanh are rounded outwards,
so that an interval may be a little too wide (by about 10^−36 of the number) and never too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, fmpq

Rational: TypeAlias = Any
"""A rational number, as the Flint library has them: ten times as quick as Python's own."""
Enclosure: TypeAlias = tuple[Rational, Rational]
"""The lower and the upper end; twice the same object for a single number."""

BITS = 128
"""Bits to which e^x, ln and tanh are enclosed."""
ZERO, ONE = fmpq(0), fmpq(1)
NOUGHT: Enclosure = (ZERO, ZERO)
FAR = fmpq(10**10_000)
"""Stands for infinity: no worksheet can name a number as large."""
_STEEP = fmpq(20_000)  # e to more than this has more digits than a worksheet can name


class NoValue(ArithmeticError):
    """A line that leads nowhere, such as the logarithm of a negative number."""


def fraction(number: Rational) -> Fraction:
    """The same number as a fraction of Python's."""
    return Fraction(int(number.p), int(number.q))


def hull(intervals: Iterable[Enclosure]) -> Enclosure:
    """From the lowest of the lower ends to the highest of the upper ones."""
    (low, high), *rest = intervals
    for a, b in rest:
        low = a if a < low else low
        high = b if b > high else high
    return low, high


def common(one: Enclosure, other: Enclosure) -> Enclosure | None:
    """What lies in both, or None."""
    low = one[0] if one[0] > other[0] else other[0]
    high = one[1] if one[1] < other[1] else other[1]
    return (low, high) if low <= high else None


def negative(of: Enclosure) -> Enclosure:
    """−a."""
    low, high = of
    if low is high:
        less = -low
        return less, less
    return -high, -low


def plus(one: Enclosure, other: Enclosure) -> Enclosure:
    """a + b."""
    if one[0] is one[1] and other[0] is other[1]:
        added = one[0] + other[0]
        return added, added
    return one[0] + other[0], one[1] + other[1]


def times(one: Enclosure, other: Enclosure) -> Enclosure:
    """a·b, each as it likes: the extremes lie in the corners."""
    a, b = one
    c, d = other
    if a is b:
        if c is d:
            product = a * c
            return product, product
        return (a * c, a * d) if a >= ZERO else (a * d, a * c)
    if c is d:
        return (a * c, b * c) if c >= ZERO else (b * c, a * c)
    corners = (a * c, a * d, b * c, b * d)
    return min(corners), max(corners)


def over(above: Enclosure, below: Enclosure) -> Enclosure:
    """a/b; raises NoValue if b is 0."""
    c, d = below
    if c > ZERO or d < ZERO:
        return times(above, (1 / c, 1 / c) if c is d else (1 / d, 1 / c))
    if c == d:
        raise NoValue("a division by 0")
    return times(above, (1 / d if c == ZERO else -FAR, 1 / c if d == ZERO else FAR))


def power(base: Enclosure, exponent: int) -> Enclosure:
    """a to a whole number: an even power is least where a is nearest to 0."""
    if exponent < 0:
        return over((ONE, ONE), power(base, -exponent))
    low, high = base[0] ** exponent, base[1] ** exponent
    if base[0] is base[1]:
        return low, low
    if exponent % 2:
        return low, high
    if base[0] < ZERO < base[1]:
        return ZERO, max(low, high)
    return (low, high) if low <= high else (high, low)


def times_rest(of: Enclosure) -> Enclosure:
    """a·(1 − a), one and the same a: largest at ½."""
    low, high = of
    ends = (low * (1 - low), high * (1 - high))
    if low is high:
        return ends[0], ends[0]
    half = fmpq(1, 2)
    return min(ends), fmpq(1, 4) if low < half < high else max(ends)


def share(part: Enclosure, rest: Enclosure) -> Enclosure:
    """a/(a + b) for positive a, and b at least 0: grows with a, falls with b."""
    return part[0] / (part[0] + rest[1]), part[1] / (part[1] + rest[0])


# --- functions that only grow ----------------------------------------------------------------------


def enclosed_exp(of: Enclosure) -> Enclosure:
    """e^a."""
    if of[0] == of[1] == ZERO:
        return ONE, ONE
    return _exp(of[0])[0], _exp(of[1])[1]


def _exp(at: Rational) -> Enclosure:
    if at > _STEEP:
        return _ends(arb(_STEEP).exp())[0], FAR
    if at < -_STEEP:
        return 1 / FAR, _ends(arb(-_STEEP).exp())[1]
    return _ends(arb(at).exp())


def enclosed_ln(of: Enclosure) -> Enclosure:
    """The natural logarithm; raises NoValue where no number in the interval has one."""
    low, high = of
    if high <= ZERO:
        raise NoValue("the logarithm of a number that is not positive")
    if low == high == ONE:
        return NOUGHT
    return -FAR if low <= ZERO else _ends(arb(low).log())[0], _ends(arb(high).log())[1]


def enclosed_tanh(of: Enclosure) -> Enclosure:
    """The hyperbolic tangent."""
    if of[0] == of[1] == ZERO:
        return NOUGHT
    return _tanh(of[0])[0], _tanh(of[1])[1]


def _tanh(at: Rational) -> Enclosure:
    steep = max(min(at, _STEEP), -_STEEP)
    return _ends(arb(steep).tanh())


def enclosed_sqrt(of: Enclosure) -> Enclosure:
    """The square root; raises NoValue where no number in the interval has one."""
    low, high = of
    if high < ZERO:
        raise NoValue("the square root of a negative number")
    return _sqrt(max(low, ZERO))[0], _sqrt(high)[1]


def _sqrt(at: Rational) -> Enclosure:
    return NOUGHT if at == ZERO else _ends(arb(min(at, FAR)).sqrt())


def _ends(ball: Any) -> Enclosure:
    return _dyadic(ball.lower()), _dyadic(ball.upper())


def _dyadic(exact: Any) -> Rational:
    mantissa, exponent = exact.man_exp()
    places = int(exponent)
    return fmpq(mantissa, 1 << -places) if places < 0 else fmpq(mantissa * (1 << places))


def enclosed_ln1p(of: Enclosure) -> Enclosure:
    """ln(1 + a)."""
    return enclosed_ln((1 + of[0], 1 + of[1]))


ENCLOSED_FUNCTIONS = {
    "exp": enclosed_exp,
    "ln": enclosed_ln,
    "ln1p": enclosed_ln1p,
    "tanh": enclosed_tanh,
    "sqrt": enclosed_sqrt,
}
