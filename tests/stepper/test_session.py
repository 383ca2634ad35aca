"""What keys and clicks do to what is on the screen."""

from __future__ import annotations

import pytest

from tests.stepper.walks import at, shown, texts, walk_through
from walkthrough.stepper.overlays import Overlay
from walkthrough.stepper.session import INTERRUPTED, Session


def press(session: Session, *keys: str) -> None:
    for key in keys:
        session.press(key)


def make(session: Session) -> None:
    """What takes its time, done at once."""
    job = session.job
    assert job is not None
    session.finished(job, job.make())


@pytest.mark.parametrize("key", ["help", "enter", "why", "derive", "go", "edit"])
def test_escape_shows_the_screen_as_it_was(key):
    session = Session(at("lecture-notes", "conv[2,2]"))
    before = texts(session)
    session.press(key)
    if session.job:
        make(session)
    assert texts(session) != before
    session.press("leave")
    assert texts(session) == before


def test_escape_leaves_what_was_gone_to_by_name():
    session = Session(at("lecture-notes", "conv[2,2]"))
    before = texts(session)
    session.press("go")
    session.answered("input[5,4]")
    assert "input[5,4]" in shown(session)
    session.press("leave")
    assert texts(session) == before


def test_a_number_that_is_not_there_is_told_and_nothing_moves():
    session = Session(at("lecture-notes", "conv[2,2]"))
    session.press("go")
    session.answered("conv[7,7]")
    assert "conv[7,7] lies outside: conv is 1×4×4; expected conv[1…4,1…4]" in shown(session)
    assert "window 6 of 16" in shown(session)


def test_why_goes_back_to_the_inputs():
    session = Session(at("lecture-notes", "pool[1,1]"))
    session.press("why")
    make(session)
    assert session.overlay is not None
    text = "\n".join(session.overlay.lines)
    assert "conv[2,1]:  z₂₁" in text
    assert "no route: z₁₁ = 765 lost to z₂₁" in text


def test_why_in_a_large_network_fits_a_screen_or_two():
    session = Session(at("lenet", "conv2[1,1,1]"))
    session.press("why")
    make(session)
    assert session.overlay is not None
    assert session.overlay.lines[0].startswith("conv2[1,1,1]:")
    assert 20 < len(session.overlay.lines) < 150


def test_what_was_asked_for_before_going_on_is_not_opened():
    session = Session(at("lecture-notes", "conv[2,2]"))
    session.press("why")
    job = session.job
    session.press("forward")
    session.finished(job, Overlay("why", ("late",)))
    assert session.overlay is None


def test_a_derivation_is_that_of_the_part():
    session = Session(at("four-by-four", "input.grad[1,1]"))
    session.press("derive")
    make(session)
    assert session.overlay is not None
    assert session.overlay.title == "derive conv-input-gradient"


def test_an_overlay_scrolls_and_stays_inside():
    session = Session(at("lecture-notes", "input.grad[4,2]"))
    session.press("why")
    make(session)
    texts(session)
    top = shown(session)
    press(session, "down")
    assert shown(session) != top
    press(session, "last")
    end = shown(session)
    press(session, "down", "next_part")
    assert shown(session) == end
    assert "lines more" not in end
    press(session, "first")
    assert shown(session) == top


def test_zeros_are_folded_as_show_folds_them():
    session = Session(at("lecture-notes", "conv[1,1]"))
    session.press("fold")
    assert "z₁₁ = x₂₂k₂₂ + x₃₃k₃₃ = 255·4 + (−255)·1 = 1020 − 255 = 765" in shown(session)
    assert "7 products with 0 left out" in shown(session)
    session.press("fold")
    assert "x₁₁k₁₁" in shown(session)


def test_it_goes_on_by_itself_until_the_end():
    session = Session(at("lecture-notes", "dense.weight.new[2]"))
    session.press("play")
    slow = session.seconds
    session.press("faster")
    assert session.seconds < slow
    for _ in range(10):
        session.tick()
    assert session.walk.ended
    assert not session.playing
    assert "this was the last line" in shown(session)


def test_it_waits_while_something_is_open():
    session = Session(at("lecture-notes", "conv[1,1]"))
    press(session, "play", "help")
    session.tick()
    assert session.walk.line == 0


def run_with(session: Session, tensor: str, cell: tuple[int, ...]):
    session.rows(80, 24)
    rows = session.rows(80, 24)
    return next(run for row in rows for run in row if run.goes == (tensor, cell))


def test_a_click_on_an_output_goes_there_and_on_an_input_shows_its_uses():
    session = Session(at("lecture-notes", "conv[1,1]"))
    session.click(run_with(session, "conv", (0, 2, 1)))
    assert "conv[3,2]" in texts(session)[1]
    session.click(run_with(session, "input", (0, 2, 2)))
    assert "it goes into 9 numbers" in shown(session)
    session.press("leave")
    assert "conv[3,2]" in texts(session)[1]


def test_a_click_on_the_outline_goes_to_that_part():
    session = Session(walk_through("lecture-notes"))
    row = session.rows(80, 24)[2]
    session.click(next(run for run in row if run.text.strip() == "dense"))
    assert "5  dense" in texts(session)[1]


def test_keys_wait_while_a_question_is_open():
    session = Session(at("lecture-notes", "conv[1,1]"))
    press(session, "go", "forward", "quit")
    assert session.walk.line == 0
    assert session.ended is None


def test_quit_and_interrupt():
    for key, status in (("quit", 0), ("interrupt", INTERRUPTED)):
        session = Session(walk_through("lecture-notes"))
        session.press(key)
        assert session.ended == status


def test_looking_ahead_works_out_the_next_line():
    session = Session(at("lecture-notes", "conv[1,1]"))
    assert sum(1 for _ in session.ahead()) > 3
    assert session.walk.line == 0
