"""Every printed line, redone with a calculator from its printed digits, gives the printed result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from tests.large import LARGE
from walkthrough.case import ArithmeticKind, Case, list_shipped, load, read_case
from walkthrough.document import Block, Working, Workings
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.page.records.json_records import flat
from walkthrough.trace.steps.kinds import AnyStep, Given, Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import CannotReplay, Trace, replay

from .calculator import NotNumeric, Value, as_fraction, evaluated, half_up, on_one_line, printed, unit_of

SHIPPED = [each.name for each in list_shipped() if each.name not in LARGE]
CALCULATED = ["lecture-notes", "four-by-four", "sigmoid-network", "softmax-cross-entropy"]


def test_the_calculator_reads_as_a_person_does() -> None:
    """The referee first, on lines whose results are known."""
    for text, value in [
        ("0·1 + 255·4 + (−255)·1", 765),
        ("10.2 + 12.75 − 7.65 − 12.75", Fraction("2.55")),
        ("−2·3", -6),
        ("1 − 0.1·(−20)", 3),
        ("(1 + 2 + 3 + 4)/4", Fraction(5, 2)),
        ("½·((2 − 3)² + 5²)", 13),
        ("−3²", -9),
        ("6/2·3", 9),
        ("1/(1 + e^(−0))", Fraction(1, 2)),
        ("ln 1 + tanh 0 + e^0", 1),
        ("max(0, −3)", 0),
        ("max(765, −510, 1020, 0)", 1020),
        ("1.5·10⁻⁹·2", Fraction("3e-9")),
        ("25%·(−2e−2)", Fraction("-0.005")),
        ("−(1·ln 1 + (1 − 1)·ln 5)", 0),
    ]:
        assert evaluated(text) == value, text
    assert half_up(evaluated("1/(1 + e^(−2.55))"), Fraction(1, 10**10)) == Fraction("0.9275735146")
    assert half_up(evaluated("−ln(1 − 0.927573514638)"), Fraction(1, 10**9)) == Fraction("2.625183227")
    for symbols in ("x₁₁k₁₁", "1/(1 + e^(−z₁))", "∂L/∂y₁ · y₁(1 − y₁)", "max(0, p₁₁)", "α·2", "2 3"):
        with pytest.raises(NotNumeric):
            evaluated(symbols)


def test_a_worn_guard_digit_would_be_noticed() -> None:
    """The design's example: 1/(1 − 0.9275735146) is not 13.80710378 but 13.80710375 when redone."""
    result = printed("13.80710378")
    assert half_up(evaluated("1/(1 − 0.92757351)"), result.unit) != result.value
    assert half_up(evaluated("1/(1 − 0.9275735146)"), result.unit) == Fraction("13.80710378")


# --- lines ---


def numeric_sides(line: Working) -> list[tuple[str, str, Value]]:
    """Relation, text and value of each side that has numbers only, the result last."""
    found = []
    for relation, side in line.sides:
        text = on_one_line(side)
        try:
            found.append((relation, text, evaluated(text)))
        except NotNumeric:
            assert not found, f"symbols after numbers: {line}"
    return found


def assert_redone(line: Working, decimals: int | None, digits: int) -> None:
    sides = numeric_sides(line)
    assert sides, line
    result = printed(sides[-1][1]).value
    unit = unit_of(sides[-1][1], digits) if decimals is None else Fraction(1, 10**decimals)
    assert result % unit == 0, line
    for _, text, value in sides[:-1]:
        assert half_up(value, unit) == result, f"{line.cell}: {text} gives {sides[-1][1]}"
    for (_, one, value), (relation, other, further) in pairwise(sides):
        if relation == "=":
            assert value == further, f"{line.cell}: {one} = {other}"


