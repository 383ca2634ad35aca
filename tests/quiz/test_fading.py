"""Fading: what is shown and what is asked, by kind of step."""

from __future__ import annotations

import pytest

from walkthrough.quiz.fading import FADES, Mastery, Spot, Support, support
from walkthrough.quiz.quiz import AskedNumber, Over, Quiz, ShownLine

from .games import played, quiz_on, right

ROW = 4


def row_by_row(fade: str, rows: int) -> list[str]:
    """A map of four columns, every answer right: S for a line that is shown, A for one that is asked."""
    record, found = Mastery(), []
    asked = 0
    for line in range(rows * ROW):
        spot = Spot(line % ROW, ROW, line == rows * ROW - 1, 0)
        if support(fade, record, spot) is Support.WHOLE:  # type: ignore[arg-type]
            record.saw()
            found.append("S")
        else:
            record.did(True, False, False)
            asked += 1
            found.append("A")
        record.rows = (line + 1) // ROW
    return ["".join(found[at : at + ROW]) for at in range(0, len(found), ROW)]


def test_backward_fading_asks_the_last_numbers_of_a_row_and_one_more_in_each():
    assert row_by_row("backward", 5) == ["SSSA", "SSAA", "SAAA", "AAAA", "AAAA"]


def test_forward_fading_asks_the_first_ones_after_one_example():
    assert row_by_row("forward", 5) == ["SASS", "AASS", "AAAS", "AAAA", "AAAA"]


def test_adaptive_fading_shows_one_line_and_then_less_and_less_of_each():
    record = Mastery()
    spot = Spot(0, ROW, False, 0)
    seen = []
    for _ in range(5):
        seen.append(support("adaptive", record, spot))
        record.saw() if seen[-1] is Support.WHOLE else record.did(True, False, False)
    assert seen == [Support.WHOLE, Support.NUMBERS, Support.FORMULA, Support.BARE, Support.BARE]
    record.did(False, False, False)
    assert support("adaptive", record, spot) is Support.BARE
    record.did(False, False, False)
    record.did(False, False, False)
    assert support("adaptive", record, spot) is Support.FORMULA
    record.did(False, False, True)
    assert support("adaptive", record, spot) is Support.WHOLE


def test_a_hint_does_not_count_as_mastery():
    record = Mastery(level=2, seen=3)
    record.did(True, True, False)
    assert record.level == 2


def test_a_number_that_is_alone_of_its_kind_is_asked_without_its_value():
    for fade in ("adaptive", "backward", "forward"):
        assert support(fade, Mastery(), Spot(0, 1, True, 0)) is Support.NUMBERS
        assert support(fade, Mastery(), Spot(0, 1, False, 0)) is Support.WHOLE


@pytest.mark.parametrize("fade", FADES)
def test_the_first_line_of_a_kind_is_shown_before_any_is_asked(fade):
    quiz = quiz_on("four-by-four", fade)
    first: dict[str, type] = {}
    while not isinstance(quiz.scene, Over):
        kind = quiz.kind(quiz.opened.name(quiz.ref))
        first.setdefault(kind, type(quiz.scene))
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
        else:
            quiz.answer(right(quiz, quiz.ref))
    assert first["conv2d: output"] is (AskedNumber if fade == "all" else ShownLine)
    assert first["dense: output"] is AskedNumber


def test_all_asks_every_number_but_copies():
    quiz = quiz_on("four-by-four", "all")
    copies = {"flatten", "relu.grad"}
    sizes = sum(part.size for part in quiz.course.parts if part.tensor not in copies)
    assert len(played(quiz)) == sizes


def test_of_a_large_map_only_some_numbers_are_asked():
    quiz = quiz_on("lenet")
    for _ in range(40):
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
        elif isinstance(quiz.scene, AskedNumber) and quiz.part.tensor == "conv1":
            quiz.answer(right(quiz, quiz.ref))
    assert quiz.part.tensor == "relu1"


def test_more_is_asked_of_whoever_knows_than_of_whoever_does_not():
    def asked(quiz: Quiz, answer) -> int:
        return sum(cell.startswith("conv[") for cell, _ in played(quiz, answer))

    assert asked(quiz_on("four-by-four"), right) > asked(quiz_on("four-by-four"), lambda quiz, ref: "4711")
