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
# 242 − 205 + 1041 + 632 + 1 = 1711 in the first window; 378 beside it, 1887 below
LARGE = """
input.values = "121 205 31; 347 158 -119; 126 243 414"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
bias = "1"
"""
# 15 + 50 + 3 = 68 and 5 + 80 − 5 = 80
BIASES = """
input.values = [10, 20]
[[layers]]
type = "dense"
weight = "1.5 2.5; 0.5 4"
bias = "3 -5"
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
gradient = "701 -803"
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
# e^0.5 = 1.64872, e = 2.71828, e^−0.2 = 0.81873, together 5.18573
SHARES = """
input.values = "0.5 1 -0.2"
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "0 1 0"
"""
# z = 0.35, y = 0.58662, ∂L/∂y = −1.70468, ∂L/∂z = −0.41338, ∂L/∂w = −0.28937
NEURON = """
learning_rate = "0.1"
input.values = [0.7]
[[layers]]
type = "dense"
weight = "0.5"
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = 1
"""
# the first filter sends back 211·3, the second one 154·5
FILTERS = '''
input.values = "7"
[[layers]]
type = "conv2d"
kernel = """
3
---
5
"""
bias = "1 2"
[loss]
type = "upstream"
gradient = [[[211]], [[154]]]
'''
# in the middle 211·4 − 103·3 − 154 + 332·2 = 1045; all together 594
LARGE_BACK = """
input.values = "1 2 0; 3 1 -1; 1 2 4"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
bias = "1"
[loss]
type = "upstream"
gradient = "211 -103; 154 332"
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
    ("term-dropped", LARGE, "conv[1,1]", "670"),  # 1711 − 347·3
    ("sign-gained", LARGE, "conv[1,1]", "-371"),  # 1711 − 2·(347·3)
    ("data-misread", LARGE, "conv[1,1]", "1693"),  # 341 for 347
    ("term-doubled", LARGE, "conv[1,1]", "2752"),  # 1711 + 347·3
    ("added-not-multiplied", LARGE, "conv[1,1]", "1020"),  # 1711 − 347·3 + (347 + 3)
    ("neighbour-read", LARGE, "conv[1,1]", "1048"),  # 1711 − 347·3 + 126·3: input[3,1] for input[2,1]
    ("row-skipped", LARGE, "conv[1,1]", "1674"),  # 1711 − 121·2 + 205
    ("bias-forgotten", CONV, "conv[1,1]", "13"),
    ("bias-subtracted", CONV, "conv[1,1]", "12"),
    # layout
    ("kernel-flipped", CONV, "conv[2,2]", "8"),  # 1·4 + (−1)·3 + 2·(−1) + 4·2 + 1
    ("kernel-transposed", CONV, "conv[2,2]", "14"),  # 1·2 + (−1)·3 + 2·(−1) + 4·4 + 1
    ("kernel-mirrored", LARGE, "conv[1,1]", "2152"),  # −121 + 410 + 1388 + 474 + 1
    ("kernel-rows-swapped", LARGE, "conv[1,1]", "1720"),  # 363 + 820 + 694 − 158 + 1
    ("other-kernel-used", BIASES, "dense[1]", "88"),  # 5 + 80 + 3
    ("other-bias-used", BIASES, "dense[1]", "60"),  # 65 − 5
    ("output-transposed", LARGE, "conv[1,2]", "1887"),
    ("cells-swapped", LARGE, "conv[1,2]", "1711"),
    ("padding-not-zero", PADDING, "conv[1,1]", "94"),  # 77 + 1 + 2 + 3 + 4 + 7
    ("channels-averaged", CHANNELS, "conv", "35"),  # 70/2
    ("window-shifted", LARGE, "conv[1,1]", "1887"),  # the window one row further down
    ("stride-ignored", STRIDE, "conv[2,2]", "17"),  # 6 + 11 instead of 11 + 16
    ("padding-ignored", PADDING, "conv[1,1]", "37"),  # 1·1 + 2·2 + 3·4 + 4·5 instead of 77
    ("channel-forgotten", CHANNELS, "conv", "17"),  # 1·5 + 2·6 instead of 70
    ("column-major-flatten", FLATTEN, "flatten[3]", "2"),  # 1 4 2 5 3 6
    ("weight-transposed", SQUARE, "dense[2]", "34"),  # 2·5 + 4·6 instead of 39
    ("weight-transposed", SQUARE, "input.grad[1]", "-905"),  # 1·701 − 2·803 instead of 701 − 3·803
    # operation, in the window 1 7 5 3
    ("average-for-max", POOL.replace("TYPE", "max"), "pool[1,1]", "4"),
    ("max-for-average", POOL.replace("TYPE", "average"), "pool[1,1]", "7"),
    ("sum-for-average", POOL.replace("TYPE", "average"), "pool[1,1]", "16"),
    ("min-for-max", POOL.replace("TYPE", "max"), "pool[2,2]", "10"),
    ("windows-overlapped", POOL.replace("TYPE", "average"), "pool[1,2]", "5.5"),  # 7 3 3 9
    ("largest-absolute", MAX.replace("-1 6", "-90 6"), "pool[1,1]", "-90"),
    ("bias-doubled", BIASES, "dense[1]", "71"),
    ("bias-multiplied", BIASES, "dense[1]", "195"),  # 65·3
    ("relu-skipped", RELU, "relu[1]", "-7"),
    ("absolute-for-relu", RELU, "relu[1]", "7"),
    ("sigmoid-of-minus", SIGMOID, "sigmoid", "0.3775"),
    ("sigmoid-skipped", SIGMOID, "sigmoid", "0.5"),
    ("other-activation", SIGMOID, "sigmoid", "0.46212"),  # tanh 0.5
    ("other-activation", SIGMOID, "sigmoid", "0.60653"),  # e^(−0.5)
    ("other-base", SIGMOID, "sigmoid", "0.58579"),  # 1/(1 + 2^(−0.5))
    ("other-base", SIGMOID, "loss", "0.68395"),  # 0.474077/0.693147
    ("not-normalised", SHARES, "softmax[1]", "1.6487"),
    ("normalised-without-exp", SHARES, "softmax[1]", "0.38462"),  # 0.5/1.3
    ("own-left-out", SHARES, "softmax[1]", "0.46613"),  # 1.64872/(2.71828 + 0.81873)
    ("other-loss", SIGMOID, "loss", "0.07127"),  # ½·(1 − 0.62246)²
    ("other-loss", SIGMOID, "sigmoid.grad", "-0.37754"),  # y − t
    ("square-forgotten", UPDATE, "loss", "-6"),  # 3·(3 − 5)
    ("log-base-10", SIGMOID, "loss", "0.2059"),  # 0.47408/2.30259
    # backward
    ("local-derivative-forgotten", SIGMOID, "input.grad", "-1.6065"),
    ("upstream-forgotten", SIGMOID, "input.grad", "0.2350"),  # 0.62246·0.37754
    ("derivative-at-output", SIGMOID, "input.grad", "-0.36511"),  # −1.60653·σ(0.62246)·(1 − σ(0.62246))
    ("other-derivative", SIGMOID, "input.grad", "-0.98407"),  # −1.60653·(1 − 0.62246²)
    ("bias-gradient-averaged", LARGE_BACK, "conv.bias.grad", "148.5"),  # 594/4
    ("weight-for-input", UPDATE, "dense.weight.grad[1]", "6"),  # 12·0.5
    ("other-gradient-used", NEURON, "dense.weight.grad", "-1.1933"),  # −1.70468·0.7
    ("overlap-overwritten", LARGE_BACK, "input.grad[2,2]", "664"),  # 332·2
    ("one-filter-only", FILTERS, "input.grad", "770"),  # 154·5 without 211·3
    ("gate-from-gradient", RELU, "input.grad[2]", "0"),  # open, and −4 upstream
    ("gate-ignored", RELU, "input.grad[3]", "-6"),
    ("spread-over-window", POOL.replace("TYPE", "max"), "input.grad[1,1]", "2"),  # 8/4
    ("routed-elsewhere", POOL.replace("TYPE", "max"), "input.grad[2,1]", "8"),
    ("routed-elsewhere", POOL.replace("TYPE", "max"), "input.grad[1,2]", "0"),
    ("updated-weight-used", UPDATE, "input.grad[1]", "-22.8"),  # 12·(0.5 − 0.1·24)
    ("error-reversed", UPDATE, "dense.grad", "-12"),
    ("wrong-target", SIGMOID, "sigmoid.grad", "2.6487"),  # 1/(1 − y), the target 0
    ("wrong-target", SHARES, "softmax.grad[1]", "-3.1453"),  # −1/0.31793 in another place
    ("kernel-not-rotated", BACK, "input.grad[1,1]", "8"),  # 2·4 instead of 2·2
    ("mean-forgotten", TWO, "loss", "1.3863"),  # 2·ln 2
    ("factor-two", UPDATE, "dense.grad", "6"),
    ("factor-two", UPDATE, "loss", "4"),  # (3 − 5)²
    ("weighted-input-used", UPDATE, "dense.weight.grad[1]", "12"),  # 12·(2·0.5)
    # update
    ("gradient-added", UPDATE, "dense.weight.new[1]", "2.9"),
    ("rate-forgotten", UPDATE, "dense.weight.new[1]", "-23.5"),
    ("old-weight-forgotten", UPDATE, "dense.weight.new[1]", "-2.4"),
    ("rate-misread", UPDATE, "dense.weight.new[1]", "0.26"),  # 0.5 − 0.01·24
    ("rate-times-all", UPDATE, "dense.weight.new[1]", "-2.35"),  # 0.1·(0.5 − 24)
    ("weight-times-gradient", UPDATE, "dense.weight.new[1]", "-0.7"),  # 0.5 − 0.1·24·0.5
    ("not-updated", UPDATE, "dense.weight.new[1]", "0.5"),
    ("new-weight-for-gradient", UPDATE, "dense.weight.grad[1]", "-1.9"),
    # writing
    ("sign-flipped", SQUARE, "dense[2]", "-39"),
    ("point-moved", SQUARE, "dense[2]", "3.9"),
    ("digits-swapped", SQUARE, "dense[2]", "93"),
    ("digit-changed", LARGE, "conv[1,1]", "1411"),
    ("copied-from", NEURON, "dense.weight.new", "0.58662"),  # the sigmoid's output
]


