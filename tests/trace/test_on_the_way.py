"""What is written down on the way: numbers by another route, names, and lines."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest

from walkthrough.case import load, read_case
from walkthrough.case.cells import NoSuchCell
from walkthrough.trace.trace import Trace, replay

getcontext().prec = 40

TWO_OUTPUTS = """
learning_rate = "0.1"
[input]
values = "2 -3"
[[layers]]
type = "{layer}"
{options}
[loss]
type = "{loss}"
target = "{target}"
"""


def trace(layer: str, loss: str, target: str, options: str = "") -> Trace:
    return replay(read_case(TWO_OUTPUTS.format(layer=layer, loss=loss, target=target, options=options)))


def near(found: str, expected: Decimal) -> bool:
    return abs(Decimal(found) - expected) < Decimal(10) ** -18


def test_the_powers_of_a_softmax_and_their_sum() -> None:
    own = trace("softmax", "cross_entropy", "1 0")
    first, second = Decimal(2).exp(), Decimal(-3).exp()
    assert near(own.value("softmax.exp[1]", 20), first)
    assert near(own.value("softmax.exp[2]", 20), second)
    assert near(own.value("softmax.sum", 20), first + second)
    assert near(own.value("loss.term[1]", 20), -(first / (first + second)).ln())
    assert own.value("loss.term[2]") == "0"


def test_slopes_of_activations() -> None:
    y = 1 / (1 + Decimal(-2).exp())
    own = trace("sigmoid", "binary_cross_entropy", "1 0")
    assert near(own.value("sigmoid.slope[1]", 20), y * (1 - y))
    assert near(own.value("sigmoid.exp[1]", 20), Decimal(-2).exp())
    assert [trace("relu", "squared_error", "1 1").value(f"relu.slope[{n}]") for n in (1, 2)] == ["1", "0"]
    leaky = trace("leaky_relu", "squared_error", "1 1", 'slope = "1/5"')
    assert [leaky.value(f"leaky_relu.slope[{n}]") for n in (1, 2)] == ["1", "0.2"]


def test_a_slope_at_the_kink_is_the_conventions() -> None:
    text = (
        'input = [0]\n[conventions]\nrelu_at_zero = "1/2"\n[[layers]]\ntype = "leaky_relu"\nslope = "1/5"\n'
    )
    assert replay(read_case(text)).value("leaky_relu.slope[1]") == "0.6"  # ½·0.2 + ½·1


def test_terms_of_a_loss_before_their_mean_or_sum() -> None:
    # the mean of −ln y and −ln(1 − y); ½(t − y)² is a share of a sum
    own = trace("sigmoid", "binary_cross_entropy", "1 0")
    terms = [own.known("loss.term", (n,), 80).value for n in (0, 1)]
    assert abs(own.known("loss", (), 80).value - sum(terms) / 2) < Fraction(1, 10**30)
    own = trace("flatten", "squared_error", "1 1")
    assert [own.value("loss.term[1]"), own.value("loss.term[2]")] == ["0.5", "8"]  # ½·1², ½·(−4)²
    own = trace("flatten", "hinge", "1 -1")
    assert [own.value("loss.term[1]"), own.value("loss.term[2]")] == ["0", "0"]


def test_deltas_and_steps_are_multiples_of_gradients() -> None:
    own = trace("dense", "squared_error", "1", 'weight = "3 1"')
    # z = 3, ∂L/∂z = 2, ∂L/∂w = 2·(2, −3)
    assert own.value("dense.delta[1]") == "-2"
    assert own.value("dense.weight.delta[1,2]") == "6"
    assert own.value("input.delta[1]") == "-6"
    assert own.value("dense.weight.step[1,2]") == "-0.6"


def test_samples_have_their_own() -> None:
    own = replay(load("two-conv-network"))
    assert {"softmax.exp", "softmax.exp@2", "loss.term@2", "conv1.kernel.delta@2"} <= set(own.on_the_way)
    assert "conv1.kernel.step@2" not in own.on_the_way
    ratio = Decimal(own.value("softmax.exp@2[1]", 30)) / Decimal(own.value("softmax.sum@2", 30))
    assert near(own.value("softmax@2[1]", 25), ratio)


@pytest.mark.parametrize("name", ["conv.exp", "conv.slope", "softmax.step", "pool.slope"])
def test_there_is_nothing_where_nothing_is_written_down(name: str) -> None:
    with pytest.raises(NoSuchCell):
        replay(load("multi-channel")).value(f"{name}[1]")
