"""The JSON of `show`, as the contract's section 5 has it: what other programs rely on."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import mpmath
import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from tests.large import LARGE
from walkthrough.case import ArithmeticKind, Case, list_shipped, load, read_case
from walkthrough.mathematics.notation import unravel
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.json_records import Records
from walkthrough.trace.network import network
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import CannotReplay, replay
from walkthrough.trace.verification import Verification

SHIPPED = [each.name for each in list_shipped() if each.name not in LARGE]
COPIES = {"flatten", "reshape"}
PARAMETER = r"\w+\.(kernel|weight|bias)"
Y = Fraction("0.9275735146")


def record(case: Case, digits: int = 10) -> dict[str, Any]:
    trace = replay(case)
    narration = Narration(Steps(trace), digits)
    found: dict[str, Any] = json.loads("".join(Records(narration).document(Verification(trace).checks())))
    return found


@cache
def shipped(name: str) -> dict[str, Any]:
    return record(load(name))


# --- names of cells, by the contract's rules ---


def cells(name: str, shape: list[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every cell's name without leading axes of size 1, and its place counted from 0."""
    kept = len(shape)
    while kept > 1 and all(extent == 1 for extent in shape[: len(shape) - kept + 1]):
        kept -= 1
    for place in product(*(range(extent) for extent in shape)):
        index = ",".join(str(at + 1) for at in place[len(shape) - kept :])
        yield (f"{name}[{index}]" if shape else name), place


def at(values: Any, place: tuple[int, ...]) -> str:
    for position in place:
        values = values[position]
    assert isinstance(values, str)
    return values


def by_cell(document: dict[str, Any]) -> dict[str, str]:
    return {
        cell: at(tensor["values"], place)
        for name, tensor in document["tensors"].items()
        for cell, place in cells(name, tensor["shape"])
    }


def worth(factor: str, values: dict[str, str]) -> Fraction:
    """A factor is a cell or a number."""
    return Fraction(values.get(factor, factor))


def ends(value: Fraction) -> bool:
    below = value.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


# --- the document ---


@pytest.mark.parametrize("name", SHIPPED)
def test_all_keys_are_there(name: str) -> None:
    document = shipped(name)
    assert list(document) == ["case", "tensors", "on_the_way", "steps", "checks"]
    assert document["case"]["name"] == name
    assert {"name", "title", "conventions"} <= set(document["case"])
    assert set(document["case"]["conventions"]) == {"relu_at_zero", "max_tie"}
    number = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
    for tensor in document["tensors"].values():
        assert {"shape", "values", "exact"} <= set(tensor)
        assert isinstance(tensor["exact"], bool)
    assert all(number.fullmatch(text) for text in by_cell(document).values())
    for step in document["steps"]:
        keys = {"cell", "stage", "formula", "working", "terms", "value", "exact"}
        assert keys <= set(step)
        assert step["stage"] in ("forward", "loss", "backward", "update")
        assert isinstance(step["exact"], bool)
        assert number.fullmatch(step["value"])
        assert all(isinstance(part, str) for term in step["terms"] for part in term)
        assert all(len(term) >= 2 for term in step["terms"])
    for check in document["checks"]:
        assert {"tensor", "witness", "largest_difference", "agrees"} <= set(check)
        assert check["agrees"] is True
        assert check["tensor"] in document["tensors"]
        Fraction(check["largest_difference"])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_computed_cell_has_a_step(name: str) -> None:
    document, case = shipped(name), load(name)
    steps = [step["cell"] for step in document["steps"]]
    assert len(set(steps)) == len(steps)
    copies = {layer.name for layer in case.layers if layer.type in COPIES}
    parameters = set(network(case).given)
    upstream = f"{case.layers[-1].name}.grad" if case.loss_type == "upstream" else None
    for tensor, content in document["tensors"].items():
        local = tensor.partition("@")[0]
        if local in parameters or local in ("input", "target", upstream):
            assert not any(cell.startswith(f"{tensor}[") for cell in steps), f"{tensor} is given"
        elif local.removesuffix(".grad") not in copies and local not in copies:
            missing = [cell for cell, _ in cells(tensor, content["shape"]) if cell not in steps]
            assert missing == []
    assert set(steps) <= set(by_cell(document))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_step_has_its_tensors_value(name: str) -> None:
    document = shipped(name)
    values = by_cell(document)
    for step in document["steps"]:
        own, shown = Fraction(step["value"]), Fraction(values[step["cell"]])
        assert own == shown or abs(own - shown) * 10**9 <= abs(own), step["cell"]


