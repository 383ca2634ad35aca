"""All numbers of a tensor as they are shown, quickly: on its integers, without a fraction for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.numbers import integers
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.shown import Shown
from walkthrough.numbers.written import MINUS

_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass(frozen=True, eq=False)
class Printed:
    """Texts in reading order; which are complete; the numbers that they say; and which stay open.

    `units` are the last printed places, in units of the numbers' denominator; `open` are the cells whose
    enclosure leaves a digit open at this precision.
    """

    texts: list[str]
    complete: Array
    numbers: Exact
    units: list[int]
    open: list[int]


def printed(numbers: Exact, digits: int, full: int) -> Printed | None:
    """To so many digits, in full if a number ends within `full`; None if it is no matter of decimals."""
    tens = power_of_ten(numbers.denominator)
    if tens is None:
        return None
    decimals, factor = tens
    shape = numbers.numerators.shape
    flat = integers.times(numbers.numerators, factor).reshape(-1).tolist()
    doubt = np.zeros(len(flat), bool) if numbers.unknown is None else numbers.unknown.reshape(-1)
    spread = numbers.radius * factor
    powers = [10**power for power in range(100)]
    texts: list[str] = []
    said: list[int] = []
    units: list[int] = []
    left_open: list[int] = []
    # many numbers of a tensor are the same: 0, or weights of three decimals
    whole: dict[int, str] = {}
    longest = max(full, digits)
    for place, (numerator, doubtful) in enumerate(zip(flat, doubt.tolist(), strict=True)):
        enclosed = spread if doubtful else 0
        if not enclosed and numerator in whole:
            texts.append(whole[numerator])
            said.append(numerator)
            units.append(0)
            continue
        size = -numerator if numerator < 0 else numerator
        figures = str(size)
        if not enclosed and len(figures.rstrip("0")) <= longest:
            text = _decimal(figures, decimals)
            whole[numerator] = MINUS + text if numerator < 0 else text
            texts.append(whole[numerator])
            said.append(numerator)
            units.append(0)
            continue
        cut = len(figures) - digits if len(figures) > digits else 0
        unit = powers[cut] if cut < len(powers) else 10**cut
        rounded = (2 * size + unit) // (2 * unit)
        # certain if no number of the enclosure is nearer to another last digit
        if enclosed and 2 * (abs(size - rounded * unit) + enclosed) >= unit:
            left_open.append(place)
        figures, exponent = str(rounded), cut - decimals
        if len(figures) > digits:  # 9.99… became 10.0…
            figures, exponent = figures[:-1], exponent + 1
        text = _rounded(figures, exponent)
        texts.append(MINUS + text if numerator < 0 else text)
        said.append(-rounded * unit if numerator < 0 else rounded * unit)
        units.append(unit)
    complete = np.array([not unit for unit in units], dtype=bool)
    values = np.empty(len(said), dtype=object)
    values[:] = said
    unfinished = None if complete.all() else ~complete.reshape(shape)
    exact = Exact(integers.integers(values.reshape(shape)), numbers.denominator * factor, 0, unfinished)
    return Printed(texts, complete, exact, units, left_open)


def plain(text: str) -> str:
    """A printed number as programs read it: −1.5·10⁻⁹ → -1.5e-9."""
    text = text.replace(MINUS, "-")
    if "·" not in text:
        return text
    mantissa, _, power = text.partition("·10")
    return f"{mantissa}e{power.translate(_POWERS)}"


def power_of_ten(denominator: int) -> tuple[int, int] | None:
    """k and f with denominator · f = 10^k, if there are any."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    decimals = max(twos, fives)
    return None if rest != 1 or decimals > 4_000 else (decimals, 10**decimals // denominator)


def _decimal(figures: str, decimals: int) -> str:
    """Whole figures over 10^decimals, written out in full."""
    whole = len(figures) - decimals
    if not -7 < whole - 1 < 21 and figures != "0":
        digits = figures.rstrip("0")
        return Shown(False, digits, len(figures) - len(digits) - decimals, True).text
    if not decimals:
        return figures
    if whole > 0:
        part = figures[whole:].rstrip("0")
        return f"{figures[:whole]}.{part}" if part else figures[:whole]
    part = ("0" * -whole + figures).rstrip("0")
    return f"0.{part}" if part else "0"


def _rounded(figures: str, exponent: int) -> str:
    """Rounded figures · 10^exponent."""
    whole = len(figures) + exponent
    if not -7 < whole - 1 < 21 or exponent > 0:
        return Shown(False, figures, exponent, False).text
    if not exponent:
        return figures
    if whole > 0:
        return f"{figures[:whole]}.{figures[whole:]}"
    return f"0.{'0' * -whole}{figures}"