@pytest.mark.parametrize(
    ("word", "case", "cell", "written"), EXAMPLES, ids=[f"{word}-{cell}" for word, _, cell, _ in EXAMPLES]
)
def test_a_slip_is_named(word: str, case: str, cell: str, written: str) -> None:
    others = {
        "copied-from": {"sigmoid": "0.58662"},
        "cells-swapped": {"conv[1,1]": "378"},
    }.get(word, {})
    found = slips_of(book_of(case), cell, written, **others)
    assert word in [slip.slip for slip in found]
    (slip,) = (each for each in found if each.slip == word)
    assert slip.line
    assert slip.words.startswith(f"your {written.replace('-', '−')} is what comes out if ")


def test_every_slip_has_an_example() -> None:
    assert {word for word, *_ in EXAMPLES} == set(CONTRACT.split())


CONTRACT = """
sign-lost sign-gained term-dropped term-doubled added-not-multiplied neighbour-read row-skipped bias-forgotten
bias-subtracted data-misread kernel-flipped kernel-transposed kernel-mirrored kernel-rows-swapped
other-kernel-used other-bias-used output-transposed cells-swapped padding-not-zero window-shifted
stride-ignored padding-ignored channel-forgotten channels-averaged column-major-flatten weight-transposed
average-for-max max-for-average sum-for-average min-for-max windows-overlapped largest-absolute bias-doubled
bias-multiplied relu-skipped absolute-for-relu other-activation other-base not-normalised
normalised-without-exp own-left-out other-loss square-forgotten sigmoid-of-minus sigmoid-skipped log-base-10
local-derivative-forgotten upstream-forgotten derivative-at-output other-derivative bias-gradient-averaged
weight-for-input other-gradient-used overlap-overwritten one-filter-only gate-from-gradient gate-ignored
spread-over-window routed-elsewhere updated-weight-used error-reversed wrong-target kernel-not-rotated
mean-forgotten factor-two weighted-input-used gradient-added rate-forgotten old-weight-forgotten rate-misread
rate-times-all weight-times-gradient not-updated new-weight-for-gradient sign-flipped point-moved
digits-swapped digit-changed copied-from
"""


def test_the_shelf_has_the_contracts_slips() -> None:
    words = [kind.word for kind in all_slips()]
    assert set(CONTRACT.split()) <= set(words)
    assert len(set(words)) == len(words)


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
