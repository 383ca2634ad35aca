"""A formula's value: exact where it is rational, else certified to a number of digits.

Rational parts are computed as fractions. exp, ln and tanh give enclosures (mpmath's intervals,
rounded outwards); if the enclosure of the whole is too wide, all is done again with more bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any, TypeAlias

import sympy
from mpmath import iv
from mpmath.libmp import ComplexResult

from walkthrough.witnesses import FINEST, CannotFollow

Interval: TypeAlias = Any  # mpmath has no types
Enclosed: TypeAlias = Fraction | Interval

MOST_BITS = 4 * FINEST


class Evaluation:
    """The values of formulas about the same entries, to a number of digits."""

    def __init__(self, numbers: Mapping[sympy.Symbol, Fraction], digits: int) -> None:
        self.numbers = numbers
        self.digits = digits
        self.readings: dict[int, _Reading] = {}

    def of(self, formula: sympy.Expr) -> Fraction:
        """The value of a formula, exact or with all its digits certain."""
        if formula.is_Symbol:
            return self.numbers[formula]
        bits = 4 * self.digits + 40
        before = iv.prec
        try:
            while bits <= MOST_BITS:
                iv.prec = bits
                value = self.readings.setdefault(bits, _Reading(self.numbers)).read(formula)
                if isinstance(value, Fraction):
                    return value
                middle = _middle(value, self.digits)
                if middle is not None:
                    exact = _recognised(formula, self.numbers)
                    return middle if exact is None else exact
                bits *= 2
        except (ZeroDivisionError, ComplexResult) as error:
            raise CannotFollow("a division by zero, or a logarithm outside its range") from error
        finally:
            iv.prec = before
        raise CannotFollow(f"a value that is not certain after {MOST_BITS} bits")


class _Reading:
    """One evaluation, with the present precision; what is not linear is found once."""

    def __init__(self, numbers: Mapping[sympy.Symbol, Fraction]) -> None:
        self.numbers = numbers
        self.known: dict[sympy.Expr, Enclosed] = {}

    def read(self, formula: sympy.Expr) -> Enclosed:
        """The value or enclosure of any part of a formula."""
        if formula.is_Symbol:
            return self.numbers[formula]
        if formula.is_Rational:
            return Fraction(int(formula.p), int(formula.q))
        if formula.is_Mul:
            return self.product(formula.args)
        if formula.is_Add:
            return self.sum(formula.args)
        if formula not in self.known:
            self.known[formula] = self.power(formula) if formula.is_Pow else self.applied(formula)
        return self.known[formula]

    def sum(self, terms: Iterable[sympy.Expr]) -> Enclosed:
        """Fractions are added exactly, enclosures after that."""
        exact, rest = Fraction(0), []
        for term in terms:
            value = self.read(term)
            if isinstance(value, Fraction):
                exact += value
            else:
                rest.append(value)
        return sum(rest, _interval(exact)) if rest else exact

    def product(self, factors: Iterable[sympy.Expr]) -> Enclosed:
        """What is rational comes first: 0 times a logarithm of 0 counts as 0."""
        exact, rest = Fraction(1), None
        for factor in sorted(factors, key=_has_function):
            value = self.read(factor)
            if isinstance(value, Fraction):
                exact *= value
                if not exact:
                    return exact
            else:
                rest = value if rest is None else rest * value
        return exact if rest is None else rest * _interval(exact)

    def power(self, formula: sympy.Expr) -> Enclosed:
        """Whole exponents, and halves for square roots; there are no others in the equations."""
        base, exponent = formula.args
        if not (exponent.is_Rational and exponent.q in (1, 2)):
            raise CannotFollow(f"a power with the exponent {exponent}")
        value = self.read(base)
        return (value if exponent.q == 1 else _root(value)) ** int(exponent.p)

    def applied(self, formula: sympy.Expr) -> Enclosed:
        """exp, ln and tanh; exact where they are rational."""
        if formula is sympy.S.Exp1:
            return iv.exp(1)
        value = self.read(formula.args[0])
        exact = isinstance(value, Fraction)
        if isinstance(formula, sympy.exp):
            return Fraction(1) if exact and value == 0 else _applied("exp", value, iv.prec)
        if isinstance(formula, sympy.log):
            return self.logarithm(value)
        if isinstance(formula, sympy.tanh):
            if exact and value == 0:
                return value
            # 1 − 2/(e^(2z) + 1), which grows no larger than it must
            return 1 - 2 / (_applied("exp", 2 * value, iv.prec) + 1)
        raise CannotFollow(f"the function {type(formula).__name__}")

    def logarithm(self, value: Enclosed) -> Enclosed:
        """The natural logarithm; of 1 it is exactly 0."""
        if isinstance(value, Fraction) and value <= 0:
            raise CannotFollow("the logarithm of a number that is not positive")
        exact = isinstance(value, Fraction) and value == 1
        return Fraction(0) if exact else _applied("log", value, iv.prec)


def _root(value: Enclosed) -> Enclosed:
    if isinstance(value, Fraction) and value >= 0:
        above, below = isqrt(value.numerator), isqrt(value.denominator)
        if above**2 == value.numerator and below**2 == value.denominator:
            return Fraction(above, below)
    if isinstance(value, Fraction) and value < 0:
        raise CannotFollow("the square root of a negative number")
    return _applied("sqrt", value, iv.prec)


@lru_cache(maxsize=4096)
def _applied(function: str, value: Enclosed, bits: int) -> Interval:
    """A function at a number, found once for each precision (`bits` is the one in force)."""
    return getattr(iv, function)(_interval(value))


@lru_cache(maxsize=1024)
def _has_function(formula: sympy.Expr) -> bool:
    return bool(not formula.is_Atom and formula.has(sympy.Function))


def _interval(value: Enclosed) -> Interval:
    if isinstance(value, Fraction):
        return iv.mpf(value.numerator) / iv.mpf(value.denominator)
    return value


def _middle(interval: Interval, digits: int) -> Fraction | None:
    """The middle of an enclosure, if all it encloses agrees to so many significant digits."""
    low, high = (_exactly(bound) for bound in interval._mpi_)
    if low is None or high is None or low <= 0 <= high:
        return None
    if (high - low) * 10**digits > min(abs(low), abs(high)):
        return None
    return (low + high) / 2


def _exactly(bound: tuple[int, int, int, int]) -> Fraction | None:
    """One of mpmath's numbers, sign·mantissa·2^exponent; None if it is infinite."""
    sign, mantissa, exponent, _ = bound
    if not mantissa:
        return None if exponent else Fraction(0)
    if abs(exponent) > MOST_BITS:
        raise CannotFollow(f"a number of {abs(exponent)} bits")
    size = Fraction(mantissa * 2**exponent) if exponent >= 0 else Fraction(mantissa, 2**-exponent)
    return -size if sign else size


def _recognised(formula: sympy.Expr, numbers: Mapping[sympy.Symbol, Fraction]) -> Fraction | None:
    """The exact value where equal entries cancel: a softmax of n equal numbers is 1/n."""
    used = {numbers[symbol] for symbol in formula.free_symbols}
    if len(used) != 1 or len(formula.free_symbols) == 1:
        return None
    (number,) = used
    rational = sympy.Rational(number.numerator, number.denominator)
    value = formula.xreplace(dict.fromkeys(formula.free_symbols, rational))
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None
