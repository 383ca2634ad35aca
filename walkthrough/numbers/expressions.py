"""An expression's value, over any kind of number that NumPy can hold in an array."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Entry, Expression, Index, Piecewise, Same, Total

ArrayFunctions: TypeAlias = Mapping[str, Callable[[Array], Array]]
Axes: TypeAlias = tuple[Index, ...]
"""Loop indices, with an axis of the arrays for each."""
Signs: TypeAlias = Callable[[Expression, Axes, Any], Array]
"""−1, 0 or 1 for the values of an expression, which are given as well."""


def plain_signs(_: Expression, __: Axes, values: Any) -> Array:
    """The signs of numbers that can be compared with 0."""
    return np.asarray(np.sign(values))


@dataclass(frozen=True)
class _Arrays(Algebra[Any, Axes]):
    read: Callable[[Entry], Array]
    constant: Callable[[Fraction], Any]
    functions: ArrayFunctions
    signs: Signs

    def number(self, of: Fraction) -> Any:
        return self.constant(of)

    def entry(self, of: Entry, scope: Axes) -> Any:
        return layout(of, scope).seen(self.read(of))

    def added(self, terms: list[Any]) -> Any:
        return reduce(np.add, terms)

    def multiplied(self, factors: list[Any]) -> Any:
        return reduce(np.multiply, factors)

    def negative(self, of: Any) -> Any:
        return -of

    def quotient(self, above: Any, below: Any) -> Any:
        return above / below

    def power(self, base: Any, exponent: int) -> Any:
        # not **, which takes a ball that contains 0 through its logarithm
        return reduce(np.multiply, [base] * exponent)

    def applied(self, function: str, to: Any) -> Any:
        return self.functions[function](to)

    def same(self, of: Same, scope: Axes) -> Any:
        grid = np.indices(tuple(index.extent for index in scope), sparse=True)
        places = dict(zip(scope, grid, strict=True))
        equal = of.one.at(places) == of.other.at(places)  # type: ignore[arg-type]  # arrays for ints
        return np.where(equal, self.constant(Fraction(1)), self.constant(Fraction(0)))

    def total(self, of: Total, scope: Axes) -> Any:
        body = np.asarray(self.fold(of.body, scope + of.over))
        # a body that names none of the indices stands for as many equal terms
        full = body.shape[: len(scope)] + tuple(index.extent for index in of.over)
        if body.ndim == len(full) and body.shape != full:
            body = np.broadcast_to(body, full)
        return body.sum(axis=tuple(range(len(scope), len(scope) + len(of.over))))

    def piecewise(self, of: Piecewise, scope: Axes) -> Any:
        signs = self.signs(of.sign, scope, self.fold(of.sign, scope))
        above, below = self.fold(of.above, scope), self.fold(of.below, scope)
        values = np.where(signs > 0, above, below)
        if not (signs == 0).any():
            return values
        parts = ((above, of.share), (below, 1 - of.share))
        kink = reduce(np.add, (piece * self.constant(share) for piece, share in parts if share))
        return np.where(signs == 0, kink, values)


def evaluate(
    expression: Expression,
    variables: Axes,
    read: Callable[[Entry], Array],
    number: Callable[[Fraction], Any],
    functions: ArrayFunctions,
    signs: Signs = plain_signs,
) -> Array:
    """The expression for all values of the loop indices at once, an axis for each.

    `read` gives a tensor's array, `number` a constant of the formula, `functions` exp, ln, tanh and
    sqrt, `signs` decides where a formula has pieces.
    """
    values = np.asarray(_Arrays(read, number, functions, signs).fold(expression, variables))
    return np.broadcast_to(values, tuple(index.extent for index in variables))
