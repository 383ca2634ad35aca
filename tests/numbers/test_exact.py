"""Numbers without rounding: what is rational stays so, what cancels is 0, what is shown is certain."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from walkthrough.case import load, read_case
from walkthrough.trace.trace import CannotReplay, Trace, replay

from .rounding import fraction, half_up, real, to_decimals


def traced(text: str) -> Trace:
    return replay(read_case(text))


def value(trace: Trace, tensor: str, *cell: int) -> Fraction:
    """A number that must be known exactly; the cell counts from 1."""
    known = trace.known(tensor, tuple(at - 1 for at in cell))
    assert known.exact, (tensor, cell)
    assert not known.spread
    return known.value


def text(trace: Trace, tensor: str, *cell: int, digits: int = 10) -> str:
    return trace.shown(tensor, tuple(at - 1 for at in cell), digits).plain


LOGISTIC = """
[input]
values = [{z}]
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = [{t}]
"""


# --- rational where it is ---


def test_sigmoid_of_zero_is_a_half() -> None:
    trace = traced(LOGISTIC.format(z="0", t="1"))
    assert value(trace, "sigmoid", 1) == Fraction(1, 2)
    assert value(trace, "sigmoid.grad", 1) == -2
    assert value(trace, "input.grad", 1) == Fraction(-1, 2)
    assert not trace.exact("loss", ())  # ln 2
    assert text(trace, "loss") == "0.6931471806"


def test_tanh_of_zero_is_zero() -> None:
    trace = traced("[input]\nvalues = [0]\n[[layers]]\ntype='tanh'\n[loss]\ntype='squared_error'\ntarget=[1]")
    assert value(trace, "tanh", 1) == 0
    assert value(trace, "loss") == Fraction(1, 2)
    assert value(trace, "input.grad", 1) == -1


@pytest.mark.parametrize("logit", ["0", "5", "1/7", "-1000"])
def test_softmax_of_equal_logits_is_even(logit: str) -> None:
    case = (
        f"[input]\nvalues = '{logit} {logit} {logit}'\n[[layers]]\ntype = 'softmax'\n"
        "[loss]\ntype = 'cross_entropy'\ntarget = '0 1 0'"
    )
    trace = traced(case)
    assert [value(trace, "softmax", n) for n in (1, 2, 3)] == [Fraction(1, 3)] * 3
    assert [value(trace, "input.grad", n) for n in (1, 2, 3)] == [Fraction(v) for v in ("1/3", "-2/3", "1/3")]
    assert text(trace, "loss") == "1.098612289"  # ln 3


def test_what_cancels_is_proven_to_be_zero() -> None:
    """Note 000: of ∂L/∂k₁₃ = g·255 − g·255 the enclosures alone would leave a crumb."""
    trace = replay(load("lecture-notes"))
    for row, column in [(1, 1), (1, 3), (2, 3), (3, 1)]:
        assert value(trace, "conv.kernel.grad", 1, 1, row, column) == 0
        old = [[1, 2, 1], [0, 4, 0], [1, 2, 1]][row - 1][column - 1]
        assert value(trace, "conv.kernel.new", 1, 1, row, column) == old
    assert not trace.exact("conv.kernel.grad", (0, 0, 0, 1))
    assert value(trace, "input.grad", 1, 4, 4) == 0  # 2g − 2g


def test_sigmoids_of_opposite_numbers_add_up_to_one() -> None:
    """σ(z) + σ(−z) − 1 = 0, whatever z is: a ReLU at exactly 0, not at a crumb."""
    trace = traced(
        """
