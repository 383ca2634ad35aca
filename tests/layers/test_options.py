"""What layers and losses take from a case file, and what they refuse."""

from __future__ import annotations

import pytest

from walkthrough.case import CaseError, read_case
from walkthrough.trace.trace import replay

IMAGE = "[input]\nvalues = '1 2; 3 4'\n[[layers]]\n"


def said(text: str) -> str:
    with pytest.raises(CaseError) as refusal:
        read_case(text)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("type = 'dropout'\nmask = '1 0'", "the mask is 2 and what comes in is 1×2×2"),
        ("type = 'dropout'\nmask = '1 0; 2 1'", "found 2; a mask has 1 for kept, 0 for dropped"),
        ("type = 'dropout'\nmask = '1 0; 0 1'\np = 1", "found p = 1; expected a chance from 0 to below 1"),
        (
            "type = 'batch_norm2d'\ngamma = '1 2'\nbeta = 0\nmean = 0\nvariance = 1",
            "gamma has 2 number(s); expected one for each of the 1 channel(s)",
        ),
        (
            "type = 'batch_norm2d'\ngamma = 1\nbeta = 0\nmean = 0\nvariance = 0\nepsilon = 0",
            "their sum must be positive, as it stands under a root",
        ),
        ("type = 'dense'\nweight = 1\nlayout = 'rows'", 'expected one of "output-input", "input-output"'),
        (
            "type = 'dense'\nweight = '1 2; 3 4; 5 6; 7 8'",
            'if it has a row per input, say layout = "input-output"',
        ),
    ],
)
def test_options_that_make_no_sense(layer: str, message: str) -> None:
    assert message in said(IMAGE + layer)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("type = 'huber'\ndelta = 0\ntarget = '1 2'", "found 0; expected a positive delta"),
        ("type = 'hinge'\ntarget = '1 0'", "found 0; the hinge loss takes targets 1 and −1"),
        ("type = 'multiclass_hinge'\ntarget = '1 1'", "is not one-hot"),
        (
            "type = 'binary_cross_entropy'\ntarget = '1 2'",
            "found 2; binary cross-entropy takes targets from 0",
        ),
        ("type = 'cross_entropy'\ntarget = '1 -1'", "found −1; cross-entropy takes targets from 0 to 1"),
        ("type = 'squared_error'", "is missing; expected 2 number(s), one for each output"),
    ],
)
def test_losses_that_make_no_sense(loss: str, message: str) -> None:
    assert message in said(f"[input]\nvalues = '1/2 1/3'\n[loss]\n{loss}")


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_a_target_may_be_any_number_where_the_loss_takes_no_logarithm(loss: str) -> None:
    case = read_case(f"[input]\nvalues = '1 2'\n[loss]\ntype = '{loss}'\ntarget = '-7 12'")
    assert replay(case).known("loss", ()).value > 0


def test_a_case_without_layer_and_loss_is_refused() -> None:
    assert "a case needs at least one layer, headed [[layers]], or a [loss]" in said("[input]\nvalues = 1")


def test_a_loss_alone_is_taken_of_the_input() -> None:
    trace = replay(read_case("[input]\nvalues = '2 4'\n[loss]\ntype = 'squared_error'\ntarget = '1 1'"))
    assert trace.known("loss", ()).value == 5
    assert [trace.known("input.grad", (n,)).value for n in (0, 1)] == [1, 3]


def test_a_row_per_input() -> None:
    """x·W with W = [[1, 2], [3, 4]]: the same as the other layout with W turned over."""
    turned = {"input-output": "1 2; 3 4", "output-input": "1 3; 2 4"}
    found = []
    for layout, weight in turned.items():
        text = (
            f"learning_rate = 1\n[input]\nvalues = '5 6'\n[[layers]]\ntype = 'dense'\nlayout = '{layout}'\n"
            f"weight = '{weight}'\n[loss]\ntype = 'upstream'\ngradient = '1 10'"
        )
        trace = replay(read_case(text))
        assert [trace.known("dense", (n,)).value for n in (0, 1)] == [23, 34]
        found.append([[trace.known("dense.weight.grad", (i, j)).value for j in (0, 1)] for i in (0, 1)])
    assert found[0] == [[5, 50], [6, 60]]
    assert found[1] == [[5, 6], [50, 60]]


def test_a_single_output_may_have_its_weights_in_a_row_in_either_layout() -> None:
    text = (
        "[input]\nvalues = '1 2 3'\n[[layers]]\ntype = 'dense'\nlayout = 'input-output'\nweight = '1 10 100'"
    )
    trace = replay(read_case(text))
    assert trace.known("dense", (0,)).value == 321
    assert trace.places["dense.weight"].shape == (3, 1)


@pytest.mark.parametrize("values", ["'1 2 3'", "[1, 2, 3]", "'1\\n\\n2\\n\\n3'", '"""\n1\n\n2\n\n3\n"""'])
def test_a_number_for_each_channel_needs_no_brackets(values: str) -> None:
    if "\\n" in values:
        values = values.replace("'", '"')
    text = (
        f"[input]\nvalues = {values}\n[[layers]]\ntype = 'batch_norm2d'\ngamma = '1 1 1'\nbeta = '0 0 0'\n"
        "mean = '0 0 0'\nvariance = '1 1 1'\nepsilon = 0\n[loss]\ntype = 'upstream'\ngradient = '1 2 3'"
    )
    trace = replay(read_case(text))
    assert trace.places["batch_norm"].shape == (3, 1, 1)
    assert [trace.known("input.grad", (c, 0, 0)).value for c in range(3)] == [1, 2, 3]


def test_a_network_may_start_at_a_given_activation() -> None:
    """The back half of a network: h is given, and its gradient is asked for."""
    text = (
        "[input]\nvalues = '0.5 0.25'\n[[layers]]\ntype = 'sigmoid'\n[[layers]]\ntype = 'dense'\n"
        "weight = '1 1'\n[loss]\ntype = 'squared_error'\ntarget = 3"
    )
    assert replay(read_case(text)).places["input"].shape == (2,)