def assert_true(line: Working, step: AnyStep, trace: Trace, digits: int) -> None:
    """`=` after the symbols claims the true value; after `≈` stand digits of the true value."""
    true = trace.known(step.ref.tensor, step.ref.cell, 320)
    sides = numeric_sides(line)
    relation, text, value = sides[0]
    if relation == "=":
        difference = abs(as_fraction(value) - true.value)
        assert difference <= true.spread + abs(true.value) / 10**60, f"{line.cell}: {text}"
    relation, text, value = sides[-1]
    assert half_up(true.value, unit_of(text, digits)) == value, line.cell


def lines(narration: Narration) -> Iterator[tuple[AnyStep, Working]]:
    for step in narration.steps.all():
        yield step, narration.line(step)


def workings(blocks: Iterable[Block]) -> Iterator[Working]:
    """All lines of a page that is not too long to be laid out."""
    for block in blocks:
        if isinstance(block, Workings):
            yield from block.lines


def assert_groups_redone(line: Working) -> None:
    """Each channel's subtotal, from its own printed numbers; and the subtotals are what is added up."""
    for group in line.groups:
        sides = numeric_sides(Working(line.cell, group.name, group.sides))
        result = printed(sides[-1][1])
        for _, text, value in sides[:-1]:
            assert half_up(value, result.unit) == result.value, f"{line.cell}, {group.name}: {text}"
        for (_, one, value), (relation, other, further) in pairwise(sides):
            assert relation == "≈" or value == further, f"{line.cell}, {group.name}: {one} = {other}"
    if line.groups:
        subtotals = [str(group.sides[-1][1]) for group in line.groups]
        assert on_one_line(line.closing[0][1]).replace("(", "").replace(")", "") == " + ".join(subtotals)


def assert_page_redoes(case: Case, digits: int = 10, fold: bool = False, steps: int = 1) -> int:
    trace = replay(case, steps)
    narration = Narration(Steps(trace), digits, fold)
    decimals = case.arithmetic.decimals
    count = 0
    for line in workings(Page(narration).blocks()):
        assert_redone(line, decimals, digits)
        assert_groups_redone(line)
    for step, line in lines(narration):
        assert not isinstance(step, Given)
        assert_redone(line, decimals, digits)
        if case.arithmetic.kind == "exact":
            assert_true(line, step, trace, digits)
        assert_flat_says_the_same(line)
        count += 1
    return count


def assert_flat_says_the_same(line: Working) -> None:
    """JSON's `working` and the tree of `why` print a side on one line: the same number."""
    for _, side in line.sides:
        try:
            value = evaluated(on_one_line(side))
        except NotNumeric:
            continue
        assert evaluated(flat(side)) == value, line.cell


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_of_the_shipped_cases(name: str) -> None:
    assert assert_page_redoes(load(name))


def longest_number(line: Working) -> int:
    texts = [on_one_line(side) for _, side in line.sides]
    return max(len(number) for text in texts for number in re.findall(r"[\d.]+", text) or [""])


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_has_to_type_more_than_forty_digits(name: str) -> None:
    """Guard digits are few, even where rounded numbers add up to exactly 0 and digits never suffice."""
    narration = Narration(Steps(replay(load(name))))
    assert [line.cell for _, line in lines(narration) if longest_number(line) > 40] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_with_products_of_zero_folded(name: str) -> None:
    assert_page_redoes(load(name), fold=True)


@pytest.mark.parametrize("digits", [1, 3, 25])
@pytest.mark.parametrize("name", CALCULATED)
def test_with_fewer_or_more_digits(name: str, digits: int) -> None:
    assert_page_redoes(load(name), digits)


BY_HAND = [(name, places) for name in (*CALCULATED, "average-pooling") for places in (1, 2, 4)]
BY_HAND.remove(("softmax-cross-entropy", 1))  # its third share is rounded to 0, which has no logarithm


@pytest.mark.parametrize(("name", "decimals"), BY_HAND)
def test_by_hand(name: str, decimals: int) -> None:
    """The result is the line rounded half-up to so many decimals, and is carried on rounded."""
    assert assert_page_redoes(replace(load(name), arithmetic=ArithmeticKind("decimals", decimals)))


