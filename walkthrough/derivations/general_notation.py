"""Formulas for any size: x[c, s₁(i−1)+p−P₁, …], where sizes, strides and places are letters.

Places count from 1 here, as they are printed. A formula is never worked out in general: it is put at
numbers, place by place, and then is an ordinary expression of a layer of that size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor, prod

from walkthrough.derivations.derivation_notation import (
    ONE_TERM,
    ZERO_TERM,
    Bracket,
    Words,
    at,
    letter,
    written_sum,
)
from walkthrough.mathematics.folding import Algebra, rebuilt
from walkthrough.mathematics.notation import (
    Addition,
    Cell,
    Entry,
    Expression,
    Negative,
    Number,
    Piecewise,
    Same,
    Tensor,
    Term,
    Total,
    expression,
)

LetterValues = Mapping[str, int]
"""What the letters for sizes and places stand for, by name."""


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """low ≤ of ≤ high: the condition under which there is such a place."""

    low: Expression
    of: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class LetteredTensor:
    """A tensor of any size: how far its axes go are letters, H×W, or numbers."""

    name: str
    sizes: tuple[Expression, ...]
    symbol: str = ""

    def __getitem__(self, index: tuple[Term, ...] | Term) -> LetteredEntry:
        several = index if isinstance(index, tuple) else (index,)
        return LetteredEntry(self, tuple(map(expression, several)))


@dataclass(frozen=True, slots=True)
class LetteredEntry(Expression):
    """An entry at a place that is a formula; outside of its tensor it is 0."""

    tensor: LetteredTensor
    index: tuple[Expression, ...]

    @property
    def conditions(self) -> tuple[Between, ...]:
        """When there is such an entry; a letter by itself runs over its axis anyway, also backwards."""
        return tuple(
            Between(expression(1), place, size)
            for place, size in zip(self.index, self.tensor.sizes, strict=True)
            if not isinstance(place, Entry | Number) and not _backwards(place, size)
        )


def _backwards(place: Expression, size: Expression) -> bool:
    """Whether it is K + 1 − p, for a letter p."""
    if not isinstance(place, Addition) or len(place.terms) != 3:
        return False
    last, one, back = place.terms
    return last == size and one == ONE_TERM and isinstance(back, Negative) and isinstance(back.of, Entry)


@dataclass(frozen=True, slots=True)
class LetteredSum(Expression):
    """Σ of the body over letters, each from 1 to its size, as far as the conditions hold."""

    body: Expression
    over: tuple[tuple[Entry, Expression], ...]
    where: tuple[Between, ...] = ()

    @property
    def conditions(self) -> tuple[Between, ...]:
        """Its own conditions, and those under which the entries in it exist."""
        return tuple(dict.fromkeys((*self.where, *conditions(self.body))))


def letters(names: str) -> tuple[Entry, ...]:
    """Letters for sizes and places; K1 is written K₁."""
    lowered = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return tuple(letter(name, name.translate(lowered)) for name in names.split())


def counted_from_1(free: tuple[Entry, ...], cell: Cell) -> dict[str, int]:
    """A cell's places, by the letters that stand for them."""
    return {one.tensor.name: place + 1 for one, place in zip(free, cell, strict=True)}


def conditions(of: Expression) -> tuple[Between, ...]:
    """The conditions under which the entries in a formula exist; sums in it have their own."""
    own = of.conditions if isinstance(of, LetteredEntry) else ()
    return tuple(dict.fromkeys((*own, *(each for part in of.parts for each in conditions(part)))))


def where_words(of: Expression) -> Words:
    """Over which letters the sums in a formula go, and when there are such terms, in words."""
    words: list[str | Expression] = []
    for each in _sums(of):
        words += ["; over ", ", ".join(one.tensor.symbol for one, _ in each.over)]
        words += _listed(" with ", each.conditions)
    words += _listed("; where ", conditions(of))
    return (*words, ", else 0") if conditions(of) else tuple(words)


def _sums(of: Expression) -> Iterator[LetteredSum]:
    if isinstance(of, LetteredSum):
        yield of
        yield from _sums(of.body)
    for part in of.parts:
        yield from _sums(part)


def _listed(before: str, several: tuple[Between, ...]) -> list[str | Expression]:
    words: list[str | Expression] = []
    for each in several:
        words += [", " if words else before, each]
    return words


def at_numbers(of: Expression, numbers: LetterValues, tensors: Mapping[str, Tensor]) -> Expression:
    """The formula where its letters are these numbers, in entries of these tensors."""
    match of:
        case Entry():
            return Number(Fraction(numbers[of.tensor.name])) if of.tensor.name in numbers else of
        case LetteredEntry(tensor, index):
            cell = tuple(whole_place(place, numbers) - 1 for place in index)
            found = tensors[tensor.name]
            inside = all(0 <= place < extent for place, extent in zip(cell, found.shape, strict=True))
            return at(found, cell) if inside else ZERO_TERM
        case LetteredSum(body, _, _):
            return written_sum(at_numbers(body, each, tensors) for each in _places(of, numbers))
    there = rebuilt(of, lambda part: at_numbers(part, numbers, tensors))
    match there:
        case Bracket(Number(one), "=", Number(other)):  # of two places: [i = j]
            return ONE_TERM if one == other else ZERO_TERM
    return there


def _places(of: LetteredSum, numbers: LetterValues) -> Iterator[LetterValues]:
    """The letters' values at each term of a sum that has all its entries."""
    extents = [range(1, whole_place(size, numbers) + 1) for _, size in of.over]
    holding = of.conditions
    for values in product(*extents):
        each = {**numbers, **{one.tensor.name: v for (one, _), v in zip(of.over, values, strict=True)}}
        if all(_holds(condition, each) for condition in holding):
            yield each


def _holds(condition: Between, numbers: LetterValues) -> bool:
    low, value, high = (whole_place(each, numbers) for each in (condition.low, condition.of, condition.high))
    return low <= value <= high


def whole_place(of: Expression, numbers: LetterValues) -> int:
    """A size or a place as a whole number."""
    if isinstance(of, Entry):  # most places are a letter, and this is asked for every term of every sum
        return numbers[of.tensor.name]
    found = _PLACES.fold(of, numbers)
    assert found.denominator == 1, "a place is a whole number"
    return found.numerator


class _PlaceNumbers(Algebra[Fraction, LetterValues]):
    """Sizes and places, where their letters are numbers."""

    def number(self, of: Fraction) -> Fraction:
        return of

    def entry(self, of: Entry, scope: LetterValues) -> Fraction:
        return Fraction(scope[of.tensor.name])

    def added(self, terms: list[Fraction]) -> Fraction:
        return sum(terms, Fraction(0))

    def multiplied(self, factors: list[Fraction]) -> Fraction:
        return prod(factors, start=Fraction(1))

    def negative(self, of: Fraction) -> Fraction:
        return -of

    def quotient(self, above: Fraction, below: Fraction) -> Fraction:
        return above / below

    def power(self, base: Fraction, exponent: int) -> Fraction:
        return base**exponent

    def applied(self, function: str, to: Fraction) -> Fraction:
        assert function == "floor", "of functions, a place knows ⌊ ⌋ only"
        return Fraction(floor(to))

    def same(self, of: Same, scope: LetterValues) -> Fraction:
        return Fraction(of.one == of.other)

    def total(self, of: Total, scope: LetterValues) -> Fraction:
        raise TypeError(f"no place: {of}")

    def piecewise(self, of: Piecewise, scope: LetterValues) -> Fraction:
        raise TypeError(f"no place: {of}")


_PLACES = _PlaceNumbers()
