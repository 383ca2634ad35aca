"""Simulated students: correct ones who round as people do, and others who slip once or twice.

Every number is worked out by the engine's own steps from what this student carried, not by what marks it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, prod
from weakref import WeakKeyDictionary

from flint import arb, fmpq

from walkthrough.case.cells import cell_name
from walkthrough.marking.marked_worksheets import NumberClaim, Worksheet, WrittenNumber
from walkthrough.mathematics.folding import Algebra, all_places
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Piecewise,
    Power,
    Product,
    Quotient,
    Same,
    Total,
    entries,
)
from walkthrough.trace.steps.kinds import Chain, Choice, Formula, Gate, Given, Ref, Route, Sums, Update
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

FULL = 40  # digits of somebody who never rounds


@dataclass
class Habits:
    """How a student rounds: to significant digits or to decimals, the same everywhere or as they like."""

    digits: tuple[int, int]
    decimals: bool
    cut: float
    unrounded: float
    blank: float
    blanks_rounded: bool
    shortcut: float
    # how likely they round what is on the way to a number, and whether its zeros may be all it shows
    within: float = 0
    faint: bool = False

    @classmethod
    def drawn(cls, draw: random.Random, within: float = 0) -> Habits:
        fewest = draw.randint(2, 5 if within else 8)
        same = draw.random() < 0.5
        decimals = draw.random() < 0.35
        blank = draw.choice([0, 0, 0.1, 0.3, 0.6])
        return cls(
            digits=(fewest, fewest if same or decimals else draw.randint(fewest, 10)),
            decimals=decimals,
            cut=draw.choice([0, 0, 0.5, 1]),
            unrounded=draw.choice([0, 0.5, 1]),
            blank=blank,
            # who rounds what they do not write down rounds it as finely as what they do
            blanks_rounded=draw.random() < 0.5,
            shortcut=draw.choice([0, 0.5, 1]),
            within=within,
            faint=decimals and draw.random() < 0.5,
        )


@dataclass
class Wrote:
    """A number on a sheet: its text, and the unit of its last digit."""

    text: str
    value: Fraction
    unit: Fraction | None


def power(exponent: int) -> Fraction:
    return Fraction(10) ** exponent


def magnitude(value: Fraction) -> int:
    size, guess = abs(value), 0
    while power(guess + 1) <= size:
        guess += 1
    while power(guess) > size:
        guess -= 1
    return guess


def text_of(value: Fraction, exponent: int) -> str:
    """A number that ends at this power of ten, as people write it."""
    whole = value / power(exponent)
    assert whole.denominator == 1
    if exponent >= 0:
        return str(int(value))
    digits = str(abs(int(whole))).rjust(-exponent + 1, "0")
    return ("-" if value < 0 else "") + f"{digits[:exponent]}.{digits[exponent:]}"


def ends_soon(value: Fraction) -> bool:
    """Whether nobody would round it in their head: 1275, 2.55."""
    return not value or (value / power(magnitude(value) - 3)).denominator == 1


def rounded(value: Fraction, exponent: int, cut: bool, tie_up: bool) -> Fraction:
    unit = power(exponent)
    whole = abs(value) / unit
    down = floor(whole)
    rest = whole - down
    if not cut and (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and tie_up)):
        down += 1
    return down * unit * (1 if value > 0 else -1)


@dataclass
class Student:
    """Somebody who works a case, with their habits and, perhaps, slips in some cells."""

    trace: Trace
    draw: random.Random
    habits: Habits
    slips: dict[Ref, object] = field(default_factory=dict)
    written: dict[Ref, Wrote] = field(default_factory=dict)
    before: dict[Ref, Fraction] = field(default_factory=dict)
    blanks: set[Ref] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.steps = Steps(self.trace)
        self.book = BOOKS.setdefault(self.trace, Workbook(self.steps))

    def carried(self, ref: Ref) -> Fraction:
        """What they use for a number this time: as written, or as it stood before."""
        if ref not in self.written:
            return self.before[ref] if ref in self.before else self.trace.known(ref.tensor, ref.cell).value
        if self.draw.random() < self.habits.unrounded:
            return self.before[ref]
        return self.written[ref].value

    def works_out(self, ref: Ref, step: object) -> Fraction:
        """The value by their own numbers."""
        if isinstance(step, Given):
            return self.trace.known(ref.tensor, ref.cell).value
        if (
            isinstance(step, Chain)
            and self.steps.shortcut(step)
            and self.draw.random() < self.habits.shortcut
        ):
            network = self.trace.network
            names = [self.steps.full(t.name, step.sample) for t in (network.output, network.target)]
            outputs = int(self.steps.shortcut(step).partition("/")[2] or 1)
            return (self.carried(Ref(names[0], ref.cell)) - self.carried(Ref(names[1], ref.cell))) / outputs
        value = reworked(self.book, ref, Operands(self.carried)).right
        return fraction(value)

    def works_out_rounding(self, step: object, value: Fraction, digits: int, blank: bool) -> Fraction:
        """The value again, what is on the way rounded to the decimals or the digits that it will have."""
        wrote = self.writes(value, digits)
        digits = len(wrote.text.lstrip("-0.").replace(".", ""))
        if wrote.unit is None or not wrote.value or "." not in wrote.text:
            return value
        decimals = self.habits.decimals or (not blank and self.draw.random() < 0.3)
        cut = self.draw.random() < self.habits.cut

        def to_hand(part: Fraction) -> Fraction:
            if part.denominator == 1 or self.draw.random() > self.habits.within:
                return part
            exponent = magnitude(wrote.unit) if decimals else magnitude(part) - max(digits, 2) + 1
            return rounded(part, exponent, cut, True)

        own = reworked(self.book, step.ref, Operands(self.carried))
        if isinstance(step, Chain):
            terms = [
                (self.carried(up), OnTheWay(own, self.carried, to_hand).result(local, at))
                for up, local, at in step.terms
            ]
            products = [up * to_hand(local) for up, local in terms]
            return sum(map(to_hand, products)) if len(products) > 1 else products[0]
        if isinstance(step, Sums | Update) and not getattr(step, "copy", False):
            products = [
                to_hand(fraction(row.product))
                if len(row.refs) > 1 or abs(row.coefficient) != 1
                # a plain number is carried as it is
                else fraction(row.product)
                for row in own.rows
            ]
            return sum(products) if len(products) > 1 else value
        if isinstance(step, Formula):
            return OnTheWay(own, self.carried, to_hand).result(step.expression, step.place)
        return value

    def writes(self, value: Fraction, digits: int | None = None) -> Wrote:
        """The number as they write it down; never a 0 for what is not 0."""
        habits = self.habits
        if not value or (value.denominator == 1 and abs(value) < 10**6):
            return Wrote(str(value), value, Fraction(1))  # nobody rounds a whole number of a few digits
        digits = digits or self.draw.randint(*habits.digits)
        exponent = -digits if habits.decimals else magnitude(value) - digits + 1
        if value.denominator == 1 and habits.decimals:
            exponent = 0
        if not habits.faint:
            exponent = min(exponent, magnitude(value))
        result = rounded(value, exponent, self.draw.random() < habits.cut, self.draw.random() < 0.8)
        if exponent < 0 and result.denominator == 1 and result == value:
            exponent = 0
        if not result:
            return Wrote(f"0.{'0' * -exponent}", result, power(exponent))
        return Wrote(text_of(result, exponent), result, power(exponent))

    def works(self) -> None:
        """Everything, in the order of computation."""
        for name in self.trace.places:
            for step in self.steps.tensor(name):
                if isinstance(step, Given):
                    continue
                ref = step.ref
                value = self.works_out(ref, step)
                slip = self.slips.get(ref)
                if slip is not None:
                    value = slip(self, step, value)
                blank = slip is None and self.draw.random() < self.habits.blank
                # what is not written down is rounded no coarser than what is
                digits = self.habits.digits[1] if blank else self.draw.randint(*self.habits.digits)
                # and within its line by the digits that the others have: it shows none itself
                in_blank = self.habits.blanks_rounded and isinstance(step, Chain) and not self.habits.decimals
                rounds = not blank or in_blank
                if self.habits.within and rounds and value.denominator > 1:
                    within = self.works_out_rounding(step, value, digits, blank)
                    # what is written shows no more than what the line was rounded to
                    fits = self.writes(within, digits).unit == self.writes(value, digits).unit
                    value = within if fits and within.denominator > 1 else value
                self.before[ref] = value
                copies = isinstance(step, Choice | Gate | Route) or (isinstance(step, Sums) and step.copy)
                plain = copies or ends_soon(value)
                if not blank or (self.habits.blanks_rounded and not plain):
                    self.written[ref] = self.writes(value, digits)
                if blank:
                    self.blanks.add(ref)

    def sheet(self) -> Worksheet:
        claims = []
        for line, (ref, wrote) in enumerate(self.written.items()):
            if ref not in self.blanks:
                name = cell_name(ref.tensor, ref.cell, self.trace.places[ref.tensor].shape)
                claims.append(NumberClaim(name, ref.tensor, ref.cell, wrote.text, number(wrote), line))
        self.draw.shuffle(claims)
        return Worksheet("sheet.toml", "case", None, tuple(claims))


class OnTheWay(Algebra[Fraction, dict]):
    """A formula worked out by hand: what is on the way to the result goes through `to_hand`."""

    def __init__(self, own: object, carried: Callable, to_hand: Callable) -> None:
        self.own, self.carried, self.to_hand, self.depth = own, carried, to_hand, 0

    def result(self, of: Expression, at: dict) -> Fraction:
        return self.fold(of, at)

    def fold(self, of: Expression, scope: dict) -> Fraction:
        self.depth += 1
        value = super().fold(of, scope)
        self.depth -= 1
        worked_out = isinstance(of, Addition | Product | Quotient | Applied | Total | Power) and entries(of)
        return self.to_hand(value) if self.depth and worked_out else value

    def number(self, of: Fraction) -> Fraction:
        return of

    def entry(self, of: Entry, scope: dict) -> Fraction:
        return self.carried(self.own.refer(of, scope))

    def added(self, terms: list) -> Fraction:
        return sum(terms)

    def multiplied(self, factors: list) -> Fraction:
        return prod(factors)

    def negative(self, of: Fraction) -> Fraction:
        return -of

    def quotient(self, above: Fraction, below: Fraction) -> Fraction:
        return above / below

    def power(self, base: Fraction, exponent: int) -> Fraction:
        return base**exponent

    def applied(self, function: str, to: Fraction) -> Fraction:
        if function == "ln" and to <= 0:
            raise ArithmeticError("no logarithm")
        value = arb(fmpq(to.numerator, to.denominator))
        return fraction(
            {"exp": value.exp, "ln": value.log, "tanh": value.tanh, "sqrt": value.sqrt}[function]()
        )

    def same(self, of: Same, scope: dict) -> Fraction:
        return Fraction(int(of.one.at(scope) == of.other.at(scope)))

    def total(self, of: Total, scope: dict) -> Fraction:
        return sum(self.fold(of.body, {**scope, **here}) for here in all_places(of.over))

    def piecewise(self, of: Piecewise, scope: dict) -> Fraction:
        sign, above, below = (self.fold(part, scope) for part in of.parts)
        return above if sign > 0 else below if sign < 0 else of.share * above + (1 - of.share) * below


BOOKS: WeakKeyDictionary[Trace, Workbook] = WeakKeyDictionary()


def number(wrote: Wrote) -> WrittenNumber:
    """As the reading of worksheets has it: 100 may have the unit 1, 10 or 100."""
    if "." in wrote.text or not wrote.value:
        unit = power(-len(wrote.text.partition(".")[2]))
        return WrittenNumber(wrote.value, (unit,))
    zeros = len(wrote.text) - len(wrote.text.rstrip("0"))
    zeros = max(min(zeros, len(wrote.text.strip("-")) - 2), 0)
    return WrittenNumber(wrote.value, tuple(power(n) for n in range(zeros + 1)))


def fraction(value: object) -> Fraction:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    assert isinstance(value, arb)
    mantissa, exponent = value.mid().man_exp()
    middle = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    # what is rational after all (three equal shares) must not be cut off a digit short
    near = middle.limit_denominator(10**12)
    return near if abs(near - middle) < Fraction(1, 10**40) else middle
