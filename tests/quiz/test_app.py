"""The quiz in Textual: answers and keys, at the sizes of a terminal and of a projector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from walkthrough.case import load
from walkthrough.quiz.app import KEYS, QuizApp
from walkthrough.quiz.opening import WantedQuiz, sitting
from walkthrough.quiz.quiz import Quiz
from walkthrough.quiz.screens.session import QuizSession

WANTED = WantedQuiz(seed=3)
SIZES = [(80, 24), (160, 50)]
both = pytest.mark.parametrize("size", SIZES)


def play(
    name: str, size: tuple[int, int], keys: Callable[..., Awaitable[None]], wanted: WantedQuiz = WANTED
) -> QuizApp:
    """An app played through; what went wrong in it is raised here."""
    app = QuizApp(sitting(load(name), wanted, None, lambda text: None))

    async def played() -> None:
        async with app.run_test(size=size) as pilot:
            await keys(app, pilot)

    asyncio.run(played())
    if app.failed is not None:
        raise app.failed
    return app


def screen(app: QuizApp) -> str:
    """What is painted, and the last line with the question."""
    width, height = app.size
    rows = [app.picture.render_line(y) for y in range(height - 1)]
    assert {row.cell_length for row in rows} == {width}
    return "\n".join([*(row.text.rstrip() for row in rows), str(app.question.render())])


async def answer(app: QuizApp, pilot, text: str) -> None:
    app.answer_line.value = text
    await pilot.press("enter")
    await pilot.pause()


def last(app: QuizApp) -> str:
    return screen(app).split("\n")[-1].strip()


@both
def test_an_example_then_a_number_is_asked_on_the_last_line(size):
    async def keys(app, pilot):
        assert "an example" in screen(app)
        assert "= 765" in screen(app)
        assert last(app) == "Enter goes on"
        await pilot.press("enter")
        assert last(app) == "conv[1,2] = ?"
        assert "-510" not in screen(app).replace("−", "-")
        await pilot.press(*"-500", "enter")
        assert "wrong: " in screen(app)
        assert last(app) == "conv[1,2] = ?"
        await answer(app, pilot, "-510")
        assert "conv[1,2] = -510: right" in screen(app)
        assert last(app) == "conv[1,3] = ?"

    play("lecture-notes", size, keys)


@both
def test_hints_giving_up_and_filling_in(size):
    async def keys(app, pilot):
        assert "k₁₁" not in screen(app)
        await pilot.press("tab")
        assert "x₁₁·k₂₂" in screen(app)
        await pilot.press("tab")
        assert "3·2" in screen(app)
        assert "= ?" in screen(app)
        await pilot.press("tab")
        assert "= 3" in screen(app)
        await pilot.press("tab")
        assert "the whole line stands there" in screen(app)
        await pilot.press("f2")
        assert "conv[1,1] is 3" in screen(app)
        assert last(app) == "conv[1,2] = ?"
        await answer(app, pilot, "r")
        assert "14 numbers of conv are filled in" in screen(app)
        await pilot.press("enter")
        assert last(app) == "pool[1,1] = ?"

    play("four-by-four", size, keys, WantedQuiz(fade="all"))


def test_help_and_light_and_back():
    async def keys(app, pilot):
        await pilot.press("enter", "f1")
        assert "the formula, then the numbers in it" in screen(app)
        await pilot.press("escape")
        assert last(app) == "conv[1,2] = ?"
        dark = app.picture.render_line(5)
        await pilot.press("f4")
        assert app.picture.render_line(5) != dark
        await answer(app, pilot, "?")
        assert "keys and signs" in screen(app)

    play("four-by-four", (80, 24), keys)


def test_a_whole_case_is_answered_and_ends_with_the_counts():
    async def keys(app, pilot):
        game = app.session.game
        assert isinstance(game, Quiz)
        for _ in range(200):
            if last(app) == "Enter ends":
                break
            asks = last(app).endswith("= ?")
            await answer(app, pilot, game.opened.trace.shown(*game.ref, 10).plain if asks else "")
            assert "wrong" not in screen(app)
        assert "that was the last number" in screen(app)
        assert "softmax: output" in screen(app)
        await pilot.press("enter")

    app = play("softmax-cross-entropy", (80, 24), keys)
    assert app.return_value == 0
    assert "right at once" in next(iter(app.session.closing()))


@both
def test_finding_the_mistake(size):
    async def keys(app, pilot):
        assert last(app) == "mistake = ?"
        first = screen(app)
        await pilot.press("pagedown")
        assert screen(app) != first or size[1] == 50
        await pilot.press("pageup")
        assert screen(app) == first
        await answer(app, pilot, "conv[1,1]")
        assert "wrong: conv[1,1] = 3" in screen(app)
        await pilot.press("tab")
        assert "it is in the " in screen(app)
        game = app.session.game
        await answer(app, pilot, game.opened.name(game.sheet.wrong))
        assert "is the wrong number" in screen(app)
        assert last(app) == "that was it; Enter ends"
        await pilot.press("enter")

    app = play("four-by-four", size, keys, WantedQuiz(seed=3, mistake=True))
    assert app.return_value == 0
    assert next(iter(app.session.closing())) == "the mistake was found: 2 tries, 1 hint"


@pytest.mark.parametrize(
    ("keys", "status"), [(["ctrl+c"], 130), (["ctrl+q"], 0), (["enter", "q", "enter"], 0)]
)
def test_how_it_ends(keys, status):
    async def press(app, pilot):
        await pilot.press(*keys)

    assert play("four-by-four", (80, 24), press).return_value == status


def test_hostile_answers_stay_on_their_line():
    async def keys(app, pilot):
        for hostile in ("9" * 5_000, "\x1b[2J", "[bold]3[/bold]", "\u202e3", "１", "数字", "e\u0301"):
            await pilot.press("enter") if last(app) == "Enter goes on" else None
            await answer(app, pilot, hostile)
            text = screen(app)
            assert "\x1b" not in text
            assert "\u202e" not in text

    play("four-by-four", (80, 24), keys)


@both
@pytest.mark.parametrize("name", ["multi-channel", "two-layer-update", "lenet"])
def test_every_line_fits_the_screen(name, size):
    session = QuizSession(sitting(load(name), WANTED, None, lambda text: None))
    tensors = set()
    for _ in range(60):
        rows = session.rows(size[0], size[1] - 1)
        assert len(rows) == size[1] - 1
        assert {sum(len(run.text) for run in row) for row in rows} == {size[0]}
        tensors.add(session.game.ref.tensor)
        if session.prompt == "Enter ends":
            break
        session.answered("" if session.prompt == "Enter goes on" else "r")
    assert len(tensors) > 5


def test_no_key_means_two_things():
    assert len({key for key, _ in KEYS}) == len(KEYS)
