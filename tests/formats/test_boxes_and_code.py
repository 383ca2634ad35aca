"""Boxes that somebody writes into, and lines of a program, in the formats that people read."""

from __future__ import annotations

from walkthrough.document import Beside, Code, Grid, Heading, Prose
from walkthrough.formats.html import HtmlFormat
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.pytorch import PytorchFormat
from walkthrough.formats.text import TextFormat

EMPTY = Grid("z", (("", ""),), boxes=True)
FILLED = Grid("z", (("−510", "0.9275735146"),), boxes=True)


def test_boxes_in_text_have_room_for_a_number_and_stay_under_each_other() -> None:
    (text,) = TextFormat().render([EMPTY])
    assert text == "   z\n      [        ]  [        ]\n"
    (text,) = TextFormat().render([FILLED])
    assert text == "   z\n      [        −510]  [0.9275735146]\n"


def test_boxes_that_are_too_wide_for_a_page_are_cut_into_bands() -> None:
    (text,) = TextFormat(width=40).render([Grid("z", (("",) * 6,), boxes=True)])
    assert "columns 1 to 2" in text
    assert all(len(line) <= 40 for line in text.splitlines())


def test_boxes_in_a_page_and_in_markdown() -> None:
    page = "".join(HtmlFormat().render([EMPTY]))
    assert '<figure class="grid boxes">' in page
    (text,) = MarkdownFormat().render([EMPTY])
    assert text == "z:\n\n|  | 1 | 2 |\n| --- | ---: | ---: |\n| 1 |  |  |\n\n"


def test_grids_without_signs_stand_beside_each_other_or_one_after_the_other() -> None:
    both = Beside((Grid("x", (("1", "2"),)), EMPTY), ("",))
    (text,) = TextFormat().render([both])
    assert text.splitlines() == ["      x         z", "      1  2      [        ]  [        ]"]
    (text,) = MarkdownFormat().render([both])
    assert "$$" not in text
    assert text.index("x:") < text.index("z:")
    assert 'class="sign"' not in "".join(HtmlFormat().render([both]))


def test_a_program_stands_as_it_is() -> None:
    program = Code('if x < 1:\n    print("*&_")')
    assert "".join(TextFormat().render([program])) == '   if x < 1:\n       print("*&_")\n'
    assert "".join(MarkdownFormat().render([program])) == '```python\nif x < 1:\n    print("*&_")\n```\n\n'
    page = "".join(HtmlFormat().render([program]))
    assert "if x &lt; 1:\n    print(&#34;*&amp;_&#34;)</code>" in page


def test_a_script_has_code_and_everything_else_as_comments() -> None:
    blocks = [Heading("A\nimport os", 1), Prose("Said \x0c so."), Heading("part", 2), Code("x = 1"), EMPTY]
    text = "".join(PytorchFormat().render(blocks))
    assert text == "# A import os\n#\n# Said so.\n\n\n# --- part ---\n\nx = 1\n"
