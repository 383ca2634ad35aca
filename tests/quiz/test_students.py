"""Simulated students: right answers are right, also from numbers that they rounded; slips are named."""

from __future__ import annotations

import random

import pytest

from tests.marking.students import Habits, Student
from walkthrough.quiz.fading import FADES
from walkthrough.quiz.quiz import AskedNumber, ShownLine

from .games import brought_to, played, quiz_on

CASES = (
    "four-by-four",
    "lecture-notes",
    "sigmoid-network",
    "two-layer-update",
    "softmax-cross-entropy",
    "batch-normalisation",
    "transposed-convolution",
    "multi-channel",
    "max-pooling",
    "silu",
)


@pytest.mark.parametrize(
    ("name", "fade"), [*((name, "all") for name in CASES), *(("four-by-four", fade) for fade in FADES)]
)
def test_every_right_number_is_right(name, fade):
    asked = played(quiz_on(name, fade))
    assert asked
    assert [cell for cell, found in asked if not found] == []


@pytest.mark.parametrize("name", ["four-by-four", "sigmoid-network", "two-layer-update"])
@pytest.mark.parametrize("seed", range(2))
def test_whoever_goes_on_with_rounded_numbers_is_right(name, seed):
    quiz = quiz_on(name, "all")
    draw = random.Random(f"{name}/{seed}")
    habits = Habits.drawn(draw)
    habits.blank = habits.cut = 0
    habits.digits = (habits.digits[0],) * 2
    student = Student(quiz.opened.trace, draw, habits)
    student.works()
    asked = played(quiz, lambda quiz, ref: student.written[ref].text)
    assert [cell for cell, found in asked if not found] == []


# worked out by hand: four-by-four's z₁₂ has the window 0 0 0 / 0 1 1 / 2 3 2 and the bias −1
SLIPS = {
    "sign-flipped": ("conv[1,2]", "-1"),
    "bias-forgotten": ("conv[1,2]", "2"),
    "average-for-max": ("pool[1,2]", "3.25"),
    "min-for-max": ("pool[1,2]", "1"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_and_the_same_number_is_asked_again(slip):
    cell, written = SLIPS[slip]
    quiz = quiz_on("four-by-four", "all")
    while quiz.opened.name(quiz.ref) != cell or not isinstance(quiz.scene, AskedNumber):
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
        else:
            quiz.give_up()
    reply = quiz.answer(written)
    assert reply.right is False
    assert reply.lines[0].startswith("wrong: ")
    assert quiz.opened.name(quiz.ref) == cell
    assert quiz.turns[-1].tries[-1].slip == slip


def test_a_reply_does_not_tell_the_number_that_is_asked_again():
    quiz = quiz_on("lecture-notes", "all")
    quiz.give_up()
    quiz.give_up()
    for wrong in ("766", "756", "1785", "255", "-765", "7650"):
        assert quiz.opened.name(quiz.ref) == "conv[1,3]"
        text = " ".join(quiz.answer(wrong).lines).replace(wrong.replace("-", "−"), "")
        assert " 765" not in text
        assert "(765" not in text


@pytest.mark.parametrize("wrong", ["-0.9275735146", "9.275735146", "0.9725735146", "0.9275735046"])
def test_nor_one_with_decimals(wrong):
    quiz = brought_to("lecture-notes", "sigmoid")
    reply = quiz.answer(wrong)
    assert reply.right is False
    assert "0.92757" not in " ".join(reply.lines).replace(wrong.replace("-", "−"), "")


def test_what_is_rounded_is_right_to_its_digits():
    quiz = brought_to("lecture-notes", "sigmoid")
    assert quiz.answer("0.94").right is False
    reply = quiz.answer("0.93")
    assert reply.right
    assert reply.lines[0].startswith("right to the digits written")
    while quiz.part.tensor != "sigmoid.grad":
        quiz.give_up()
    # 1/(1 − 0.93) ≈ 14.29, and from the unrounded number it is 13.81
    reply = quiz.answer("14.29")
    assert reply.right
    assert reply.lines[0].startswith("right from your rounded numbers")
    assert "13.80710" in reply.lines[0]


def test_too_few_digits_are_right_and_said():
    quiz = brought_to("lecture-notes", "sigmoid")
    reply = quiz.answer("0.9")
    assert reply.right
    assert "few digits" in reply.lines[0]
