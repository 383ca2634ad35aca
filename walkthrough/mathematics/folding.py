"""One way to walk an expression: folded with an algebra, or rebuilt with other leaves.

An algebra says what each kind of expression is for one purpose: a number, an array, an interval, a
text. Its values go from the leaves upwards, a kind a line, and `scope` is what it knows of the loop
indices on the way down (their values, or the axes that stand for them). So a new function in the
notation is a line in each algebra, and a new purpose is an algebra.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from walkthrough.mathematics.indices import Affine, Index
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Constant,
    Entry,
    Expression,
    Largest,
    Negative,
    Number,
    Piecewise,
    Power,
    Product,
    Quotient,
    Same,
    Total,
)

V = TypeVar("V")
S = TypeVar("S")
Places: TypeAlias = dict[Index, int]
"""Values of loop indices."""


class Algebra(ABC, Generic[V, S]):
    """What each kind of expression is, made of what its parts are.

    What opens a scope (a Σ), or need not look at all its parts (a piecewise formula), is given the
    expression itself and asks `self.fold` for as much of it as it needs.
    """

    @abstractmethod
    def number(self, of: Fraction) -> V:
        """A constant of the formula."""

    def lettered(self, of: Constant) -> V:
        """A number that has a letter; most algebras care for its value only."""
        return self.number(of.value)

    @abstractmethod
    def entry(self, of: Entry, scope: S) -> V:
        """An entry of a tensor."""

    @abstractmethod
    def added(self, terms: list[V]) -> V:
        """a + b + c."""

    @abstractmethod
    def multiplied(self, factors: list[V]) -> V:
        """a·b·c."""

    @abstractmethod
    def negative(self, of: V) -> V:
        """−a."""

    @abstractmethod
    def quotient(self, above: V, below: V) -> V:
        """a/b."""

    @abstractmethod
    def power(self, base: V, exponent: int) -> V:
        """a to a whole number."""

    @abstractmethod
    def applied(self, function: str, to: V) -> V:
        """e^a, ln a, tanh a, √a."""

    @abstractmethod
    def same(self, of: Same, scope: S) -> V:
        """1 where two positions agree, else 0."""

    @abstractmethod
    def total(self, of: Total, scope: S) -> V:
        """Σ of a body over loop indices."""

    @abstractmethod
    def piecewise(self, of: Piecewise, scope: S) -> V:
        """One formula above 0, another one below."""

    def other(self, of: Expression, scope: S) -> V:
        """An expression of a kind that only some algebras know."""
        raise TypeError(f"no single value: {of}")

    def fold(self, of: Expression, scope: S) -> V:
        """What an expression is in this algebra."""
        folded = _KINDS.get(type(of))
        return self.other(of, scope) if folded is None else folded(self, of, scope)


Folded: TypeAlias = Callable[[Any, Any, Any], Any]

_KINDS: Mapping[type[Expression], Folded] = MappingProxyType(
    {
        Constant: lambda algebra, of, scope: algebra.lettered(of),
        Number: lambda algebra, of, scope: algebra.number(of.value),
        Entry: lambda algebra, of, scope: algebra.entry(of, scope),
        Addition: lambda algebra, of, scope: algebra.added([algebra.fold(term, scope) for term in of.terms]),
        Product: lambda algebra, of, scope: algebra.multiplied([algebra.fold(f, scope) for f in of.factors]),
        Negative: lambda algebra, of, scope: algebra.negative(algebra.fold(of.of, scope)),
        Quotient: lambda algebra, of, scope: algebra.quotient(
            algebra.fold(of.above, scope), algebra.fold(of.below, scope)
        ),
        Power: lambda algebra, of, scope: algebra.power(algebra.fold(of.base, scope), of.exponent),
        Applied: lambda algebra, of, scope: algebra.applied(of.function, algebra.fold(of.to, scope)),
        Same: lambda algebra, of, scope: algebra.same(of, scope),
        Total: lambda algebra, of, scope: algebra.total(of, scope),
        Piecewise: lambda algebra, of, scope: algebra.piecewise(of, scope),
    }
)


def rebuilt(of: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same expression with each of its parts changed; a leaf as it is."""
    parts = of.parts
    return of.with_parts(tuple(change(part) for part in parts)) if parts else of


def with_entries(of: Expression, change: Callable[[Entry], Expression]) -> Expression:
    """The same expression with something else in the place of each entry."""
    if isinstance(of, Entry):
        return change(of)
    if isinstance(of, Largest):  # its entry runs over a window, and must stay one
        body = change(of.body)
        return of.with_parts((body,))
    return rebuilt(of, lambda part: with_entries(part, change))


def at_place(of: Expression, place: Places) -> Expression:
    """The expression at one place of its loop indices, with sums over further indices written out."""
    match of:
        case Entry(tensor, index, flat):
            return Entry(tensor, tuple(Affine((), position.at(place)) for position in index), flat)
        case Same(one, other):
            return Number(Fraction(int(one.at(place) == other.at(place))))
        case Total(body, over):
            terms = tuple(at_place(body, {**place, **each}) for each in all_places(over))
            return terms[0] if len(terms) == 1 else Addition(terms)
    return rebuilt(of, lambda part: at_place(part, place))


def all_places(over: tuple[Index, ...]) -> list[Places]:
    """All values of these loop indices, in the order in which a person goes through them."""
    extents = (range(index.extent) for index in over)
    return [dict(zip(over, place, strict=True)) for place in product(*extents)]


def totals(of: Expression) -> list[Total]:
    """The sums Σ in an expression that stand in no other one."""
    if isinstance(of, Total):
        return [of]
    return [each for part in of.parts for each in totals(part)]


def has_pieces(of: Expression) -> bool:
    """Whether a formula is one in pieces, or has one in it."""
    return isinstance(of, Piecewise) or any(has_pieces(part) for part in of.parts)