[conventions]
relu_at_zero = "1/2"
[input]
values = "0.7 -0.7"
[[layers]]
type = "sigmoid"
[[layers]]
type = "dense"
weight = "1 1"
bias = "-1"
[[layers]]
type = "relu"
[loss]
type = "upstream"
gradient = "6"
"""
    )
    assert value(trace, "dense", 1) == 0
    assert value(trace, "relu", 1) == 0
    assert value(trace, "dense.grad", 1) == 3


# --- ties ---

TIED = """
[conventions]
max_tie = "{tie}"
[input]
values = "0.3 1; 1.0 100%"
[[layers]]
type = "sigmoid"
[[layers]]
type = "max_pool2d"
size = 2
[loss]
type = "upstream"
gradient = "6"
"""


@pytest.mark.parametrize(
    ("tie", "shares"), [("first", [0, 6, 0, 0]), ("split", [0, 2, 2, 2]), ("all", [0, 6, 6, 6])]
)
def test_equal_sigmoids_tie(tie: str, shares: list[int]) -> None:
    trace = traced(TIED.format(tie=tie))
    cells = [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [value(trace, "sigmoid.grad", 1, *cell) for cell in cells] == shares
    assert text(trace, "pool", 1, 1, 1) == "0.7310585786"  # σ(1)


def test_shares_add_up_to_one() -> None:
    """Softmax's outputs less 1 are 0, where a ReLU has to decide."""
    trace = traced(
        """
[input]
values = "1 0"
[[layers]]
type = "softmax"
[[layers]]
type = "reshape"
shape = [1, 2, 1]
[[layers]]
type = "conv2d"
kernel = [[1], [1]]
bias = -1
[[layers]]
type = "relu"
[loss]
type = "squared_error"
target = "0"
"""
    )
    assert value(trace, "conv", 1, 1, 1) == 0
    assert value(trace, "loss") == 0
    assert [value(trace, "input.grad", n) for n in (1, 2)] == [0, 0]


# --- saturation ---


def test_a_saturated_sigmoid_is_not_one() -> None:
    """σ(1000) is 1 less 5·10⁻⁴³⁵; float64 says 1, and its loss is infinite."""
    trace = traced(LOGISTIC.format(z="1000", t="0"))
    with mpmath.workdps(900):
        short = 1 / (1 + mpmath.exp(1000))
        expected_loss = mpmath.log(1 + mpmath.exp(1000))
        grad = 1 + mpmath.exp(1000)
        y = trace.known("sigmoid", (0,), 1280)
        gap = real(1 - y.value)
        assert abs(gap / short - 1) < mpmath.mpf(10) ** -400
        assert y.value < 1
        assert Fraction(text(trace, "loss", digits=450)) == half_up(fraction(expected_loss), 450)
        assert Fraction(text(trace, "sigmoid.grad", 1)) == half_up(fraction(grad), 10)
    assert text(trace, "input.grad", 1, digits=10) == "1.000000000"
    assert not trace.exact("sigmoid", (0,))


def test_a_sigmoid_of_a_very_negative_number_has_its_digits() -> None:
    trace = traced(LOGISTIC.format(z="-1000", t="0"))
    with mpmath.workdps(60):
        expected = half_up(fraction(mpmath.exp(-1000)), 10)  # e⁻¹⁰⁰⁰ itself, to 434 digits
    assert Fraction(text(trace, "sigmoid", 1)) == expected
    assert Fraction(text(trace, "loss")) == expected


@pytest.mark.parametrize(("z", "t"), [("38.25", "0"), ("-38.25", "1"), ("0.001", "1/3"), ("-3/7", "25%")])
def test_the_loss_near_saturation(z: str, t: str) -> None:
    """log(1 + eᶻ) − t·z, by mpmath."""
    trace = traced(LOGISTIC.format(z=f'"{z}"', t=f'"{t}"'))
    target = Fraction(t.rstrip("%")) / (100 if "%" in t else 1)
    with mpmath.workdps(80):
        own, share = real(Fraction(z)), real(target)
        expected = mpmath.log(1 + mpmath.exp(own)) - share * own
        slope = 1 / (1 + mpmath.exp(-own)) - share
        for name, cell, wanted in [("loss", (), expected), ("input.grad", (1,), slope)]:
            assert Fraction(text(trace, name, *cell, digits=30)) == half_up(fraction(wanted), 30)


def test_digits_near_a_rounding_tie_are_certain() -> None:
    """tanh 40 = 1 − 3.6·10⁻³⁵: ten digits of it are 1.000000000, and forty are nines."""
    trace = traced("[input]\nvalues = [40]\n[[layers]]\ntype = 'tanh'")
    assert text(trace, "tanh", 1) == "1.000000000"
    assert text(trace, "tanh", 1, digits=36).startswith("0." + "9" * 34)


# --- the log of 0 ---


