"""Every slip once, by hand: the right number, what the slip makes of it, and that it is named."""

from __future__ import annotations

import pytest

from tests.slips.exercises import book_of, shipped, slips_of
from walkthrough.slips import all_slips

# 1·2 + 2·(−1) + 3·3 + 1·4 + 1 = 14 in the first window
CONV = """
input.values = "1 2 0; 3 1 -1; 1 2 4"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
bias = "1"
"""
STRIDE = """
input.values = "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16"
[[layers]]
type = "conv2d"
kernel = "1 0; 0 1"
stride = 2
"""
PADDING = """
input.values = "1 2; 3 4"
[[layers]]
type = "conv2d"
kernel = "1 2 3; 4 5 6; 7 8 9"
padding = 1
"""
CHANNELS = """
input.values = "1 2\\n\\n3 4"
[[layers]]
type = "conv2d"
kernel = "5 6\\n\\n7 8"
"""
FLATTEN = """
input.values = "1 2 3; 4 5 6"
[[layers]]
type = "flatten"
"""
SQUARE = """
input.values = [5, 6]
[[layers]]
type = "dense"
weight = "1 2; 3 4"
[loss]
type = "upstream"
gradient = "7 -8"
"""
MAX = """
input.values = "-1 6 3; 8 2 5; 4 7 9"
[[layers]]
type = "max_pool2d"
size = 2
stride = [1, 1]
"""
POOL = """
input.values = "1 7 3 2; 5 3 9 6; 4 8 10 12; 2 6 11 20"
[[layers]]
type = "TYPE_pool2d"
size = 2
[loss]
type = "upstream"
gradient = "8 -12; 4 16"
"""
RELU = """
input.values = [-7, 3, -2]
[[layers]]
type = "relu"
[loss]
type = "upstream"
gradient = [5, -4, -6]
"""
# y = σ(0.5) = 0.62246, L = −ln y = 0.47408; ∂L/∂y = −1/y = −1.60653, ∂L/∂z = y − 1 = −0.37754
SIGMOID = """
input.values = [0.5]
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = 1
"""
# ∂L/∂y = 2·3·(y − t) = 6·(5 − 3) = 12; ∂L/∂w = 12·x; w − α·g = 0.5 − 0.1·24 = −1.9 for x = 2, w = 0.5
UPDATE = """
learning_rate = "0.1"
input.values = [2, 4]
[[layers]]
type = "dense"
weight = "0.5 1"
[loss]
type = "squared_error"
scale = 3
target = 3
"""
SOFTMAX = """
input.values = [0, 0, 0, 0]
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "0 1 0 0"
"""
TWO = """
input.values = [0, 0]
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = "1 0"
"""
# the upstream gradient of the first entry is 2·(−1) + 5·3 + …: see the sums beside the claims
BACK = """
input.values = "1 2 0; 3 1 -1; 1 2 4"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
[loss]
type = "upstream"
gradient = "2 -1; 1 3"
"""

