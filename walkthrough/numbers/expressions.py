"""An expression's value, over any kind of number that NumPy can hold in an array."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from walkthrough.mathematics.layout import Array, layout
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

Functions = Mapping[str, Callable[[Array], Array]]


def evaluate(
    expression: Expression,
    variables: tuple[Index, ...],
    read: Callable[[Entry], Array],
    number: Callable[[Fraction], Any],
    functions: Functions,
) -> Array:
    """The expression for all values of the loop indices at once, an axis for each.

    `read` gives a tensor's array, `number` a constant of the formula, `functions` exp, ln and tanh.
    """

    def value(of: Expression, axes: tuple[Index, ...]) -> Any:
        match of:
            case Number(constant):
                return number(constant)
            case Entry():
                return layout(of, axes).seen(read(of))
            case Sum(terms):
                return _folded([value(term, axes) for term in terms], np.add)
            case Product(factors):
                return _folded([value(factor, axes) for factor in factors], np.multiply)
            case Negative(inner):
                return -value(inner, axes)
            case Quotient(above, below):
                return value(above, axes) / value(below, axes)
            case Power(base, exponent):
                # not **, which takes a ball that contains 0 through its logarithm
                return _folded([value(base, axes)] * exponent, np.multiply)
            case Applied(function, to):
                return functions[function](value(to, axes))
            case Total(body, over):
                summed = value(body, axes + over)
                return np.asarray(summed).sum(axis=tuple(range(len(axes), len(axes) + len(over))))
            case Same(one, other):
                grid = np.indices(tuple(index.extent for index in axes), sparse=True)
                places = dict(zip(axes, grid, strict=True))
                equal = one.at(places) == other.at(places)  # type: ignore[arg-type]  # arrays for ints
                return np.where(equal, number(Fraction(1)), number(Fraction(0)))
        raise TypeError(f"no single value: {of}")

    result = np.asarray(value(expression, variables))
    return np.broadcast_to(result, tuple(index.extent for index in variables))


def _folded(values: list[Any], combine: Callable[[Any, Any], Any]) -> Any:
    result = values[0]
    for each in values[1:]:
        result = combine(result, each)
    return result
