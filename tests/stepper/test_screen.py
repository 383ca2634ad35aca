"""The screen: complete at every size, and with the digits and words of `show`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest

from tests.large import LARGE
from tests.stepper.walks import SIZES, at, shown, texts, walk_of_text, walk_through
from walkthrough.case import list_shipped
from walkthrough.formats.text import TextFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.stepper.places.line_pieces import pieces, term_line
from walkthrough.stepper.session import Session
from walkthrough.trace.steps.kinds import Sums
from walkthrough.trace.steps.steps import Steps

CASES = [each.name for each in list_shipped()]


def places(walk):
    """The first, a middle and the last line of every part."""
    for part in walk.course.parts:
        yield from sorted({part.first, part.first + part.size // 2, part.last})


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [*SIZES, (100, 30), (60, 20)])
def test_every_row_is_just_as_wide_as_the_screen(name, size):
    width, height = size
    session = Session(walk_through(name))
    lines = list(places(session.walk))
    for line in lines[:: 5 if name in LARGE else 1]:
        for term in (None, 0):
            session.walk = session.walk.at(line, term)
            rows = texts(session, width, height)
            assert len(rows) == height
            assert {len(row) for row in rows} == {width}


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 5), (20, 8), (40, 12), (300, 90)])
def test_no_size_is_too_small_or_too_large(size):
    session = Session(walk_through("four-by-four"))
    for line in places(session.walk):
        session.walk = session.walk.at(line)
        assert len(texts(session, *size)) <= size[1]
    session.press("help")
    assert len(texts(session, *size)) <= max(size[1], 2)


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four", "two-conv-network"])
def test_a_line_has_the_digits_and_words_of_show(name):
    walk = walk_through(name)
    narration = Narration(Steps(walk.opened.trace))
    session = Session(walk)
    for line in places(walk):
        session.walk = walk.at(line)
        ref = session.walk.ref
        working = narration.line(narration.steps.step(ref.tensor, ref.cell))
        screen = [row[29:].rstrip() for row in texts(session, 160, 60)]
        printed = "".join(TextFormat(131).render([working])).rstrip("\n").split("\n")
        assert any(screen[at : at + len(printed)] == printed for at in range(len(screen))), ref


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four"])
def test_at_80_by_24_nothing_of_a_line_is_left_out(name):
    session = Session(walk_through(name))
    for line in range(session.walk.course.lines):
        session.walk = session.walk.at(line)
        text = shown(session)
        assert "rows more" not in text, session.walk.ref
        left = session.walk.opened.working(session.walk.ref)
        assert left.sides[-1][1] in text


def test_the_first_window_of_the_lecture_notes():
    assert shown(Session(at("lecture-notes", "conv[2,1]"))).split("\n")[:16] == [
        " One 3×3 filter, max pool, ReLU, dense, sigmoid                           exact",
        " 1  conv    3×3 filter over 6×6   forward   window 5 of 16            conv[2,1]",
        "  ▸conv   pool   relu   flatten   dense   sigmoid   loss   sigmoid.grad …",
        "   z[i,j] = Σ x[i+p−1, j+q−1] · k[p,q]",
        "      p = 1…3, q = 1…3     x input, k kernel, z output",
        "   x  input                      k  conv.kernel   z  conv",
        "    0    0    0    0    0   0    [1 2 1]            765 −510  765  255",
        "   [0  255    0] 255    0   0    [0 4 0]          «1020»   ·    ·    ·",
        "   [0    0 −255]   0    0 255    [1 2 1]              ·    ·    ·    ·",
        "   [0  255    0] 255  255   0                         ·    ·    ·    ·",
        "    0    0    0  255 −255   0",
        "    0 −255    0 −255    0 255",
        "   [ ] the window   « » at hand   · to come",
        "   z₂₁ = x₂₁k₁₁ + x₂₂k₁₂ + x₂₃k₁₃   = 0·1 + 255·2 +      0·1",
        "       + x₃₁k₂₁ + x₃₂k₂₂ + x₃₃k₂₃   + 0·0 +   0·4 + (−255)·0",
        "       + x₄₁k₃₁ + x₄₂k₃₂ + x₄₃k₃₃   + 0·1 + 255·2 +      0·1 = 510 + 510 = 1020",
    ]


def test_a_term_is_told_by_itself_with_the_sum_so_far():
    session = Session(at("lecture-notes", "conv[2,2]"))
    for key in ("enter", *["forward"] * 4):
        session.press(key)
    text = shown(session)
    # 255 + 255 − 1020
    assert "term 5 of 9:   x₃₃·k₂₂ = (−255)·4 = −1020     so far = −510" in text
    assert "«x₃₃k₂₂»" in text
    assert "«(−255)·4»" in text


@pytest.mark.parametrize("name", ["four-by-four", "two-conv-network"])
def test_whoever_redoes_a_term_gets_what_is_printed(name):
    """The product of the printed factors, rounded half-up to as many digits as are printed, is the value."""
    walk = walk_through(name)
    for line in places(walk):
        step = walk.opened.step(walk.course.ref(line))
        if not isinstance(step, Sums) or step.copy:
            continue
        for number in range(len(step.terms)):
            _, *rest = re.split(" [=≈] ", term_line(walk.opened, step, number).text.replace("−", "-"))
            if len(rest) < 2:
                continue
            assert len(rest[0]) < 50
            printed = Decimal(1)
            for factor in rest[0].split("·"):
                printed *= Decimal(factor.strip("()"))
            value = Decimal(rest[1])
            unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
            assert printed.quantize(unit, ROUND_HALF_UP) == value, (step.ref, number)


def test_what_is_not_worked_out_yet_does_not_stand_on_the_screen():
    text = shown(Session(at("lecture-notes", "conv[1,1]")))
    assert "1275" not in text
    assert "−510" not in text


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four", "two-conv-network"])
def test_a_value_kept_back_is_nowhere(name):
    """Of a number that is new: its digits stand neither in the line nor on a board."""
    walk = walk_through(name).guessing()
    session = Session(walk)
    for line in places(walk):
        session.walk = session.walk.at(line)
        ref, opened = session.walk.ref, session.walk.opened
        value = opened.text(ref)
        if len(value) < 5:
            continue
        text = shown(session)
        assert "= ?" in text
        read = {opened.text(each) for piece in pieces(opened, opened.step(ref)) for each in piece if each}
        filled = {opened.text(walk.course.ref(before)) for before in range(session.walk.part.first, line)}
        if value.removeprefix("−") not in {each.removeprefix("−") for each in read | filled}:
            assert value not in text, ref


def test_boards_do_not_move_while_one_goes_through_a_part():
    session = Session(at("lecture-notes", "conv[1,1]"))
    titles = set()
    for _ in range(16):
        titles.add(texts(session)[5])
        session.press("forward")
    assert len(titles) == 1


def test_an_image_of_28_by_28_is_shaded_and_follows_the_window():
    session = Session(at("lenet", "conv1[1,14,14]"))
    wide, narrow = shown(session, 160, 50), shown(session, 80, 24)
    for text in (wide, narrow):
        assert "▒▒" in text
        assert "«" in text
        assert "blank to █ rising" in text
    for row, column in ((1, 1), (1, 28), (28, 1), (28, 28)):
        corner = Session(at("lenet", f"conv1[1,{row},{column}]"))
        assert "«" in shown(corner, 80, 24)
        assert "[" in shown(corner, 80, 24)


def test_the_row_of_parts_always_shows_where_one_is():
    walk = walk_through("lenet")
    session = Session(walk)
    for part in walk.course.parts:
        session.walk = walk.at(part.first)
        assert f"▸{part.tensor}" in texts(session)[2]


def test_marks_tell_without_colour_what_they_tell_with_it():
    """Whatever has a style of its own has signs of its own beside it."""
    for cell in ("conv[2,2]", "pool[1,1]", "conv.grad[1,2]", "input.grad[2,2]"):
        session = Session(at("lecture-notes", cell))
        for row in session.rows(80, 24):
            for before, run in pairwise(((None), *row)):
                if run.style == "here":
                    assert "«" in run.text or (before and "»" in run.text)
                if run.style == "winner":
                    assert "(" in run.text or ")" in run.text or before.style == "winner"


def test_text_of_a_file_reaches_the_screen_escaped_and_literal():
    toml = 'title = "a\\u001b[2J [bold]b[/bold]"\n[input]\nvalues = "1 2; 3 4"\n[[layers]]\ntype = "relu"\n'
    text = shown(Session(walk_of_text(toml)))
    assert "\x1b" not in text
    assert "[bold]b[/bold]" in text
