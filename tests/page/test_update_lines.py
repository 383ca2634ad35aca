"""What a page says of updates and of several steps: every line redone, names, headings, the new loss."""

from __future__ import annotations

import json

import pytest

from tests.page.test_lines_redo import assert_page_redoes
from tests.updates.cases import RULES, case_text
from walkthrough.case import load, read_case
from walkthrough.document import Heading, Prose, Rule, Working
from walkthrough.formats.text import TextFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.page.records.json_records import Records
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay


def page_of(rule: str, steps: int = 1, **how: str) -> Page:
    return Page(Narration(Steps(replay(read_case(case_text(rule, **how)), steps))))


@pytest.mark.parametrize("rule", RULES)
def test_every_line_of_two_updates_can_be_redone(rule: str) -> None:
    assert assert_page_redoes(read_case(case_text(RULES[rule])), steps=2) > 100


@pytest.mark.parametrize("rule", ["momentum", "rmsprop", "adam with all"])
def test_by_hand_as_well(rule: str) -> None:
    assert_page_redoes(read_case(case_text(RULES[rule], arithmetic="5 decimals")), steps=2)


def test_the_rule_stands_above_its_lines_with_the_letters_of_textbooks() -> None:
    said = [block.formula for block in page_of(RULES["adam"]).update() if isinstance(block, Rule)]
    assert said[:5] == [
        "m ← β₁·m + (1 − β₁)·∂L/∂k",
        "v ← β₂·v + (1 − β₂)·(∂L/∂k)²",
        "m̂ = m/(1 − β₁¹)",
        "v̂ = v/(1 − β₂¹)",
        "k ← k − α·m̂/(√v̂ + ε)",
    ]
    headings = [block.aside for block in page_of(RULES["adam"]).update() if isinstance(block, Heading)]
    assert headings[0] == "update by adam, α = 0.1, β₁ = 0.9, β₂ = 0.999, ε = 1e−8"
    (velocity, moved, *_) = [b.formula for b in page_of(RULES["momentum"]).update() if isinstance(b, Rule)]
    assert (velocity, moved) == ("v ← μ·v + ∂L/∂k", "k ← k − α·v")


def test_a_page_of_two_steps_has_each_with_a_heading_and_ends_with_the_loss() -> None:
    blocks = list(page_of(RULES["momentum"], steps=2).blocks())
    headings = [block.text for block in blocks if isinstance(block, Heading)]
    assert [text for text in headings if text.startswith("step ")] == ["step 1 of 2", "step 2 of 2"]
    assert headings.count("conv    2×2 filter over 3×3") == 6  # forwards, backwards, update; twice
    assert headings[-1] == "with the new parameters"
    last = next(block for block in reversed(blocks) if isinstance(block, Working))
    assert last.cell == "loss#3"


def test_what_is_frozen_is_said() -> None:
    words = [block.text for block in page_of('frozen = ["conv.bias"]').blocks() if isinstance(block, Prose)]
    assert "Frozen, and therefore as before: conv.bias." in words


def test_a_parameter_of_the_second_step_says_where_it_comes_from() -> None:
    steps = page_of(RULES["plain"], steps=2).steps
    line = Narration(steps).line(steps.step("dense.bias#2", (1,)))
    assert (line.cell, line.because) == ("dense.bias[2]#2", "as step 1 has left it: dense.bias.new[2]")


def test_a_loss_that_has_no_digits_is_said_in_words() -> None:
    # note 000's own update takes z from 2.55 to −452363
    words = [
        b.text for b in Page(Narration(Steps(replay(load("lecture-notes"))))).blocks() if isinstance(b, Prose)
    ]
    assert any(text.startswith("The loss cannot be given: two numbers") for text in words)


def test_plain_ascii_says_it_too() -> None:
    text = "".join(TextFormat(plain=True).render(page_of(RULES["adam"], steps=2).blocks()))
    assert text.isascii()
    assert "sqrt" in text


def test_json_has_the_steps_by_name_and_the_new_loss() -> None:
    trace = replay(read_case(case_text(RULES["momentum"])), 2)
    document = json.loads("".join(Records(Narration(Steps(trace))).document([])))
    tensors = document["tensors"]
    assert {"conv", "conv#2", "conv.kernel.velocity", "conv.kernel.velocity.before#2", "loss#3"} <= set(
        tensors
    )
    assert "conv#3" not in tensors
    cells = {step["cell"]: step for step in document["steps"]}
    assert cells["conv.kernel.velocity[1,2]#2"]["terms"][0][:2] == [
        "0.9",
        "conv.kernel.velocity.before[1,2]#2",
    ]
    assert cells["conv.kernel[1,1]#2"]["terms"][0][0] == "conv.kernel.new[1,1]"
    assert float(cells["loss#3"]["value"]) == pytest.approx(float(tensors["loss#3"]["values"]))
    assert all(step["stage"] in ("forward", "loss", "backward", "update") for step in cells.values())
