"""A little calculator for the lines under a slip: what stands left of = or ≈, from its digits.

It asks the calculator of the pages for sums, products and functions, and adds what only slips print: |z|,
powers of 2 and 10, and a number of the sheet by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import mpmath

from tests.page.calculator import as_fraction, evaluated

_NAMED = re.compile(r"[a-z][\w.@]*(\[[\d,]+\])?")
_OTHER_POWER = re.compile(r"\b(2|10)\^(\((?:[^()]|\([^()]*\))*\)|[\d.]+)")
_SMALLEST = re.compile(r"min\(([^()]*)\)")
_ROOT = re.compile(r"√(\((?:[^()]|\([^()]*\))*\)|[\d.]+)")
_SIZE = re.compile(r"\|([^|]*)\|")


def worked_out(line: str, number: Callable[[str], Fraction]) -> tuple[Fraction, Fraction, Fraction] | None:
    """What the last step of a line comes to, what it prints, and the unit of its last digit.

    `number` gives what stands on the sheet (or in the case) under a name. None where a line is no sum: which
    digits became which.
    """
    last = line.rpartition(", then ")[2]
    if " became " in last:
        return None
    left, _, right = last.replace("≈", "=").rpartition(" = ")
    printed, unit = _printed(right)
    if _NAMED.fullmatch(left) and not left.startswith(("max(", "ln ")):
        return number(left), printed, unit
    return value_of(left), printed, unit


def value_of(text: str) -> Fraction:
    """The number that an arithmetic expression comes to."""
    text = _SIZE.sub(lambda match: str(abs(value_of(match[1]))).replace("-", "−"), text)
    text = _ROOT.sub(lambda match: _root(match[1]), text)
    text = _SMALLEST.sub(lambda match: _least(match[1]), text)
    text = _OTHER_POWER.sub(lambda match: _power(int(match[1]), match[2]), text)
    return as_fraction(evaluated(text))


def _root(of: str) -> str:
    with mpmath.workdps(60):
        inside = value_of(of)
        value = mpmath.sqrt(mpmath.mpf(inside.numerator) / inside.denominator)
        return mpmath.nstr(value, 50, min_fixed=-1000, max_fixed=1000)


def _least(several: str) -> str:
    return str(min(several.split(", "), key=value_of))


def _power(base: int, exponent: str) -> str:
    with mpmath.workdps(60):
        exponent_value = as_fraction(evaluated(exponent))
        value = mpmath.power(base, mpmath.mpf(exponent_value.numerator) / exponent_value.denominator)
        return "(" + mpmath.nstr(value, 50, min_fixed=-1000, max_fixed=1000).replace("-", "−") + ")"


def _printed(text: str) -> tuple[Fraction, Fraction]:
    mantissa, _, power = text.partition("·10")
    scale = Fraction(10) ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    decimals = len(mantissa.partition(".")[2])
    return Fraction(mantissa.replace("−", "-")) * scale, scale / 10**decimals
