"""A grid of another shape than its tensor's: which slip gives that shape, and how many of its numbers."""

from __future__ import annotations

import pytest

from walkthrough.case import read_case
from walkthrough.marking.check import check
from walkthrough.marking.marked_worksheets import Marked

IMAGE = 'input.values = "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16"\n[[layers]]\n'
PADDED = IMAGE + 'type = "conv2d"\nkernel = "1 0 2; 0 1 0; 1 1 1"\npadding = 1\n'
STRIDED = IMAGE + 'type = "conv2d"\nkernel = "1 0; 0 1"\nstride = 2\n'
PLAIN = IMAGE + 'type = "conv2d"\nkernel = "1 0; 0 1"\n'
POOL = IMAGE + 'type = "max_pool2d"\nsize = 2\n'


def claimed(case: str, tensor: str, grid: str) -> Marked:
    (sheet,) = check({tensor: grid}, case=read_case(case))
    (marked,) = sheet.claims
    assert marked.verdict == "unreadable"
    return marked


@pytest.mark.parametrize(
    ("case", "tensor", "grid", "slip", "shape"),
    [
        # 1 + 6 + 6 + 9 + 10 + 11 = 43, and 7 more to the right (7 ones), 28 more below
        (PADDED, "conv", "43 50; 71 78", "padding-ignored", "1x2x2"),
        # a pixel and the one below it to the right: 1 + 6 = 7, and 2 more with every step
        (STRIDED, "conv", "7 9 11; 15 17 19; 23 25 27", "stride-ignored", "1x3x3"),
        (POOL, "pool", "6 7 8; 10 11 12; 14 15 16", "windows-overlapped", "1x3x3"),
        # 4 − 2 windows for 4 − 2 + 1: the last row and column are not there
        (PLAIN, "conv", "7 9; 15 17", "plus-one-forgotten", "1x2x2"),
    ],
)
def test_a_slip_that_gives_the_shape_is_named(
    case: str, tensor: str, grid: str, slip: str, shape: str
) -> None:
    marked = claimed(case, tensor, grid)
    assert [(each.slip, each.gives) for each in marked.slips] == [(slip, shape)]
    count = len(grid.replace(";", " ").split())
    assert f"and so are {count} of its {count} numbers" in marked.slips[0].words


def test_numbers_that_the_slip_does_not_give_are_not_claimed_for_it() -> None:
    marked = claimed(PADDED, "conv", "43 51; 0 78")
    assert marked.slips[0].words.endswith("the padding is ignored, and so are 2 of its 4 numbers")
    marked = claimed(PADDED, "conv", "1 1; 1 1")
    assert marked.slips[0].words == "2×2 is what comes out if the padding is ignored"


@pytest.mark.parametrize("grid", ["1 2 3 4 5; 1 2 3 4 5", "1 2; 3", "? ?"])
def test_a_shape_that_nothing_common_gives_has_no_slip(grid: str) -> None:
    assert claimed(PADDED, "conv", grid).slips == ()
