"""The script for PyTorch, run: it agrees, finds a number that is wrong, and says what it cannot express."""

from __future__ import annotations

import ast
import contextlib
import io
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.drawn import case_texts
from tests.updates.cases import RULES, case_text
from walkthrough import layers, losses, updates
from walkthrough.case import list_shipped, load, read_case
from walkthrough.case.case import Case
from walkthrough.formats.pytorch import PytorchFormat
from walkthrough.page.scripts.autograd_script import autograd_script
from walkthrough.trace.trace import replay
from walkthrough.witnesses import CannotFollow, autograd
from walkthrough.words import shelf

SHIPPED = [each.name for each in list_shipped()]

GATES = """
conventions.relu_at_zero = "{at_zero}"
input.values = "0 1; -1 0"
[[layers]]
type = "{layer}"
[loss]
type = "upstream"
gradient = "1 2; 3 5"
"""

POOLED = """
conventions.max_tie = "{tie}"
input.values = "2 2 0; 1 2 2; 0 2 2"
[[layers]]
type = "max_pool2d"
size = 2
stride = 1
padding = {padding}
[loss]
type = "upstream"
gradient = {gradient}
"""

WINDOWS = """
input.values = "1 2 0; -1 3 2; 0.5 2 -2"
[[layers]]
type = "conv2d"
name = "lambda"
kernel = "1 -1 2; 0.5 1 -1"
bias = "{bias}"
padding = {padding}
flip = true
[[layers]]
type = "average_pool2d"
name = "torch"
size = 2
stride = 1
padding = "same"
[[layers]]
type = "max_pool2d"
name = "x"
size = 2
stride = 1
padding = [1, 0, 0, 1]
[[layers]]
type = "dense"
name = "found"
layout = "input-output"
weight = {weight}
[loss]
type = "squared_error"
target = "0.5 1"
"""


def script(case: Case, steps: int = 1) -> str:
    return "".join(PytorchFormat().render(autograd_script(replay(case, steps))))


def run(text: str) -> dict[str, Any]:
    """What the script has in hand when it has come to its end."""
    pytest.importorskip("torch", reason="the script is PyTorch's (pip install torch)")
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "script", "exec"), names)  # written by the program under test
    names["printed"] = printed.getvalue()
    return names


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cases_agree(name: str) -> None:
    names = run(script(load(name)))
    assert f"PyTorch agrees in all {len(names['expected'])} tensors." in names["printed"]
    assert all(f"{each} =\n" in names["printed"] for each in names["expected"])


@pytest.mark.parametrize("name", ["lecture-notes", "two-layer-update", "two-conv-network"])
def test_a_number_that_is_wrong_is_found_in_every_tensor(name: str) -> None:
    names = run(script(load(name)))
    for tensor, numbers in names["expected"].items():
        right = names["tensor"](numbers)
        at = int(right.abs().argmax())
        right.view(-1)[at] += 1e-6 * abs(right.view(-1)[at]) + (right.abs().max() == 0)
        names["expected"][tensor] = right.tolist()
        with pytest.raises(AssertionError) as failed, contextlib.redirect_stdout(io.StringIO()):
            names["compare"](tensor)
        said = str(failed.value)
        assert said.startswith((f"{tensor}:", f"{tensor}["))
        assert str(float(right.view(-1)[at])) in said
        assert str(float(names["found"][tensor].reshape(-1)[at])) in said


def test_a_spoiled_script_fails_with_the_name_of_the_tensor_and_both_numbers() -> None:
    text = script(load("lecture-notes"))
    with pytest.raises(
        AssertionError, match=r"conv\[1,1,1\]: PyTorch has 765\.0, the hand calculation 766\.0"
    ):
        run(text.replace("[[[765,", "[[[766,", 1))


def test_every_tensor_of_the_calculation_is_compared() -> None:
    case = load("four-by-four")
    names = run(script(case))
    given = {"target", "conv.kernel", "conv.bias", "dense.weight", "dense.bias"}
    assert set(names["expected"]) == set(replay(case).places) - given


def test_it_imports_torch_and_the_standard_library_only() -> None:
    for name in ("lecture-notes", "two-conv-network"):
        tree = ast.parse(script(load(name)))
        found = {
            module
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module in (
                [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module]
            )
        }
        tops = {str(module).partition(".")[0] for module in found}
        assert tops <= {"torch", *sys.stdlib_module_names}


@pytest.mark.parametrize("rule", RULES)
def test_update_rules_agree_over_three_steps(rule: str) -> None:
    names = run(script(read_case(case_text(RULES[rule])), steps=3))
    assert "conv.kernel.new#3" in names["expected"]
    assert "output" not in names["expected"]


@pytest.mark.parametrize("at_zero", ["0", "1/2", "1"])
@pytest.mark.parametrize("layer", ["relu", "leaky_relu", "elu"])
def test_a_kink_has_the_slope_of_the_convention(layer: str, at_zero: str) -> None:
    names = run(script(read_case(GATES.format(layer=layer, at_zero=at_zero))))
    # at 0 from the left: 0, the usual slope 0.01, the usual alpha 1
    left = {"relu": 0.0, "leaky_relu": 0.01, "elu": 1.0}[layer]
    share = {"0": 0.0, "1/2": 0.5, "1": 1.0}[at_zero]
    assert names["found"]["input.grad"][0, 0, 0].item() == pytest.approx(share + (1 - share) * left)


