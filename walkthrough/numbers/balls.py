"""e^x, ln, tanh and √x with a bound on the error: ball arithmetic, by the Arb library."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt, lcm
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from flint import arb, ctx, fmpq

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Entry, Expression, Index
from walkthrough.numbers import integers
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.expressions import evaluate

if TYPE_CHECKING:
    from walkthrough.numbers.exact import Exact


class LogOfZero(ArithmeticError):
    """The logarithm of an exact 0 was asked for, or a division by it."""


Vanishes: TypeAlias = Callable[[Expression, tuple[Index, ...]], Array]
"""Where an expression is provably 0, for all values of these loop indices."""


def enclosed_values(
    expression: Expression,
    variables: tuple[Index, ...],
    read: Callable[[Entry], Exact],
    bits: int,
    vanishes: Vanishes | None = None,
) -> Array:
    """The expression for all values of its loop indices: fmpq where rational, otherwise arb.

    On which side of its kink a formula is, an enclosure may leave open; `vanishes` can prove a 0.
    """
    signs = np.frompyfunc(sign, 1, 1)
    cache: dict[str, Array] = {}

    def sides(of: Expression, axes: tuple[Index, ...], values: Array) -> Array:
        try:
            return np.asarray(signs(values))
        except NeedsPrecision:
            if vanishes is None:
                raise
        zero = np.broadcast_to(vanishes(of, axes), np.shape(values))
        left = np.array(values, dtype=object)
        left[zero] = fmpq(0)
        return np.asarray(signs(left))

    def numbers(entry: Entry) -> Array:
        name = entry.tensor.name
        if name not in cache:
            cache[name] = _values(read(entry))
        return cache[name]

    with ctx.workprec(bits):
        try:
            return evaluate(expression, variables, numbers, _number, _ELEMENTWISE, sides)
        except ZeroDivisionError:
            raise LogOfZero("division by an exact 0") from None


def _number(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _values(numbers: Exact) -> Array:
    """The numbers one by one: rational where they are known (or rounded by hand), else balls."""
    flat = numbers.numerators.reshape(-1)
    unknown = None if numbers.unknown is None or not numbers.radius else numbers.unknown.reshape(-1)
    spread = arb(0, arb(fmpq(numbers.radius, numbers.denominator)).upper())
    found = np.empty(flat.shape, dtype=object)
    for place, numerator in enumerate(flat):
        value = fmpq(int(numerator), numbers.denominator)
        found[place] = value if unknown is None or not unknown[place] else arb(value) + spread
    return found.reshape(numbers.numerators.shape)


def _exp(of: Any) -> Any:
    if isinstance(of, fmpq):
        return fmpq(1) if of == 0 else arb(of).exp()
    return of.exp()


def _ln(of: Any) -> Any:
    if isinstance(of, fmpq):
        if of <= 0:
            raise LogOfZero("the logarithm of 0" if of == 0 else "the logarithm of a negative number")
        return fmpq(0) if of == 1 else arb(of).log()
    if of < 0:
        raise LogOfZero("the logarithm of a negative number")
    if not of > 0:
        raise NeedsPrecision("ln")
    return of.log()


def _ln1p(of: Any) -> Any:
    return _ln(1 + of) if isinstance(of, fmpq) or not of > -1 else of.log1p()


def _tanh(of: Any) -> Any:
    if isinstance(of, fmpq):
        return fmpq(0) if of == 0 else arb(of).tanh()
    return of.tanh()


def _sqrt(of: Any) -> Any:
    if not isinstance(of, fmpq):
        if of < 0:
            raise LogOfZero("the square root of a negative number")
        return of.sqrt() if of > 0 else of.nonnegative_part().sqrt()
    if of < 0:
        raise LogOfZero("the square root of a negative number")
    above, below = isqrt(int(of.p)), isqrt(int(of.q))
    return fmpq(above, below) if above**2 == of.p and below**2 == of.q else arb(of).sqrt()


def sign(of: Any) -> int:
    """−1, 0 or 1; raises NeedsPrecision if a number's enclosure does not tell."""
    if of > 0:
        return 1
    if of < 0:
        return -1
    if isinstance(of, arb) and not of.is_zero():
        raise NeedsPrecision("the sign of a number")
    return 0


def _elementwise(function: Callable[[Any], Any]) -> Callable[[Array], Array]:
    lifted = np.frompyfunc(function, 1, 1)
    return lambda array: np.asarray(lifted(array), dtype=object)


FUNCTIONS = MappingProxyType({"exp": _exp, "ln": _ln, "ln1p": _ln1p, "tanh": _tanh, "sqrt": _sqrt})
"""e^x, ln, tanh and √x of one number, rational where the result is."""

_ELEMENTWISE = MappingProxyType({name: _elementwise(function) for name, function in FUNCTIONS.items()})


def settled(values: Array, precision: int) -> tuple[Array, int, int, Array | None]:
    """Numerators, denominator, radius and marks of the numbers that are enclosed, not known.

    The denominator is 10^precision, and a multiple of the denominators of what is rational.
    """
    # 0 times a ball is exactly 0
    flat = [fmpq(0) if isinstance(v, arb) and v.is_exact() and v == 0 else v for v in values.reshape(-1)]
    balls = [isinstance(value, arb) for value in flat]
    denominator = 10**precision if any(balls) else 1
    for value in flat:
        if not isinstance(value, arb):
            denominator = lcm(denominator, int(fmpq(value).q))
    numerators = np.empty(len(flat), dtype=object)
    radius = 0
    for place, value in enumerate(flat):
        if balls[place]:
            numerators[place], width = _fixed(value, denominator)
            radius = max(radius, width)
        else:
            rational = fmpq(value)
            numerators[place] = int(rational.p) * (denominator // int(rational.q))
    unknown = np.array(balls, dtype=bool).reshape(values.shape) if any(balls) else None
    return integers.integers(numerators.reshape(values.shape)), denominator, radius, unknown


def _fixed(ball: Any, denominator: int) -> tuple[int, int]:
    """The ball as a whole number of 1/denominator, and a bound on the distance in the same unit."""
    if not ball.is_finite():
        raise NeedsPrecision("a number could not be enclosed")
    mantissa, exponent = (int(part) for part in ball.mid().man_exp())
    middle = _scaled(mantissa * denominator, exponent)
    mantissa, exponent = (int(part) for part in ball.rad().man_exp())
    return middle, _scaled(mantissa * denominator, exponent) + 2


def _scaled(whole: int, exponent: int) -> int:
    """⌊whole · 2^exponent⌋, bounded so that no absurd power is written out."""
    if exponent > 4_000_000:
        raise NeedsPrecision("a number has more than a million digits")
    return whole << exponent if exponent >= 0 else whole >> min(-exponent, whole.bit_length() + 1)
