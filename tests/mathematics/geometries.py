"""Convolutions and pools drawn for Hypothesis, and their multiply-adds found by plain loops.

The loops are the definition, written once more: every output, every place of the window, whether it
lies on the image or beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from walkthrough.case import read_case
from walkthrough.trace.network import Stage, network

Cell = tuple[int, ...]
Row = tuple[Cell, Cell | None, Cell]
"""One multiply-add: the output's cell, the input's (None: padding), the kernel's."""


@dataclass(frozen=True)
class Geometry:
    """A convolution's sizes."""

    image: tuple[int, int, int]
    kernel: tuple[int, int, int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    flip: bool = False

    @property
    def output(self) -> tuple[int, int, int]:
        rows, columns = (
            (n + 2 * pad - k) // s + 1
            for n, pad, k, s in zip(self.image[1:], self.padding, self.kernel[2:], self.stride, strict=True)
        )
        return self.kernel[0], rows, columns

    def rows(self) -> Iterator[Row]:
        """The table of multiply-adds in the order of six nested loops."""
        _, height, width = self.image
        filters, channels, m, n = self.kernel
        _, rows, columns = self.output
        for f, i, j, c, p, q in product(
            range(filters), range(rows), range(columns), range(channels), range(m), range(n)
        ):
            row = i * self.stride[0] + p - self.padding[0]
            column = j * self.stride[1] + q - self.padding[1]
            on_it = 0 <= row < height and 0 <= column < width
            laid = (f, c, m - 1 - p, n - 1 - q) if self.flip else (f, c, p, q)
            yield (f, i, j), ((c, row, column) if on_it else None), laid

    def stage(self) -> Stage:
        """The package's own layer of these sizes."""
        numbers = np.zeros
        text = "\n".join(
            [
                f"[input]\nvalues = {numbers(self.image, int).tolist()}",
                "[[layers]]\ntype = 'conv2d'",
                f"kernel = {numbers(self.kernel, int).tolist()}",
                f"stride = {list(self.stride)}",
                f"padding = {list(self.padding)}",
                f"flip = {str(self.flip).lower()}",
            ]
        )
        (stage,) = network(read_case(text)).layers
        return stage


@st.composite
def geometries(draw: Any) -> Geometry:
    """Any sizes, strides and padding that fit, a window that hangs over the image included."""
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    image = (draw(st.integers(1, 2)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    window = tuple(draw(st.integers(1, min(3, n + 2 * p))) for n, p in zip(image[1:], padding, strict=True))
    return Geometry(
        image,
        (draw(st.integers(1, 2)), image[0], *window),  # type: ignore[arg-type]
        draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        padding,
        draw(st.booleans()),
    )
