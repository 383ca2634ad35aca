"""A worksheet: one's own numbers beside the right ones."""

from __future__ import annotations

import pytest

from tests.stepper.walks import shown, texts
from walkthrough.case import CaseError
from walkthrough.stepper.opening import Beginning, is_worksheet, opened_sheet
from walkthrough.stepper.session import Session

SHEET = """
case = "lecture-notes"
[claims]
"conv" = '''
765 -510  765  255
1020   0 1275 1020
765 -255 1021    ?
0      0 1275 -255
'''
"dense" = "-2.55"
"sigmoid" = "0.0724"
"""


@pytest.fixture
def session(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SHEET)
    assert is_worksheet(str(file))
    return Session(opened_sheet(str(file), Beginning()))


def test_own_numbers_stand_beside_the_right_ones(session):
    session.walk = session.walk.to(session.walk.course.find("conv[3,3]"))
    text = shown(session)
    assert "yours" in texts(session)[5]
    assert "«1020»" in text
    assert "«1021!»" in text
    assert "yours: 1021   wrong" in text


def test_n_jumps_to_the_next_that_is_wrong_and_begins_anew(session):
    found = []
    for _ in range(3):
        session.press("wrong")
        found.append(session.walk.opened.name(session.walk.ref))
    assert found == ["conv[3,3]", "dense[1]", "conv[3,3]"]


def test_the_slip_is_named(session):
    session.press("wrong")
    session.press("wrong")
    assert "yours: −2.55   wrong" in shown(session)
    assert "the sign is the other one" in shown(session)


def test_what_follows_from_an_own_slip_is_said(session):
    # 1/(1 + e^2.55) is 0.0724…
    session.walk = session.walk.to(session.walk.course.find("sigmoid"))
    assert "yours: 0.0724   follows, right from your own earlier number, which was wrong" in shown(session)


def test_a_right_number_is_said_to_be_right(session):
    session.walk = session.walk.to(session.walk.course.find("conv[1,2]"))
    assert "yours: −510   exact" in shown(session)


def test_own_numbers_are_not_told_before_their_turn(session):
    assert "1021" not in shown(session)
    session.walk = session.walk.to(session.walk.course.find("conv[3,3]")).guessing()
    assert "1021" not in shown(session)


def test_a_place_that_was_left_blank_is_blank(session):
    session.walk = session.walk.to(session.walk.course.find("conv[3,4]"))
    assert "yours:" not in shown(session)


def test_where_nothing_is_wrong_n_says_so(tmp_path):
    file = tmp_path / "right.toml"
    file.write_text('case = "lecture-notes"\n[claims]\n"dense" = "2.55"\n')
    session = Session(opened_sheet(str(file), Beginning()))
    session.press("wrong")
    assert session.message == "nothing on the worksheet is wrong"
    assert session.walk.line == 0


def test_what_is_no_single_worksheet_is_refused(tmp_path):
    table = tmp_path / "class.csv"
    table.write_text("student,case,dense\na,lecture-notes,2.55\nb,lecture-notes,1\n")
    with pytest.raises(CaseError, match="several worksheets"):
        opened_sheet(str(table), Beginning())
    case = tmp_path / "case.toml"
    case.write_text('[input]\nvalues = "1"\n[[layers]]\ntype = "relu"\n')
    assert not is_worksheet(str(case))
    assert not is_worksheet(str(tmp_path))
    assert not is_worksheet("lecture-notes")
