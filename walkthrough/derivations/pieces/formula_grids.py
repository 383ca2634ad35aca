"""Grids of formulas: padded, spread apart, turned by 180°, and one slid over the other.

Convolution's gradients are built here a second time, from grids alone, without the layer's equation:
that both ways give the same sums is what `derive` proves.
"""

from __future__ import annotations

from walkthrough.derivations.derivation import GridRows
from walkthrough.derivations.derivation_notation import ZERO_TERM, at, written_product, written_sum
from walkthrough.mathematics.notation import Expression, Tensor
from walkthrough.words.options import Pair


def grid(tensor: Tensor, *leading: int) -> GridRows:
    """The rows and columns of a tensor, for one channel or one filter's channel."""
    rows, columns = tensor.shape[-2:]
    return tuple(tuple(at(tensor, (*leading, i, j)) for j in range(columns)) for i in range(rows))


def turned_grid(rows: GridRows) -> GridRows:
    """Turned by 180°: both rows and columns backwards."""
    return tuple(tuple(reversed(row)) for row in reversed(rows))


def spread(rows: GridRows, step: Pair) -> GridRows:
    """With step − 1 zeros between neighbours, as far apart as a stride puts the windows."""
    (down, across), height, width = step, len(rows), len(rows[0])
    return tuple(
        tuple(
            rows[i // down][j // across] if i % down == 0 and j % across == 0 else ZERO_TERM
            for j in range((width - 1) * across + 1)
        )
        for i in range((height - 1) * down + 1)
    )


def framed_grid(rows: GridRows, before: Pair, shape: Pair) -> GridRows:
    """With so many zeros above and on the left, and below and on the right up to this shape.

    A negative number cuts rows or columns off instead.
    """
    (top, left), height, width = before, len(rows), len(rows[0])
    return tuple(
        tuple(
            rows[i - top][j - left] if 0 <= i - top < height and 0 <= j - left < width else ZERO_TERM
            for j in range(shape[1])
        )
        for i in range(shape[0])
    )


def slid(window: GridRows, over: GridRows, i: int, j: int, window_first: bool = False) -> list[Expression]:
    """The products where the window lies on the grid with its corner at (i, j)."""
    products = []
    for p, row in enumerate(window):
        for q, entry in enumerate(row):
            pair = (over[i + p][j + q], entry)
            products.append(written_product(pair[::-1] if window_first else pair))
    return products


def without_zeros(products: list[Expression]) -> Expression:
    """The sum of the products in which no factor is 0."""
    kept = [each for each in products if ZERO_TERM not in getattr(each, "factors", (each,))]
    return written_sum(kept)