def assert_products_add_up(document: dict[str, Any], digits: int) -> None:
    """Each product is that of its factors, and the products are the value: exactly, or to the digits."""
    values = by_cell(document)
    inexact = {
        cell
        for name, tensor in document["tensors"].items()
        for cell, _ in cells(name, tensor["shape"])
        if not tensor["exact"]
    }

    def whole(factor: str) -> bool:
        """Known exactly, and with fewer digits than were asked for, so that none is left out."""
        text = values.get(factor, factor)
        return factor not in inexact and ("/" in text or significant(text) < digits)

    one = Fraction(1, 10 ** (digits - 1))
    formulas = chained(document)
    for step in document["steps"]:
        products = [Fraction(term[-1]) for term in step["terms"]]
        if not products and step["cell"].partition("[")[0] in summed(document):
            assert step["value"] == "0", f"{step['cell']}: the window lies in the padding as a whole"
        if not products:
            continue
        sure = step["cell"] not in formulas
        for term, found in zip(step["terms"], products, strict=True):
            true = Fraction(1)
            for factor in term[:-1]:
                true *= worth(factor, values)
            # a local derivative as a number has its own digits
            exactly = all(map(whole, term[:-1])) and ends(true) and step["cell"] not in formulas
            assert found == true or not exactly, (step["cell"], term)
            assert abs(found - true) <= len(term) * one * abs(true), (step["cell"], term)
            sure = sure and exactly
        total, value = sum(products, Fraction(0)), Fraction(step["value"])
        assert total == value or not sure, step["cell"]
        assert step["exact"] or not sure, step["cell"]
        assert abs(total - value) <= one * sum(map(abs, products), abs(value)), step["cell"]


def significant(text: str) -> int:
    """How many significant digits stand there."""
    return len(re.sub(r"e.*|[.-]", "", text).lstrip("0"))


def summed(document: dict[str, Any]) -> set[str]:
    """Outputs and gradients of conv and dense, which the contract wants term by term."""
    layers = {name.split(".")[0] for name in document["tensors"] if name.endswith((".kernel", ".weight"))}
    return {
        name
        for name in document["tensors"]
        if name.partition("@")[0] in layers or re.fullmatch(rf"{PARAMETER}\.grad(@\d+)?", name)
    }


