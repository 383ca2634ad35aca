"""Formulas for any size: x[c, s₁(i−1)+p−P₁, …], where sizes, strides and places are letters.

Places count from 1 here, as they are printed. A formula is never worked out in general: its letters become
numbers, place by place, and it is compared with what a layer of that size gives there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor, prod
from operator import itemgetter
from typing import TypeAlias

from walkthrough.derivations.derivation_notation import ONE_TERM, Words, letter
from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.notation import (
    Addition,
    Cell,
    Entry,
    Expression,
    Negative,
    Number,
    Piecewise,
    Same,
    Term,
    Total,
    expression,
)

LetterValues: TypeAlias = Mapping[str, int]
"""What the letters for sizes and places stand for, by name."""
WholePlace: TypeAlias = Callable[[LetterValues], int]
"""A size or a place, where its letters are numbers."""


@dataclass(frozen=True)
class Between(Expression):
    """low ≤ of ≤ high: the condition under which there is such a place."""

    low: Expression
    of: Expression
    high: Expression

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters in it, by name."""
        return _letters_in(self.low) | _letters_in(self.of) | _letters_in(self.high)

    @cached_property
    def _sides(self) -> tuple[WholePlace, WholePlace, WholePlace]:
        return whole_place(self.low), whole_place(self.of), whole_place(self.high)

    def holds(self, numbers: LetterValues) -> bool:
        """Whether there is such a place where the letters are these numbers."""
        low, value, high = self._sides
        return low(numbers) <= value(numbers) <= high(numbers)


@dataclass(frozen=True, slots=True)
class LetteredTensor:
    """A tensor of any size: how far its axes go are letters, H×W, or numbers."""

    name: str
    sizes: tuple[Expression, ...]
    symbol: str = ""

    def __getitem__(self, index: tuple[Term, ...] | Term) -> LetteredEntry:
        several = index if isinstance(index, tuple) else (index,)
        return LetteredEntry(self, tuple(map(expression, several)))


@dataclass(frozen=True)
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

    @cached_property
    def _places(self) -> tuple[WholePlace, ...]:
        return tuple(map(whole_place, self.index))

    def cell(self, numbers: LetterValues) -> Cell:
        """Which entry it is where the letters are these numbers, counted from 0; perhaps none."""
        return tuple([place(numbers) - 1 for place in self._places])


def _backwards(place: Expression, size: Expression) -> bool:
    """Whether it is K + 1 − p, for a letter p."""
    if not isinstance(place, Addition) or len(place.terms) != 3:
        return False
    last, one, back = place.terms
    return last == size and one == ONE_TERM and isinstance(back, Negative) and isinstance(back.of, Entry)


@dataclass(frozen=True)
class LetteredSum(Expression):
    """Σ of the body over letters, each from 1 to its size, as far as the conditions hold."""

    body: Expression
    over: tuple[tuple[Entry, Expression], ...]
    where: tuple[Between, ...] = ()

    @cached_property
    def conditions(self) -> tuple[Between, ...]:
        """Its own conditions, and those under which the entries in it exist."""
        return tuple(dict.fromkeys((*self.where, *conditions(self.body))))

    @cached_property
    def _loops(self) -> tuple[tuple[str, WholePlace, tuple[Between, ...]], ...]:
        """Each letter, how far it goes, and the conditions that are decided once it is known."""
        names = [one.tensor.name for one, _ in self.over]
        last = {
            each: max((names.index(one) for one in each.letters & {*names}), default=0)
            for each in self.conditions
        }
        return tuple(
            (name, whole_place(size), tuple(each for each in self.conditions if last[each] == depth))
            for depth, (name, (_, size)) in enumerate(zip(names, self.over, strict=True))
        )

    def places(self, numbers: LetterValues) -> list[LetterValues]:
        """The letters' values at each term that has all its entries, in order."""
        found = [numbers]
        for name, size, deciding in self._loops:
            found = [{**here, name: value} for here in found for value in range(1, size(here) + 1)]
            for condition in deciding:
                found = [here for here in found if condition.holds(here)]
        return found


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


def whole_place(of: Expression) -> WholePlace:
    """A size or a place as a whole number, once its letters are numbers."""
    place = _PLACES.fold(of, None)

    def whole(numbers: LetterValues) -> int:
        found = place(numbers)
        assert found.denominator == 1, "a place is a whole number"
        return found.numerator

    # most places are a letter, and this is asked for every term of every sum
    return place if isinstance(of, Entry) else whole  # type: ignore[return-value]


def _letters_in(of: Expression) -> frozenset[str]:
    own = {of.tensor.name} if isinstance(of, Entry) else ()
    return frozenset(own).union(*map(_letters_in, of.parts))


_Place: TypeAlias = Callable[[LetterValues], int | Fraction]


class _PlaceFormulas(Algebra[_Place, None]):
    """Sizes and places, to be worked out many times: a formula is gone through once."""

    def number(self, of: Fraction) -> _Place:
        value = of if of.denominator != 1 else of.numerator
        return lambda numbers: value

    def entry(self, of: Entry, scope: None) -> _Place:
        return itemgetter(of.tensor.name)

    def added(self, terms: list[_Place]) -> _Place:
        return lambda numbers: sum([each(numbers) for each in terms])

    def multiplied(self, factors: list[_Place]) -> _Place:
        return lambda numbers: prod([each(numbers) for each in factors])

    def negative(self, of: _Place) -> _Place:
        return lambda numbers: -of(numbers)

    def quotient(self, above: _Place, below: _Place) -> _Place:
        return lambda numbers: Fraction(above(numbers)) / below(numbers)

    def power(self, base: _Place, exponent: int) -> _Place:
        return lambda numbers: Fraction(base(numbers)) ** exponent

    def applied(self, function: str, to: _Place) -> _Place:
        assert function == "floor", "of functions, a place knows ⌊ ⌋ only"
        return lambda numbers: floor(to(numbers))

    def same(self, of: Same, scope: None) -> _Place:
        raise TypeError(f"no place: {of}")

    def total(self, of: Total, scope: None) -> _Place:
        raise TypeError(f"no place: {of}")

    def piecewise(self, of: Piecewise, scope: None) -> _Place:
        raise TypeError(f"no place: {of}")


_PLACES = _PlaceFormulas()
