"""Functions of one entry backwards: what z must have been for 1/(1 + e^(−z)) to come out as it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from flint import arb

from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
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
        case Sum(parts):
            return _beside(parts, lambda value, numbers: value - quantity(sum(numbers, Fraction(0))))
        case Product(parts):
            factor = prod((each.value for each in parts if isinstance(each, Number)), start=Fraction(1))
            if not factor:
                return None
            return _beside(
                parts, lambda value, numbers: value / quantity(prod(numbers, start=Fraction(1))), factor > 0
            )
        case Quotient(Number(above), below) if above > 0 and _positive(below):
            return _before(below, lambda value: quantity(above) / value, rising=False)
        case Applied(function, to) if function in _UNDONE:
            return _before(to, _UNDONE[function], rising=True)
    return None


def _before(inner: Expression, undone: Callable[[Quantity], Quantity], rising: bool) -> Inverse | None:
    found = inverse(inner)
    if found is None:
        return None
    return Inverse(found.entry, lambda value: found.undone(undone(value)), found.rising == rising)


def _beside(
    parts: tuple[Expression, ...],
    undone: Callable[[Quantity, list[Fraction]], Quantity],
    rising: bool = True,
) -> Inverse | None:
    """Of a sum or a product, all of whose parts but one are numbers."""
    numbers = [each.value for each in parts if isinstance(each, Number)]
    others = [each for each in parts if not isinstance(each, Number)]
    return _before(others[0], lambda value: undone(value, numbers), rising) if len(others) == 1 else None


def _positive(of: Expression) -> bool:
    """Whether it is positive whatever its entries are."""
    match of:
        case Number(value):
            return value > 0
        case Applied("exp", _):
            return True
        case Sum(terms):
            return all(map(_positive, terms))
    return False


def _artanh(value: Quantity) -> Quantity:
    return ((1 + value) / (1 - value)).log() / 2


_UNDONE: dict[str, Callable[[Quantity], Quantity]] = {
    "exp": lambda value: value.log(),
    "ln": lambda value: value.exp(),
    "tanh": _artanh,
}
