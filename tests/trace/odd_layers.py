"""Layers that stand on no shelf: what the boundary must let in and work through, or refuse in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from walkthrough.case import Case, read_case
from walkthrough.case.layers import NamedLayer
from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor
from walkthrough.numbers.grid import GivenGrid

Write = Callable[..., Iterator[Equation]]


@dataclass(frozen=True)
class Odd(Layer):
    """A layer from a function that yields its equations: `write(x, z, **own)`."""

    default_name = "odd"
    letter = "z"

    write: Write
    shape: Shape | None = None
    learned: Mapping[str, GivenGrid] = field(default_factory=dict)
    given: Mapping[str, GivenGrid] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def output_shape(self, shape: Shape) -> Shape:
        return self.shape or shape

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        return dict(self.learned)

    def constants(self, shape: Shape) -> dict[str, GivenGrid]:
        return dict(self.given)

    @property
    def letters(self) -> Mapping[str, str]:  # type: ignore[override]
        return self.named

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        return self.write(x, z, **parameters)


def row(*values: int | str) -> GivenGrid:
    fractions = [Fraction(value) for value in values]
    return GivenGrid.over([int(each * 60) for each in fractions], 60, (len(values),))


def matrix(rows: int, *values: int | str) -> GivenGrid:
    return row(*values).reshaped((rows, len(values) // rows))


def case_of(layer: Layer, values: str = "1/2 -1 2 0", arithmetic: str = "exact", gradient: str = "") -> Case:
    """A case of one such layer; what comes back is given, 1, 2, 3 … unless it is said."""
    text = f"learning_rate = '1/10'\narithmetic = '{arithmetic}'\n[input]\nvalues = '{values}'\n"
    case = read_case(
        text + "[[layers]]\ntype = 'relu'\n[loss]\ntype = 'upstream'\ngradient = '" + values + "'"
    )
    out = layer.output_shape(case.samples[0].input.shape)
    size = 1
    for extent in out:
        size *= extent
    given = row(*gradient.split()) if gradient else row(*range(1, size + 1))
    loss = replace(case.loss, gradient=given.reshaped(out))  # type: ignore[type-var]
    return replace(case, layers=(NamedLayer("odd", "odd", layer),), loss=loss)