def chained(document: dict[str, Any]) -> set[str]:
    """Cells before a sigmoid, a tanh or a softmax: upstream × a local derivative that is a formula."""
    return {
        step["cell"]
        for step in document["steps"]
        if step["because"].startswith("chain rule: upstream × local")
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_products_add_up(name: str) -> None:
    assert_products_add_up(shipped(name), 10)


@pytest.mark.parametrize("name", ["lecture-notes", "sigmoid-network"])
def test_products_add_up_to_thirty_digits(name: str) -> None:
    assert_products_add_up(record(load(name), 30), 30)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_products_add_up_on_drawn_cases(text: str) -> None:
    document = record(replace(read_case(text), arithmetic=ArithmeticKind()))
    assert_products_add_up(document, 10)
    assert all(check["agrees"] for check in document["checks"])


@pytest.mark.parametrize("name", SHIPPED)
def test_checks_cover_what_the_contract_names(name: str) -> None:
    document, case = shipped(name), load(name)
    checked = {check["tensor"] for check in document["checks"]}
    for sample in range(len(case.samples)):
        at_ = f"@{sample + 1}" if sample else ""
        for layer in case.layers:
            if layer.type in ("conv2d", "dense"):
                assert f"{layer.name}{at_}" in checked
                given = case.loss_type == "upstream" and layer is case.layers[-1]
                if case.loss is not None and not given:
                    assert f"{layer.name}.grad{at_}" in checked
        if case.loss is not None:
            assert f"input.grad{at_}" in checked
    gradients = [each for each in document["tensors"] if re.fullmatch(rf"{PARAMETER}\.grad(@\d+)?", each)]
    assert set(gradients) <= checked
    witnesses = {check["witness"] for check in document["checks"]}
    assert witnesses == {"vectorised", "symbolic"}


# --- note 000, from FACTS ---


def test_the_lecture_notes() -> None:
    document = shipped("lecture-notes")
    tensors = document["tensors"]
    assert tensors["conv"] == {
        "shape": [1, 4, 4],
        "values": [
            [
                ["765", "-510", "765", "255"],
                ["1020", "0", "1275", "1020"],
                ["765", "-255", "1020", "1020"],
                ["0", "0", "1275", "-255"],
            ]
        ],
        "exact": True,
    }
    assert tensors["pool"]["values"] == tensors["relu"]["values"] == [[["1020", "1275"], ["765", "1275"]]]
    assert tensors["flatten"] == {"shape": [4], "values": ["1020", "1275", "765", "1275"], "exact": True}
    assert tensors["dense"] == {"shape": [1], "values": ["2.55"], "exact": True}
    assert tensors["sigmoid"] == {"shape": [1], "values": ["0.9275735146"], "exact": False}
    assert tensors["loss"] == {"shape": [], "values": "2.625183227", "exact": False}
    assert tensors["sigmoid.grad"]["values"] == ["13.80710378"]
    assert tensors["dense.grad"]["values"] == ["0.9275735146"]
    assert tensors["dense.weight"]["values"] == [["0.01", "0.01", "-0.01", "-0.01"]]
    gradients = ["946.1249849", "1182.656231", "709.5937387", "1182.656231"]
    assert tensors["dense.weight.grad"]["values"] == [gradients]
    updated = ["-94.60249849", "-118.2556231", "-70.96937387", "-118.2756231"]
    assert tensors["dense.weight.new"]["values"] == [updated]
    g = "0.009275735146"
    assert tensors["flatten.grad"]["values"] == [g, g, f"-{g}", f"-{g}"]
    o = "0"
    assert tensors["conv.grad"]["values"] == [
        [[o, o, o, o], [g, o, g, o], [f"-{g}", o, o, o], [o, o, f"-{g}", o]]
    ]
    assert tensors["target"] == {"shape": [1], "values": ["0"], "exact": True}
    kernel = [["0", "2.55", "0"], ["-2.55", "-5.1", "0"], ["0", "7.65", "2.55"]]
    found = tensors["conv.kernel.grad"]
    assert found["shape"] == [1, 1, 3, 3]
    for row, expected in zip(found["values"][0][0], kernel, strict=True):
        for own, times in zip(row, expected, strict=True):
            assert abs(Fraction(own) - Y * Fraction(times)) < Fraction(1, 10**8)
            assert (own == "0") == (times == "0")


def test_one_step_of_the_lecture_notes() -> None:
    steps = {step["cell"]: step for step in shipped("lecture-notes")["steps"]}
    window = steps["conv[1,1]"]
    assert window["stage"] == "forward"
    assert window["exact"] is True
    assert window["value"] == "765"
    image = {"input[2,2]": 255, "input[3,3]": -255}
    kernel = [[1, 2, 1], [0, 4, 0], [1, 2, 1]]
    assert window["terms"] == [
        [
            f"input[{p + 1},{q + 1}]",
            f"conv.kernel[{p + 1},{q + 1}]",
            str(image.get(f"input[{p + 1},{q + 1}]", 0) * kernel[p][q]),
        ]
        for p in range(3)
        for q in range(3)
    ]
    assert window["formula"] == (
        "z₁₁ = x₁₁k₁₁ + x₁₂k₁₂ + x₁₃k₁₃ + x₂₁k₂₁ + x₂₂k₂₂ + x₂₃k₂₃ + x₃₁k₃₁ + x₃₂k₃₂ + x₃₃k₃₃"
    )
    assert window["working"].endswith("= 1020 − 255 = 765")
    assert steps["conv.grad[1,1]"]["value"] == "0"
    assert "z₂₁" in steps["conv.grad[1,1]"]["because"]
    assert [step["stage"] for step in shipped("lecture-notes")["steps"] if step["cell"] == "loss"] == ["loss"]
    update = steps["dense.weight.new[1]"]
    assert update["stage"] == "update"
    assert [term[:-1] for term in update["terms"]] == [["dense.weight[1]"], ["-0.1", "dense.weight.grad[1]"]]


def test_a_function_backwards_has_its_local_derivative_as_a_factor() -> None:
    """The contract's own line; y(1 − y) of y = 0.9275735146…, worked out by mpmath."""
    steps = {step["cell"]: step for step in shipped("lecture-notes")["steps"]}
    (term,) = steps["dense.grad[1]"]["terms"]
    assert term == ["sigmoid.grad[1]", "0.0671808895797", "0.9275735146"]
    with mpmath.workdps(30):
        y = 1 / (1 + mpmath.exp(-mpmath.mpf("2.55")))
        assert mpmath.nstr(y * (1 - y), 12) == term[1]
        assert mpmath.nstr(y, 10) == term[2]  # 1/(1 − y) · y(1 − y)


def test_the_steps_stand_in_the_order_of_computation() -> None:
    """Nothing is used before it is there."""
    for name in SHIPPED:
        document = shipped(name)
        steps = [step["cell"] for step in document["steps"]]
        place = {cell: number for number, cell in enumerate(steps)}
        for step in document["steps"]:
            for term in step["terms"]:
                for factor in term[:-1]:
                    assert place.get(factor, -1) < place[step["cell"]], (name, step["cell"], factor)


def test_a_batch_has_its_samples_and_the_means() -> None:
    document = shipped("two-conv-network")
    tensors = document["tensors"]
    assert {"conv1", "conv1@2", "loss", "loss@1", "loss@2"} <= set(tensors)
    assert {"input.grad@2", "conv1.kernel.grad", "conv1.kernel.grad@1", "conv1.kernel.grad@2"} <= set(tensors)
    assert "conv1.kernel@2" not in tensors
    assert "dense1.weight.new@2" not in tensors
    mean = (Fraction(tensors["loss@1"]["values"]) + Fraction(tensors["loss@2"]["values"])) / 2
    assert abs(mean - Fraction(tensors["loss"]["values"])) < Fraction(1, 10**9)
    (step,) = (step for step in document["steps"] if step["cell"] == "loss")
    assert [term[:2] for term in step["terms"]] == [["0.5", "loss@1"], ["0.5", "loss@2"]]


def test_digits_round_half_up_and_what_ends_is_whole() -> None:
    case = read_case("[input]\nvalues = '1/3 0.123456789 2.5 1e-7'\n[[layers]]\ntype = 'relu'")
    assert record(case, 3)["tensors"]["relu"]["values"] == ["0.333", "0.123", "2.5", "1e-7"]
    assert record(case, 9)["tensors"]["relu"]["values"] == ["0.333333333", "0.123456789", "2.5", "1e-7"]
    assert record(case, 3)["tensors"]["relu"]["exact"] is True


def test_a_float_is_never_exact() -> None:
    case = replace(load("lecture-notes"), arithmetic=ArithmeticKind("float"))
    document = record(case)
    assert not any(step["exact"] for step in document["steps"])
    assert Fraction(document["tensors"]["dense"]["values"][0]) == Fraction("2.55")
    assert "-0" not in by_cell(document).values()


def test_what_a_hand_rounds_is_no_longer_exact() -> None:
    """1020·0.01 is as it is to four decimals; a sigmoid is not, nor what follows from it."""
    document = record(replace(load("lecture-notes"), arithmetic=ArithmeticKind("decimals", 4)))
    assert document["tensors"]["dense"] == {"shape": [1], "values": ["2.55"], "exact": True}
    assert document["tensors"]["sigmoid"] == {"shape": [1], "values": ["0.9276"], "exact": False}
    assert document["tensors"]["dense.weight.new"]["exact"] is False


def test_markup_and_quotes_in_a_title_are_text() -> None:
    title = '[bold]"quoted"[/bold] \\ <b> \\u001b[31m'
    case = read_case(f"title = '''{title}'''\n[input]\nvalues = '1'\n[[layers]]\ntype = 'relu'")
    assert record(case)["case"]["title"] == title


def test_a_step_per_line() -> None:
    """What line-by-line readers rely on: each step is an object of its own on a line of its own."""
    trace = replay(load("lecture-notes"))
    text = "".join(Records(Narration(Steps(trace))).document(Verification(trace).checks()))
    lines = [line.strip().rstrip(",") for line in text.splitlines() if line.startswith('  {"cell"')]
    assert [json.loads(line) for line in lines] == json.loads(text)["steps"]


# --- large tensors, from columns ---


def quickly_and_one_by_one(case: Case, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every step of a tensor on both routes; nothing if there is only one for it."""
    records = Records(Narration(Steps(replay(case))))
    records._ledger.takes = lambda name: True  # type: ignore[method-assign]  # as if it were large
    lines = records._rows.lines(name)
    for line, step in zip(lines or (), records.steps.tensor(name), strict=lines is not None):
        yield json.loads(line), records.step(step)


@pytest.mark.parametrize(
    "arithmetic", [ArithmeticKind(), ArithmeticKind("float"), ArithmeticKind("decimals", 4)], ids=str
)
@pytest.mark.parametrize("name", SHIPPED)
def test_columns_give_the_same_records(name: str, arithmetic: ArithmeticKind) -> None:
    case = replace(load(name), arithmetic=arithmetic)
    try:
        places = replay(case).places
    except CannotReplay:
        return  # a sigmoid that rounds to 1
    quick = 0
    for tensor in places:
        for fast, slow in quickly_and_one_by_one(case, tensor):
            quick += 1
            assert fast == slow
    layers = {layer.type for layer in case.layers}
    assert quick or not layers & {"conv2d", "dense", "relu", "max_pool2d"}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_columns_give_the_same_records_on_drawn_cases(text: str) -> None:
    case = read_case(text)
    for tensor in replay(case).places:
        for fast, slow in quickly_and_one_by_one(case, tensor):
            assert fast == slow


def test_columns_give_the_same_records_of_lenet() -> None:
    records = Records(Narration(Steps(replay(load("lenet")))))
    draw = random.Random(8)
    for tensor, place in records.trace.places.items():
        if not records._ledger.takes(tensor) or records.trace.given_grid(tensor) is not None:
            continue
        lines = records._rows.lines(tensor)
        assert lines is not None, tensor
        every = list(lines)
        for at in draw.sample(range(len(every)), min(3, len(every))):
            step = records.steps.step(tensor, unravel(at, place.shape))
            assert json.loads(every[at]) == records.step(step)