def test_by_hand_a_sigmoid_may_be_rounded_to_one() -> None:
    with pytest.raises(CannotReplay, match=r"sigmoid\[1\] is 1, and 1 − 1 is 0"):
        replay(replace(load("lecture-notes"), arithmetic=ArithmeticKind("decimals", 0)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_every_line_of_drawn_cases(text: str) -> None:
    assert_page_redoes(replace(read_case(text), arithmetic=ArithmeticKind()))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_every_line_of_drawn_cases_by_hand(text: str) -> None:
    case = replace(read_case(text), arithmetic=ArithmeticKind("decimals", 4))
    try:
        replay(case)
    except CannotReplay:
        return
    assert_page_redoes(case)


@pytest.mark.parametrize("logit", ["40", "-40", "300", "1000", "-1000"])
def test_lines_of_a_saturated_sigmoid(logit: str) -> None:
    """1 − y keeps its digits, however many nines y has."""
    assert_page_redoes(
        read_case(
            f"learning_rate = 1\n[input]\nvalues = [1]\n[[layers]]\ntype = 'dense'\nweight = '{logit}'\n"
            "[[layers]]\ntype = 'sigmoid'\n[loss]\ntype = 'binary_cross_entropy'\ntarget = '0'"
        )
    )


THIRDS = """
[input]
values = "1 1 1"
[[layers]]
type = "dense"
weight = "1/3 1/3 1/3"
bias = "{bias}"
"""


@pytest.mark.parametrize("bias", ["0", "-1", "1/2"])
def test_thirds_that_add_up_to_a_number_that_ends(bias: str) -> None:
    """0.3333333333 three times is not 1, with however many digits: the line must do with `≈`."""
    case = read_case(THIRDS.format(bias=bias))
    assert_page_redoes(case)
    narration = Narration(Steps(replay(case)))
    assert longest_number(narration.line(narration.steps.step("dense", (0,)))) <= 40


def test_the_only_share_of_a_softmax_is_one() -> None:
    """p = e^z/e^z = 1 whatever z is, so p(1 − p) is 0, which no number of digits would show."""
    assert_page_redoes(
        read_case(
            "[input]\nvalues = [1]\n[[layers]]\ntype = 'sigmoid'\n[[layers]]\ntype = 'softmax'\n"
            "[loss]\ntype = 'cross_entropy'\ntarget = [1]"
        )
    )


def test_lenet_now_and_then() -> None:
    """A line of every tensor: long sums of small decimals, and a softmax of ten."""
    trace = replay(load("lenet"))
    narration = Narration(Steps(trace))
    for name, place in trace.places.items():
        cell = tuple(extent // 2 for extent in place.shape)
        step = narration.steps.step(name, cell)
        if not isinstance(step, Given):
            assert_redone(narration.line(step), None, 10)


def test_the_page_prints_these_lines() -> None:
    """The lines of a page are the lines of its steps, all of them, each once."""
    for name in SHIPPED:
        narration = Narration(Steps(replay(load(name))))
        on_page = [line.cell for line in workings(Page(narration).blocks())]
        steps = [line.cell for _, line in lines(narration)]
        assert sorted(on_page) == sorted(steps), name
        assert len(set(on_page)) == len(on_page), name


def test_a_given_number_is_said_as_it_is_written() -> None:
    """0.10, not 0.1; 25 % as 25%."""
    narration = Narration(
        Steps(
            replay(
                read_case("[input]\nvalues = '0.10 25% 1/3'\n[[layers]]\ntype = 'dense'\nweight = '2.0 -4 3'")
            )
        )
    )
    line = narration.line(narration.steps.step("dense", (0,)))
    assert on_one_line(line.sides[1][1]) == "2.0·0.10 + (−4)·25% + 3·(1/3)"
    assert line.sides[-1] == ("=", "0.2")
    assert narration.text(Ref("input", (0,))) == "0.10"
