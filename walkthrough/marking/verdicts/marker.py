"""Marking: one pass over a worksheet in the order of computation, and what is said of each claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from flint import ctx

from walkthrough.marking.marked_worksheets import (
    Marked,
    MarkedSheet,
    NumberClaim,
    ShortenedNumber,
    Slip,
    VerdictWord,
    Worksheet,
)
from walkthrough.marking.verdicts.agreement import Agreement, WrittenRational, with_own
from walkthrough.marking.verdicts.calculation.enclosed_calculation import Calculation
from walkthrough.marking.verdicts.calculation.enclosures import BITS, Enclosure, Rational
from walkthrough.marking.verdicts.carried_numbers import AsWritten, Carried, DifferingNumbers, Unrounded
from walkthrough.marking.verdicts.comparisons import Comparisons, Pick, PlacedClaim
from walkthrough.marking.verdicts.fewer_digits import Shortened, used_with_fewer_digits
from walkthrough.marking.verdicts.judge import Judge, Judgement
from walkthrough.marking.verdicts.precision import Precision, working_precision
from walkthrough.marking.verdicts.shown_enclosures import middle_of, shown_enclosure
from walkthrough.marking.verdicts.turned_claims import as_gradient, turned
from walkthrough.marking.worksheets.order_of_computation import gradient_of
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import Shown
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import Trace
from walkthrough.workbook.operands import Own
from walkthrough.workbook.sheet_numbers import SheetNumbers

_MOST_LAYOUTS = 16
# whoever leaves out more than this between two numbers had a machine that does not round
_MOST_UNWRITTEN = 4_000


@dataclass(frozen=True)
class WrongStep:
    """A wrong claim, for whoever looks for the slip: with its writer's own numbers.

    `own` gives any number of theirs as written (or as follows from what is written), `unrounded` as it
    stood before rounding; None where their numbers lead nowhere. `page` is every number on the sheet.
    `written` is the claim as it stands there: where that is of −∂L/∂z, `claim` is of ∂L/∂z.
    """

    claim: NumberClaim
    written: NumberClaim
    ref: Ref
    page: SheetNumbers
    own: Own
    unrounded: Own


Diagnose: TypeAlias = Callable[[WrongStep], tuple[Slip, ...]]


def mark(worksheet: Worksheet, trace: Trace, diagnose: Diagnose | None = None) -> MarkedSheet:
    """The worksheet with a verdict on every claim."""
    return Marker(trace).mark(worksheet, diagnose)


class _Layout:
    """Which numbers stand on a worksheet, in a class mostly the same ones.

    `calculation` goes by way of those among them that are written down on the way to others. `orders` has all
    that lies between them, in the order of computation, and whether anybody rounds it: as it is for a sheet
    on which something was rounded, and for others.
    """

    def __init__(self, written: frozenset[int], calculation: Calculation) -> None:
        self.written = written
        self.calculation = calculation
        self.orders: dict[bool, tuple[tuple[int, ...], bool]] = {}
        self.picks: dict[int, Pick | None] = {}


class Marker:
    """Whoever marks the worksheets on one case: what the case itself says is worked out once."""

    def __init__(self, trace: Trace, digits: int = 10) -> None:
        self.calculation = Calculation(trace, digits)
        self.comparisons = Comparisons(self.calculation)
        self._layouts: OrderedDict[frozenset[int], _Layout] = OrderedDict()

    def mark(self, worksheet: Worksheet, diagnose: Diagnose | None = None) -> MarkedSheet:
        """The worksheet with a verdict on every claim, in the order of computation."""
        marking = Marking(self, worksheet)
        with ctx.workprec(marking.bits):
            return marking.marked(diagnose)

    def layout(self, written: Iterable[int]) -> _Layout:
        """Which numbers were written, and what is known of all sheets with the same ones."""
        key = frozenset(written)
        known = self._layouts.get(key)
        if known is None:
            known = self._layouts[key] = _Layout(key, self.calculation.through(self._on_the_way(key)))
            if len(self._layouts) > _MOST_LAYOUTS:
                self._layouts.popitem(last=False)
        return known

    def _on_the_way(self, written: frozenset[int]) -> frozenset[int]:
        on_the_way = self.calculation.on_the_way
        return frozenset(number for number in written if on_the_way(self.calculation.ref(number).tensor))

    def gradients(self, claims: Sequence[NumberClaim]) -> dict[int, str]:
        """The gradient in whose place a claim stands, by the claim: −∂L/∂z where ∂L/∂z is not claimed."""
        trace = self.calculation.trace
        of = {each.tensor: gradient_of(trace, each.tensor) for each in claims if ".delta" in each.tensor}
        if not any(of.values()):
            return {}
        known = {(each.tensor, each.at) for each in claims if each.number is not None}
        pairs = ((each, of.get(each.tensor)) for each in claims)
        return {id(each): name for each, name in pairs if name is not None and (name, each.at) not in known}

    def order(self, layout: _Layout, precision: Precision | None) -> tuple[tuple[int, ...], Precision | None]:
        """What was written and all that lies between, in the order of computation.

        No precision comes back where so much lies between that nobody has rounded it.
        """
        rounds = precision is not None
        known = layout.orders.get(rounds)
        if known is None:
            between = self._between(layout, rounds)
            if between is None:
                rounds, between = False, self._between(layout, False) or set()
            known = layout.orders[precision is not None] = tuple(sorted(between)), rounds
        return known[0], precision if known[1] else None

    def shown(self, value: Enclosure) -> Shown:
        """Somebody's own number, as it is shown."""
        memory, key = self.calculation.memory, ("shown", id(value))
        known: Shown | None = memory.get(key)
        if known is None:
            known = shown_enclosure(value, self.calculation.digits)
            memory.put(key, value, known)
        return known

    def _between(self, layout: _Layout, rounds: bool) -> set[int] | None:
        node, written = layout.calculation.node, layout.written
        found, waiting = set(written), list(written)
        first = min(written, default=0)
        while waiting:
            for number in node(waiting.pop()).operands:
                # before the first number that was written, only rounding can make a difference
                if number in found or (number < first and not rounds):
                    continue
                each = node(number)
                if each.steps or (rounds and not each.copies):
                    found.add(number)
                    waiting.append(number)
            if rounds and len(found) > len(written) + _MOST_UNWRITTEN:
                return None
        return found