EXAMPLES = [
    # reading: 14 with one thing misread
    ("sign-lost", CONV, "conv[1,1]", "18"),  # 14 − 2·(2·(−1))
    ("term-dropped", CONV, "conv[1,1]", "5"),  # 14 − 3·3
    ("term-doubled", CONV, "conv[1,1]", "23"),  # 14 + 3·3
    ("added-not-multiplied", CONV, "conv[1,1]", "11"),  # 14 − 3·3 + (3 + 3)
    ("neighbour-read", CONV, "conv[1,1]", "8"),  # 14 − 3·3 + 1·3: input[3,1] for input[2,1]
    ("row-skipped", CONV, "conv[1,1]", "1"),  # 14 − 3·3 − 1·4
    ("bias-forgotten", CONV, "conv[1,1]", "13"),
    ("bias-subtracted", CONV, "conv[1,1]", "12"),
    # layout
    ("kernel-flipped", CONV, "conv[2,2]", "8"),  # 1·4 + (−1)·3 + 2·(−1) + 4·2 + 1
    ("kernel-transposed", CONV, "conv[2,2]", "14"),  # 1·2 + (−1)·3 + 2·(−1) + 4·4 + 1
    ("window-shifted", CONV, "conv[1,1]", "17"),  # the window one row further down: 6 − 1 + 3 + 8 + 1
    ("stride-ignored", STRIDE, "conv[2,2]", "17"),  # 6 + 11 instead of 11 + 16
    ("padding-ignored", PADDING, "conv[1,1]", "37"),  # 1·1 + 2·2 + 3·4 + 4·5 instead of 77
    ("channel-forgotten", CHANNELS, "conv", "17"),  # 1·5 + 2·6 instead of 70
    ("column-major-flatten", FLATTEN, "flatten[3]", "2"),  # 1 4 2 5 3 6
    ("weight-transposed", SQUARE, "dense[2]", "34"),  # 2·5 + 4·6 instead of 39
    ("weight-transposed", SQUARE, "input.grad[1]", "-9"),  # 1·7 − 2·8 instead of 7 − 24 = −17
    # operation, in the window 1 7 5 3
    ("average-for-max", POOL.replace("TYPE", "max"), "pool[1,1]", "4"),
    ("max-for-average", POOL.replace("TYPE", "average"), "pool[1,1]", "7"),
    ("sum-for-average", POOL.replace("TYPE", "average"), "pool[1,1]", "16"),
    ("min-for-max", POOL.replace("TYPE", "max"), "pool[2,2]", "10"),
    ("windows-overlapped", POOL.replace("TYPE", "average"), "pool[1,2]", "5.5"),  # 7 3 3 9
    ("relu-skipped", RELU, "relu[1]", "-7"),
    ("absolute-for-relu", RELU, "relu[1]", "7"),
    ("sigmoid-of-minus", SIGMOID, "sigmoid", "0.3775"),
    ("sigmoid-skipped", SIGMOID, "sigmoid", "0.5"),
    ("log-base-10", SIGMOID, "loss", "0.2059"),  # 0.47408/2.30259
    # backward
    ("local-derivative-forgotten", SIGMOID, "input.grad", "-1.6065"),
    ("upstream-forgotten", SIGMOID, "input.grad", "0.2350"),  # 0.62246·0.37754
    ("derivative-at-output", SIGMOID, "input.grad", "-0.36511"),  # −1.60653·σ(0.62246)·(1 − σ(0.62246))
    ("gate-from-gradient", RELU, "input.grad[2]", "0"),  # open, and −4 upstream
    ("gate-ignored", RELU, "input.grad[3]", "-6"),
    ("spread-over-window", POOL.replace("TYPE", "max"), "input.grad[1,1]", "2"),  # 8/4
    ("routed-elsewhere", POOL.replace("TYPE", "max"), "input.grad[2,1]", "8"),
    ("routed-elsewhere", POOL.replace("TYPE", "max"), "input.grad[1,2]", "0"),
    ("updated-weight-used", UPDATE, "input.grad[1]", "-22.8"),  # 12·(0.5 − 0.1·24)
    ("error-reversed", UPDATE, "dense.grad", "-12"),
    ("wrong-target", SIGMOID, "sigmoid.grad", "2.6487"),  # 1/(1 − y), the target 0
    ("wrong-target", SOFTMAX, "softmax.grad[1]", "-4"),  # −1/0.25 in another place
    ("kernel-not-rotated", BACK, "input.grad[1,1]", "8"),  # 2·4 instead of 2·2
    ("mean-forgotten", TWO, "loss", "1.3863"),  # 2·ln 2
    ("factor-two", UPDATE, "dense.grad", "6"),
    ("factor-two", UPDATE, "loss", "4"),  # (3 − 5)²
    ("weighted-input-used", UPDATE, "dense.weight.grad[1]", "12"),  # 12·(2·0.5)
    # update
    ("gradient-added", UPDATE, "dense.weight.new[1]", "2.9"),
    ("rate-forgotten", UPDATE, "dense.weight.new[1]", "-23.5"),
    ("old-weight-forgotten", UPDATE, "dense.weight.new[1]", "-2.4"),
    ("new-weight-for-gradient", UPDATE, "dense.weight.grad[1]", "-1.9"),
    # writing
    ("sign-flipped", SQUARE, "dense[2]", "-39"),
    ("point-moved", SQUARE, "dense[2]", "3.9"),
    ("digits-swapped", SQUARE, "dense[2]", "93"),
    ("digit-changed", PADDING, "conv[1,1]", "73"),
    ("copied-from", MAX, "pool[1,1]", "9"),
]


