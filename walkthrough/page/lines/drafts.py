"""A line before its digits are decided, and how it is closed with its value.

Each line is redone here before it is printed, and `=` stands only where both sides, as printed, are the
same number. Lines of a block are closed together, so that one number has the same digits in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from walkthrough.document import Group, Relation, Side, Working
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.shown import Known, Shown, shown
from walkthrough.page.voice.one_row import flat
from walkthrough.page.voice.said_numbers import Voice, half_up
from walkthrough.trace.steps.kinds import AnyStep, Given

MOST_FOR_A_SIDE = 1280
"""Digits that a side of a line is worth; without it the line is as true."""

GUARDS = (0, 2, 3, 4, 6, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
_NEVER = 2
"""Digits more of a line that no number of digits would show: terms that cancel, a float's own rounding."""

_USUAL = 8
"""Digits more that all lines of a block may have because one of them needs them."""


class Said(NamedTuple):
    """One side of a line: how it reads, and its value as printed; `complete` if no digit is left out."""

    side: Side
    value: Known
    complete: bool = True


class Subtotal(NamedTuple):
    """A group of a long sum: its symbols, its numbers, and what they come to, to so many digits more."""

    name: str
    symbols: Side
    numbers: Said
    worth: Shown
    guard: int


class Attempt(NamedTuple):
    """The sides of a line that have numbers, with so many digits more than the result."""

    sides: tuple[Said, ...] = ()
    groups: tuple[Subtotal, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A line without its digits: its symbols, how its numbers are said, and what is remarked.

    `alike` is what is said once, instead of each line's first remark, if it holds for all of a block.
    """

    step: AnyStep
    symbols: tuple[Side, ...] = ()
    because: tuple[str, ...] = ()
    attempt: Callable[[int], Attempt] = field(default=lambda _: Attempt())
    relation: Relation = "="
    alike: str = ""


class Closing(Voice):
    """How drafts become lines."""

    def needed(self, draft: Draft) -> int | None:
        """How many digits more it takes to redo the line; None if any number will do, or none does."""
        if self.symbolic or self.decimals is not None or self.floats:
            return None
        result = self.number(draft.step.ref)
        for guard in GUARDS:
            found = draft.attempt(guard)
            if self._complete(found):
                return None
            if self._redone(found, result):
                return guard
            if result.complete and not result.value and guard >= _NEVER:
                return None
        return None

    def common(self, drafts: Iterable[Draft]) -> int:
        """The fewest digits more with which all of these lines are right when they are redone.

        A line that needs unusually many has them for itself.
        """
        needed = [(draft, self.needed(draft)) for draft in drafts]
        found = [(draft, guard) for draft, guard in needed if guard is not None and guard <= _USUAL]
        most = max((guard for _, guard in found), default=0)
        for guard in (each for each in GUARDS if each >= most):
            if all(
                own == guard or self._redone(draft.attempt(guard), self.number(draft.step.ref))
                for draft, own in found
            ):
                return guard
        return most

    def closed(self, draft: Draft, least: int = 0) -> Working:
        """A line, closed with its value; with as many digits more as redoing it takes, or `least`."""
        step = draft.step
        sides: list[tuple[Relation, Side]] = [(draft.relation, side) for side in draft.symbols]
        left = self.symbol(step.ref)
        name = self.steps.trace.cell_name(step.ref.tensor, step.ref.cell)
        if self.symbolic:
            if not sides and not isinstance(step, Given):
                sides = [("=", "0")]
            return Working(name, left, tuple(sides), "; ".join(draft.because))
        result = self.number(step.ref)
        attempt = self._tried(draft, result, least)
        before: Known | None = None
        said = result.text
        for each in attempt.sides:
            # what reads as the side before it, or as the result, says nothing
            if (text := flat(each.side).replace(" ", "")) in (said, result.text):
                continue
            said = text
            equal = each.complete if before is None else _same(before, each.value)
            sides.append(("=" if equal else "≈", each.side))
            before = each.value
        ended = result.complete and (before is None or _same(before, Known(result.value)))
        sides.append(("=" if ended else "≈", result.text))
        because = list(draft.because)
        if attempt.sides and result.complete and not ended and self.steps.trace.exact_arithmetic:
            because.append(f"exactly {result.text}")
        return Working(name, left, tuple(sides), "; ".join(because), tuple(map(_group, attempt.groups)))

    def _tried(self, draft: Draft, result: Shown, least: int) -> Attempt:
        """The numbers of a line, with the fewest digits that will do."""
        found = draft.attempt(least)
        if self.decimals is not None:
            return self._by_hand(found, result)
        if self._complete(found) or self.floats:
            return found
        for guard in (each for each in GUARDS if each >= least):
            found = draft.attempt(guard)
            if self._redone(found, result):
                return found
            if result.complete and not result.value and guard >= _NEVER:
                return found  # terms that cancel do so exactly, and no number of digits shows it
        return draft.attempt(_NEVER)  # two thousand digits did not show it, and nobody would read them

    def _by_hand(self, found: Attempt, result: Shown) -> Attempt:
        """Sides whose own rounding gives another result are left out: the line itself is rounded once."""
        decimals = self.decimals or 0
        numbers, *later = found.sides or (None,)
        kept = [each for each in later if each and half_up(each.value.value, decimals).value == result.value]
        right = len(kept) == len(later)
        return Attempt((numbers, *kept) if numbers else (), found.groups if right else ())

    def _complete(self, found: Attempt) -> bool:
        return all(each.complete for each in found.sides)

    def _redone(self, found: Attempt, result: Shown) -> bool:
        """Whether every side, redone from its printed numbers, gives what is printed after it."""
        return all(self._gives(each.value, result, self.digits) for each in found.sides) and all(
            each.numbers.complete or self._gives(each.numbers.value, each.worth, self.digits + each.guard)
            for each in found.groups
        )

    def _gives(self, value: Known, result: Shown, digits: int) -> bool:
        if result.complete:
            if not result.value or (not value.spread and value.value == result.value):
                return not value.spread and value.value == result.value
            digits = max(digits, len(result.digits))  # thirds that add up to a number that ends
        try:
            return shown(value, digits).value == result.value
        except NeedsPrecision:
            return False


def _same(one: Known, other: Known) -> bool:
    return not one.spread and not other.spread and one.value == other.value


def _group(found: Subtotal) -> Group:
    numbers, worth = found.numbers, found.worth
    first: tuple[Relation, Side] = ("=", found.symbols)
    if isinstance(found.symbols, str):  # a single number, and no product
        return Group(found.name, (first, ("=" if numbers.complete else "≈", worth.text)))
    ended: Relation = "=" if _same(numbers.value, Known(worth.value)) else "≈"
    return Group(found.name, (first, ("=" if numbers.complete else "≈", numbers.side), (ended, worth.text)))