class Marking:
    """One worksheet being marked; `bits` are enough for the finest digit that was written."""

    def __init__(self, marker: Marker, worksheet: Worksheet) -> None:
        self._marker = marker
        self._worksheet = worksheet
        gradients = marker.gradients(worksheet.claims)
        if gradients:
            placed = [marker.comparisons.placed(each, gradients.get(id(each))) for each in worksheet.claims]
        else:
            placed = list(map(marker.comparisons.placed, worksheet.claims))
        self._claims = sorted(placed, key=itemgetter(1))
        self._compared = [(number, known) for _, number, known, *_ in self._claims if known is not None]
        finest = max([known.bits for _, known in self._compared], default=0)
        self.bits = finest + 64 if finest > BITS - 64 else BITS
        self._layout = marker.layout([number for number, _ in self._compared])
        self._calculation = self._layout.calculation
        self._shorter: Shortened | None = None
        self._faint = any(known.said.faint for _, known in self._compared)
        self._serials = {number: known.serial for number, known in self._compared}

    def marked(self, diagnose: Diagnose | None) -> MarkedSheet:
        """A verdict on every claim."""
        verdicts = self._verdicts()
        if verdicts or self.bits != BITS or self._faint:
            claims = tuple([self._marked(placed, verdicts.get(placed[1])) for placed in self._claims])
        else:
            claims = tuple(self._all_right())
        first = None
        if verdicts:
            first = next((each.claim.cell for each in claims if each.verdict == "wrong"), None)
            if diagnose is not None and first is not None:
                off = [n for n, verdict in verdicts.items() if verdict.word in ("wrong", "lucky")]
                claims = tuple(self._diagnosed(claims, off, diagnose))
        return MarkedSheet(self._worksheet, claims, first, shortened=self._said_shortened(claims))

    def _said_shortened(self, claims: Sequence[Marked]) -> ShortenedNumber | None:
        if self._shorter is None:
            return None
        number, value, explains = self._shorter
        names = {placed.number: marked.claim for marked, placed in zip(claims, self._claims, strict=True)}
        used = self._marker.shown((value, value))
        return ShortenedNumber(names[number], used, tuple(names[each].cell for each in explains))

    def _verdicts(self) -> dict[int, Judgement]:
        """The verdicts where they are not all simply right."""
        if all(known.verdict is not None for _, known in self._compared):
            return {}  # nothing is wrong, so nothing can be lucky, and no interval is asked for
        order, precision = self._order
        basis = self._calculation, self._written, order, self._right, precision
        carried = Carried(*basis)
        verdicts = Judge(self._calculation, self._written, self._right, carried).verdicts(order)
        wrong = [number for number, verdict in verdicts.items() if verdict.word == "wrong"]
        if len(wrong) < 2:
            return verdicts
        # before several steps are blamed, somebody may have gone on with fewer digits than they wrote
        self._shorter = used_with_fewer_digits(self._calculation, self._written, wrong, carried)
        if self._shorter is None:
            return verdicts
        carried = Carried(*basis, shorter={self._shorter.number: self._shorter.value})
        return Judge(self._calculation, self._written, self._right, carried).verdicts(order)

    # --- the numbers on it, as far as they are asked for -------------------------------------------

    @cached_property
    def _written(self) -> dict[int, WrittenRational]:
        return {number: known.said for number, known in self._compared}

    @cached_property
    def _right(self) -> dict[int, Agreement]:
        verdicts = ((number, known.verdict) for number, known in self._compared)
        return {number: each.agreement for number, each in verdicts if each and each.agreement}

    @cached_property
    def _order(self) -> tuple[tuple[int, ...], Precision | None]:
        rounded = [known.said for _, known in self._compared if known.rounds]
        return self._marker.order(self._layout, _precision(self._calculation.trace, rounded))

    @cached_property
    def _own(self) -> AsWritten:
        """Their own numbers as they wrote them."""
        return AsWritten(self._calculation, self._written, self._order[0], self._right)

    @cached_property
    def _other(self) -> AsWritten:
        """Their own numbers, if they take y − t at once."""
        return AsWritten(self._calculation, self._written, self._order[0], self._right, 1)

    def _with_fewer_digits(self, shorter: Shortened) -> AsWritten:
        """Their own numbers, one of them at fewer digits."""
        number, value, _ = shorter
        written = {**self._written, number: WrittenRational(value, (), (value, value), 0)}
        right = {each: agreement for each, agreement in self._right.items() if each != number}
        return AsWritten(self._calculation, written, self._order[0], right)

    # --- what is said of a claim -------------------------------------------------------------------

    def _all_right(self) -> Iterator[Marked]:
        """The claims of a sheet on which nothing is wrong: most of them are the very same as somebody's."""
        picks, known, written = self._layout.picks, self._marker.comparisons.right, self._serials
        for placed in self._claims:
            number = placed[1]
            pick = picks[number] if number in picks else self._pick(number)
            key = None if pick is None else (id(placed[0]), pick(written))
            marked = known.get(key)
            if marked is None:
                marked = self._marked(placed, None)
                if key is not None:
                    self._marker.comparisons.remember(key, marked)
            yield marked

    def _marked(self, placed: PlacedClaim, other: Judgement | None) -> Marked:
        """A claim with its verdict: the one beside the truth, unless there is another."""
        claim, number, compared, *_ = placed
        if compared is None:
            word: VerdictWord = "blank" if claim.problem is None else "unreadable"
            if claim.whole:
                return Marked(claim, word, None, None)
            expected, yours = self._calculation.expected(number), self._yours(placed)
            return Marked(claim, word, turned(expected, placed), turned(yours, placed))
        verdict = other or compared.verdict
        assert verdict is not None
        expected, yours = self._calculation.expected(number), self._yours(placed, verdict.way)
        same = compared.verdict is not None and verdict.agreement is compared.verdict.agreement
        enough = compared.enough if same else compared.said.enough(verdict.agreement)
        if placed.turned:
            return Marked(claim, verdict.word, turned(expected, placed), turned(yours, placed), enough)
        return self._marker.comparisons.marked(claim, verdict.word, expected, yours, enough)

    def _yours(self, placed: PlacedClaim, way: int = 0) -> Shown | None:
        """The number as it follows from what was written, in the usual way or in the other."""
        number = placed[1]
        if not way and self.bits == BITS and not self._faint and self._shorter is None:
            pick = self._pick(number)
            if pick is not None:
                return self._marker.comparisons.yours(
                    pick, number, self._serials, lambda: self._follows(placed, self._own)
                )
        return self._follows(placed, self._other if way else self._own)

    def _pick(self, number: int) -> Pick | None:
        picks = self._layout.picks
        if number not in picks:
            picks[number] = self._marker.comparisons.pick(self._calculation, number, self._layout.written)
        return picks[number]

    def _follows(self, placed: PlacedClaim, own: AsWritten) -> Shown | None:
        _, number, compared, *_ = placed
        if self._shorter is not None and number in self._shorter.explains:
            own = self._with_fewer_digits(self._shorter)
        ways = own.anywhere(number)
        if len(ways) > 1 and compared is not None:
            ways = tuple(way for way in ways if with_own(compared.said, (way,))) or ways
        if not ways:
            return None
        if ways[0] is self._calculation.truth[number]:
            return self._calculation.expected(number)
        return self._marker.shown(ways[0])

    def _diagnosed(self, claims: Iterable[Marked], wrong: list[int], diagnose: Diagnose) -> Iterator[Marked]:
        unrounded = Unrounded(self._calculation, self._written, self._order[0], wrong)
        own, before, page = self._looked_up(self._own), self._looked_up(unrounded), self._page()
        for each, placed in zip(claims, self._claims, strict=True):
            if each.verdict == "wrong":
                claim = as_gradient(placed) if placed.turned else each.claim
                ref = Ref(claim.tensor, claim.at)
                slips = diagnose(WrongStep(claim, each.claim, ref, page, own, before))
                yield each.explained_by(slips)
            else:
                yield each

    def _page(self) -> SheetNumbers:
        """Every number on the sheet as it stands there."""
        numbers: dict[Ref, Rational] = {}
        units: dict[Ref, Rational] = {}
        for _, _, compared, ref, other_sign in self._claims:
            if compared is not None:
                said = compared.said
                numbers[ref] = -said.value if other_sign else said.value
                if said.units:
                    units[ref] = said.units[0]
        return SheetNumbers(numbers, units)

    def _looked_up(self, numbers: DifferingNumbers) -> Own:
        def value(ref: Ref) -> Rational | None:
            found = numbers.of(self._calculation.number(ref.tensor, ref.cell))
            return None if found is None else middle_of(found)

        return value


def _precision(trace: Trace, rounded: list[WrittenRational]) -> Precision | None:
    """How finely this person works; where the case itself rounds every line, no finer than that."""
    precision = working_precision(rounded)
    decimals = trace.case.arithmetic.decimals
    if decimals is None:
        return precision
    unit = quantity(Fraction(1, 10**decimals))
    return Precision(0, unit) if precision is None else Precision(precision.digits, max(precision.unit, unit))
