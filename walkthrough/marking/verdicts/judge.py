"""The verdicts: one pass in the order of computation, each number beside the truth and one's own values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from walkthrough.marking.marked_worksheets import VerdictWord
from walkthrough.marking.verdicts.agreement import Agreement, WrittenRational, with_own
from walkthrough.marking.verdicts.calculation.enclosed_calculation import Calculation, Node
from walkthrough.marking.verdicts.calculation.enclosed_steps import Ways
from walkthrough.marking.verdicts.calculation.enclosures import Enclosure, hull
from walkthrough.marking.verdicts.carried_numbers import Carried
from walkthrough.marking.verdicts.rounded_on_the_way import agreement_on_the_way, reachable


class Judgement(NamedTuple):
    """A word, and how the number agrees with what it was found to be (None: it does not).

    `way` is which of two ways of working out unwritten numbers leads to it; 0 is the usual one.
    """

    word: VerdictWord
    agreement: Agreement | None
    way: int = 0


class _Widened(dict[int, Enclosure]):
    """Somebody's numbers, some of them as wide as what was written allows."""

    def __init__(self, rooms: dict[int, Enclosure], numbers: Carried) -> None:
        super().__init__(rooms)
        self._numbers = numbers

    def __missing__(self, number: int) -> Enclosure:
        return self._numbers[number]

    def __contains__(self, number: object) -> bool:
        return super().__contains__(number) or number in self._numbers


class Judge:
    """Judges a sheet's numbers; `right` are those that agree with the true values."""

    def __init__(
        self,
        calculation: Calculation,
        written: dict[int, WrittenRational],
        right: dict[int, Agreement],
        carried: Carried,
    ) -> None:
        self._calculation = calculation
        self._written = written
        self._right = right
        self._carried = carried
        self._behind: set[int] = set()
        self._doubted: set[int] = set()
        self._apart: tuple[Carried, ...] = ()
        self._rounding_apart: tuple[Carried, ...] = ()
        self._way = 0

    def verdicts(self, order: Sequence[int]) -> dict[int, Judgement]:
        """A verdict for everything that was written, from the first number to the last."""
        found = {}
        for number in order:
            node = self._calculation.node(number)
            behind = bool(self._behind) and not self._behind.isdisjoint(node.operands)
            if number in self._written:
                verdict = self._verdict(number, node, behind)
                found[number] = verdict
                if behind or verdict.word == "wrong":
                    self._behind.add(number)
                if verdict.word in ("wrong", "follows"):
                    self._doubted.add(number)
            elif behind:
                self._behind.add(number)
                if self._depends(node) and self._carried.before(number) is not node.as_it_is:
                    self._doubted.add(number)
        return found

    def _depends(self, node: Node) -> bool:
        """Whether a number follows directly from one that is not what it should be."""
        return not self._doubted.isdisjoint(node.operands)

    def _own(self, number: int, said: WrittenRational) -> Agreement | None:
        """How a number agrees with one's own values."""
        ways = self._carried.before(number)
        if ways is self._calculation.node(number).as_it_is:
            return self._right.get(number)
        own = self._agreement(said, ways)
        if own is not None and self._carried.parted:
            self._apart = self._apart or self._carried.apart()
            each = [self._agreement(said, carried.before(number)) for carried in self._apart]
            self._way = next((way for way, agreement in enumerate(each) if agreement is not None), 0)
            own = each[self._way]
        return own

    def _on_the_way(self, number: int, said: WrittenRational) -> Agreement | None:
        """The same, if what is on the way to it was rounded, too."""
        node = self._calculation.node(number)
        if not self._within_reach(said, node):
            return None
        rounding = self._rounding
        rounding.before(number)
        if rounding.parted:  # between the two ways to work out a number there is nothing
            self._rounding_apart = self._rounding_apart or rounding.apart()
        for carried in self._rounding_apart or (rounding,):
            ways = carried.before(number)
            found = with_own(said, ways) or agreement_on_the_way(said, node.steps, carried)
            if found is not None:
                return found
        return None

    def _within_reach(self, said: WrittenRational, node: Node) -> bool:
        """Whether rounding could lead to a number at all: most wrong ones are nowhere near it."""
        unwritten = node.operands - self._written.keys()
        if unwritten and not all(self._calculation.node(each).copies for each in unwritten):
            return True  # what was not written may have been rounded in any way that the sheet allows
        differing = [each for each in unwritten if each in self._carried]
        written = list(node.operands & self._written.keys())
        used = [*map(self._carried.__getitem__, (*differing, *written)), *map(self._written.get, written)]
        memory, key = self._calculation.memory, ("reach", id(said), id(node), *differing, *map(id, used))
        known: bool | None = memory.get(key)
        if known is None:
            known = self._reachable(said, node, written)
            memory.put(key, (said, node, used), known)
        return known

    def _reachable(self, said: WrittenRational, node: Node, written: Sequence[int]) -> bool:
        rooms = {}
        for each in written:
            other = self._written[each]
            if other.units:
                rooms[each] = hull([self._carried[each], other.room(other.units[-1])])
        return reachable(said, node.steps, _Widened(rooms, self._carried))

    @cached_property
    def _rounding(self) -> Carried:
        """Everything that somebody may have used who rounds on the way to what they did not write, too."""
        return self._carried.rounding()

    def _agreement(self, said: WrittenRational, ways: Ways) -> Agreement | None:
        memory, key = self._calculation.memory, ("agrees", id(said), *map(id, ways))
        known: tuple[Agreement | None] | None = memory.get(key)
        if known is None:
            known = (with_own(said, ways),)
            memory.put(key, (said, ways), known)
        return known[0]

    def _verdict(self, number: int, node: Node, behind: bool) -> Judgement:
        right = self._right.get(number)
        if right is not None and not behind:
            return Judgement(right.how, right)
        said, carried = self._written[number], self._carried
        self._way = 0
        own = self._own(number, said) or self._on_the_way(number, said)
        if right is not None:
            if own is None:
                return Judgement("lucky", right)
            # 0 times whatever is 0: that says nothing of the number that should not be what it is
            if not said.value and self._depends(node) and node.steps[0].blind(carried, self._doubted):
                return Judgement("no-evidence", right)
            return Judgement(right.how, right, self._way)
        if own is None:
            return Judgement("wrong", None)
        return Judgement("follows" if self._depends(node) else "own-rounding", own, self._way)