@pytest.mark.parametrize(
    ("loss", "output", "target"),
    [
        ("binary_cross_entropy", "0", "1"),
        ("binary_cross_entropy", "1", "0"),
        ("cross_entropy", "0", "1"),
    ],
)
def test_the_log_of_an_exact_zero_is_refused(loss: str, output: str, target: str) -> None:
    with pytest.raises(CannotReplay) as problem:
        traced(
            f"[input]\nvalues = '{output} 1/2'\n[[layers]]\ntype = 'relu'\nname = 'out'\n"
            f"[loss]\ntype = '{loss}'\ntarget = '{target} 1/2'"
        )
    assert "out[1]" in str(problem.value)
    assert "out[2]" not in str(problem.value)
    assert "logarithm" in str(problem.value)


def test_the_log_of_a_negative_number_is_refused() -> None:
    with pytest.raises(CannotReplay, match=r"out\[2\]"):
        traced(
            "[input]\nvalues = '1/2 2'\n[[layers]]\ntype = 'reshape'\nname = 'out'\nshape = [2]\n"
            "[loss]\ntype = 'binary_cross_entropy'\ntarget = '0 1'"
        )


# --- by hand ---


BY_HAND = ["lecture-notes", "four-by-four", "sigmoid-network", "softmax-cross-entropy"]


@pytest.mark.parametrize("name", BY_HAND)
def test_four_decimals(name: str) -> None:
    """No number has more than four, and each is what its line gives, rounded half-up."""
    case = load(name).toml.splitlines()
    trace = replay(read_case("\n".join([*case[:3], 'arithmetic = "4 decimals"', *case[3:]])))
    for tensor, place in trace.places.items():
        if place.local in trace.network.parameters or place.local in ("input", "target"):
            continue  # as written
        for cell in np.ndindex(*place.shape):
            number = trace.known(tensor, cell)
            assert not number.spread
            assert (number.value * 10**4).denominator == 1, (tensor, cell)
    redone = dict(by_hand(trace))
    assert redone
    for (tensor, cell), line in redone.items():
        assert trace.known(tensor, cell).value == to_decimals(line, 4), (tensor, cell)


def by_hand(trace: Trace) -> Iterator[tuple[tuple[str, tuple[int, ...]], Fraction]]:
    """The lines of sigmoids, dense layers, their gradients and updates, from the rounded numbers before."""

    def at(tensor: str, *cell: int) -> Fraction:
        return trace.known(tensor, cell).value

    rate = trace.case.learning_rate
    for stage in trace.network.layers:
        x, z = stage.x.name, stage.z.name
        if stage.type == "sigmoid":
            for cell in stage.z.cells():
                with mpmath.workdps(50):
                    yield (z, cell), fraction(1 / (1 + mpmath.exp(-real(at(x, *cell)))))
                y = at(z, *cell)
                yield (stage.x.grad.name, cell), at(stage.z.grad.name, *cell) * y * (1 - y)
        if stage.type == "dense":
            outputs, inputs = stage.parameters["weight"].shape
            bias = "bias" in stage.parameters
            for m in range(outputs):
                total = sum(at(f"{z}.weight", m, n) * at(x, n) for n in range(inputs))
                yield (z, (m,)), total + (at(f"{z}.bias", m) if bias else 0)
                for n in range(inputs):
                    yield (f"{z}.weight.grad", (m, n)), at(f"{z}.grad", m) * at(x, n)
                    if rate is not None:
                        step = rate.value * at(f"{z}.weight.grad", m, n)
                        yield (f"{z}.weight.new", (m, n)), at(f"{z}.weight", m, n) - step
        if stage.type == "softmax":
            with mpmath.workdps(50):
                powers = [mpmath.exp(mpmath.mpf(int(at(x, n)))) for n in range(stage.x.size)]
                for n, power in enumerate(powers):
                    yield (z, (n,)), fraction(power / sum(powers))


def test_a_tie_goes_up_by_hand_and_away_from_zero() -> None:
    trace = traced(
        """
arithmetic = "1 decimals"
[input]
values = "0.5 -0.5"
[[layers]]
type = "dense"
weight = "0.5 0; 0 0.5; 0.1 0"
"""
    )
    assert [value_by_hand(trace, n) for n in (1, 2, 3)] == [Fraction(v) for v in ("0.3", "-0.3", "0.1")]


def value_by_hand(trace: Trace, at: int) -> Fraction:
    return trace.known("dense", (at - 1,)).value
