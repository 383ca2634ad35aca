"""How one number follows from others when each of them is only known to lie in an interval."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple, TypeAlias

from walkthrough.marking.verdicts.calculation.enclosed_formulas import (
    EnclosedFormula,
    Enclosures,
    one_number,
    sum_of_products,
)
from walkthrough.marking.verdicts.calculation.enclosures import (
    NOUGHT,
    ONE,
    ZERO,
    Enclosure,
    Rational,
    hull,
    plus,
    times,
)

Ways: TypeAlias = tuple[Enclosure, ...]
"""What a number can be, in each of the ways in which it may have been worked out; the usual one first."""

_MOST_WAYS = 8


class EnclosedStep(ABC):
    """One way to work out a number from the numbers in `operands`.

    `copies` if the result is one of the operands as it stands: nobody rounds it anew.
    """

    operands: frozenset[int]
    copies: bool = False

    @property
    def formula(self) -> EnclosedFormula | None:
        """The same as a formula, for somebody who rounds on the way; None if there is nothing to round."""
        return None

    @abstractmethod
    def ways(self, numbers: Enclosures) -> Ways:
        """All that can come out; raises NoValue if nothing can."""

    def blind(self, numbers: Enclosures, doubted: set[int]) -> bool:
        """Whether the doubted operands could be nearly anything and the result would be the same 0."""
        return False


class Summand(NamedTuple):
    """coefficient · first · second; a missing factor is −1."""

    coefficient: Rational
    first: int
    second: int = -1


class EnclosedSum(EnclosedStep):
    """A sum of products: convolution, dense, averages, their gradients, the mean of a batch, an update."""

    def __init__(self, summands: Iterable[Summand], truth: Enclosures) -> None:
        self.summands = tuple(summands)
        used = {n for each in self.summands for n in (each.first, each.second) if n >= 0}
        self.operands = frozenset(used)
        self.copies = [(abs(each.coefficient), each.second) for each in self.summands] == [(ONE, -1)]
        as_it_stands = self.copies and self.summands[0].coefficient == ONE
        self._copied = self.summands[0].first if as_it_stands else None
        self._products = tuple(_product(each, truth) for each in self.summands)
        self._total = _added(self._products)
        self._exact = all(low is high for low, high in self._products)
        self._formula: EnclosedFormula | None = None

    @property
    def formula(self) -> EnclosedFormula | None:
        """The sum with its products one by one."""
        if self._formula is None and not self.copies:
            self._formula = sum_of_products(
                (each.coefficient, [one_number(n) for n in (each.first, each.second) if n >= 0])
                for each in self.summands
            )
        return self._formula

    def ways(self, numbers: Enclosures) -> Ways:
        """The sum of what each product can be."""
        if self._copied is not None:
            return (numbers[self._copied],)
        pairs = zip(self.summands, self._products, strict=True)
        if not self._exact:
            changed = (s.first in numbers or s.second in numbers for s in self.summands)
            products = (
                _product(s, numbers) if differs else known
                for (s, known), differs in zip(pairs, changed, strict=True)
            )
            return (_added(products),)
        # only what differs from the true products is worked out again
        low = high = self._total[0]
        for summand, known in pairs:
            if summand.first in numbers or summand.second in numbers:
                new = _product(summand, numbers)
                low, high = low + (new[0] - known[0]), high + (new[1] - known[0])
        return ((low, low) if low == high else (low, high),)

    def blind(self, numbers: Enclosures, doubted: set[int]) -> bool:
        """Every doubted number is multiplied by a 0 that is not doubted, and nothing else is left."""

        def nothing(which: int) -> bool:
            return which >= 0 and which not in doubted and numbers[which][0] == numbers[which][1] == ZERO

        return all(nothing(s.first) or nothing(s.second) for s in self.summands)


def _product(summand: Summand, numbers: Enclosures) -> Enclosure:
    coefficient, first, second = summand
    result = (coefficient, coefficient) if first < 0 else numbers[first]
    if second >= 0:
        result = times(result, numbers[second])
    return result if first < 0 or coefficient is ONE else times((coefficient, coefficient), result)


def _added(intervals: Iterable[Enclosure]) -> Enclosure:
    result = NOUGHT
    for each in intervals:
        result = plus(result, each)
    return result


class EnclosedLargest(EnclosedStep):
    """The largest of a window."""

    copies = True

    def __init__(self, candidates: tuple[int, ...]) -> None:
        self.candidates = candidates
        self.operands = frozenset(candidates)

    def ways(self, numbers: Enclosures) -> Ways:
        """At least the largest of the lower ends, at most the largest of the upper ones."""
        best, *others = (numbers[n] for n in self.candidates)
        for each in others:
            if each[0] >= best[0] and each[1] >= best[1]:
                best = each
            elif each[0] > best[0] or each[1] > best[1]:
                best = max(best[0], each[0]), max(best[1], each[1])
        return (best,)


class EnclosedGate(EnclosedStep):
    """What passes a gate: a ReLU, or one that lets a share of what is negative through."""

    def __init__(self, operand: int, above: Rational, below: Rational) -> None:
        self.operand = operand
        self.operands = frozenset([operand])
        self.copies = {above, below} <= {ONE, ZERO}
        self._above = above
        self._below = below

    def ways(self, numbers: Enclosures) -> Ways:
        """What each side of 0 gives; nothing below 0 if the gate closes."""
        low, high = numbers[self.operand]
        if low >= ZERO:
            return (_part(self._above, (low, high)),)
        if high <= ZERO:
            return (_part(self._below, (low, high)),)
        return (hull([_part(self._below, (low, ZERO)), _part(self._above, (ZERO, high))]),)

    def blind(self, numbers: Enclosures, doubted: set[int]) -> bool:
        """A closed gate gives 0 for any negative number."""
        return self._below == ZERO and bool(numbers[self.operand][1] <= ZERO)


class EnclosedFunction(EnclosedStep):
    """A function of entries: sigmoid, softmax, a loss, a slope."""

    def __init__(self, formula: EnclosedFormula) -> None:
        self._of = formula.of
        self._formula = formula
        self.operands = formula.operands

    @property
    def formula(self) -> EnclosedFormula | None:
        """The function itself."""
        return self._formula

    def ways(self, numbers: Enclosures) -> Ways:
        """What the formula gives."""
        return (self._of(numbers),)

    def blind(self, numbers: Enclosures, doubted: set[int]) -> bool:
        """It comes out as exactly 0 although an operand is open, so that operand does not matter."""
        return self.ways(numbers)[0] == NOUGHT


class EnclosedChain(EnclosedStep):
    """Upstream × local derivative, summed over the outputs that an entry goes into."""

    def __init__(self, links: Iterable[tuple[int, EnclosedFormula]]) -> None:
        self.links = tuple(links)
        self.operands = frozenset(n for up, local in self.links for n in (up, *local.operands))
        self._formula: EnclosedFormula | None = None

    @property
    def formula(self) -> EnclosedFormula | None:
        """The sum with its slopes and products one by one."""
        if self._formula is None:
            self._formula = sum_of_products((ONE, [one_number(up), local]) for up, local in self.links)
        return self._formula

    def ways(self, numbers: Enclosures) -> Ways:
        """The sum of what each product can be."""
        return (_added(times(numbers[up], local.of(numbers)) for up, local in self.links),)

    def blind(self, numbers: Enclosures, doubted: set[int]) -> bool:
        """Every product has a factor that is 0 beyond doubt."""
        return all(
            (up not in doubted and numbers[up] == NOUGHT)
            or (doubted.isdisjoint(local.operands) and local.of(numbers) == NOUGHT)
            for up, local in self.links
        )


class Passage(NamedTuple):
    """A window (or gate) through which a gradient can come back.

    `possible` gives the shares that the entry may get by one's own forward numbers, the usual one first;
    `whole` if these are all or nothing.
    """

    upstream: int
    operands: frozenset[int]
    possible: Callable[[Enclosures], tuple[Rational, ...]]
    whole: bool = True


class EnclosedRoute(EnclosedStep):
    """A gradient sent back through a max pool or a ReLU, by one's own winners and gates."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        self.operands = frozenset(n for each in self.passages for n in (each.upstream, *each.operands))
        self.copies = len(self.passages) <= 1 and all(each.whole for each in self.passages)

    def ways(self, numbers: Enclosures) -> Ways:
        """The sum over the windows, for each choice that one's own numbers leave open."""
        each = [
            [_part(share, numbers[passage.upstream]) for share in passage.possible(numbers)]
            for passage in self.passages
        ]
        if len(each) == 1:
            return tuple(each[0])
        count = 1
        for several in each:
            count *= len(several)
        if count > _MOST_WAYS:
            return (_added(hull(several) for several in each),)
        return tuple(_added(choice) for choice in product(*each))


def _part(share: Rational, upstream: Enclosure) -> Enclosure:
    if share is ONE:
        return upstream
    return NOUGHT if share is ZERO else times((share, share), upstream)


def gate_shares(
    operand: int, output: int, slopes: tuple[Rational, Rational, Rational]
) -> Callable[[Enclosures], tuple[Rational, ...]]:
    """The slopes that a gate may have: by what went in; or by what came out, if that does not fit.

    `slopes` are those above 0, below 0 and at exactly 0.
    """
    above, below, at_zero = slopes

    def possible(numbers: Enclosures) -> tuple[Rational, ...]:
        low, high = numbers[operand]
        least, most = numbers[output]
        if low > ZERO:
            return (above,) if least > ZERO else (above, below)
        if high < ZERO:
            return (below, above) if most > ZERO else (below,)
        found = [at_zero] + [above] * bool(high > ZERO or most > ZERO) + [below] * bool(low < ZERO)
        return tuple(dict.fromkeys(found))

    return possible
