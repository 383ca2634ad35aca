"""Several steps in a row: linked traces, whose parameters are what the step before has left."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.updates.cases import RULES, case_text
from walkthrough.case import ArithmeticKind, load, read_case
from walkthrough.case.cells import NoSuchCell
from walkthrough.trace.linked import MOST_STEPS, linked, new_loss
from walkthrough.trace.steps.kinds import Sums
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay


def test_a_published_example_digit_by_digit() -> None:
    """M. Mazur, A Step by Step Backpropagation Example; the last number as many have computed it."""
    trace = replay(load("two-layer-update"))
    assert trace.value("loss", 9) == "0.298371109"
    assert trace.value("output.weight.new[1,1]", 8) == "0.35891648"
    assert trace.value("hidden.weight.new[1,1]", 9) == "0.149780716"
    assert trace.following.value("loss#2", 15) == "0.291027773693599"


def test_each_step_starts_with_what_the_one_before_has_left() -> None:
    trace = replay(read_case(case_text(RULES["adam"])), 3)
    for name, left in [
        ("conv.kernel#3", "conv.kernel.new#2"),
        ("dense.bias.moment2.before#3", "dense.bias.moment2#2"),
        ("conv.bias#2", "conv.bias.new"),
    ]:
        cell = (0,) * len(trace.place(name).shape)
        assert trace.known(name, cell) == trace.known(left, cell)
        step = Steps(trace).step(name, cell)
        assert isinstance(step, Sums)
        assert step.copy
        assert step.terms[0].factors[0] is not None
        assert step.terms[0].factors[0].tensor == left


def test_the_order_of_computation_goes_step_by_step() -> None:
    trace = replay(read_case(case_text(RULES["momentum"])), 2)
    order = list(trace.places)
    assert order.index("dense.bias.new") < order.index("conv.kernel#2") < order.index("conv#2")
    assert order.index("conv.kernel.velocity#2") < order.index("conv.kernel.new#2")
    for step in Steps(trace).all():
        for term in step.terms if isinstance(step, Sums) else ():
            for ref in term.factors:
                if ref is not None:
                    assert order.index(ref.tensor) < order.index(step.ref.tensor)


def test_exact_numbers_stay_exact_and_enclosures_are_carried_on() -> None:
    case = read_case(case_text(RULES["plain"]).replace('type = "sigmoid"', 'type = "relu"'))
    trace = replay(case, 3)
    assert trace.exact("loss#3", ())
    enclosed = replay(read_case(case_text(RULES["plain"])), 3)
    known = [enclosed.known("loss#3", (), precision) for precision in (40, 320)]
    assert 0 < known[1].spread < known[0].spread
    assert abs(known[0].value - known[1].value) <= known[0].spread + known[1].spread


def test_ties_of_irrational_numbers_are_proved_in_later_steps_too() -> None:
    """Where the image is 0 all outputs are σ(b), whatever b has become: the largest of them is the first."""
    text = """
    learning_rate = "0.5"
    [input]
    values = "0 0 0 0; 0 0 0 0; 0 0 1 2; 0 0 3 4"
    [[layers]]
    type = "conv2d"
    kernel = "0.5"
    bias = "0.1"
    [[layers]]
    type = "sigmoid"
    [[layers]]
    type = "max_pool2d"
    size = 2
    [[layers]]
    type = "dense"
    weight = "0.1 0.2 0.3 0.4"
    [[layers]]
    type = "sigmoid"
    [loss]
    type = "binary_cross_entropy"
    target = "1"
    """
    trace = replay(read_case(text), 3)
    assert not trace.exact("conv.bias#3", (0,))
    first = trace.run().samples[0].selections["pool"].first
    assert first.reshape(-1).tolist() == [0, 0, 0, 3]


def test_a_batch_moves_by_the_mean() -> None:
    text = """
    learning_rate = "1/2"
    [[layers]]
    type = "dense"
    weight = "1"
    [loss]
    type = "squared_error"
    [[samples]]
    input = "1"
    target = "2"
    [[samples]]
    input = "3"
    target = "1"
    """
    # slopes (1 − 2)·1 = −1 and (3 − 1)·3 = 6, their mean 5/2: w = 1 − 5/4 = −1/4
    trace = replay(read_case(text), 2)
    assert trace.known("dense.weight#2", (0, 0)).value == Fraction(-1, 4)
    # then y = −1/4 and −3/4: slopes −9/4 and −21/4
    assert trace.known("dense.weight.grad@1#2", (0, 0)).value == Fraction(-9, 4)
    assert trace.known("dense.weight.grad@2#2", (0, 0)).value == Fraction(-21, 4)
    assert trace.known("dense.weight.new#2", (0, 0)).value == Fraction(-1, 4) + Fraction(15, 8)
    assert trace.known("loss@2#2", ()).value == Fraction(49, 32)


def test_as_many_steps_as_names_need() -> None:
    first = replay(read_case(case_text(RULES["plain"])))
    assert linked(first, ["conv[1,1]"]) is first
    forwards = linked(first, ["conv[1,1]#2", "loss#2"])
    assert (forwards.step, forwards.back) == (2, False)
    whole = linked(first, ["conv[1,1]#3", "conv.grad[1,1]#3"])
    assert (whole.step, whole.back) == (3, True)
    assert linked(first, ["loss#2"], steps=3).step == 3


def test_steps_that_cannot_be_are_refused() -> None:
    trace = replay(load("four-by-four"))
    without = replay(read_case('input.values = "1"\n[[layers]]\ntype = "dense"\nweight = "2"'))
    with pytest.raises(NoSuchCell, match="no update, for want of a loss"):
        linked(without, ["dense#2"])
    with pytest.raises(NoSuchCell, match=f"at most {MOST_STEPS} steps"):
        linked(trace, ["loss#999999999"])


def test_float_and_by_hand_go_on_from_their_own_numbers() -> None:
    from dataclasses import replace

    case = replace(load("two-layer-update"), arithmetic=ArithmeticKind("decimals", 4))
    trace = replay(case, 2)
    assert trace.known("output.weight#2", (0, 0)).value == Fraction("0.3589")
    assert trace.known("loss#2", ()).value == Fraction("0.2910")


def test_a_new_loss_or_why_there_is_none() -> None:
    new = new_loss(replay(load("two-layer-update")), 10)
    assert new is not None
    assert (new.name, new.unsaid) == ("loss#2", "")
    far = new_loss(replay(load("lecture-notes")), 10)
    assert far is not None
    assert far.unsaid.startswith("cannot be given")
    assert new_loss(replay(load("convolution")), 10) is None
