"""Plain dialogues, driven by text."""

from __future__ import annotations

import pytest

from walkthrough.case import list_shipped
from walkthrough.quiz.quiz import Over, ShownLine

from .games import played, quiz_on, replies, said


def test_a_line_is_shown_and_a_number_of_the_next_is_asked():
    lines = said(quiz_on("lecture-notes"), [])
    example = next(at for at, line in enumerate(lines) if line.startswith("example: window 1 of 16"))
    assert lines[example].endswith("= 1020 − 255 = 765")
    assert lines[example + 1].endswith("+ (−255)·2 + 0·1 = ?")
    assert lines[example + 2] == "conv[1,2] = ?"
    assert lines[-1] == "nothing has been answered"


def test_replies_begin_with_right_or_wrong_and_after_wrong_the_same_is_asked():
    lines = said(quiz_on("lecture-notes"), ["-500", "-510", "765"])
    assert [line.split(":")[0].split(" ")[0] for line in replies(lines)] == ["wrong", "right", "right", ""]
    asked = [line for line in lines if line.endswith("] = ?") and line.startswith("conv[")]
    assert asked == ["conv[1,2] = ?", "conv[1,2] = ?", "conv[1,3] = ?", "conv[1,4] = ?"]


def test_hints_are_the_formula_then_the_numbers_then_the_line():
    quiz = quiz_on("lecture-notes", "all")
    lines = said(quiz, ["h", "h", "h", "h", "765"])
    formula, numbers, line, more = replies(lines)[:4]
    assert formula.startswith("z₁₁ = x₁₁k₁₁ + ")
    assert "·" not in formula
    assert numbers.endswith("+ (−255)·1 = ?")
    assert line.endswith("= 765")
    assert more.startswith("the whole line stands there")
    assert "1 with a hint" in lines[-1]


@pytest.mark.parametrize("word", ["q", "quit", " Q "])
def test_q_prints_the_counts(word):
    lines = said(quiz_on("four-by-four", "all"), ["3", "7", "s", word, "1"])
    assert "1 of 2 right at once, 1 shown" in lines


def test_giving_up_shows_the_line_and_filling_in_the_rest():
    lines = said(quiz_on("four-by-four", "all"), ["s", "r"])
    assert "window 1 of 16, conv[1,1]: " in "\n".join(lines)
    filled = [line for line in lines if line.startswith("filled in")]
    assert filled[:2] == ["filled in, conv[1,3] and on: 3  1", "filled in, conv[2,1] and on: −7  −2  5  4"]
    assert "pool[1,1] = ?" in lines


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "abc",
        "\x1b[2J\x07",
        "1" * 300,
        "9" * 100_000,
        "1e999999999",
        "?",
        "\u202e12",
        "nan",
        "1/0",
        "\x00",
        "٣",
    ],
)
def test_hostile_answers_are_answered_in_words(hostile):
    lines = said(quiz_on("four-by-four", "all"), [hostile, "3"])
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert max(map(len, lines)) < 500
    if hostile == "?":
        assert replies(lines)[0].startswith("type each number")
    elif hostile != "٣":
        assert replies(lines)[0].startswith("unreadable: ")
    assert replies(lines)[1] == "right"


def test_the_summary_counts_by_kind_and_by_slip():
    lines = said(quiz_on("four-by-four", "all"), ["2", "3", "r", "3", "3.25", "5", "q"])
    end = lines[lines.index("", len(lines) - 12) + 1 :]
    assert end[0].startswith("1 of 4 right at once, 2 after another try")
    assert "  conv2d: output      0 of 2 right at once, 1 after another try, 1 shown" in end
    assert any(line.startswith("  average-for-max  1  (pool[1,2])") for line in end)


@pytest.mark.parametrize("name", [each.name for each in list_shipped() if each.name not in ("lenet",)])
def test_every_case_can_be_asked_with_all_hints(name):
    quiz = quiz_on(name)
    kinds = set()
    while not isinstance(quiz.scene, Over):
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
            continue
        kind = quiz.kind(quiz.opened.name(quiz.ref))
        if kind in kinds:
            quiz.give_up(rest=True)
            continue
        kinds.add(kind)
        value = quiz.opened.text(quiz.ref)
        before = said(quiz, ["h", "h"])
        questions = [at for at, line in enumerate(before) if line.endswith(" = ?")]
        assert questions
        assert before[-1]
        assert value
        quiz.give_up(rest=True)
    assert kinds


def test_the_end_says_so():
    quiz = quiz_on("max-pooling")
    played(quiz)
    lines = said(quiz, [])
    assert "that was the last number" in lines
    assert lines[-1].startswith("4 of 4 right at once") or "right at once" in "\n".join(lines)
