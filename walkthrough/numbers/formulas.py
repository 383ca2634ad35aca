"""A formula's value at one place: what a person works out when they put numbers into it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import prod
from typing import Any, TypeAlias

from flint import fmpq

from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Expression,
    Index,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Same,
    Sum,
    Total,
)
from walkthrough.numbers.balls import FUNCTIONS

Quantity: TypeAlias = Any
"""fmpq where a number is rational, otherwise arb, a ball that certainly holds it."""

Place: TypeAlias = dict[Index, int]
Functions: TypeAlias = Mapping[str, Callable[[Quantity], Quantity]]


def value_at(
    expression: Expression,
    place: Place,
    read: Callable[[Entry, Place], Quantity],
    functions: Functions = FUNCTIONS,
    counted: Callable[[tuple[int, ...]], int] | None = None,
) -> Quantity:
    """The expression where its loop indices have these values.

    `read` gives an entry's number; `counted`, if given, how often a place of a Σ is counted instead of
    once. Raises LogOfZero and ZeroDivisionError.
    """

    def value(of: Expression, at: Place) -> Quantity:
        match of:
            case Number(constant):
                return fmpq(constant.numerator, constant.denominator)
            case Entry():
                return read(of, at)
            case Sum(terms):
                return _sum(value(term, at) for term in terms)
            case Product(factors):
                result: Quantity = fmpq(1)
                for factor in factors:
                    result = result * value(factor, at)
                return result
            case Negative(inner):
                return -value(inner, at)
            case Quotient(above, below):
                return value(above, at) / value(below, at)
            case Power(base, exponent):
                # not **, which takes a ball that contains 0 through its logarithm
                return prod([value(base, at)] * exponent, start=fmpq(1))
            case Applied(function, to):
                return functions[function](value(to, at))
            case Total(body, over):
                return _sum(
                    (counted(here) if counted else 1)
                    * value(body, {**at, **dict(zip(over, here, strict=True))})
                    for here in product(*(range(index.extent) for index in over))
                    if not counted or counted(here)
                )
            case Same(one, other):
                return fmpq(int(one.at(at) == other.at(at)))
        raise TypeError(f"no single value: {of}")

    return value(expression, place)


def _sum(terms: Any) -> Quantity:
    result: Quantity = fmpq(0)
    for term in terms:
        result = result + term
    return result


def places_of_totals(expression: Expression) -> list[tuple[int, ...]]:
    """All places of the only Σ in an expression; none if there is no Σ, or several."""
    totals = list(_totals(expression))
    if len(totals) != 1:
        return []
    return list(product(*(range(index.extent) for index in totals[0].over)))


def _totals(of: Expression) -> list[Total]:
    match of:
        case Total():
            return [of]
        case Sum(parts) | Product(parts):
            return [each for part in parts for each in _totals(part)]
        case Negative(inner) | Power(inner, _) | Applied(_, inner):
            return _totals(inner)
        case Quotient(above, below):
            return _totals(above) + _totals(below)
    return []
