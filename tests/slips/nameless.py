"""Layers that only these tests know: each is nothing but its equations, and no slip knows its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import numpy as np

from tests.slips.exercises import opened
from walkthrough.case import read_case
from walkthrough.case.layers import NamedLayer
from walkthrough.layers import Conventions, Layer
from walkthrough.losses.upstream import Upstream
from walkthrough.mathematics.notation import Equation, Largest, Piecewise, Shape, Tensor, indices, total
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.workbook.workbook import Workbook


def grid(array: np.ndarray) -> GivenGrid:
    return GivenGrid.of([Written.of(Fraction(int(number))) for number in array.reshape(-1)], array.shape)


@dataclass(frozen=True)
class OneWay(Layer):
    """z[f,i] = b[f] + Σ x[c, s·i + d·p − pad]·k[f,c,p]: a kernel slides along a line, with gaps of d."""

    default_name = "nameless"
    letter = "z"

    kernel: GivenGrid
    bias: GivenGrid
    step: int = 1
    gap: int = 1
    frame: int = 0

    def output_shape(self, shape: Shape) -> Shape:
        room = shape[1] + 2 * self.frame - self.gap * (self.kernel.shape[2] - 1) - 1
        return self.kernel.shape[0], room // self.step + 1

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        return {"kernel": self.kernel, "bias": self.bias}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        k, b = parameters["kernel"], parameters["bias"]
        f, i = indices("f i", z.shape)
        c, p = indices("c p", k.shape[1:])
        position = self.step * i + self.gap * p - self.frame
        yield z[f, i].equals(b[f] + total(x[c, position] * k[f, c, p], over=(c, p)))


@dataclass(frozen=True)
class Spread(Layer):
    """z[f, s·i + p − pad, s·j + q − pad] += x[c,i,j]·k[c,f,p,q]: every entry lays a whole kernel down."""

    default_name = "nameless"
    letter = "z"

    kernel: GivenGrid
    step: int = 1
    frame: int = 0

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = (
            (extent - 1) * self.step + size - 2 * self.frame
            for extent, size in zip(shape[1:], self.kernel.shape[2:], strict=True)
        )
        return self.kernel.shape[1], rows, columns

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        return {"kernel": self.kernel}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        k = parameters["kernel"]
        f, p, q = indices("f p q", k.shape[1:])
        c, i, j = indices("c i j", x.shape)
        left = z[f, self.step * i + p - self.frame, self.step * j + q - self.frame]
        yield left.equals(total(x[c, i, j] * k[c, f, p, q], over=(c, i, j, p, q)))


@dataclass(frozen=True)
class WholeMean(Layer):
    """p[c] = 1/n · Σ x[c,u,v]: the mean of a whole map, with no window that slides."""

    default_name = "nameless"
    letter = "p"

    def output_shape(self, shape: Shape) -> Shape:
        return shape[:1]

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        (c,) = indices("c", z.shape)
        u, v = indices("u v", x.shape[1:])
        yield z[c].equals(Fraction(1, prod(x.shape[1:])) * total(x[c, u, v], over=(u, v)))


@dataclass(frozen=True)
class LargestInSpace(Layer):
    """p[i,j,k] = the largest of x[2i+u, 2j+v, 2k+w]: a window that slides along three axes."""

    default_name = "nameless"
    letter = "p"

    def output_shape(self, shape: Shape) -> Shape:
        return tuple(extent // 2 for extent in shape)

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        i, j, k = indices("i j k", z.shape)
        u, v, w = indices("u v w", (2, 2, 2))
        yield z[i, j, k].equals(Largest(x[2 * i + u, 2 * j + v, 2 * k + w], (u, v, w), conventions.max_tie))


@dataclass(frozen=True)
class Kinked(Layer):
    """a = z where z > 0, slope·z where z < 0: a gate that never closes altogether."""

    default_name = "nameless"
    letter = "a"

    slope: Fraction = Fraction(1, 10)

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        at = x.positions()
        yield z[at].equals(Piecewise(x[at], x[at], self.slope * x[at], conventions.relu_at_zero))


def book_with(layer: Layer, image: np.ndarray, gradient: np.ndarray | None = None) -> Workbook:
    """A case of this one layer; the gradient comes from upstream."""
    behind = np.zeros(layer.output_shape(image.shape), int) if gradient is None else gradient
    case = read_case(
        "input.values = [0]\n[[layers]]\ntype = 'relu'\n[loss]\ntype = 'upstream'\ngradient = [0]\n"
    )
    sample = replace(case.samples[0], input=grid(image))
    layers = (NamedLayer("nameless", "nameless", layer),)
    loss = Upstream(grid(behind))
    return opened(replace(case, samples=(sample,), layers=layers, loss=loss))
