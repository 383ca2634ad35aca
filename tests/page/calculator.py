"""A calculator for printed lines: it reads what a page prints as a person would, and works it out.

It shares nothing with the package: a tokenizer, a recursive descent, exact fractions as long as the line
is rational, and mpmath beyond that. `·` and `/` go from left to right, a minus before a product belongs to
the whole product, e^, √ and ² bind tighter than either, and `ln` and `tanh` take the next number or
parentheses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from math import isqrt

import mpmath

from walkthrough.document import Side, Sum, Window

Value = Fraction | mpmath.mpf

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][−+-]?\d+)?%?)|(?P<part>[½¼¾⅓])"
    r"|(?P<word>e\^|ln|tanh|max)|(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sign>[−·/+(),|√]))"
)
_PARTS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3)}
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class NotNumeric(ValueError):
    """A side with letters in it: symbols, not numbers."""


def evaluated(text: str) -> Value:
    """What a printed side comes to."""
    with mpmath.workdps(80 + 2 * len(text)):
        reading = _Reading(_tokens(text))
        value = reading.sum()
        if reading.left:
            raise NotNumeric(f"{reading.left[0]} in {text!r}")
        return value


def on_one_line(side: Side) -> str:
    """A side as it reads: rows after each other, with + between the terms."""
    match side:
        case str():
            return side
        case Window(rows):
            return "max(" + ", ".join(text for row in rows for text in row if text) + ")"
        case Sum(rows, before, after):
            # a term that begins with a minus is written in parentheses here: + (−3)
            terms = [text for row in rows for text in row]
            return before + " + ".join(f"({text})" if text[0] == "−" else text for text in terms) + after
    raise TypeError(side)


@dataclass(frozen=True)
class Printed:
    """A printed number: its value, and the unit of its last digit."""

    value: Fraction
    unit: Fraction


def printed(text: str) -> Printed:
    """A result: −0.0125, 118, 1.5·10⁻⁹."""
    mantissa, _, power = text.partition("·10")
    scale = Fraction(10) ** int(power.translate(_POWERS) or 0)
    decimals = len(mantissa.partition(".")[2])
    return Printed(Fraction(mantissa.replace("−", "-")) * scale, scale / 10**decimals)


def unit_of(result: str, digits: int) -> Fraction:
    """What a rounded result is good to: its last digit, or the last of so many significant ones.

    Of three significant digits, 1180 stands for 118 tens.
    """
    own = printed(result)
    size, unit = abs(own.value), own.unit
    while size >= unit * 10**digits and size % (unit * 10) == 0:
        unit *= 10
    return unit


def half_up(value: Value, unit: Fraction) -> Fraction:
    """Rounded to a multiple of the unit, a tie away from 0."""
    exact = as_fraction(value)
    whole = (abs(exact) / unit + Fraction(1, 2)).__floor__()
    return whole * unit * (-1 if exact < 0 else 1)


@singledispatch
def as_fraction(value: Fraction) -> Fraction:
    """All the digits that there are."""
    return value


@as_fraction.register
def _(value: mpmath.mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotNumeric(f"{text[at:]!r} in {text!r}")
        found.append(match[0].strip())
        at = match.end()
    return found


@dataclass
class _Reading:
    left: list[str]

    def take(self, *wanted: str) -> str | None:
        if self.left and self.left[0] in wanted:
            return self.left.pop(0)
        return None

    def expect(self, wanted: str) -> None:
        if self.take(wanted) is None:
            raise NotNumeric(f"expected {wanted} before {self.left[:3]}")

    def sum(self) -> Value:
        value = self.product()
        while sign := self.take("+", "−"):
            other = self.product()
            one, other = _alike(value, other)
            value = one + other if sign == "+" else one - other
        return value

    def product(self) -> Value:
        if self.take("−"):
            return -self.product()
        value = self.power()
        while sign := self.take("·", "/"):
            other = self.power()
            one, other = _alike(value, other)
            value = one * other if sign == "·" else one / other
        return value

    def power(self) -> Value:
        value = self.atom()
        while self.left and self.left[0][0] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
            value = value ** int(self.left.pop(0).translate(_POWERS))
        return value

    def atom(self) -> Value:
        if self.take("("):
            value = self.sum()
            self.expect(")")
            return value
        if self.take("|"):
            value = self.sum()
            self.expect("|")
            return abs(value)
        if self.take("√"):
            return _root(self.atom())
        if self.take("max"):
            self.expect("(")
            values = [self.sum()]
            while self.take(","):
                values.append(self.sum())
            self.expect(")")
            return max(values)
        if self.take("e^"):
            return _function(mpmath.exp, self.atom(), at=0, is_=1)
        if self.take("ln"):
            return _function(mpmath.log, self.power(), at=1, is_=0)
        if self.take("tanh"):
            return _function(mpmath.tanh, self.power(), at=0, is_=0)
        if self.left and self.left[0] in _PARTS:
            return _PARTS[self.left.pop(0)]
        if self.left and self.left[0][0] in "0123456789.":
            text = self.left.pop(0).replace("−", "-")
            return Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        raise NotNumeric(f"no number before {self.left[:3]}")


def _alike(one: Value, other: Value) -> tuple[Value, Value]:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one, other
    return _real(one), _real(other)


def _real(value: Value) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def _root(of: Value) -> Value:
    """√4 = 2 and √(1/9) = 1/3 are rational; √2 is not."""
    if isinstance(of, Fraction):
        above, below = isqrt(of.numerator), isqrt(of.denominator)
        if above**2 == of.numerator and below**2 == of.denominator:
            return Fraction(above, below)
    return mpmath.sqrt(_real(of))


def _function(function: object, of: Value, at: int, is_: int) -> Value:
    """e⁰ = 1, ln 1 = 0 and tanh 0 = 0 are rational; nothing else is."""
    return Fraction(is_) if of == at else function(_real(of))  # type: ignore[operator]
