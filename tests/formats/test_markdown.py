"""Markdown is Markdown: tables for grids and verification, math for formulas, code for windows only."""

from __future__ import annotations

import re
from functools import cache

import pytest

from walkthrough.case import load
from walkthrough.document import Beside, Grid, Prose, Rule, Table, Working, Workings
from walkthrough.formats._tex import tex
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay


@cache
def markdown(name: str) -> str:
    return "".join(MarkdownFormat().render(Page(Narration(Steps(replay(load(name))))).blocks()))


def rendered(*blocks: object) -> str:
    return "".join(MarkdownFormat().render(blocks))  # type: ignore[arg-type]


def test_windows_stay_aligned_in_code() -> None:
    text = markdown("lecture-notes")
    assert text.startswith("# One 3×3 filter, max pool, ReLU, dense, sigmoid\n")
    assert "\n   z₁₁ = x₁₁k₁₁ + x₁₂k₁₂ + x₁₃k₁₃   = 0·1 +   0·2 +      0·1\n" in text


@pytest.mark.parametrize("name", ["lecture-notes", "multi-channel", "two-conv-network"])
def test_code_and_math_are_closed(name: str) -> None:
    text = markdown(name)
    assert text.count("```") % 2 == 0
    assert len(re.findall(r"(?m)^\$\$$", text)) % 2 == 0
    code = text.split("```")[1::2]
    # only what has rows is code: no line in it is a grid or a formula
    assert all("k, the kernel" not in piece and "Σ" not in piece for piece in code)


def test_a_grid_is_a_table() -> None:
    assert rendered(Grid("k, the kernel", (("1", "−2"), ("0", "4")))) == (
        "k, the kernel:\n\n|  | 1 | 2 |\n| --- | ---: | ---: |\n| 1 | 1 | −2 |\n| 2 | 0 | 4 |\n\n"
    )


def test_a_formula_is_math() -> None:
    assert rendered(Rule("z[i,j] = Σ x[i+p−1, j+q−1] · k[p,q]", "x input", "conv-output")) == (
        "$$\nz_{i,\\thinspace j} = \\sum x_{i+p-1,\\thinspace j+q-1} \\cdot k_{p,\\thinspace q}\n$$\n\n"
        "x input, `walkthrough derive conv-output`\n\n"
    )


def test_lines_are_aligned_math() -> None:
    lines = (
        Working("", "y₁", (("=", "1/(1 + e^(−z₁))"), ("≈", "0.92"))),
        Working("", "y₂", (("=", "max(0, x₂)"), ("=", "½·4"), ("=", "2"))),
    )
    assert rendered(Workings(lines, "chain rule")) == (
        "chain rule.\n\n$$\n\\begin{aligned}\n"
        "y_{1} &= 1/(1 + e^{-z_{1}}) \\approx 0.92 \\\\\n"
        "y_{2} &= \\max (0, x_{2}) = \\tfrac{1}{2}\\cdot 4 = 2\n"
        "\\end{aligned}\n$$\n\n"
    )


def test_words_in_a_formula_are_text() -> None:
    text = rendered(Rule("∂L/∂p = ∂L/∂a · (1 if p > 0, else 0)"))
    assert r"\partial L/\partial p" in text
    assert r"\text{ if }" in text
    assert r"\text{ else }" in text


def test_pictures_of_gradients_are_matrices() -> None:
    text = rendered(
        Beside((Grid("x", (("1",),)), Grid("g", (("2",),)), Grid("∂L/∂k", (("2",),))), ("⋆", "="))
    )
    assert text.count(r"\begin{pmatrix}") == 3
    assert r"\star" in text


def test_markup_in_a_case_is_literal() -> None:
    assert rendered(Prose("a *b* $c$ <d> `e` | [f](g)")) == (
        "a \\*b\\* \\$c\\$ \\<d\\> \\`e\\` \\| \\[f\\](g)\n\n"
    )
    assert rendered(Table(("a|b",), (("*",),))) == "| a\\|b |\n| --- |\n| \\* |\n\n"


def test_a_percent_sign_does_not_comment_a_formula_out() -> None:
    assert "25\\%" in rendered(Working("", "z₁", (("=", "25%·4"), ("=", "1"))))


def test_plain_is_ascii() -> None:
    page = Page(Narration(Steps(replay(load("lecture-notes")))))
    assert "".join(MarkdownFormat(plain=True).render(page.blocks())).isascii()


def test_a_name_with_an_underscore_is_a_name() -> None:
    # not max, an index, and the word tie
    assert tex("equal (max_tie = first)") == r"\text{ equal } (\text{max\_tie} = \text{ first})"