@pytest.mark.parametrize(
    ("word", "case", "cell", "written"), EXAMPLES, ids=[f"{word}-{cell}" for word, _, cell, _ in EXAMPLES]
)
def test_a_slip_is_named(word: str, case: str, cell: str, written: str) -> None:
    others = {"pool[1,2]": "6", "pool[2,2]": "9"} if word == "copied-from" else {}
    found = slips_of(book_of(case), cell, written, **others)
    assert word in [slip.slip for slip in found]
    (slip,) = (each for each in found if each.slip == word)
    assert slip.words.startswith(f"your {written.replace('-', '−')} is what comes out if ")


def test_every_slip_has_an_example() -> None:
    assert {word for word, *_ in EXAMPLES} == {kind.word for kind in all_slips()}


CONTRACT = """
sign-lost term-dropped term-doubled added-not-multiplied neighbour-read row-skipped bias-forgotten
bias-subtracted kernel-flipped kernel-transposed window-shifted stride-ignored padding-ignored
channel-forgotten column-major-flatten weight-transposed average-for-max max-for-average sum-for-average
min-for-max windows-overlapped relu-skipped absolute-for-relu sigmoid-of-minus sigmoid-skipped log-base-10
local-derivative-forgotten upstream-forgotten derivative-at-output gate-from-gradient gate-ignored
spread-over-window routed-elsewhere updated-weight-used error-reversed wrong-target kernel-not-rotated
mean-forgotten factor-two weighted-input-used gradient-added rate-forgotten old-weight-forgotten
new-weight-for-gradient sign-flipped point-moved digits-swapped digit-changed copied-from
"""


def test_the_shelf_has_the_contracts_slips() -> None:
    assert sorted(kind.word for kind in all_slips()) == sorted(CONTRACT.split())


@pytest.mark.parametrize(
    ("cell", "written", "at"),
    [
        ("conv[1,1]", "18", "conv.kernel[1,2]"),
        ("conv[1,1]", "13", "conv.bias[1]"),
        ("conv[1,1]", "-14", "conv[1,1]"),
    ],
)
def test_the_operand_at_fault_is_named(cell: str, written: str, at: str) -> None:
    assert slips_of(book_of(CONV), cell, written)[0].at == at


def test_the_line_of_arithmetic_is_shown() -> None:
    slip = slips_of(book_of(CONV), "conv[1,1]", "18")[0]
    assert slip.words == "your 18 is what comes out if the −1 of conv.kernel[1,2] is read as 1"
    assert slip.line == "14 − 2·(2·(−1)) = 18"
    assert slips_of(book_of(CONV), "conv[2,2]", "8")[0].line == "1·4 + (−1)·3 + 2·(−1) + 4·2 + 1 = 8"


def test_the_lecture_notes_turn_a_sign() -> None:
    assert slips_of(shipped("lecture-notes"), "dense", "-2.55")[0].slip == "sign-flipped"


def test_the_lecture_notes_send_the_updated_weights_back() -> None:
    notes = shipped("lecture-notes")
    for cell, written in (("flatten.grad[1]", "-94.60"), ("flatten.grad[2]", "-118.26")):
        assert slips_of(notes, cell, written)[0].slip == "updated-weight-used"


def test_nothing_common_gives_the_misread_update_of_the_lecture_notes() -> None:
    assert slips_of(shipped("lecture-notes"), "dense.weight.new[4]", "-119.535") == ()


def test_a_slip_is_found_behind_a_number_that_is_not_written() -> None:
    # 0.62 is σ of about 0.49, and 0.49 is z without its bias of 0.2
    case = """
    input.values = [0.7, 0.35]
    layers = [{type = "dense", weight = "0.5 0.4", bias = "0.2"}, {type = "sigmoid"}]
    """
    found = slips_of(book_of(case), "sigmoid", "0.62")
    assert (found[0].slip, found[0].at) == ("bias-forgotten", "dense.bias[1]")
    assert "for dense[1]" in found[0].words


def test_what_stands_on_the_sheet_is_not_blamed_for_what_follows() -> None:
    case = """
    input.values = [0.7, 0.35]
    layers = [{type = "dense", weight = "0.5 0.4", bias = "0.2"}, {type = "sigmoid"}]
    """
    found = slips_of(book_of(case), "sigmoid", "0.62", dense="0.69")
    assert "bias-forgotten" not in [slip.slip for slip in found]
