"""Written numbers beside the true ones, remembered: a class writes the same ones again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from walkthrough.marking.agreement import Said, with_truth
from walkthrough.marking.calculation import Calculation
from walkthrough.marking.model import Claim, Marked, WrittenNumber
from walkthrough.marking.remembered import Remembered
from walkthrough.marking.rules import RouteRule
from walkthrough.marking.verdicts import Verdict
from walkthrough.numbers.shown import Shown

_MOST_REMEMBERED = 50_000

Pick: TypeAlias = Callable[[Mapping[int, int]], Any]
"""From the identities of all that was written to those of the numbers that one of them follows from."""


class Compared(NamedTuple):
    """A written number beside the true value: the verdict if they agree, and nothing is wrong before it.

    `rounds` if the value has more digits than were written, `enough` if these are at least two; `bits` are
    those of its last digit.
    """

    written: WrittenNumber
    said: Said
    verdict: Verdict | None
    rounds: bool
    enough: bool
    bits: int


class Placed(NamedTuple):
    """A claim, its place in the order of computation, and its number beside the true one, if it has one."""

    claim: Claim
    number: int
    compared: Compared | None


class Comparisons:
    """All that is remembered of the numbers that were written for one case."""

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self._compared: dict[tuple[int, int], Compared] = {}
        self._placed: dict[int, Placed] = {}
        self._marked: dict[tuple[int, int], Marked] = {}
        self._yours = Remembered()

    def placed(self, claim: Claim) -> Placed:
        """A claim in its place; the same one comes back for the same claim."""
        known = self._placed.get(id(claim))
        if known is None:
            number = self._calculation.number(claim.tensor, claim.at)
            compared = None if claim.number is None else self._beside(number, claim.number)
            if len(self._placed) >= _MOST_REMEMBERED:
                self._placed.clear()
            known = self._placed[id(claim)] = Placed(claim, number, compared)
        return known

    def marked(self, claim: Claim, verdict: Verdict, expected: Shown, yours: Shown | None, enough: bool) -> Marked:
        """A claim that agrees with the true value, marked; the same comes back for the same."""
        key = id(claim), id(yours)
        known = self._marked.get(key)
        if known is None or known.verdict != verdict.word:
            if len(self._marked) >= _MOST_REMEMBERED:
                self._marked.clear()
            known = self._marked[key] = Marked(claim, verdict.word, expected, yours, enough)
        return known

    def yours(
        self, pick: Pick, number: int, written: Mapping[int, int], worked_out: Callable[[], Shown | None]
    ) -> Shown | None:
        """What follows for a number from those that were written before it, from memory if it is there."""
        key = number, pick(written)
        known: tuple[Shown | None] | None = self._yours.get(key)
        if known is None:
            known = (worked_out(),)
            self._yours.put(key, tuple(self._compared.values()), known)
        return known[0]

    def _beside(self, number: int, written: WrittenNumber) -> Compared:
        key = (number, id(written))
        known = self._compared.get(key)
        if known is None:
            calculation = self._calculation
            said, truth = Said.of(written), calculation.truth[number]
            right = with_truth(said, truth, lambda digits: calculation.nearer(number, digits))
            ends = not said.units or (truth[0] is truth[1] and (truth[0] / said.units[0]).q == 1)
            # a number that is only copied was not worked out, and says nothing of how finely that is done
            rounds = not ends and not calculation.node(number).copies
            verdict = None if right is None else Verdict(right.how, right)
            bits = written.units[0].denominator.bit_length() if written.units else 0
            if len(self._compared) >= _MOST_REMEMBERED:
                self._compared.clear()
            known = Compared(written, said, verdict, rounds, said.enough(right), bits)
            self._compared[key] = known
        return known
