"""A formula's value at one place: what a person works out when they put numbers into it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, TypeAlias

from flint import fmpq

from walkthrough.mathematics.folding import Algebra, totals
from walkthrough.mathematics.notation import Entry, Expression, Index, Piecewise, Same, Total
from walkthrough.numbers.balls import FUNCTIONS, sign

Quantity: TypeAlias = Any
"""fmpq where a number is rational, otherwise arb, a ball that certainly holds it."""

IndexValues: TypeAlias = dict[Index, int]
QuantityFunctions: TypeAlias = Mapping[str, Callable[[Quantity], Quantity]]


@dataclass(frozen=True)
class _AtPlace(Algebra[Quantity, IndexValues]):
    read: Callable[[Entry, IndexValues], Quantity]
    functions: QuantityFunctions
    counted: Callable[[tuple[int, ...]], int] | None

    def number(self, of: Fraction) -> Quantity:
        return fmpq(of.numerator, of.denominator)

    def entry(self, of: Entry, scope: IndexValues) -> Quantity:
        return self.read(of, scope)

    def added(self, terms: list[Quantity]) -> Quantity:
        return sum(terms, fmpq(0))

    def multiplied(self, factors: list[Quantity]) -> Quantity:
        return prod(factors, start=fmpq(1))

    def negative(self, of: Quantity) -> Quantity:
        return -of

    def quotient(self, above: Quantity, below: Quantity) -> Quantity:
        return above / below

    def power(self, base: Quantity, exponent: int) -> Quantity:
        # not **, which takes a ball that contains 0 through its logarithm
        return prod([base] * exponent, start=fmpq(1))

    def applied(self, function: str, to: Quantity) -> Quantity:
        return self.functions[function](to)

    def same(self, of: Same, scope: IndexValues) -> Quantity:
        return fmpq(int(of.one.at(scope) == of.other.at(scope)))

    def total(self, of: Total, scope: IndexValues) -> Quantity:
        result: Quantity = fmpq(0)
        for here in product(*(range(index.extent) for index in of.over)):
            times = self.counted(here) if self.counted else 1
            if times:
                result = result + times * self.fold(
                    of.body, {**scope, **dict(zip(of.over, here, strict=True))}
                )
        return result

    def piecewise(self, of: Piecewise, scope: IndexValues) -> Quantity:
        side = sign(self.fold(of.sign, scope))
        if side:
            return self.fold(of.above if side > 0 else of.below, scope)
        parts = ((of.above, of.share), (of.below, 1 - of.share))
        return self.added([self.number(share) * self.fold(piece, scope) for piece, share in parts if share])


def value_at(
    expression: Expression,
    place: IndexValues,
    read: Callable[[Entry, IndexValues], Quantity],
    functions: QuantityFunctions = FUNCTIONS,
    counted: Callable[[tuple[int, ...]], int] | None = None,
) -> Quantity:
    """The expression where its loop indices have these values.

    `read` gives an entry's number; `counted`, if given, how often a place of a Σ is counted instead of
    once. Raises LogOfZero, ZeroDivisionError, and NeedsPrecision at a kink that cannot be told from it.
    """
    return _AtPlace(read, functions, counted).fold(expression, place)


def places_of_totals(expression: Expression) -> list[tuple[int, ...]]:
    """All places of the only Σ in an expression; none if there is no Σ, or several."""
    found = totals(expression)
    if len(found) != 1:
        return []
    return list(product(*(range(index.extent) for index in found[0].over)))
