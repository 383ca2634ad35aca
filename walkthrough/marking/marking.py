"""Marking: one pass over a worksheet in the order of computation, and what is said of each claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from flint import ctx

from walkthrough.marking.agreement import Agreement, Said, with_own, with_truth
from walkthrough.marking.calculation import Calculation
from walkthrough.marking.carrying import AsWritten, Carried, Numbers, Unrounded
from walkthrough.marking.enclosures import BITS, Interval, fraction, rational
from walkthrough.marking.model import Claim, Marked, MarkedSheet, Slip, VerdictWord, Worksheet, WrittenNumber
from walkthrough.marking.precision import Precision, working_precision
from walkthrough.marking.rules import Ways
from walkthrough.marking.shown_values import middle_of, shown_value
from walkthrough.marking.verdicts import Judge, Verdict
from walkthrough.numbers.shown import Shown
from walkthrough.steps import Ref
from walkthrough.trace import Trace

_MOST_REMEMBERED = 50_000
_MOST_ORDERS = 16
# whoever leaves out more than this between two numbers had a machine that does not round
_MOST_UNWRITTEN = 4_000


@dataclass(frozen=True)
class WrongStep:
    """A wrong claim, for whoever looks for the slip: with its writer's own numbers.

    `own` gives any number of theirs as written (or as follows from what is written), `unrounded` as it
    stood before rounding; None where their numbers lead nowhere. `claims` are the sheet's own, by cell.
    """

    claim: Claim
    ref: Ref
    worksheet: Worksheet
    own: Callable[[Ref], Fraction | None]
    unrounded: Callable[[Ref], Fraction | None]


Diagnose: TypeAlias = Callable[[WrongStep], tuple[Slip, ...]]


def mark(worksheet: Worksheet, trace: Trace, diagnose: Diagnose | None = None) -> MarkedSheet:
    """The worksheet with a verdict on every claim."""
    return Marker(trace).mark(worksheet, diagnose)


class Compared(NamedTuple):
    """A written number beside the true value: the verdict if they agree, and nothing is wrong before it.

    `rounds` if the value has more digits than were written, `enough` if these are at least two.
    """

    written: WrittenNumber
    said: Said
    verdict: Verdict | None
    rounds: bool
    enough: bool


class Marker:
    """Whoever marks the worksheets on one case: what the case itself says is worked out once."""

    def __init__(self, trace: Trace, digits: int = 10) -> None:
        self.calculation = Calculation(trace, digits)
        self._compared: dict[tuple[int, int], Compared] = {}
        self._orders: OrderedDict[tuple[frozenset[int], bool], tuple[tuple[int, ...], bool]] = OrderedDict()

    def mark(self, worksheet: Worksheet, diagnose: Diagnose | None = None) -> MarkedSheet:
        """The worksheet with a verdict on every claim, in the order of computation."""
        with ctx.workprec(max(BITS, _bits(worksheet))):
            return Marking(self, worksheet).marked(diagnose)

    def compared(self, number: int, written: WrittenNumber) -> Compared:
        """A written number beside the true value; a class writes the same ones again and again."""
        key = (number, id(written))
        known = self._compared.get(key)
        if known is None or known.written is not written:
            calculation = self.calculation
            said, truth = Said.of(written), calculation.truth[number]
            right = with_truth(said, truth, lambda digits: calculation.nearer(number, digits))
            ends = not said.units or (truth[0] is truth[1] and (truth[0] / said.units[0]).q == 1)
            # a number that is only copied was not worked out, and says nothing of how finely that is done
            rounds = not ends and not calculation.node(number).copies
            if len(self._compared) >= _MOST_REMEMBERED:
                self._compared.clear()
            verdict = None if right is None else Verdict(right.how, right)
            known = self._compared[key] = Compared(written, said, verdict, rounds, said.enough(right))
        return known

    def order(
        self, written: Iterable[int], precision: Precision | None
    ) -> tuple[tuple[int, ...], Precision | None]:
        """What was written and all that lies between, in the order of computation.

        No precision comes back where so much lies between that nobody has rounded it.
        """
        key = (frozenset(written), precision is not None)
        known = self._orders.get(key)
        if known is None:
            between = self._between(*key)
            rounds = key[1] and between is not None
            if between is None:
                between = self._between(key[0], False) or set()
            known = self._orders[key] = tuple(sorted(between)), rounds
            if len(self._orders) > _MOST_ORDERS:
                self._orders.popitem(last=False)
        return known[0], precision if known[1] else None

    def shown(self, value: Interval) -> Shown:
        """Somebody's own number, as it is shown."""
        memory, key = self.calculation.memory, ("shown", id(value))
        known: Shown | None = memory.get(key)
        if known is None:
            known = shown_value(value, self.calculation.digits)
            memory.put(key, value, known)
        return known

    def _between(self, written: frozenset[int], rounds: bool) -> set[int] | None:
        node = self.calculation.node
        found, waiting = set(written), list(written)
        first = min(written, default=0)
        while waiting:
            for number in node(waiting.pop()).operands:
                # before the first number that was written, only rounding can make a difference
                if number in found or (number < first and not rounds):
                    continue
                each = node(number)
                if each.rules or (rounds and not each.copies):
                    found.add(number)
                    waiting.append(number)
            if rounds and len(found) > len(written) + _MOST_UNWRITTEN:
                return None
        return found


