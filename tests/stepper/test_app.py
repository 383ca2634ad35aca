"""The stepper in Textual: keys, clicks and answers, at the sizes of a terminal and of a projector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.stepper.walks import SIZES, at, walk_through
from walkthrough.stepper.app import KEYS, Stepper
from walkthrough.stepper.walk import Walk

both = pytest.mark.parametrize("size", SIZES)


def play(walk: Walk, size: tuple[int, int], keys: Callable[..., Awaitable[None]]) -> Stepper:
    """An app played through; what went wrong in it is raised here."""
    app = Stepper(walk)

    async def played() -> None:
        async with app.run_test(size=size) as pilot:
            await keys(app, pilot)

    asyncio.run(played())
    if app.failed is not None:
        raise app.failed
    return app


def screen(app: Stepper) -> str:
    """What is painted, from the strips that Textual has."""
    width, height = app.size
    rows = [app.picture.render_line(y) for y in range(height)]
    assert {row.cell_length for row in rows} == {width}
    return "\n".join(row.text.rstrip() for row in rows)


async def until(app: Stepper, pilot, said: str) -> None:
    for _ in range(200):
        if said in screen(app):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{said!r} did not come:\n{screen(app)}")


@both
def test_right_alone_goes_from_the_first_window_to_the_last_update(size):
    walk = walk_through("four-by-four")

    async def keys(app, pilot):
        seen = set()
        for _ in range(walk.course.lines):
            seen.add(app.session.walk.opened.name(app.session.walk.ref))
            text = screen(app)
            assert app.session.walk.part.title.split("    ")[0] in text
            await pilot.press("right")
        assert len(seen) == walk.course.lines
        assert "dense.bias.new" in text

    play(walk, size, keys)


@both
def test_keys_of_every_kind(size):
    async def keys(app, pilot):
        await pilot.press("pagedown")
        assert "largest of 2×2" in screen(app)
        await pilot.press("pageup", "down", "down", "up")
        assert "window 2 of 16" in screen(app)
        await pilot.press("end")
        assert "dense.weight.new" in screen(app)
        await pilot.press("home", "enter", "right")
        assert "term 2 of 9" in screen(app)
        await pilot.press("escape", "b")
        assert "= ?" in screen(app)
        await pilot.press("right")
        assert "= 765" in screen(app)
        await pilot.press("b", "z")
        assert "products with 0 left out" in screen(app)
        await pilot.press("z", "question_mark")
        assert "what if" in screen(app)
        await pilot.press("escape", "w")
        await until(app, pilot, "why conv[1,1]")
        await pilot.press("escape", "d")
        await until(app, pilot, "derive conv-output")
        await pilot.press("escape")
        assert "window 1 of 16" in screen(app)

    play(walk_through("lecture-notes"), size, keys)


@both
def test_going_to_a_number_and_changing_it(size):
    async def keys(app, pilot):
        await pilot.press("g")
        assert "go to: " in screen(app)
        await pilot.press(*"input", "left_square_bracket", "2", "comma", "2", "right_square_bracket", "enter")
        assert "it goes into 4 numbers" in screen(app)
        await pilot.press("e")
        assert app.answer_line.value == "255"
        await pilot.press(*["backspace"] * 3, "7", "enter")
        assert "changed: it was 255" in screen(app)
        assert "765→−227" in screen(app)
        await pilot.press("u")
        assert "→−227" not in screen(app)
        await pilot.press("escape")
        assert "window 1 of 16" in screen(app)

    play(walk_through("lecture-notes"), size, keys)


def test_letters_are_letters_while_a_question_is_open():
    async def keys(app, pilot):
        await pilot.press("g", *"quw")
        assert app.answer_line.value == "quw"
        await pilot.press("escape")
        assert not app.answer_line.has_class("asked")
        await pilot.press("right")
        assert app.session.walk.line == 1

    play(walk_through("lecture-notes"), (80, 24), keys)


@both
def test_clicks(size):
    async def keys(app, pilot):
        rows = [app.picture.render_line(y).text for y in range(app.size.height)]
        y = next(at for at, row in enumerate(rows) if "765 −510" in row)
        await pilot.click(offset=(rows[y].index("−510") + 1, y))
        assert "window 2 of 16" in screen(app)
        x = next(at for at, row in enumerate(rows) if "−255" in row)
        await pilot.click(offset=(rows[x].index("−255"), x))
        assert "it goes into 9 numbers" in screen(app)
        await pilot.press("escape")
        assert "window 2 of 16" in screen(app)

    play(at("lecture-notes", "conv[1,4]"), size, keys)


def test_the_witnesses_say_so_beside_the_screen():
    async def keys(app, pilot):
        await until(app, pilot, "✓ verified exactly: all 16 of conv")
        await pilot.press("e", *"input", "left_square_bracket", "2", "comma", "2", "right_square_bracket")
        await pilot.press("equals_sign", "7", "enter")
        assert "verified" not in screen(app)
        await until(app, pilot, "✓ verified exactly: all 16 of conv")

    play(walk_through("lecture-notes"), (80, 24), keys)


def test_it_goes_on_by_itself():
    async def keys(app, pilot):
        await pilot.press("a", *["plus"] * 6)
        for _ in range(100):
            await pilot.pause(0.05)
            if app.session.walk.line > 2:
                break
        assert app.session.walk.line > 2
        await pilot.press("a")
        line = app.session.walk.line
        await pilot.pause(0.4)
        assert app.session.walk.line == line

    play(walk_through("lecture-notes"), (80, 24), keys)


def test_lines_are_still_worked_out_ahead_after_something_was_made_beside_the_screen():
    async def keys(app, pilot):
        for _ in range(3):
            await pilot.press("w")
            await until(app, pilot, "why conv")
            await pilot.press("escape", "right")
        for _ in range(200):
            if not app._looking_ahead:
                break
            await pilot.pause(0.02)
        assert not app._looking_ahead

    play(walk_through("lecture-notes"), (80, 24), keys)


def test_another_size_is_painted_anew():
    async def keys(app, pilot):
        await pilot.resize_terminal(160, 50)
        await pilot.pause()
        assert "forward" in screen(app).split("\n")[1]
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert "window 1 of 16" in screen(app)

    play(walk_through("lecture-notes"), (80, 24), keys)


def colours(app: Stepper) -> set[object]:
    rows = [app.picture.render_line(y) for y in range(app.size.height)]
    return {(s.style.color, s.style.bgcolor) for row in rows for s in row if s.style}


def test_light_and_dark_are_different_and_no_colour_has_none(monkeypatch):
    found = []

    async def keys(app, pilot):
        found.append(colours(app))
        await pilot.press("t")
        found.append(colours(app))

    play(at("lecture-notes", "conv[2,2]"), (80, 24), keys)
    dark, light = found
    # only what is at hand is amber on both
    assert len(dark & light) == 1
    monkeypatch.setenv("NO_COLOR", "1")

    async def without(app, pilot):
        assert colours(app) == {(None, None)}
        styles = {s.style for y in range(24) for s in app.picture.render_line(y) if s.style}
        assert any(style.reverse and style.bold for style in styles)
        assert any(style.underline for style in styles)

    play(at("lecture-notes", "conv[2,2]"), (80, 24), without)


def luminance(colour) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = colour.get_truecolor()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_style_can_be_read_in_greyscale(theme):
    """Contrast of luminance alone, by WCAG: 4.5 for text, 3 for what is still to come."""
    from walkthrough.stepper.pictures.palette import looks

    for style, look in looks(theme).items():
        pair = sorted((luminance(look.color), luminance(look.bgcolor)))
        contrast = (pair[1] + 0.05) / (pair[0] + 0.05)
        assert contrast >= (3 if style == "waits" else 4.5), style


def test_no_key_means_two_things_and_help_names_them():
    from walkthrough.stepper.overlays import HELP

    keys = [key for names, _ in KEYS for key in names.split(",")]
    assert len(keys) == len(set(keys))
    named = " ".join(keys for keys, _ in HELP).split()
    for letter in (key for key in keys if len(key) == 1 and key not in "hjkl"):
        assert letter in named
