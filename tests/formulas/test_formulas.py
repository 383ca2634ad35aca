"""Claimed formulas: right, wrong with the terms at fault and the slip, and unreadable in good time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from walkthrough.case import load, read_case
from walkthrough.formulas import FormulaVerdict, check_formula
from walkthrough.trace.network import Network, network

WHOLE = """
title = "small"
[input]
values = "1 2 3; 4 5 6; 7 8 9"
[[layers]]
type = "conv2d"
kernel = '''
1 2
3 4
---
5 6
7 8
'''
bias = "1 2"
padding = 1
[[layers]]
type = "average_pool2d"
size = 2
[[layers]]
type = "relu"
[[layers]]
type = "dense"
weight = "1 2 3 4 5 6 7 8; 8 7 6 5 4 3 2 1"
bias = "1 2"
[[layers]]
type = "tanh"
[loss]
type = "squared_error"
target = "1 0"
"""


@pytest.fixture(scope="module")
def conv() -> Network:
    """A 3×3 image, a 2×2 kernel, the gradient of the 2×2 output given."""
    return network(load("kernel-and-input-gradient"))


@pytest.fixture(scope="module")
def whole() -> Network:
    return network(read_case(WHOLE, "small", Path()))


# --- right -----------------------------------------------------------------------------------------------

KERNEL_21 = "g[1,1]*x[2,1] + g[1,2]*x[2,2] + g[2,1]*x[3,1] + g[2,2]*x[3,2]"


@pytest.mark.parametrize(
    "text",
    [
        KERNEL_21,
        "g11*x21 + g12*x22 + g21*x31 + g22*x32",
        "G11·X21 + G12·X22 + X31·G21 + X32×G22",
        "g₁₁x₂₁ + g₁₂x₂₂ + g₂₁x₃₁ + g₂₂x₃₂",
        "g11 x21 + (g12 x22 + g21(x31)) + g[1,2]^0 * g22*x32",
        "−(−g11*x21 − g12*x22) + 2*(g21*x31 + g22*x32)/2",
        "∂L/∂z₁₁·x₂₁ + ∂L/∂z₁₂·x₂₂ + dL/dz21*x31 + dL/dz[2,2]*x32",
        "conv.grad[1,1]*input[2,1] + g12*x22 + g21*x31 + g22*x32",
        "1/2*g11*x21 + 0.5 g11 x21 + g12*x22 + g21*x31 + g22*x32 + 0*x11 + g11 - g11",
        "g_{11}x_{21} + g_12*x_22 + g[ 2 , 1 ] * x[3, 1]\n + g22*x32",
    ],
)
def test_right_however_it_is_written(conv: Network, text: str) -> None:
    assert check_formula(conv, "conv.kernel.grad[2,1]", text) == FormulaVerdict("right", KERNEL_21)


def test_powers_are_multiplied_out(conv: Network) -> None:
    squared = "(x11 + k11)^2 - x11**2 - 2 x11 k11 - k11² + " + check_formula(conv, "conv[1,1]", "0").expected
    assert check_formula(conv, "conv[1,1]", squared).verdict == "right"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("conv[1,1]", "x11*k11 + x12*k12 + x21*k21 + x22*k22"),
        ("conv[1,1]", "w11 x11 + w12 x12 + w21 x21 + w22 x22"),
        ("input.grad[1,2]", "g11*k12 + g12*k11"),
        ("input.grad[2,2]", "g11 k22 + g12 k21 + g21 k12 + g22 k11"),
        ("input.grad@1[3,3]", "g22*k22"),
    ],
)
def test_right_for_other_cells(conv: Network, cell: str, text: str) -> None:
    assert check_formula(conv, cell, text).verdict == "right"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("conv[2,1,1]", "x11*k[2,1,2,2] + b2"),
        ("conv.bias.grad[1]", "+".join(f"g[1,{i},{j}]" for i in range(1, 5) for j in range(1, 5))),
        ("pool[2,1,1]", "1/4*(x[2,1,1] + x[2,1,2] + x[2,2,1] + x[2,2,2])"),
        ("conv.grad[2,1,2]", "0.25 g[2,1,1]"),
        ("dense[2]", "w21x1 + w22x2 + w23x3 + w24x4 + w25x5 + w26x6 + w27x7 + w28x8 + b2"),
        (
            "dense[2]",
            "8x111 b1^0 - 8x1 + w21x[1,1,1] + w22x2 + w23x3 + w24x4 + w25x5 + w26x6 + w27x7 + w28x8 + b2",
        ),
        ("dense.weight.grad[2,3]", "g2*x3"),
        ("dense.weight.grad[2,3]", "g2*x[1,2,1]"),
        ("dense.bias.grad[2]", "g2"),
        ("relu.grad[2,1,1]", "w15 g1 + w25 g2"),
        ("dense.grad[1]", "g1*(1 - z1^2)"),
        ("tanh.grad[2]", "o2 - t2"),
        ("tanh.grad[2]", "tanh[2] - target[2]"),
    ],
)
def test_right_in_a_whole_network(whole: Network, cell: str, text: str) -> None:
    assert check_formula(whole, cell, text).verdict == "right"


def test_every_expected_formula_is_right_itself(conv: Network, whole: Network) -> None:
    """What is shown as the right version can be claimed, and is."""
    count = 0
    for net in (conv, whole):
        for stage in net.layers:
            for tensor in (stage.z, *(each.grad for each in stage.inputs)):
                for cell in list(tensor.cells())[:5]:
                    index = ",".join(str(position + 1) for position in cell)
                    name = f"{tensor.name}[{index}]"
                    shown = check_formula(net, name, "0")
                    if shown.expected and shown.expected != "0":
                        assert check_formula(net, name, shown.expected).verdict == "right", name
                        count += 1
    assert count > 40


# --- wrong -----------------------------------------------------------------------------------------------


def slips(verdict: FormulaVerdict) -> list[str]:
    return [slip.slip for slip in verdict.slips]


def test_the_kernel_is_not_rotated(conv: Network) -> None:
    verdict = check_formula(conv, "input.grad[1,2]", "g11*k21 + g12*k22")
    assert verdict.verdict == "wrong"
    assert verdict.expected == "g[1,1]*k[1,2] + g[1,2]*k[1,1]"
    assert slips(verdict) == ["kernel-not-rotated"]
    assert verdict.slips[0].gives == "g[1,1]*k[2,1] + g[1,2]*k[2,2]"
    assert set(verdict.misindexed) == {"g[1,1]*k[2,1]", "g[1,2]*k[2,2]"}
    assert (verdict.missing, verdict.spare) == ((), ())


def test_an_index_off_by_one(conv: Network) -> None:
    verdict = check_formula(conv, "conv.kernel.grad[2,1]", KERNEL_21.replace("x[3,2]", "x[3,3]"))
    assert (verdict.misindexed, verdict.instead) == (("g[2,2]*x[3,3]",), ("g[2,2]*x[3,2]",))
    assert slips(verdict) == ["neighbour-read"]
    assert verdict.slips[0].at == "g[2,2]*x[3,2]"


def test_indices_that_count_from_0_are_off_by_one_and_not_unreadable(conv: Network) -> None:
    verdict = check_formula(conv, "conv.kernel.grad[2,1]", "g00*x10 + g01*x11 + g10*x20 + g11*x21")
    assert verdict.verdict == "wrong"
    assert "g[0,0]*x[1,0]" in verdict.misindexed


@pytest.mark.parametrize(
    ("text", "missing", "spare", "slip"),
    [
        ("g11*x21 + g12*x22 + g21*x31", ("g[2,2]*x[3,2]",), (), "term-dropped"),
        (KERNEL_21 + "+ g11 x21", ("g[1,1]*x[2,1]",), ("2*g[1,1]*x[2,1]",), "term-doubled"),
        (KERNEL_21.replace("+ g[2,1]", "- g[2,1]"), ("g[2,1]*x[3,1]",), ("-g[2,1]*x[3,1]",), "sign-lost"),
        (KERNEL_21 + " + b^0", (), (), None),
        (KERNEL_21 + " + x11", (), ("x[1,1]",), None),
    ],
)
def test_terms_missing_or_spare(
    conv: Network, text: str, missing: tuple[str, ...], spare: tuple[str, ...], slip: str | None
) -> None:
    verdict = check_formula(conv, "conv.kernel.grad[2,1]", text)
    if "b^0" in text:  # this convolution has no bias, and so no symbol for it
        assert verdict.verdict == "unreadable"
        return
    assert (verdict.missing, verdict.spare) == (missing, spare)
    assert slips(verdict) == ([slip] if slip else [])


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("x22k11 + x23k12 + x32k21 + x33k22", None),
        ("x12k11 + x13k12 + x22k21 + x23k22", "window-shifted"),
        ("x11k22 + x12k21 + x21k12 + x22k11", "kernel-flipped"),
        ("x11k11 + x12k21 + x21k12 + x22k22", "kernel-transposed"),
    ],
)
def test_slips_of_the_forward_pass(conv: Network, text: str, slip: str | None) -> None:
    verdict = check_formula(conv, "conv[1,1]", text)
    assert verdict.verdict == "wrong"
    assert slips(verdict) == ([slip] if slip else [])


@pytest.mark.parametrize(
    ("text", "slip"), [("x11*k[2,1,2,2]", "bias-forgotten"), ("x11*k[2,1,2,2] - b2", "bias-subtracted")]
)
def test_the_bias(whole: Network, text: str, slip: str) -> None:
    assert slips(check_formula(whole, "conv[2,1,1]", text)) == [slip]


# --- unreadable ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at the end"),
        ("g11 +", "at the end"),
        ("g11 * * x11", "expected a number or one of"),
        ("q11", "expected a number or one of"),
        ("x", "takes 3 index(es)"),
        ("x[1,2,3,4]", "takes 3 index(es)"),
        ("x[-1,2]", ""),
        ("g11/x11", "divides by a number only"),
        ("g11/0", "divides by a number only"),
        ("g11^5", "powers go up to 4"),
        ("g11^x11", "whole number"),
        ("g11^999999999999999999", "powers go up to 4"),
        ("(g11", '")"'),
        ("g11)", "operator"),
        ("x11 2", "operator"),
        ("∂L/∂x11", "no symbol here"),
        ("__import__('os').system('true')", "expected"),
        ("g11 if x11 else k11", ""),
        ("lambda: 0", "expected"),
        ("x[1,2].real", "operator"),
        ("\x00\x1b[31m", "\\x1b"),
        ("🙂", "expected"),
    ],
)
def test_what_is_no_formula(conv: Network, text: str, said: str) -> None:
    verdict = check_formula(conv, "conv.kernel.grad[2,1]", text)
    assert verdict.verdict == "unreadable"
    assert said in verdict.reason
    assert verdict.reason.isprintable()
    assert verdict.expected == KERNEL_21


HOSTILE = {
    "a million characters": "g11+" * 250_000,
    "nested 10,000 deep": "(" * 10_000 + "g11" + ")" * 10_000,
    "never closed": "(" * 19_999,
    "a huge power": "9^9^9^9^9",
    "powers of powers": "(" * 40 + "9" + "^4)" * 40,
    "a product of sums": "*".join(["(x11+x12+x13+x21+x22+x23+x31+x32+x33)"] * 500),
    "many small products": "+".join(["(x11+k11)^4(x12+k12)^4"] * 900),
    "nested squares": "(" * 49 + "x11+k11+1" + ")^4" * 49,
    "a long product": "x11*" * 4_999 + "x11",
    "a long number": "9" * 20_000,
    "a long index": "x[" + "1," * 9_000 + "1]",
    "many minus signs": "-" * 19_999,
    "many fractions": "/7" * 9_999,
    "numbers that grow": "123456789012345678901234567890*" * 600 + "1",
    "blanks": " " * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_quickly(conv: Network, name: str) -> None:
    start = time.perf_counter()
    verdict = check_formula(conv, "conv.kernel.grad[2,1]", HOSTILE[name])
    assert verdict.verdict == "unreadable"
    assert time.perf_counter() - start < 5, "not a measurement, only a floor under which nothing hangs"


def test_a_long_formula_is_still_read(conv: Network) -> None:
    text = "+".join(["g11*x11", "g12*x12"] * 1_200)
    verdict = check_formula(conv, "conv.kernel.grad[1,1]", text)
    assert verdict.verdict == "wrong"
    assert "1200*g[1,1]*x[1,1]" in verdict.spare


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("conv.kernel[1,1]", "conv.kernel.grad"),
        ("conv.kernel.grad", "whole tensor"),
        ("conv.kernel.grad[1,1,3,3]", "lies outside"),
        ("konv[1,1]", "did you mean"),
        ("conv.kernel.grad[", "not the name of a cell"),
        ("relu[1,1,1]", "no sum of products"),
        ("pool.grad[1,1,1]", "no sum of products"),
        ("tanh[1]", "no sum of products"),
        ("loss", "no sum of products"),
    ],
)
def test_cells_for_which_there_is_no_formula(whole: Network, cell: str, said: str) -> None:
    verdict = check_formula(whole, cell, "x11")
    assert verdict.verdict == "unreadable"
    assert said in verdict.reason