def _bits(worksheet: Worksheet) -> int:
    """Bits enough for the finest digit that was written."""
    finest = 0
    for claim in worksheet.claims:
        if claim.number is not None and claim.number.units:
            below = claim.number.units[0].denominator.bit_length()
            if below > finest:
                finest = below
    return finest + 64 if finest > BITS - 64 else BITS


class Marking:
    """One worksheet being marked."""

    def __init__(self, marker: Marker, worksheet: Worksheet) -> None:
        self._marker = marker
        self._worksheet = worksheet
        self._calculation = calculation = marker.calculation
        self._claims = [(calculation.number(claim.tensor, claim.at), claim) for claim in worksheet.claims]
        self._claims.sort(key=itemgetter(0))
        self._written: dict[int, Said] = {}
        self._right: dict[int, Agreement] = {}
        self._compared: dict[int, Compared] = {}
        rounded = []
        for number, claim in self._claims:
            if claim.number is not None:
                compared = self._compared[number] = marker.compared(number, claim.number)
                self._written[number] = compared.said
                if compared.verdict is not None and compared.verdict.agreement is not None:
                    self._right[number] = compared.verdict.agreement
                if compared.rounds:
                    rounded.append(compared.said)
        precision = _precision(calculation.trace, rounded)
        self._order, self._precision = marker.order(self._written, precision)
        self._own = AsWritten(calculation, self._written, self._order, self._right)

    def marked(self, diagnose: Diagnose | None) -> MarkedSheet:
        """A verdict on every claim."""
        verdicts = self._verdicts()
        claims = tuple([self._marked(number, claim, verdicts) for number, claim in self._claims])
        first = None
        if verdicts:
            first = next((each.claim.cell for each in claims if each.verdict == "wrong"), None)
            if diagnose is not None and first is not None:
                off = [n for n, verdict in verdicts.items() if verdict.word in ("wrong", "lucky")]
                claims = tuple(self._diagnosed(claims, off, diagnose))
        return MarkedSheet(self._worksheet, claims, first)

    def _verdicts(self) -> dict[int, Verdict]:
        """The verdicts where they are not all simply right."""
        if len(self._right) == len(self._written):
            return {}  # nothing is wrong, so nothing can be lucky, and no interval is asked for
        carried = Carried(self._calculation, self._written, self._order, self._right, self._precision)
        return Judge(self._calculation, self._written, self._right, carried).verdicts(self._order)

    def _marked(self, number: int, claim: Claim, verdicts: dict[int, Verdict]) -> Marked:
        calculation = self._calculation
        expected = calculation.expected(number)
        verdict = verdicts.get(number)
        own = self._other if verdict is not None and verdict.way else self._own
        ways = own.before(number)
        compared = self._compared.get(number)
        if compared is None:
            word: VerdictWord = "blank" if claim.problem is None else "unreadable"
            if claim.whole:
                return Marked(claim, word, None, None)
            return Marked(claim, word, expected, self._yours(number, ways))
        verdict = verdict or compared.verdict
        assert verdict is not None
        enough = compared.enough if verdict is compared.verdict else compared.said.enough(verdict.agreement)
        if len(ways) == 1 and ways[0] is calculation.truth[number]:
            return Marked(claim, verdict.word, expected, expected, enough)
        if len(ways) > 1:
            ways = tuple(way for way in ways if with_own(compared.said, (way,))) or ways
        return Marked(claim, verdict.word, expected, self._yours(number, ways), enough)

    @cached_property
    def _other(self) -> AsWritten:
        """Their own numbers, if they take y − t at once."""
        return AsWritten(self._calculation, self._written, self._order, self._right, 1)

    def _yours(self, number: int, ways: Ways) -> Shown | None:
        """The number as it follows from what was written, in the usual way."""
        if not ways:
            return None
        if ways[0] is self._calculation.truth[number]:
            return self._calculation.expected(number)
        return self._marker.shown(ways[0])

    def _diagnosed(self, claims: Iterable[Marked], wrong: list[int], diagnose: Diagnose) -> Iterator[Marked]:
        unrounded = Unrounded(self._calculation, self._written, self._order, wrong)
        own, before = self._looked_up(self._own), self._looked_up(unrounded)
        for each in claims:
            if each.verdict == "wrong":
                ref = Ref(each.claim.tensor, each.claim.at)
                slips = diagnose(WrongStep(each.claim, ref, self._worksheet, own, before))
                yield replace(each, slips=tuple(slips))
            else:
                yield each

    def _looked_up(self, numbers: Numbers) -> Callable[[Ref], Fraction | None]:
        def value(ref: Ref) -> Fraction | None:
            found = numbers.of(self._calculation.number(ref.tensor, ref.cell))
            return None if found is None else fraction(middle_of(found))

        return value


def _precision(trace: Trace, rounded: list[Said]) -> Precision | None:
    """How finely this person works; where the case itself rounds every line, no finer than that."""
    precision = working_precision(rounded)
    decimals = trace.case.arithmetic.decimals
    if decimals is None:
        return precision
    unit = rational(Fraction(1, 10**decimals))
    return Precision(0, unit) if precision is None else Precision(precision.digits, max(precision.unit, unit))
