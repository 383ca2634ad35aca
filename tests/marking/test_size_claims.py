"""Claims on sizes: right, carried on, and the slips of counting."""

from __future__ import annotations

from typing import Any

import pytest

from walkthrough import check
from walkthrough.case import read_case
from walkthrough.marking.marked_worksheets import MarkedSize

NETWORK = """
[input]
shape = [3, 32, 32]
[[layers]]
type = "conv2d"
kernel = { shape = [6, 3, 5, 5] }
bias = { shape = [6] }
padding = 1
[[layers]]
type = "max_pool2d"
size = 3
stride = 2
[[layers]]
type = "conv2d"
kernel = { shape = [16, 6, 3, 3] }
[[layers]]
type = "dense"
weight = { shape = [10, 2304] }
bias = { shape = [10] }
"""


def marked(**claims: Any) -> dict[str, MarkedSize]:
    named = {name.replace("__", "."): value for name, value in claims.items()}
    (sheet,) = check(named, case=read_case(NETWORK))
    return {each.cell: each for each in sheet.sizes}


def test_right_sizes_in_any_notation() -> None:
    """(32 + 2 − 5) + 1 = 30; ⌊(30 − 3)/2⌋ + 1 = 14; 14 − 3 + 1 = 12; 16·12·12 = 2304."""
    found = marked(
        conv1__shape="6x30x30",
        pool__shape="6 × 14 × 14",
        conv2__shape=[16, 12, 12],
        conv1__parameters=456,
        conv1__multiplications="405000",
        pool__receptive_field="7",
        conv2__receptive_field="11x11",
        dense__parameters="23050",
        dense__shape="10",
    )
    assert {each.verdict for each in found.values()} == {"exact"}


@pytest.mark.parametrize(
    ("cell", "written", "slip"),
    [
        ("conv1__shape", "6x29x29", "plus-one-forgotten"),
        ("conv1__shape", "6x29x29", "padding-counted-once"),
        ("conv1__shape", "6x28x28", "padding-ignored"),
        ("conv1__shape", "3x30x30", "depth-forgotten"),
        ("conv1__shape", "30x30", "depth-forgotten"),
        ("pool__shape", "6x15x15", "rounded-up"),
        ("pool__shape", "6x28x28", "stride-ignored"),
        ("conv1__parameters", "450", "bias-forgotten"),
        ("conv1__parameters", "156", "depth-forgotten"),
        ("conv1__parameters", "76", "one-filter-only"),
        ("conv1__parameters", "451", "one-bias-only"),
        ("conv2__parameters", "880", "bias-counted"),
        ("conv1__multiplications", "135000", "depth-forgotten"),
        ("conv1__multiplications", "410400", "bias-counted"),
        ("dense__multiplications", "23050", "parameters-counted"),
        ("conv2__receptive_field", "9", "jump-forgotten"),
        ("conv2__receptive_field", "13", "minus-one-forgotten"),
        ("pool__receptive_field", "15", "multiplied-not-added"),
        ("pool__receptive_field", "9", "stride-too-early"),
    ],
)
def test_slips(cell: str, written: str, slip: str) -> None:
    (found,) = marked(**{cell: written}).values()
    assert found.verdict == "wrong"
    assert slip in [each.slip for each in found.slips]


def test_no_slip_is_seen_in_what_nothing_common_gives() -> None:
    (found,) = marked(conv1__parameters="457").values()
    assert (found.verdict, found.slips) == ("wrong", ())


def test_own_shapes_are_carried_on() -> None:
    """From 28 × 28: ⌊25/2⌋ + 1 = 13; 11; and 6·28·28 outputs of 75 products each."""
    found = marked(
        conv1__shape="6x28x28",
        conv1__multiplications="352800",
        pool__shape="6x13x13",
        conv2__shape="16x11x11",
    )
    assert [each.verdict for each in found.values()] == ["wrong", "follows", "follows", "follows"]


def test_a_true_size_that_ones_own_do_not_give_is_lucky() -> None:
    found = marked(conv1__shape="6x28x28", pool__shape="6x14x14")
    assert found["pool.shape"].verdict == "lucky"


def test_what_cannot_be_read_and_what_is_blank() -> None:
    found = marked(conv1__shape="six", conv1__parameters="4,560", pool__shape="?")
    assert [each.verdict for each in found.values()] == ["unreadable", "unreadable", "blank"]


def test_sizes_and_numbers_on_one_sheet() -> None:
    (sheet,) = check({"conv.shape": "4x4", "dense": "2.55", "conv.parameters": "8"}, case="lecture-notes")
    assert [each.verdict for each in sheet.sizes] == ["exact", "wrong"]
    assert [each.verdict for each in sheet.claims] == ["exact"]
    assert sheet.first_wrong == "conv.parameters"
