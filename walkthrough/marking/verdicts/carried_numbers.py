"""What somebody may have used for each number, from what they wrote and what follows from it.

Whoever works by hand rounds as they go. A number that was written may have been carried on as written,
or as it stood before it was rounded or cut off; one that was not written follows from what stands before
it, and may have been rounded too. So each number is an interval, and whatever comes of it is another.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from flint import ctx

from walkthrough.marking.verdicts.agreement import Agreement, WrittenRational, with_own
from walkthrough.marking.verdicts.calculation.enclosed_calculation import Calculation, Node
from walkthrough.marking.verdicts.calculation.enclosed_steps import EnclosedChain, EnclosedSum, Ways
from walkthrough.marking.verdicts.calculation.enclosures import Enclosure, NoValue, Rational, common, hull
from walkthrough.marking.verdicts.precision import Precision
from walkthrough.marking.verdicts.rounded_on_the_way import room_on_the_way, ways_on_the_way

_FEW = 6
"""Of a longer sum so many products are not rounded each as it likes."""


class DifferingNumbers(dict[int, Enclosure]):
    """One person's numbers as far as they differ from the true ones, worked out in order.

    `written` is what they wrote, `lost` the numbers that theirs give no value for.
    """

    def __init__(
        self, calculation: Calculation, written: dict[int, WrittenRational], order: Sequence[int]
    ) -> None:
        self.calculation = calculation
        self.written = written
        self.lost: set[int] = set()
        self._order = order
        self._next = 0
        self._settled: set[int] = set()
        self._ways: dict[int, Ways] = {}

    def __missing__(self, number: int) -> Enclosure:
        return self.calculation.truth[number]

    def ways(self, number: int) -> Ways:
        """What follows for a number from those before it, which are settled; nothing if there is none."""
        known = self._ways.get(number)
        if known is None:
            node = self.calculation.node(number)
            if self.lost and not self.lost.isdisjoint(node.operands):
                known = self._worked_out(node)
            elif not self or self.keys().isdisjoint(node.operands):
                known = node.as_it_is
            else:
                known = self._worked_out(node) if node.copies else self._remembered(number, node)
            self._ways[number] = known
        return known

    def _remembered(self, number: int, node: Node) -> Ways:
        """What follows, from memory if somebody has used the very same before."""
        used = [self[each] for each in node.operands if each in self]
        key = (ctx.prec, number, *map(id, used), *(each for each in node.operands if each in self))
        known: Ways | None = self.calculation.memory.get(key)
        if known is None:
            known = self._worked_out(node)
            self.calculation.memory.put(key, used, known)
        return known

    def _worked_out(self, node: Node) -> Ways:
        found: list[Enclosure] = []
        for step in node.steps:
            if not self.lost or self.lost.isdisjoint(step.operands):
                try:
                    found += step.ways(self)
                except NoValue:
                    continue
        return tuple(found)

    def before(self, number: int) -> Ways:
        """What follows for a number on the way to what was written, once all before it is settled."""
        self._settle_up_to(number)
        return self.ways(number)

    def anywhere(self, number: int) -> Ways:
        """The same for any number, also for one that leads to nothing that they wrote."""
        self._settle_up_to(number)
        unsettled, waiting = set[int](), [number]
        while waiting:
            for each in self.calculation.node(waiting.pop()).operands:
                if each not in self._settled and each not in unsettled:
                    unsettled.add(each)
                    waiting.append(each)
        for each in sorted(unsettled):
            self.settle(each)
        return self.ways(number)

    def _settle_up_to(self, number: int) -> None:
        order = self._order
        while self._next < len(order) and order[self._next] < number:
            self.settle(order[self._next])
            self._next += 1

    def settle(self, number: int) -> None:
        """What this person has for a number whose operands are settled."""
        self._settled.add(number)
        taken = self.taken(number)
        if taken is None:
            self.lost.add(number)
            return
        truth = self.calculation.truth[number]
        sure = truth[0] is truth[1] and taken[0] is taken[1]
        if taken is not truth and not (sure and taken[0] == truth[0]):
            self[number] = taken

    def of(self, number: int) -> Enclosure | None:
        """What this person has for any number."""
        if number not in self._settled:
            self.anywhere(number)
            self.settle(number)
        return None if number in self.lost else self[number]

    @abstractmethod
    def taken(self, number: int) -> Enclosure | None:
        """What this person takes for a number when they go on."""


class Carried(DifferingNumbers):
    """Everything that somebody may have used, whichever way they carried each number.

    Where an unwritten number can be worked out in two ways, `way` picks one of them; by default all are
    open, and `parted` says that they gave different things, and what lies between them is nothing.
    `on_the_way` is for somebody who also rounds within their lines, `shorter` has numbers that they went on
    with at fewer digits than they wrote.
    """

    def __init__(
        self,
        calculation: Calculation,
        written: dict[int, WrittenRational],
        order: Sequence[int],
        right: dict[int, Agreement],
        precision: Precision | None,
        way: int | None = None,
        on_the_way: bool = False,
        shorter: Mapping[int, Rational] | None = None,
    ) -> None:
        super().__init__(calculation, written, order)
        self._shorter = shorter or {}
        self.parted = False
        self._way = way
        self._on_the_way = on_the_way
        self._right = right
        self._precision = precision

    def apart(self) -> tuple[Carried, Carried]:
        """The same, for somebody who always goes the one way, and for somebody who goes the other."""
        rest = self.calculation, self.written, self._order, self._right, self._precision
        both = self._on_the_way, self._shorter
        return Carried(*rest, 0, *both), Carried(*rest, 1, *both)

    def rounding(self) -> Carried:
        """The same, for somebody who also rounds within their lines."""
        rest = self.calculation, self.written, self._order, self._right, self._precision
        return Carried(*rest, self._way, True, self._shorter)

    def taken(self, number: int) -> Enclosure | None:
        """What was written and what can have stood behind it; or what follows."""
        taken = self._taken(number)
        if number not in self._shorter or taken is None:
            return taken
        shorter = self._shorter[number]
        return hull([taken, (shorter, shorter)])

    def _taken(self, number: int) -> Enclosure | None:
        ways = self.ways(number)
        said = self.written.get(number)
        if said is not None:
            right = self._right.get(number)
            if right is not None and right.how == "exact" and len(ways) == 1 and ways[0][0] is ways[0][1]:
                return ways[0] if ways[0][0] == said.value else said.itself
            lines = self._line_as_fine_as(number, said) if self._on_the_way and said.units else ()
            return self._remembered_behind(number, said, ways, lines)
        return self._follows(number, ways) if ways else None

    def _follows(self, number: int, ways: Ways) -> Enclosure:
        """For a number that was not written: all that it may have been rounded to on the way."""
        node = self.calculation.node(number)
        if self._precision is None or node.copies:
            possible = list(ways)
        else:
            within = self._rounded_within(node) if self._on_the_way else ()
            possible = [self._precision.room(way) for way in (within or ways)]
        if len(possible) == len(node.steps) == 2:
            if self._way is not None:
                return possible[self._way]
            self.parted = self.parted or common(*possible) is None
        return possible[0] if len(possible) == 1 else hull(possible)

    def _line_as_fine_as(self, number: int, said: WrittenRational) -> Ways:
        """What comes out for a written number if one rounds within its line as finely as it shows."""
        node = self.calculation.node(number)
        if node.copies:
            return ()
        used = [self[each] for each in node.operands]
        key = ("line", number, id(said), *map(id, used))
        known: Ways | None = self.calculation.memory.get(key)
        if known is None:
            known = ways_on_the_way(said, node.steps, self)
            self.calculation.memory.put(key, (said, used), known)
        return known

    def _rounded_within(self, node: Node) -> Ways:
        """What follows for a number if one rounds the slopes and products in its line; else nothing."""
        assert self._precision is not None
        found = []
        for step in node.steps:
            formula = step.formula if isinstance(step, EnclosedChain | EnclosedSum) else None
            if formula is None or len(formula.parts) > _FEW:
                return ()
            try:
                found.append(room_on_the_way(formula, self, self._precision))
            except NoValue:
                continue
        return tuple(found)

    def _remembered_behind(self, number: int, said: WrittenRational, ways: Ways, lines: Ways) -> Enclosure:
        key = ("behind", number, id(said), id(lines), *map(id, ways))
        known: Enclosure | None = self.calculation.memory.get(key)
        if known is None:
            known = self._behind(number, said, ways, lines)
            self.calculation.memory.put(key, (said, ways, lines), known)
        return known

    def _behind(self, number: int, said: WrittenRational, ways: Ways, lines: Ways) -> Enclosure:
        truth = self.calculation.truth[number]
        right = self._right.get(number)
        possible: list[Enclosure] = [said.itself]
        if right is not None:
            possible.append(truth)
        if said.units:
            rooms = ((way, said.room(said.coarsest(way))) for way in (*ways, *lines))
            inside = [both for way, room in rooms if (both := common(way, room)) is not None]
            possible += inside
            if not inside and right is None and not _ends_at(said, ways):
                possible.append(said.room(said.units[0]))  # a slip's number was rounded, too
        return hull(possible)


def _ends_at(said: WrittenRational, ways: Ways) -> bool:
    """Whether what should stand here ends at the last digit written, so that nothing was rounded."""
    if not said.value:
        return True
    return len(ways) == 1 and ways[0][0] == ways[0][1] and (ways[0][0] / said.units[0]).q == 1


class AsWritten(DifferingNumbers):
    """Somebody's own numbers as they wrote them, and what follows from these exactly.

    In the usual way, or in the other one (`way` 1) for somebody who takes y − t at once.
    """

    def __init__(
        self,
        calculation: Calculation,
        written: dict[int, WrittenRational],
        order: Sequence[int],
        right: dict[int, Agreement],
        way: int = 0,
    ) -> None:
        self._way = way
        # 0.00 says nothing of the number behind it, which is then worked out
        clear = {number for number, said in written.items() if not said.faint}
        unwritten = order if len(order) > len(clear) else ()
        super().__init__(calculation, written, [number for number in unwritten if number not in clear])
        for number in clear:
            found, said = right.get(number), written[number]
            if found is None or found.how != "exact":
                self[number] = said.itself
        self._settled.update(clear)

    def taken(self, number: int) -> Enclosure | None:
        """What was written, or else what follows from it in the usual way."""
        said = self.written.get(number)
        if said is not None and not said.faint:
            return said.itself
        ways = self.ways(number)
        if said is not None and with_own(said, ways) is None:
            return said.itself
        if self._way and len(ways) == len(self.calculation.node(number).steps) == 2:
            return ways[self._way]
        return ways[0] if ways else None


class Unrounded(DifferingNumbers):
    """Somebody's own numbers as if they had never rounded: only what they got wrong is as written."""

    def __init__(
        self,
        calculation: Calculation,
        written: dict[int, WrittenRational],
        order: Sequence[int],
        wrong: Iterable[int],
    ) -> None:
        self._wrong = set(wrong)
        first = bisect_left(order, min(self._wrong, default=0))
        super().__init__(calculation, written, order[first:])
        self._settled.update(order[:first])  # before the first wrong number all is as it truly is

    def taken(self, number: int) -> Enclosure | None:
        """What follows, except where what was written is something else."""
        if number in self._wrong:
            return self.written[number].itself
        ways = self.ways(number)
        return ways[0] if ways else None
