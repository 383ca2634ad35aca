"""Every reason for a zero, followed to its end, is true: of drawn networks, checked by their numbers."""

from __future__ import annotations

import re
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from walkthrough.case import load, read_case
from walkthrough.mathematics.notation import Tensor
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.page.voice.reasons_for_zero import reason_for_zero
from walkthrough.trace.steps.kinds import AnyStep, Chain, Mean, Ref, Route, Sums
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay


def value(narration: Narration, ref: Ref | None) -> Fraction:
    if ref is None:
        return Fraction(0)
    known = narration.steps.trace.known(ref.tensor, ref.cell, 80)
    return Fraction(0) if abs(known.value) <= known.spread else known.value


def comes_from(narration: Narration, step: AnyStep) -> list[Ref]:
    """The gradients from which this one comes: through open gates, to winners, or in products."""
    match step:
        case Route(shares=shares):
            return [share.upstream for share in shares if share.share]
        case Chain(terms=terms):
            return [upstream for upstream, _, _ in terms]
        case Sums(terms=terms):
            return [term.factors[0] for term in terms if term.factors[0] is not None]
    return []


def entries_of(narration: Narration, step: AnyStep) -> dict[str, Fraction]:
    """What goes into the stage of a step, and its target, by the symbols of the page."""
    found = {}
    assert step.stage is not None
    _, at, sample = step.ref.tensor.partition("@")
    for local, shape in ((step.stage.x.name, step.stage.x.shape), ("target", None)):
        name = f"{local}{at}{sample}"
        if name not in narration.steps.trace.places:
            continue
        shape = shape or narration.steps.trace.places[name].shape
        for cell in Tensor(name, shape).cells():
            found[narration.symbol(Ref(name, cell))] = value(narration, Ref(name, cell))
    return found


def assert_true(narration: Narration, step: AnyStep, words: str) -> None:
    """A reason at the end of its way."""
    known = entries_of(narration, step)
    own = (
        known.get(narration.symbol(Ref(step.operand.tensor, step.operand.cell)))
        if isinstance(step, Route)
        else None
    )
    if match := re.fullmatch(r"(\S+) lost to (\S+(?:, \S+)*)", words):
        assert all(known[match[1]] < known[best] for best in match[2].split(", "))
    elif match := re.fullmatch(r"(\S+) equals (\S+), which comes first", words):
        assert known[match[1]] == known[match[2]]
    elif match := re.fullmatch(
        r"not the largest of .* \(th\S+ wa\S+ (.+)\)|not the largest .* \(those were (.+)\)", words
    ):
        assert own is not None
        assert all(own < known[best] for best in (match[1] or match[2]).split(", ")) or ", " in words
    elif match := re.fullmatch(r"equal to (\S+), which comes first \(max_tie = first\)", words):
        assert own == known[match[1]]
    elif match := re.fullmatch(r"closed: (\S+) < 0, so × 0", words):
        assert known[match[1]] < 0
    elif match := re.fullmatch(r"(\S+) is exactly 0, where this case takes the slope 0", words):
        assert known[match[1]] == 0
    elif words.endswith("lies in no window"):
        assert isinstance(step, Route)
        assert not step.shares
    elif words == "it goes into no output":
        assert not comes_from(narration, step)
    elif words in ("every product has a factor 0", "its products cancel"):
        assert isinstance(step, Sums)
        products = [[value(narration, factor) for factor in term.factors] for term in step.terms]
        assert all(0 in factors for factors in products) == (words == "every product has a factor 0")
    elif words == "the output is the target":
        _, at, sample = step.ref.tensor.partition("@")
        assert step.stage is not None
        met = (Ref(f"{name}{at}{sample}", step.ref.cell) for name in (step.stage.x.name, "target"))
        assert len({value(narration, ref) for ref in met}) == 1
    elif words in ("it is 0 for every sample", "the samples' numbers cancel"):
        assert isinstance(step, Mean)
        silent = all(not value(narration, ref) for ref in step.over)
        assert silent == (words == "it is 0 for every sample")
    elif words in ("what comes back adds up to 0", "every local derivative is 0"):
        assert isinstance(step, Chain)
        slopes = [
            Fraction(slope.plain)
            for upstream, slope, _ in narration.links(step)
            if value(narration, upstream)
        ]
        assert len(slopes) > 1
        assert any(slopes) == (words == "what comes back adds up to 0")
    elif match := re.fullmatch(r"(\S+) = 0", words):
        assert known.get(match[1], Fraction(0)) == 0
    else:
        assert words in (
            "", "given as 0", "the local derivative is 0",
            "what comes back through its windows cancels", "the loss does not change with it",
        ), words  # fmt: skip


