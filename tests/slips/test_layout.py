"""Misread layouts, held against NumPy: a window is cut out of the image as the slip says."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import ctx

from tests.slips.exercises import book_of, true_value
from walkthrough.slips import all_slips
from walkthrough.slips._lines import as_known
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked

DRAW = np.random.default_rng(5)
IMAGE = DRAW.integers(-9, 10, (2, 6, 5))
KERNEL = DRAW.integers(-9, 10, (3, 2, 3, 3))
ROOM = 12


def text(array: np.ndarray) -> str:
    return str(array.tolist())


def book(stride: int, padding: int, flip: bool):
    return book_of(
        f"input.values = {text(IMAGE)}\n[[layers]]\ntype = 'conv2d'\nkernel = {filters(KERNEL)}\n"
        f"stride = {stride}\npadding = {padding}\nflip = {str(flip).lower()}\n"
    )


def filters(kernel: np.ndarray) -> str:
    blocks = ["\n\n".join("\n".join(" ".join(map(str, row)) for row in ch) for ch in f) for f in kernel]
    return "'''\n" + "\n---\n".join(blocks) + "\n'''"


def window(row: int, column: int) -> np.ndarray:
    """Three by three pixels from this one on; around the image lie zeros."""
    wide = np.pad(IMAGE, ((0, 0), (ROOM, ROOM), (ROOM, ROOM)))
    return wide[:, row + ROOM : row + ROOM + 3, column + ROOM : column + ROOM + 3]


def gives(case, word: str, cell: tuple[int, ...]) -> set[Fraction]:
    (kind,) = (each for each in all_slips() if each.word == word)
    with ctx.workprec(256):
        own = reworked(case, Ref("conv", cell), Operands(lambda ref: true_value(case, ref)))
        return {as_known(candidate.value).value for candidate in kind.play(own)}


@pytest.mark.parametrize(("stride", "padding", "flip"), list(product([1, 2], [0, 1, 2], [False, True])))
def test_misread_windows_and_kernels(stride: int, padding: int, flip: bool) -> None:
    case = book(stride, padding, flip)
    kernel = KERNEL[:, :, ::-1, ::-1] if flip else KERNEL
    for f, i, j in case.trace.network_tensor("conv").cells():
        at = i * stride - padding, j * stride - padding
        cell = (f, i, j)
        assert np.sum(window(*at) * kernel[f]) == true_value(case, Ref("conv", cell))
        assert gives(case, "kernel-flipped", cell) == {np.sum(window(*at) * kernel[f, :, ::-1, ::-1])}
        transposed = np.sum(
            window(*at) * (KERNEL.swapaxes(2, 3)[f, :, ::-1, ::-1] if flip else KERNEL.swapaxes(2, 3)[f])
        )
        assert gives(case, "kernel-transposed", cell) == {transposed}
        beside = {
            np.sum(window(at[0] + d, at[1] + e) * kernel[f])
            for d, e in product((-1, 0, 1), repeat=2)
            if d or e
        }
        assert gives(case, "window-shifted", cell) == beside
        assert gives(case, "channel-forgotten", cell) == {
            np.sum(window(*at)[c] * kernel[f, c]) for c in (0, 1)
        }
        if stride > 1:
            assert np.sum(window(i - padding, j - padding) * kernel[f]) in gives(case, "stride-ignored", cell)
        else:
            assert not gives(case, "stride-ignored", cell)
        if padding:
            assert gives(case, "padding-ignored", cell) == {
                np.sum(window(i * stride, j * stride) * kernel[f])
            }
        rows = {np.sum(window(*at) * kernel[f]) - part for part in _rows(window(*at), kernel[f])}
        assert gives(case, "row-skipped", cell) == rows


def _rows(pixels: np.ndarray, kernel: np.ndarray) -> list[Fraction]:
    products = pixels * kernel
    by_channel = [products[c, p].sum() for c in (0, 1) for p in range(3)]
    return [*by_channel, *(products[:, p].sum() for p in range(3))]


@pytest.mark.parametrize(
    ("word", "place"), [("column-major-flatten", (0, 2, 1)), ("column-major-flatten", (2, 1, 0))]
)
def test_flattened_by_columns(word: str, place: tuple[int, int, int]) -> None:
    case = book_of(f"input.values = {text(IMAGE)}\n[[layers]]\ntype = 'flatten'\n")
    flat = IMAGE.transpose(place).reshape(-1)
    (kind,) = (each for each in all_slips() if each.word == word)
    for at in range(IMAGE.size):
        own = reworked(case, Ref("flatten", (at,)), Operands(lambda ref: true_value(case, ref)))
        assert int(flat[at]) in {as_known(candidate.value).value for candidate in kind.play(own)}


def test_the_channels_of_a_group_are_no_window() -> None:
    # z = 1·5 + 2·6 = 17 in the first group, 3·7 + 4·8 = 53 in the second
    case = book_of(
        "input.values = [[[1]], [[2]], [[3]], [[4]]]\n[[layers]]\ntype = 'conv2d'\ngroups = 2\n"
        "kernel = [[[[5]], [[6]]], [[[7]], [[8]]]]\n"
    )
    assert [true_value(case, Ref("conv", (f, 0, 0))) for f in (0, 1)] == [17, 53]
    second = (1, 0, 0)
    assert gives(case, "channel-forgotten", second) == {21, 32}
    assert gives(case, "kernel-flipped", second) == {53}
    assert gives(case, "stride-ignored", second) == set()
    assert gives(case, "padding-ignored", second) == set()
    assert gives(case, "window-shifted", second) == {0}
