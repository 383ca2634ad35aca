"""The witnesses: they agree on everything, and notice when one number is off."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from tests.large import LARGE
from walkthrough.case import ArithmeticKind, list_shipped, load, read_case
from walkthrough.document import Prose, Table
from walkthrough.numbers.exact import Exact
from walkthrough.page.verification_table import closing
from walkthrough.trace.trace import Trace, replay
from walkthrough.trace.verification import Check, Verification
from walkthrough.witnesses import vectorised
from walkthrough.witnesses.vectorised import Box
from walkthrough.witnesses.vectorised.layers import conv2d

SHIPPED = [each.name for each in list_shipped() if each.name not in LARGE]


def checks(trace: Trace) -> list[Check]:
    return list(Verification(trace).checks())


def wrong(trace: Trace) -> set[tuple[str, str]]:
    return {(check.tensor, check.witness) for check in checks(trace) if not check.agrees}


# --- agreement ---


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cases_agree(name: str) -> None:
    trace = replay(load(name))
    assert wrong(trace) == set()
    for check in checks(trace):
        if all(trace.exact(check.tensor, c) for c in np.ndindex(*trace.places[check.tensor].shape)):
            assert check.largest_difference == 0, check
        assert check.cells == int(np.prod(trace.places[check.tensor].shape))


@pytest.mark.parametrize("kind", ["float", "decimals"])
@pytest.mark.parametrize("name", SHIPPED)
def test_they_agree_in_other_arithmetics(name: str, kind: Any) -> None:
    arithmetic = ArithmeticKind(kind, 4 if kind == "decimals" else None)
    trace = replay(replace(load(name), arithmetic=arithmetic))
    assert wrong(trace) == set()
    if kind == "decimals":
        assert all(check.largest_difference == 0 for check in checks(trace))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_drawn_cases_agree(text: str) -> None:
    assert wrong(replay(read_case(text))) == set()


def test_lenet_is_left_to_numpy_and_that_is_said() -> None:
    verification = Verification(replay(load("lenet")))
    found = list(verification.checks(lambda name: name in ("conv1", "dense3")))
    assert {check.witness for check in found} == {"vectorised"}
    said = " ".join(block.text for block in closing(verification, found) if isinstance(block, Prose))
    assert "The symbolic witness is left out: 416,520 multiply-adds" in said


# --- disagreement ---


def tampered(trace: Trace, tensor: str, cell: tuple[int, ...], by: Fraction) -> Trace:
    """The trace with one number that is off."""
    for run in [trace.run(), trace.run(80)]:
        numbers = run.samples[0].tensors[tensor]
        if isinstance(numbers, Exact):
            values = np.asarray(numbers.numerators.astype(object) * by.denominator, dtype=object)
            denominator = numbers.denominator * by.denominator
            values[cell] += by.numerator * numbers.denominator
            changed: Any = replace(
                numbers, numerators=values, denominator=denominator, radius=numbers.radius * by.denominator
            )
        else:
            changed = numbers.copy()
            changed[cell] += float(by)
        run.samples[0].tensors[tensor] = changed
    return trace


@pytest.mark.parametrize(
    ("tensor", "cell", "by"),
    [
        ("conv", (0, 1, 2), Fraction(1)),
        ("conv", (0, 1, 2), Fraction(1, 10**30)),
        ("dense", (0,), Fraction(1, 100)),
        ("sigmoid", (0,), Fraction(1, 10**40)),
        ("loss", (), Fraction(-1, 10**40)),
        ("conv.kernel.grad", (0, 0, 2, 1), Fraction(1, 10**40)),
        ("dense.weight.grad", (0, 3), Fraction(1, 10**40)),
        ("input.grad", (0, 3, 1), Fraction(1, 10**40)),
    ],
)
def test_one_number_that_is_off_is_noticed_by_both(tensor: str, cell: tuple[int, ...], by: Fraction) -> None:
    trace = tampered(replay(load("lecture-notes")), tensor, cell, by)
    found = wrong(trace)
    assert {(tensor, "vectorised"), (tensor, "symbolic")} <= found
    # stage by stage: what came before is not blamed
    if tensor not in ("conv", "dense"):
        assert ("conv", "vectorised") not in found


def test_off_by_one_in_the_last_place_of_a_float() -> None:
    case = replace(load("lecture-notes"), arithmetic=ArithmeticKind("float"))
    trace = tampered(replay(case), "conv", (0, 0, 0), Fraction(1, 10**6))
    assert ("conv", "vectorised") in wrong(trace)


def test_by_hand_a_digit_that_is_off_is_noticed() -> None:
    case = replace(load("lecture-notes"), arithmetic=ArithmeticKind("decimals", 4))
    trace = tampered(replay(case), "sigmoid", (0,), Fraction(1, 10**4))
    assert ("sigmoid", "vectorised") in wrong(trace)


def test_a_wrong_closed_form_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel gradient turned by 180°, as if the convolution were a true one."""
    right = conv2d.backward

    def turned(stage: Any, gradient: Any) -> dict[str, Any]:
        found = right(stage, gradient)
        kernel = found["kernel"]
        return {**found, "kernel": Box(kernel.numerators[:, :, ::-1, ::-1], kernel.denominator)}

    monkeypatch.setattr(conv2d, "backward", turned)
    trace = replay(load("lecture-notes"))
    assert wrong(trace) == {("conv.kernel.grad", "vectorised")}
    verification = Verification(trace)
    found = checks(trace)
    blocks = list(closing(verification, found))
    (table,) = (block for block in blocks if isinstance(block, Table))
    (row,) = (row for row in table.rows if row[0] == "conv.kernel.grad")
    assert "DISAGREES" in row
    said = " ".join(block.text for block in blocks if isinstance(block, Prose))
    assert "disagree about conv.kernel.grad" in said
    assert "agree;" not in said


def test_a_wrong_update_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    right = vectorised.update

    def _uphill(old: Any, gradient: Any, rate: Fraction, *rest: Any, **options: Any) -> Any:
        return right(old, gradient, -rate, *rest, **options)

    monkeypatch.setattr(vectorised, "update", _uphill)
    assert wrong(replay(load("lecture-notes"))) == {
        ("conv.kernel.new", "vectorised"),
        ("dense.weight.new", "vectorised"),
    }


TAMPERED = """
import sys
from walkthrough.witnesses.vectorised.layers import dense
from walkthrough.witnesses.vectorised.box import scaled
right = dense.forward
dense.forward = lambda stage: scaled(right(stage), 2)
from walkthrough.cli import main
sys.argv = ["walkthrough", "show", "lecture-notes", *sys.argv[1:]]
main()
"""


WAYS = [[], ["--json"], ["--format", "markdown"], ["forward"], ["dense", "--json"]]


@pytest.mark.parametrize("options", WAYS, ids=" ".join)
def test_the_exit_status_of_a_disagreement_is_1(options: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TAMPERED, *options], capture_output=True, timeout=60, check=False, text=True
    )
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr == ""
    said = '"agrees": false' if "--json" in options else "DISAGREES"
    assert said in ended.stdout


def test_what_is_not_asked_for_is_not_checked() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TAMPERED, "conv"], capture_output=True, timeout=60, check=False, text=True
    )
    assert ended.returncode == 0, ended.stderr
