"""Functions of one entry backwards: what z must have been for 1/(1 + e^(−z)) to come out as it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from flint import arb

from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
)
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity


@dataclass(frozen=True, slots=True)
class Inverse:
    """The inverse of a function of `entry`, and whether that function grows.

    `of` gives None for a number that the function never takes.
    """

    entry: Entry
    undone: Callable[[Quantity], Quantity]
    rising: bool

    def of(self, value: Quantity) -> Quantity | None:
        """What the entry is where the function has this value."""
        found = self.undone(arb(value))
        return found if found.is_finite() else None


def inverse(of: Expression) -> Inverse | None:
    """The inverse of an expression in which one entry stands once; None if there is none so simple."""
    match of:
        case Entry():
            return Inverse(of, lambda value: value, True)
        case Negative(inner):
            return _before(inner, lambda value: -value, rising=False)
        case Addition(terms):
            numbers, other = _apart(terms)
            constant = quantity(sum(numbers, Fraction(0)))
            return _before(other, lambda value: value - constant, rising=True)
        case Product(factors):
            numbers, other = _apart(factors)
            factor = prod(numbers, start=Fraction(1))
            return _before(other, lambda value: value / quantity(factor), factor > 0) if factor else None
        case Quotient(Number(above), below) if above > 0 and _positive(below):
            return _before(below, lambda value: quantity(above) / value, rising=False)
        case Applied(function, to) if function in _UNDONE:
            return _before(to, _UNDONE[function], rising=True)
    return None


def _before(inner: Expression | None, undone: Callable[[Quantity], Quantity], rising: bool) -> Inverse | None:
    """The inverse of what stands inside, after the outermost function is undone."""
    found = None if inner is None else inverse(inner)
    if found is None:
        return None
    return Inverse(found.entry, lambda value: found.undone(undone(value)), found.rising == rising)


def _apart(parts: tuple[Expression, ...]) -> tuple[list[Fraction], Expression | None]:
    """The numbers in a sum or product, and what else stands in it, if that is one thing."""
    numbers, others = [], []
    for each in parts:
        match each:
            case Number(value):
                numbers.append(value)
            case Negative(Number(value)):
                numbers.append(-value)
            case _:
                others.append(each)
    return numbers, others[0] if len(others) == 1 else None


def _positive(of: Expression) -> bool:
    """Whether it is positive whatever its entries are."""
    match of:
        case Number(value):
            return value > 0
        case Applied("exp", _):
            return True
        case Addition(terms):
            return all(map(_positive, terms))
    return False


def _artanh(value: Quantity) -> Quantity:
    return ((1 + value) / (1 - value)).log() / 2


_UNDONE: dict[str, Callable[[Quantity], Quantity]] = {
    "exp": lambda value: value.log(),
    "ln": lambda value: value.exp(),
    "tanh": _artanh,
}
