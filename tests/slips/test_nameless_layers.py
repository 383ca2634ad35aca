"""Slips of layers that no slip can know by name, held against NumPy: they are found in the equations."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import ctx

from tests.slips.exercises import claim, slips_of, true_value
from tests.slips.nameless import Kinked, LargestInSpace, OneWay, Spread, WholeMean, book_with, grid
from walkthrough.marking.check import check
from walkthrough.marking.diagnosis.blindspots import blindspots
from walkthrough.marking.diagnosis.suggestions import suggest
from walkthrough.slips import all_slips
from walkthrough.slips._lines import as_known
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

DRAW = np.random.default_rng(11)
LINE = DRAW.integers(-9, 10, (2, 9))
ALONG = DRAW.integers(-9, 10, (3, 2, 3))
BIAS = np.array([5, -4, 7])
ROOM = 20


def gives(book: Workbook, word: str, ref: Ref) -> set[Fraction]:
    (kind,) = (each for each in all_slips() if each.word == word)
    with ctx.workprec(256):
        own = reworked(book, ref, Operands(lambda each: true_value(book, each)))
        return {as_known(candidate.value).value for candidate in kind.play(own)}


def pieces(line: np.ndarray, start: int, gap: int = 1) -> np.ndarray:
    """Three entries of each channel from here on; around the line lie zeros."""
    wide = np.pad(line, ((0, 0), (ROOM, ROOM)))
    return wide[:, start + ROOM : start + ROOM + 3 * gap : gap]


@pytest.mark.parametrize(("step", "frame", "gap"), list(product([1, 2], [0, 2], [1, 2])))
def test_a_kernel_along_a_line(step: int, frame: int, gap: int) -> None:
    book = book_with(OneWay(grid(ALONG), grid(BIAS), step, gap, frame), LINE)
    for f, i in book.trace.network_tensor("nameless").cells():
        at, kernel, ref = i * step - frame, ALONG[f], Ref("nameless", (f, i))
        here = pieces(LINE, at, gap)
        assert (here * kernel).sum() + BIAS[f] == true_value(book, ref)
        assert gives(book, "kernel-flipped", ref) == {(here * kernel[:, ::-1]).sum() + BIAS[f]}
        assert gives(book, "kernel-transposed", ref) == set()
        assert gives(book, "window-shifted", ref) == {
            (pieces(LINE, at + by, gap) * kernel).sum() + BIAS[f] for by in (-1, 1)
        }
        ignored = {(pieces(LINE, start, gap) * kernel).sum() + BIAS[f] for start in (i - frame, i)}
        assert gives(book, "stride-ignored", ref) == (ignored if step > 1 else set())
        unpadded = {(pieces(LINE, i * step, gap) * kernel).sum() + BIAS[f]}
        assert gives(book, "padding-ignored", ref) == (unpadded if frame else set())
        assert gives(book, "channel-forgotten", ref) == {
            (here[c] * kernel[c]).sum() + BIAS[f] for c in (0, 1)
        }
        assert gives(book, "bias-forgotten", ref) == {(here * kernel).sum()}
        assert gives(book, "row-skipped", ref) == set()
        assert gives(book, "windows-overlapped", ref) == set()


def test_a_reversed_kernel_is_named_along_a_line() -> None:
    book = book_with(OneWay(grid(ALONG), grid(BIAS)), LINE)
    written = str((pieces(LINE, 3) * ALONG[1][:, ::-1]).sum() + BIAS[1])
    (slip, *_) = slips_of(book, "nameless[2,4]", written)
    assert slip.slip == "kernel-flipped"
    assert slip.words.endswith("is what comes out if the kernel is reversed")


def test_a_gradient_along_a_line_goes_back_through_the_kernel_as_it_came() -> None:
    upstream = DRAW.integers(-9, 10, (3, 7))
    book = book_with(OneWay(grid(ALONG), grid(BIAS)), LINE, upstream)
    for c, n in book.trace.network_tensor("input").cells():
        ref = Ref("input.grad", (c, n))
        met = [(f, n - p, p) for f in range(3) for p in range(3) if 0 <= n - p < 7]
        assert sum(upstream[f, i] * ALONG[f, c, p] for f, i, p in met) == true_value(book, ref)
        turned = sum(upstream[f, i] * ALONG[f, c, 2 - p] for f, i, p in met)
        assert gives(book, "kernel-not-rotated", ref) == {turned}
        assert gives(book, "kernel-flipped", ref) == set()
    for f in range(3):
        assert gives(book, "weighted-input-used", Ref("nameless.bias.grad", (f,))) == set()


@pytest.mark.parametrize(("step", "frame"), [(1, 0), (2, 0), (2, 1)])
def test_a_kernel_that_every_entry_lays_down(step: int, frame: int) -> None:
    image, kernel = DRAW.integers(-9, 10, (2, 3, 3)), DRAW.integers(-9, 10, (2, 2, 3, 3))
    book = book_with(Spread(grid(kernel), step, frame), image)

    def spread(laid: np.ndarray, by: int, start: int, down: int = 0, right: int = 0) -> np.ndarray:
        canvas = np.zeros((2, 2 * ROOM, 2 * ROOM), int)
        for c, i, j in np.ndindex(image.shape):
            top, left = by * i - start + down + ROOM, by * j - start + right + ROOM
            canvas[:, top : top + 3, left : left + 3] += image[c, i, j] * laid[c]
        return canvas[:, ROOM:, ROOM:]

    for cell in book.trace.network_tensor("nameless").cells():
        ref = Ref("nameless", cell)
        assert spread(kernel, step, frame)[cell] == true_value(book, ref)
        turned, exchanged = kernel[:, :, ::-1, ::-1], kernel.swapaxes(2, 3)
        assert gives(book, "kernel-flipped", ref) == {spread(turned, step, frame)[cell]}
        assert gives(book, "kernel-transposed", ref) == {spread(exchanged, step, frame)[cell]}
        assert spread(kernel, step, frame, down=1)[cell] in gives(book, "window-shifted", ref)
        assert len(gives(book, "window-shifted", ref)) <= 8
        if step > 1:
            assert spread(kernel, 1, frame)[cell] in gives(book, "stride-ignored", ref)
        if frame:
            assert gives(book, "padding-ignored", ref) == {spread(kernel, step, 0)[cell]}
        one, other = kernel.copy(), kernel.copy()
        one[1], other[0] = 0, 0
        alone = {spread(each, step, frame)[cell] for each in (one, other)}
        assert gives(book, "channel-forgotten", ref) <= alone


def test_the_mean_of_a_whole_map() -> None:
    image, upstream = DRAW.integers(-9, 10, (2, 3, 4)), np.array([24, -36])
    book = book_with(WholeMean(), image, upstream)
    for c in (0, 1):
        ref = Ref("nameless", (c,))
        assert gives(book, "sum-for-average", ref) == {image[c].sum()}
        assert gives(book, "max-for-average", ref) == {image[c].max()}
        assert gives(book, "window-shifted", ref) == set()
        back = Ref("input.grad", (c, 1, 2))
        assert true_value(book, back) == Fraction(int(upstream[c]), 12)
        assert gives(book, "mean-forgotten", back) == {upstream[c]}
    (slip, *_) = slips_of(book, "nameless[1]", str(image[0].sum()))
    assert slip.slip == "sum-for-average"
    assert "the sum of the map is not divided by its size" in slip.words


def test_a_window_in_space() -> None:
    image = DRAW.permutation(64).reshape(4, 4, 4)
    book = book_with(LargestInSpace(), image)
    ref = Ref("nameless", (1, 0, 1))
    assert true_value(book, ref) == image[2:4, 0:2, 2:4].max()
    assert gives(book, "average-for-max", ref) == {Fraction(int(image[2:4, 0:2, 2:4].sum()), 8)}
    assert gives(book, "min-for-max", ref) == {image[2:4, 0:2, 2:4].min()}
    assert gives(book, "stride-ignored", ref) == {image[1:3, 0:2, 1:3].max()}
    assert gives(book, "windows-overlapped", ref) == {image[1:3, 0:2, 1:3].max()}
    beside = {image[1:3, 0:2, 2:4].max(), image[3:4, 0:2, 2:4].max(), image[2:4, 1:3, 2:4].max()}
    beside |= {image[2:4, 0:1, 2:4].max(), image[2:4, 0:2, 1:3].max(), image[2:4, 0:2, 3:4].max()}
    assert gives(book, "window-shifted", ref) == beside


def test_a_gate_that_never_closes_altogether() -> None:
    book = book_with(Kinked(), np.array([-30, 20, -5]), np.array([40, -70, -60]))
    closed, opened, behind = (Ref("nameless", (at,)) for at in range(3))
    assert [true_value(book, ref) for ref in (closed, opened, behind)] == [-3, 20, Fraction(-1, 2)]
    assert gives(book, "relu-skipped", closed) == {-30}
    assert gives(book, "absolute-for-relu", closed) == {30}
    # the neighbour of −30 is 20, and that of 20 is −30 or −5
    assert gives(book, "neighbour-read", closed) == {20}
    assert gives(book, "neighbour-read", opened) == {-3, Fraction(-1, 2)}
    back = [Ref("input.grad", (at,)) for at in range(3)]
    assert [true_value(book, ref) for ref in back] == [4, -70, -6]
    assert gives(book, "gate-ignored", back[0]) == {40}
    assert gives(book, "gate-from-gradient", back[0]) == {40}
    assert gives(book, "gate-from-gradient", back[1]) == {-7}


@pytest.mark.parametrize(
    ("cell", "written", "slip", "words"),
    [
        ("nameless[1]", "-30", "relu-skipped", "a negative number is passed on as it is, without its slope"),
        ("input.grad[1]", "40", "gate-ignored", "40 is let through as it is, whatever the sign of z"),
        ("input.grad[2]", "-7", "gate-from-gradient", "the slope is chosen by the sign of the gradient"),
    ],
)
def test_a_gate_that_never_closes_is_told_apart(cell: str, written: str, slip: str, words: str) -> None:
    book = book_with(Kinked(), np.array([-30, 20, -5]), np.array([40, -70, -60]))
    found = {each.slip: each.words for each in slips_of(book, cell, written)}
    assert words in found[slip]


def test_own_numbers_choose_the_slope_of_a_gate() -> None:
    book = book_with(Kinked(), np.array([-30, 20, -5]), np.array([40, -70, -60]))
    (marked,) = check(
        {"input[1]": "30", "nameless": "30 20 -0.5", "input.grad": "40 -70 -6"}, case=book.trace.case
    )
    assert [each.verdict for each in marked.claims] == [
        *("wrong", "follows", "exact", "exact"),
        *("follows", "exact", "exact"),
    ]


def test_what_no_number_of_a_line_reveals_and_what_would() -> None:
    mirrored = np.array([[[1, 2, 1]]])
    book = book_with(OneWay(grid(mirrored), grid(np.array([0]))), LINE[:1])
    hidden = {(spot.slip, spot.tensor) for spot in blindspots(book.trace.case).hidden}
    assert {("kernel-flipped", "nameless"), ("bias-forgotten", "nameless")} <= hidden
    found = suggest(book.trace.case)
    assert found is not None
    assert set(found.changed) >= {"nameless.kernel", "nameless.bias"}
    assert "kernel-flipped" in found.reveals
    kernel = found.changed["nameless.kernel"].values()
    assert list(kernel) != list(kernel)[::-1]


def test_a_right_number_is_right_whatever_the_layer() -> None:
    book = book_with(OneWay(grid(ALONG), grid(BIAS)), LINE)
    right = claim(book, "nameless[1,1]", str(true_value(book, Ref("nameless", (0, 0)))))
    assert slips_of(book, right.cell, right.written) == ()
