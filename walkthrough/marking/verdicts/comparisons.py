"""Written numbers beside the true ones, remembered: a class writes the same ones again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from walkthrough.marking.marked_worksheets import Marked, NumberClaim, VerdictWord, WrittenNumber
from walkthrough.marking.verdicts.agreement import WrittenRational, with_truth
from walkthrough.marking.verdicts.calculation.enclosed_calculation import Calculation
from walkthrough.marking.verdicts.calculation.enclosed_steps import EnclosedRoute
from walkthrough.marking.verdicts.judge import Judgement
from walkthrough.numbers.shown import Shown
from walkthrough.trace.steps.kinds import Ref

_MOST_REMEMBERED = 50_000
_MOST_BEFORE = 200

Pick: TypeAlias = Callable[[Mapping[int, int]], Any]
"""From the serial numbers of all that was written to those of what one number follows from."""


class ComparedClaim(NamedTuple):
    """A written number beside the true value: the verdict if they agree, and nothing is wrong before it.

    `rounds` if the value has more digits than were written, `enough` if these are at least two; `bits` are
    those of its last digit. No other has had its `serial` number.
    """

    written: WrittenNumber
    said: WrittenRational
    verdict: Judgement | None
    rounds: bool
    enough: bool
    bits: int
    serial: int


class PlacedClaim(NamedTuple):
    """A claim, its place in the order of computation, and its number beside the true one, if it has one.

    What is claimed of −∂L/∂z stands in the place of ∂L/∂z, `turned`: with the other sign. `ref` is the cell
    as it stands on the sheet.
    """

    claim: NumberClaim
    number: int
    compared: ComparedClaim | None
    ref: Ref
    turned: bool = False


class Comparisons:
    """All that is remembered of the numbers that were written for one case.

    `right` are claims on sheets without anything wrong, by their identity and what was written before them.
    """

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self._compared: dict[tuple[int, int], ComparedClaim] = {}
        self._placed: dict[tuple[int, bool], PlacedClaim] = {}
        self._marked: dict[tuple[int, int, VerdictWord, bool], Marked] = {}
        self._yours: dict[tuple[int, Any], tuple[Shown | None]] = {}
        self.right: dict[tuple[int, Any] | None, Marked] = {}
        self._serial = count()

    def placed(self, claim: NumberClaim, gradient: str | None = None) -> PlacedClaim:
        """A claim in its place; the same one comes back for the same claim.

        `gradient` is the tensor in whose place the negative of it stands.
        """
        key = id(claim), gradient is not None
        known = self._placed.get(key)
        if known is None:
            number, written = self._calculation.number(gradient or claim.tensor, claim.at), claim.number
            if gradient is not None and written is not None:
                written = replace(written, value=-written.value)
            compared = None if written is None else self._beside(number, written)
            if len(self._placed) >= _MOST_REMEMBERED:
                self._placed.clear()
            ref = Ref(claim.tensor, claim.at)
            known = self._placed[key] = PlacedClaim(claim, number, compared, ref, gradient is not None)
        return known

    def marked(
        self, claim: NumberClaim, word: VerdictWord, expected: Shown, yours: Shown | None, enough: bool
    ) -> Marked:
        """A marked claim; the same one comes back for the same, so that it is written out once."""
        key = id(claim), id(yours), word, enough
        known = self._marked.get(key)
        if known is None:
            if len(self._marked) >= _MOST_REMEMBERED:
                self._marked.clear()
            known = self._marked[key] = Marked(claim, word, expected, yours, enough)
        return known

    def remember(self, key: tuple[int, Any], marked: Marked) -> None:
        """Keeps a claim on a sheet without anything wrong."""
        if len(self.right) >= _MOST_REMEMBERED:
            self.right.clear()
        self.right[key] = marked

    def yours(
        self, pick: Pick, number: int, written: Mapping[int, int], worked_out: Callable[[], Shown | None]
    ) -> Shown | None:
        """What follows for a number from those that were written before it, from memory if it is there."""
        key = number, pick(written)
        known = self._yours.get(key)
        if known is None:
            if len(self._yours) >= _MOST_REMEMBERED:
                self._yours.clear()
            known = self._yours[key] = (worked_out(),)
        return known[0]

    def pick(self, calculation: Calculation, number: int, written: frozenset[int]) -> Pick | None:
        """How to tell which written numbers one follows from, also by way of others; None if too many."""
        node = calculation.node
        steps = node(number).steps
        wanted: set[int] = set()
        if number in written and (len(steps) > 1 or any(isinstance(step, EnclosedRoute) for step in steps)):
            wanted.add(number)  # which of several ways was taken shows in what was written
        seen, waiting = set[int](), [number]
        while waiting:
            before = node(waiting.pop()).operands - seen
            seen |= before
            wanted |= before & written
            waiting.extend(before - written)
            if len(seen) > _MOST_BEFORE:
                return None
        return itemgetter(*sorted(wanted)) if wanted else _nothing

    def _beside(self, number: int, written: WrittenNumber) -> ComparedClaim:
        key = (number, id(written))
        known = self._compared.get(key)
        if known is None:
            calculation = self._calculation
            said, truth = WrittenRational.of(written), calculation.truth[number]
            right = with_truth(said, truth, lambda digits: calculation.nearer(number, digits))
            ends = not said.units or (truth[0] is truth[1] and (truth[0] / said.units[0]).q == 1)
            # a number that is only copied was not worked out, and says nothing of how finely that is done
            rounds = not ends and not calculation.node(number).copies
            verdict = None if right is None else Judgement(right.how, right)
            bits = written.units[0].denominator.bit_length() if written.units else 0
            if len(self._compared) >= _MOST_REMEMBERED:
                self._compared.clear()
            known = ComparedClaim(
                written, said, verdict, rounds, said.enough(right), bits, next(self._serial)
            )
            self._compared[key] = known
        return known


def _nothing(_: Mapping[int, int]) -> tuple[()]:
    return ()
