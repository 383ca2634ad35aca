"""A curve stays within its width, goes where its numbers go, and needs nothing but signs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from walkthrough.document import Curve
from walkthrough.formats._curves import drawn
from walkthrough.formats.html import HtmlFormat
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat


def falling(count: int = 200) -> Curve:
    return Curve("loss", tuple(1 - at / (count - 1) for at in range(count)), "step", "0", "2.5")


@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=300).map(tuple),
    width=st.integers(40, 160),
    plain=st.booleans(),
)
def test_every_curve_fits(shares: tuple[float, ...], width: int, plain: bool) -> None:
    lines = drawn(Curve("loss", shares, "step", "0", "0.693"), width, plain)
    assert max(map(len, lines)) <= width
    assert len({len(lines), 12}) == 1
    if plain:
        assert "".join(lines).isascii()


def test_it_goes_from_the_top_left_to_the_bottom_right() -> None:
    rows = [
        line.partition("|")[2] or line.partition("+")[2] for line in drawn(falling(), 60, plain=True)[1:10]
    ]
    first = [row.index("*") for row in rows]
    last = [row.rindex("*") for row in rows]
    assert first == sorted(first)
    assert last == sorted(last)
    assert (first[0], last[-1]) == (0, 60 - len("2.5") - 4)


def test_ends_are_named() -> None:
    name, top, *_, bottom, _, along = drawn(falling(1280), 80)
    assert name == "loss"
    assert top.startswith("2.5 ┤")
    assert bottom.startswith("  0 ┤")
    assert along.split() == ["step", "1", "1280"]


def test_it_stands_in_text_and_in_markdown() -> None:
    assert "└" in "".join(TextFormat(60).render([falling()]))
    assert "".join(TextFormat(60, plain=True).render([falling()])).isascii()
    assert "```text\nloss\n" in "".join(MarkdownFormat().render([falling()]))
    assert "<polyline" in "".join(HtmlFormat().render([falling()]))
