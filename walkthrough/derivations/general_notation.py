"""Formulas for any size: x[c, s₁(i−1)+p−P₁, …], where sizes, strides and places are letters.

Places count from 1 here, as they are printed. A formula is never worked out in general: it is put at
numbers, place by place, and then is an ordinary expression of a layer of that size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from walkthrough.derivations.derivation_notation import (
    ONE_TERM,
    ZERO_TERM,
    Bracket,
    Derivative,
    Words,
    at,
    letter,
    written_sum,
)
from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Tensor,
    Term,
    expression,
)

Numbers = Mapping[str, int]
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
        """When there is such an entry; a letter by itself runs over its axis anyway."""
        return tuple(
            Between(expression(1), place, size)
            for place, size in zip(self.index, self.tensor.sizes, strict=True)
            if not isinstance(place, Entry | Number)
        )


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


def parts(of: Expression) -> tuple[Expression, ...]:
    """What a formula is made of."""
    match of:
        case Sum(several) | Product(several):
            return several
        case Negative(inner) | Power(inner, _) | Applied(_, inner):
            return (inner,)
        case Quotient(one, other) | Bracket(one, _, other) | Derivative(one, other):
            return (one, other)
    return ()


def conditions(of: Expression) -> tuple[Between, ...]:
    """The conditions under which the entries in a formula exist; sums in it have their own."""
    own = of.conditions if isinstance(of, LetteredEntry) else ()
    return tuple(dict.fromkeys((*own, *(each for part in parts(of) for each in conditions(part)))))


def where(of: Expression) -> Words:
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
    for part in parts(of):
        yield from _sums(part)


def _listed(before: str, several: tuple[Between, ...]) -> list[str | Expression]:
    words: list[str | Expression] = []
    for each in several:
        words += [", " if words else before, each]
    return words


def at_numbers(of: Expression, numbers: Numbers, tensors: Mapping[str, Tensor]) -> Expression:
    """The formula where its letters are these numbers, in entries of these tensors."""

    def inner(part: Expression) -> Expression:
        return at_numbers(part, numbers, tensors)

    match of:
        case Entry():
            return Number(Fraction(numbers[of.tensor.name])) if of.tensor.name in numbers else of
        case LetteredEntry(tensor, index):
            cell = tuple(whole(place, numbers) - 1 for place in index)
            found = tensors[tensor.name]
            inside = all(0 <= place < extent for place, extent in zip(cell, found.shape, strict=True))
            return at(found, cell) if inside else ZERO_TERM
        case LetteredSum(body, _, _):
            return written_sum(at_numbers(body, each, tensors) for each in _places(of, numbers))
        case Sum(several):
            return Sum(tuple(map(inner, several)))
        case Product(several):
            return Product(tuple(map(inner, several)))
        case Negative(part):
            return Negative(inner(part))
        case Quotient(above, below):
            return Quotient(inner(above), inner(below))
        case Power(base, exponent):
            return Power(inner(base), exponent)
        case Applied(function, to):
            return Applied(function, inner(to))
        case Bracket(left, relation, right):
            one, other = inner(left), inner(right)
            if isinstance(one, Number) and isinstance(other, Number):
                return ONE_TERM if one == other else ZERO_TERM  # two places: [i = j]
            return Bracket(one, relation, other)
        case Derivative(part, by):
            entry = inner(by)
            assert isinstance(entry, Entry), "one differentiates with respect to an entry"
            return Derivative(inner(part), entry)
    return of


def _places(of: LetteredSum, numbers: Numbers) -> Iterator[Numbers]:
    """The letters' values at each term of a sum that has all its entries."""
    extents = [range(1, whole(size, numbers) + 1) for _, size in of.over]
    holding = of.conditions
    for values in product(*extents):
        each = {**numbers, **{one.tensor.name: v for (one, _), v in zip(of.over, values, strict=True)}}
        if all(_holds(condition, each) for condition in holding):
            yield each


def _holds(condition: Between, numbers: Numbers) -> bool:
    low, value, high = (whole(each, numbers) for each in (condition.low, condition.of, condition.high))
    return low <= value <= high


def whole(of: Expression, numbers: Numbers) -> int:
    """A size or a place as a whole number."""
    match of:
        case Number(value) if value.denominator == 1:
            return value.numerator
        case Entry():
            return numbers[of.tensor.name]
        case Sum(several):
            return sum(whole(part, numbers) for part in several)
        case Product(several):
            result = 1
            for part in several:
                result *= whole(part, numbers)
            return result
        case Negative(part):
            return -whole(part, numbers)
        case Applied("floor", Quotient(above, below)):
            return whole(above, numbers) // whole(below, numbers)
    raise TypeError(f"no place: {of}")
