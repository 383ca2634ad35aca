"""Which entry of a window was largest, by numbers of which only intervals are known."""

from __future__ import annotations

from collections.abc import Callable

from flint import fmpq

from walkthrough.marking.verdicts.calculation.enclosed_formulas import Enclosures
from walkthrough.marking.verdicts.calculation.enclosures import ONE, ZERO, Enclosure, Rational, common, hull


def share_of(
    entry: int, candidates: tuple[int, ...], output: int, tie: str, true_share: Rational
) -> Callable[[Enclosures], tuple[Rational, ...]]:
    """The shares of a window's gradient that an entry may get: by the window's numbers or by its output.

    `true_share` is what it gets by the true numbers, and what is taken where enclosures cannot tell.
    """
    at = candidates.index(entry)

    def possible(numbers: Enclosures) -> tuple[Rational, ...]:
        if output not in numbers and not any(n in numbers for n in candidates):
            return (true_share,)
        window = [numbers[n] for n in candidates]
        shares = _shares(at, window, tie)
        if len(shares) > 1 and true_share in shares:
            shares = (true_share, *(each for each in shares if each != true_share))
        return shares + tuple(each for each in _by_output(at, window, numbers[output]) if each not in shares)

    return possible


def _shares(at: int, window: list[Enclosure], tie: str) -> tuple[Rational, ...]:
    low, high = window[at]
    if all(a == b for a, b in window):
        return (_settled(at, [a for a, _ in window], tie),)
    before, after = window[:at], window[at + 1 :]
    if tie == "first":
        if any(a >= high for a, _ in before) or any(a > high for a, _ in after):
            return (ZERO,)
        if all(low > b for _, b in before) and all(low >= b for _, b in after):
            return (ONE,)
        return (ONE, ZERO)
    others = before + after
    if any(a > high for a, _ in others):
        return (ZERO,)
    if all(low > b for _, b in others) or (tie == "all" and all(low >= b for _, b in others)):
        return (ONE,)
    if tie == "all":
        return (ONE, ZERO)
    return (ONE, ZERO, *(fmpq(1, several) for several in range(2, len(window) + 1)))


def _settled(at: int, window: list[Rational], tie: str) -> Rational:
    """The share where every number is known."""
    best = max(window)
    if window[at] != best:
        return ZERO
    if tie == "first":
        return ONE if window.index(best) == at else ZERO
    return ONE if tie == "all" else fmpq(1, window.count(best))


def _by_output(at: int, window: list[Enclosure], output: Enclosure) -> tuple[Rational, ...]:
    """Whose pool's output is not the largest of the window may go back to the entry that it is."""
    largest = (max(low for low, _ in window), hull(window)[1])
    if common(largest, output) is not None:
        return ()
    fits = [common(each, output) is not None for each in window]
    if not any(fits):
        return ()
    return (ONE,) if fits[at] else (ZERO,)
