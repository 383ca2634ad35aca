"""Slips of update rules, each played on a case by hand and recognised as itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.slips.exercises import book_of, slips_of
from tests.updates.cases import case_text
from walkthrough.trace.linked import linked
from walkthrough.trace.steps.steps import Steps
from walkthrough.workbook.workbook import Workbook

LINE = """
input.values = "2"
[[layers]]
type = "dense"
weight = "3"
[loss]
type = "squared_error"
target = "5"
"""
"""z = w·2, L = ½(5 − 2w)², ∂L/∂w = 2·(2w − 5): 2 for w = 3."""


def two_steps(rule: str, rate: str = "1/4") -> Workbook:
    first = book_of(case_text(rule, rate, LINE)).trace
    return Workbook(Steps(linked(first, [], 2)))


MOMENTUM = 'momentum = "0.5"'
ADAM = 'type = "adam"\nbetas = ["0.5", "0.75"]\nepsilon = "2"'


@pytest.mark.parametrize(
    ("rule", "cell", "written", "slip"),
    [
        # v = 0.5·0 + 2 = 2, w = 3 − ¼·2 = 2.5
        (MOMENTUM, "dense.weight.new", "3.5", "gradient-added"),
        (MOMENTUM, "dense.weight.new", "1.00", "rate-forgotten"),
        (MOMENTUM, "dense.weight.new", "-0.5", "old-weight-forgotten"),
        # v = 0.5·2 + 0: the gradient of step 2 is 0, so of decay: g + λw = 0 + 0.1·2.5 …
        (MOMENTUM + '\nweight_decay = "0.1"', "dense.weight.velocity", "2.00", "weight-decay-forgotten"),
        ('weight_decay = "0.5"', "dense.weight.new", "2.5", "weight-decay-forgotten"),
        # m = 1, v = 1, m̂ = 2, v̂ = 4, w = 3 − ¼·2/(2 + 2) = 2.875; without correction 3 − ¼·1/(1 + 2)
        (ADAM, "dense.weight.moment1_corrected", "1.00", "bias-correction-forgotten"),
        (ADAM, "dense.weight.moment2_corrected", "1.00", "bias-correction-forgotten"),
        (ADAM, "dense.weight.new", "2.916666667", "bias-correction-forgotten"),
        (ADAM, "dense.weight.new", "2.916667", "bias-correction-forgotten"),
        (ADAM, "dense.weight.new", "3.125", "gradient-added"),
        # v = ¼·2 for ¼·2²
        (ADAM, "dense.weight.moment2", "0.5", "gradient-not-squared"),
        # w = 3 − ¼·2/(4 + 2)
        (ADAM, "dense.weight.new", "2.91666667", "root-forgotten"),
    ],
)
def test_a_slip_of_the_first_step(rule: str, cell: str, written: str, slip: str) -> None:
    words = [each.slip for each in slips_of(book_of(case_text(rule, "1/4", LINE)), cell, written)]
    assert slip in words, words


@pytest.mark.parametrize(
    ("rule", "cell", "written", "slip"),
    [
        # with rate ⅛: w = 3 − ¼ = 2.75, g = 2·(5.5 − 5) = 1; v = 0.5·2 + 1 = 2
        (MOMENTUM, "dense.weight.velocity#2", "0", "velocity-reversed"),
        (MOMENTUM, "dense.weight.velocity#2", "1.00", "momentum-forgotten"),
        # w = 3 − ⅛·2/(2 + 2) = 2.9375, g = 2·(5.875 − 5) = 1.75; m = ½·1 + ½·1.75 = 1.375
        (ADAM.replace("0.5", "0.25"), "dense.weight.moment1#2", None, "shares-exchanged"),
        (ADAM, "dense.weight.moment1_corrected#2", "2.75", "step-miscounted"),
        (ADAM, "dense.weight.moment1#2", "0.875", "momentum-forgotten"),
        (ADAM, "dense.weight.moment1#2", "-0.375", "velocity-reversed"),
    ],
)
def test_a_slip_of_the_second_step(rule: str, cell: str, written: str | None, slip: str) -> None:
    book = two_steps(rule, "1/8")
    if written is None:
        # β and 1 − β exchanged: 0.75·1.5 + 0.25·g where 0.25·1.5 + 0.75·g is right
        gradient = book.trace.known("dense.weight.grad#2", (0, 0)).value
        before = book.trace.known("dense.weight.moment1", (0, 0)).value
        written = f"{float(Fraction(3, 4) * before + gradient / 4):.6f}"
    words = [each.slip for each in slips_of(book, cell, written)]
    assert slip in words, words


def test_ordinary_slips_are_seen_in_later_steps_too() -> None:
    book = two_steps("", "1/8")
    # w = 3 − ⅛·2 = 2.75 in step 2: z = 5.5, g = 0.5·2 = 1, w = 2.75 − ⅛ = 2.625
    assert "sign-flipped" in [each.slip for each in slips_of(book, "dense#2", "-5.5")]
    assert "gradient-added" in [each.slip for each in slips_of(book, "dense.weight.new#2", "2.875")]
    assert "rate-forgotten" in [each.slip for each in slips_of(book, "dense.weight.new#2", "1.75")]
    # ∂L/∂x = g·w with the weight after the update: 0.5·2.625
    assert "updated-weight-used" in [each.slip for each in slips_of(book, "input.grad#2", "1.3125")]


def test_the_published_slip_is_the_updated_weight_carried_backwards() -> None:
    """What Mazur's last number comes from: δ of the hidden layer by way of w₅⁺ and w₇⁺."""
    from walkthrough.case import load
    from walkthrough.trace.trace import replay

    book = Workbook(Steps(replay(load("two-layer-update"))))
    # 0.1384985616·0.3589164797 − 0.03809823652·0.5113012702
    written = "0.03022974"
    words = [each.slip for each in slips_of(book, "hidden_out.grad[1]", written)]
    assert "updated-weight-used" in words
