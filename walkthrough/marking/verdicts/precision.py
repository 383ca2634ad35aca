"""How finely somebody works: what a number that they did not write down may have been rounded to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from flint import fmpq

from walkthrough.marking.verdicts.agreement import WrittenRational
from walkthrough.marking.verdicts.calculation.enclosures import FAR, ZERO, Enclosure, Rational

_FEWEST_DIGITS = 2
# a single number is little to go by
_FEWEST_OF_ONE = 3
_SHORT = 4
_TWO = fmpq(2)
_FINER = 3


class Precision(NamedTuple):
    """The coarsest that somebody rounds: to so many significant digits, or to this unit (0: neither)."""

    digits: int
    unit: Rational

    def room(self, of: Enclosure) -> Enclosure:
        """What a number may have become on the way: itself, rounded, or cut off.

        A short number that is known exactly, such as 1275 or 2.55, nobody rounds in their head.
        """
        low, high = of
        if low is high and (not low or (low / power_of_ten(magnitude(low) - _SHORT + 1)).q == 1):
            return of
        return (
            self._nearer(low) if low > ZERO else self._further(low),
            self._further(high) if high > ZERO else self._nearer(high),
        )

    def anyhow(self, of: Enclosure) -> Enclosure:
        """The same for what is on the way to a number that shows so many digits: only whole numbers stay."""
        low, high = of
        if (low is high and low.q == 1) or high - low > FAR or abs(low) > FAR:
            return of
        return (
            self._nearer(low) if low > ZERO else self._further(low),
            self._further(high) if high > ZERO else self._nearer(high),
        )

    def _nearer(self, value: Rational) -> Rational:
        """As near to 0 as it can come: cut off."""
        unit = self._step(value)
        whole = value / unit if value else ZERO
        return unit * (int(whole.p) // int(whole.q) if value > ZERO else -(-int(whole.p) // int(whole.q)))

    def _further(self, value: Rational) -> Rational:
        """As far from 0 as it can come: rounded, perhaps a little finer; or as it is, if it ends there."""
        unit = self._step(value)
        if not unit or not value or (value / unit).q == 1:
            return value
        size = abs(value)
        finest = unit / power_of_ten(_FINER)
        # rounded more finely than that, it comes no further than this
        farthest = size + finest / _TWO
        for finer in range(_FINER):
            whole = size * power_of_ten(finer) / unit
            up = unit / power_of_ten(finer) * ((2 * int(whole.p) + int(whole.q)) // (2 * int(whole.q)))
            farthest = up if up > farthest else farthest
        return farthest if value > ZERO else -farthest

    def _step(self, value: Rational) -> Rational:
        if value == ZERO:
            return self.unit
        if not self.digits:
            return self.unit
        return max(self.unit, power_of_ten(magnitude(value) - self.digits + 1))


def magnitude(value: Rational) -> int:
    """The power of ten of the first digit: 3 for 1234, −2 for 0.05."""
    above, below = abs(int(value.p)), int(value.q)
    guess = int((above.bit_length() - below.bit_length()) * 0.30103) - 1
    size = fmpq(above, below)
    while power_of_ten(guess + 1) <= size:
        guess += 1
    while power_of_ten(guess) > size:
        guess -= 1
    return guess


@lru_cache(maxsize=4096)
def power_of_ten(exponent: int) -> Rational:
    """10 to this power."""
    return fmpq(10**exponent) if exponent >= 0 else fmpq(1, 10**-exponent)


def working_precision(rounded: Iterable[WrittenRational]) -> Precision | None:
    """From the numbers that cannot be all of their value: so many decimals everywhere, or so many digits.

    Where both could be meant, both are open. The shortest number does not count, so that none excuses
    itself. None if nothing on the sheet was rounded.
    """
    said = [each for each in rounded if each.units and each.digits]
    if not said:
        return None
    lengths = sorted(each.digits for each in said)
    digits = max(lengths[1], _FEWEST_DIGITS) if len(said) > 1 else max(lengths[0], _FEWEST_OF_ONE)
    # who keeps to two decimals writes 0.004 all the same, and not 0.00
    units = [each.units[0] for each in said if each.digits > 1] or [each.units[0] for each in said]
    if any(unit != units[0] for unit in units):
        return Precision(digits, ZERO)
    if lengths[0] == lengths[-1]:
        return Precision(digits, units[0] if len(said) > 1 else ZERO)
    return Precision(0, units[0])
