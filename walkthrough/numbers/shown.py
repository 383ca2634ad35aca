"""A number as it is shown: so many digits, each of them certain, and whether that is all of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log2
from typing import NamedTuple

from walkthrough.numbers.arithmetic import NeedsPrecision

FULL = 20
"""A number that ends within this many significant digits is written out in full on a page."""


class Known(NamedTuple):
    """A number, and how far the truth can be from it; `exact` if it is rational and known."""

    value: Fraction
    spread: Fraction = Fraction(0)
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """Digits and exponent of a number, ±digits · 10^exponent; `complete` if nothing is left out."""

    negative: bool
    digits: str
    exponent: int
    complete: bool

    @property
    def value(self) -> Fraction:
        """What the shown digits say."""
        size = -int(self.digits) if self.negative else int(self.digits)
        return (
            Fraction(size * 10**self.exponent) if self.exponent >= 0 else Fraction(size, 10**-self.exponent)
        )

    @property
    def magnitude(self) -> int:
        """The power of ten of the first digit."""
        return len(self.digits) - 1 + self.exponent

    @property
    def plain(self) -> str:
        """As programs read it: `-0.0125`, `1.5e-9`."""
        return ("-" if self.negative else "") + self._positional("e{}")

    @property
    def text(self) -> str:
        """As people write it: `−0.0125`, `1.5·10⁻⁹`."""
        return ("−" if self.negative else "") + self._positional("·10{}", superscript)

    def _positional(self, scientific: str, written: type[str] | object = str) -> str:
        digits, exponent = self.digits, self.exponent
        # zeros that fill up a rounded number would be digits that nobody is certain of
        if not -7 < self.magnitude < 21 or (exponent > 0 and not self.complete):
            if self.complete:
                digits = digits.rstrip("0") or "0"
            mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
            return mantissa + scientific.format(written(self.magnitude))  # type: ignore[operator]
        if exponent >= 0:
            return digits + "0" * exponent
        whole, part = digits[:exponent], digits[exponent:].rjust(-exponent, "0")
        return f"{whole or '0'}.{part}"


def superscript(number: int) -> str:
    """A whole number as an exponent: −9 → ⁻⁹."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def shown(number: Known, digits: int, full: int = 0) -> Shown:
    """The number to so many significant digits, half-up; in full if it ends within `full` of them.

    Raises NeedsPrecision if the enclosure leaves a digit open.
    """
    value = number.value
    if not number.spread:
        ended = _ended(value, max(digits, full))
        if ended is not None:
            return ended
        return _rounded(value, digits)
    low, high = value - number.spread, value + number.spread
    if (low > 0) != (high > 0) or low == 0:
        raise NeedsPrecision("the sign of a number is open")
    first, second = _rounded(low, digits), _rounded(high, digits)
    if first != second:
        raise NeedsPrecision("a digit of a number is open")
    return first


def _ended(value: Fraction, digits: int) -> Shown | None:
    """The number in full, if it ends within so many significant digits."""
    denominator = value.denominator
    twos = (denominator & -denominator).bit_length() - 1
    fives = _fives(denominator >> twos)
    if fives is None:
        return None
    places = max(twos, fives)
    whole = abs(value.numerator) * (10**places // denominator)
    exponent = -places
    # by thousands first: a number near saturation may have a hundred thousand zeros
    for zeros in (1000, 30, 1):
        while exponent <= -zeros and whole and whole % 10**zeros == 0:
            whole //= 10**zeros
            exponent += zeros
    exponent = exponent if whole else 0
    text = str(whole) if whole.bit_length() < 13_000 else None
    if text is None or len(text.rstrip("0")) > digits:
        return None
    return Shown(value < 0, text, exponent, True)


def _fives(number: int) -> int | None:
    """k, if the number is 5^k."""
    guess = int((number.bit_length() - 1) / log2(5))
    return next((k for k in (guess, guess + 1) if 5**k == number), None)


def _rounded(value: Fraction, digits: int) -> Shown:
    """Rounded half-up to so many significant digits."""
    above, below = abs(value.numerator), value.denominator
    if not above:
        return Shown(False, "0", 0, True)
    exponent = _magnitude(above, below) - digits + 1
    if exponent <= 0:
        above *= 10**-exponent
    else:
        below *= 10**exponent
    text = str((2 * above + below) // (2 * below))
    if len(text) > digits:  # 9.999… became 10.00…
        text, exponent = text[:-1], exponent + 1
    return Shown(value < 0, text, exponent, False)


def _magnitude(above: int, below: int) -> int:
    """The power of ten of the first digit of above/below: 3 for 1234, −2 for 0.05."""
    guess = int((above.bit_length() - below.bit_length()) * 0.30103)
    shift = 2 - guess
    scaled = above * 10**shift // below if shift >= 0 else above // (below * 10**-shift)
    return len(str(scaled)) - 1 - shift