@pytest.mark.parametrize("at_zero", ["0", "1/2", "1"])
def test_a_loss_has_the_slope_of_the_convention_at_its_kink(at_zero: str) -> None:
    share = {"0": 0.0, "1/2": 0.5, "1": 1.0}[at_zero]
    heading = f'conventions.relu_at_zero = "{at_zero}"\ninput.values = "1 2"\n[loss]\n'
    absolute = run(script(read_case(f'{heading}type = "absolute_error"\ntarget = "1 0"')))
    assert absolute["found"]["input.grad"].tolist() == [2 * share - 1, 1]
    hinge = run(script(read_case(f'{heading}type = "hinge"\ntarget = "1 1"')))
    assert hinge["found"]["input.grad"].tolist() == [-share, 0]
    several = run(script(read_case(f'{heading}type = "multiclass_hinge"\ntarget = "0 1"')))
    assert several["found"]["input.grad"].tolist() == [share, -share]


@pytest.mark.parametrize(
    ("padding", "gradient"),
    [("0", '"1 2; 3 4"'), ("1", '"1 2 3 4; 5 6 7 8; 1 2 3 4; 5 6 7 8"'), ('"same"', '"1 2 3; 4 5 6; 7 8 9"')],
)
@pytest.mark.parametrize("tie", ["first", "split"])
def test_ties_of_a_pool(tie: str, padding: str, gradient: str) -> None:
    run(script(read_case(POOLED.format(tie=tie, padding=padding, gradient=gradient))))


def test_a_tie_that_counts_for_each_is_refused_in_words() -> None:
    case = read_case(POOLED.format(tie="all", padding="0", gradient='"1 2; 3 4"'))
    with pytest.raises(CannotFollow, match=r"pool: PyTorch gives .* max_tie = all"):
        script(case)


@pytest.mark.parametrize(
    ("padding", "bias", "inputs"),
    [('"same"', "0.5", 9), ("1", "1 2 3; 4 5 6; 7 8 9; 1 0 1", 12), ("[1, 0, 2, 1]", "-1", 12)],
)
def test_frames_biases_layouts_and_names_that_python_keeps_for_itself(
    padding: str, bias: str, inputs: int
) -> None:
    weight = '"' + "; ".join(f"0.{at % 7} -0.{at % 5}" for at in range(inputs)) + '"'
    names = run(script(read_case(WINDOWS.format(padding=padding, bias=bias, weight=weight))))
    assert {"lambda", "torch", "x", "found"} <= set(names["expected"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts().filter(lambda text: 'arithmetic = "float"' in text))
def test_drawn_cases_agree(text: str) -> None:
    """Numbers whose ties are ties in float64 too, worked through exactly."""
    case = read_case(text.replace('arithmetic = "float"', 'arithmetic = "exact"'))
    try:
        written = script(case)
    except CannotFollow:
        assume(False)
    run(written)


def test_rounding_by_hand_is_refused_in_words() -> None:
    case = read_case('arithmetic = "2 decimals"\ninput.values = "1 2"\n[[layers]]\ntype = "sigmoid"')
    with pytest.raises(CannotFollow, match="every line is rounded here"):
        script(case)


@pytest.mark.parametrize(("z", "target", "end"), [("40", "0", "1"), ("-40", "1", "0")])
def test_a_saturated_output_is_refused_in_words(z: str, target: str, end: str) -> None:
    text = f'input.values = "{z}"\n[[layers]]\ntype = "sigmoid"\n[loss]\ntype = "binary_cross_entropy"\n'
    with pytest.raises(CannotFollow, match=rf"sigmoid\[1\] is so near to {end} that float64"):
        script(read_case(f'{text}target = "{target}"'))


def test_where_float64_may_decide_otherwise_is_said() -> None:
    """0.1 + 0.2 − 0.3 is 0 on paper, and not in float64."""
    text = 'input.values = "{}"\n[[layers]]\ntype = "dense"\nweight = "1 1 -1"\n[[layers]]\ntype = "relu"'
    assert "# On paper relu[1] stands at exactly 0" in script(read_case(text.format("0.1 0.2 0.3")))
    assert "On paper" not in script(read_case(text.format("1 2 3")))
    assert "On paper" not in script(read_case(text.format("0.1 0.2 0.4")))


def test_text_of_a_case_stays_a_comment() -> None:
    title = '\\"\\"\\"\\u2028raise SystemExit(1)\\nraise SystemExit(2) # \\\\'
    text = f'title = "{title}"\nsource = "{title}"\ninput.values = "1 2"\n[[layers]]\ntype = "tanh"'
    names = run(script(read_case(text)))
    assert "tanh" in names["found"]


def test_every_word_of_the_shelves_has_words_in_pytorch() -> None:
    assert shelf.names(autograd.layers) == shelf.names(layers)
    assert shelf.names(autograd.updates) == shelf.names(updates)
    assert {*shelf.names(autograd.losses), "upstream"} == set(shelf.names(losses))
