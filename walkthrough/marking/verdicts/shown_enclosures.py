"""A number of somebody's own, as it is shown: as the true values are, but quicker, as there are many."""

from __future__ import annotations

from walkthrough.marking.verdicts.calculation.enclosures import ZERO, Enclosure, Rational
from walkthrough.marking.verdicts.precision import magnitude, power_of_ten
from walkthrough.numbers.shown import Shown
from walkthrough.numbers.written import digits as written_out


def shown_enclosure(of: Enclosure, digits: int) -> Shown:
    """A number to so many significant digits, half-up; in full if it ends within them.

    What no enclosure tells from 0 or from a tie is taken in the middle: it decides nothing.
    """
    value = middle_of(of)
    if of[0] <= ZERO <= of[1]:
        return Shown(False, "0", 0, True)
    exponent = magnitude(value) - digits + 1
    scaled = value / power_of_ten(exponent)
    if scaled.q == 1 and of[0] == of[1]:
        return _ended(abs(int(scaled.p)), exponent, value < ZERO)
    above, below = abs(int(scaled.p)), int(scaled.q)
    text = str((2 * above + below) // (2 * below))
    if len(text) > digits:  # 9.999… became 10.00…
        text, exponent = text[:-1], exponent + 1
    return Shown(value < ZERO, text, exponent, False)


def _ended(whole: int, exponent: int, negative: bool) -> Shown:
    """All of a number that ends: no zeros after the last decimal."""
    text = str(whole)
    if exponent > 0:
        return Shown(negative, written_out(whole * 10**exponent), 0, True)
    kept = max(len(text.rstrip("0")), len(text) + exponent)
    return Shown(negative, text[:kept], exponent + len(text) - kept, True)


def middle_of(of: Enclosure) -> Rational:
    """The number, or the middle of its enclosure."""
    return of[0] if of[0] is of[1] else (of[0] + of[1]) / 2
