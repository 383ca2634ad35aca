"""Float64: what a computer reckons with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from walkthrough.mathematics.contraction import Contraction, contract
from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Entry, Expression, Index, Shape
from walkthrough.numbers.arithmetic import Arithmetic, Selection, ranked
from walkthrough.numbers.expressions import ArrayFunctions, evaluate, plain_signs
from walkthrough.numbers.grid import GivenGrid, nearest_float


class Plain(Arithmetic[Array]):
    """Arrays of numbers that add and multiply by themselves."""

    functions: ClassVar[ArrayFunctions]

    @abstractmethod
    def constant(self, value: Fraction) -> Any:
        """A rational number as one of these."""

    def reshaped(self, numbers: Array, shape: Shape) -> Array:
        """The same numbers in another shape."""
        return numbers.reshape(shape)

    def sums(self, terms: list[tuple[Contraction, tuple[Array, ...]]]) -> Array:
        """With NumPy's matrix product."""
        result: Array | None = None
        for contraction, operands in terms:
            with np.errstate(all="ignore"):
                part = contract(contraction, operands, np.matmul)
            if contraction.part.coefficient != 1:
                part = part * self.constant(contraction.part.coefficient)
            result = part if result is None else result + part
        assert result is not None
        return result

    def function(
        self, expression: Expression, variables: tuple[Index, ...], read: Callable[[Entry], Array]
    ) -> Array:
        """With the functions of this kind of number."""
        with np.errstate(all="ignore"):
            return evaluate(expression, variables, read, self.constant, self.functions, self.side)

    def side(self, of: Expression, axes: tuple[Index, ...], values: Array) -> Array:
        """On which side of its kink a piecewise formula is."""
        return plain_signs(of, axes, values)

    def picked(self, windows: Array, first: Array) -> Array:
        """By place."""
        return np.asarray(np.take_along_axis(windows, first[..., None], axis=-1)[..., 0])

    def structured(self, numbers: Array, change: Callable[[Array], Array]) -> Array:
        """Laid out otherwise."""
        return change(numbers)

    def routed(self, contraction: Contraction, upstream: Array, selection: Selection) -> Array:
        """Upstream times share."""
        shares = selection.shares * self.constant(Fraction(1, selection.denominator))
        with np.errstate(all="ignore"):  # what is beyond float64 is refused by whoever shows it
            routed: Array = contraction.gathered(contraction.single(upstream) * shares)
        return routed

    def gathered(self, contraction: Contraction, numbers: Array) -> Array:
        """Added up by NumPy."""
        return contraction.gathered(numbers)

    def combined(self, numbers: list[Array], coefficients: list[Fraction]) -> Array:
        """A weighted sum."""
        with np.errstate(all="ignore"):
            result: Array = numbers[0] * self.constant(coefficients[0])
            for each, coefficient in zip(numbers[1:], coefficients[1:], strict=True):
                result = result + each * self.constant(coefficient)
        return result


class Floating(Plain):
    """Arrays of float64, as NumPy and every framework have them."""

    functions = MappingProxyType(
        {"exp": np.exp, "ln": np.log, "ln1p": np.log1p, "tanh": np.tanh, "sqrt": np.sqrt}
    )

    def constant(self, value: Fraction) -> float:
        """The nearest float."""
        return nearest_float(value)

    def given(self, grid: GivenGrid) -> Array:
        """The nearest floats."""
        return grid.floats

    def winners(self, windows: Array, places: Array, tie: str, name: str) -> Selection:
        """Compared as floats."""
        return Selection(*ranked(windows, places >= 0, tie))

    def signs(self, numbers: Array, name: str) -> Array:
        """Of floats."""
        return np.sign(numbers).astype(np.int64)

    def routed(self, contraction: Contraction, upstream: Array, selection: Selection) -> Array:
        """Upstream times share; + 0.0 turns −0.0 into 0."""
        return super().routed(contraction, upstream, selection) + 0.0