def assert_reasons_are_true(narration: Narration) -> int:
    count = 0
    for step in narration.steps.all():
        if (
            step.phase != "backward"
            or step.stage is None
            or step.ref.tensor not in narration.steps.trace.places
        ):
            continue
        sentence = reason_for_zero(narration, step)
        if value(narration, step.ref):
            assert not sentence, step.ref
            continue
        above = re.fullmatch(r"nothing comes from above: (\S+) = (?:(\S+) = )?0(?: \((.*)\))?", sentence)
        if above is None:
            assert_true(narration, step, sentence)
            continue
        count += 1
        # the step lets something through, and nothing comes
        assert comes_from(narration, step)
        assert all(not value(narration, ref) for ref in comes_from(narration, step)), sentence
        way, last = comes_from(narration, step)[0], step
        assert narration.symbol(way) == above[1]
        while True:
            last = narration.steps.step(*way)
            further = comes_from(narration, last) if last.phase == "backward" else []
            if not further or any(value(narration, ref) for ref in further):
                break
            way = further[0]
        assert narration.symbol(way) == (above[2] or above[1])
        assert value(narration, way) == 0
        assert_true(narration, last, above[3] or "")
    return count


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts(["upstream", "squared_error", "binary_cross_entropy", "cross_entropy"]))
def test_every_reason_of_drawn_networks_is_true(text: str) -> None:
    assert_reasons_are_true(Narration(Steps(replay(read_case(text)))))


def test_a_number_that_lost_in_one_window_and_came_second_in_another_equals_the_right_one() -> None:
    """Of the windows 1 0 0 and 0 0 0 only the second one's winner is equal to the last number."""
    text = """
title = "overlapping windows"
[input]
values = "1; 0; 0; 0"
[[layers]]
type = "max_pool2d"
size = 1
[[layers]]
type = "max_pool2d"
size = [3, 1]
stride = 1
[loss]
type = "upstream"
gradient = "1; 1"
"""
    narration = Narration(Steps(replay(read_case(text))))
    assert reason_for_zero(narration, narration.steps.step("input.grad", (0, 2, 0))).endswith(
        "₃₁ equals p₂₁, which comes first)"
    )


def test_every_reason_of_the_shipped_networks_is_true() -> None:
    found = {
        name: assert_reasons_are_true(Narration(Steps(replay(load(name)))))
        for name in ("lecture-notes", "four-by-four", "two-conv-network")
    }
    assert found["two-conv-network"] > 20


TIES = """
[conventions]
max_tie = "{tie}"
[input]
values = "2 2; 2 2"
[[layers]]
type = "max_pool2d"
size = 2
[loss]
type = "upstream"
gradient = "8"
"""


def remarks(tie: str) -> list[str]:
    page = Page(Narration(Steps(replay(read_case(TIES.format(tie=tie))))))
    (block,) = page.lines("input.grad")
    return [f"{block.because}{line.because}" for line in block.lines]  # type: ignore[union-attr]


def test_a_tie_is_a_tie_on_every_line() -> None:
    first, *others = remarks("first")
    assert first == "first of four that are equal (max_tie = first)"
    assert others == ["equal to x₁₁, which comes first (max_tie = first)"] * 3
    assert remarks("split") == ["one of four that are equal (max_tie = split)"] * 4
    assert remarks("all") == ["one of four that are equal (max_tie = all)"] * 4


def test_a_share_of_a_tie_is_written_before_the_gradient() -> None:
    narration = Narration(Steps(replay(read_case(TIES.format(tie="split")))))
    line = narration.line(narration.steps.step("input.grad", (0, 0, 0)))
    assert [side.rows for _, side in line.sides[:2]] == [(("¼·∂L/∂p₁",),), (("¼·8",),)]  # type: ignore[union-attr]
    assert line.sides[2] == ("=", "2")
