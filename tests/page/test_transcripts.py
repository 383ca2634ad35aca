"""Short transcripts of the lecture notes' page, written by hand; and how wide a page is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from walkthrough.case import list_shipped, load
from walkthrough.document import Block, Grid, Sum, Window, Working
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat
from walkthrough.page.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.steps import Steps
from walkthrough.trace.trace import replay

SHIPPED = [each.name for each in list_shipped() if each.name != "lenet"]


@cache
def page(name: str) -> tuple[Block, ...]:
    return tuple(Page(Narration(Steps(replay(load(name))))).blocks())


def printed(cell: str, width: int, plain: bool = False) -> str:
    """A line of the lecture notes as text, the reason beside it left out."""
    (block,) = (each for each in page("lecture-notes") if isinstance(each, Working) and each.cell == cell)
    alone = Working(block.cell, block.left, block.sides)
    return "".join(TextFormat(width, plain).render([alone]))


def because(cell: str) -> str:
    (block,) = (each for each in page("lecture-notes") if isinstance(each, Working) and each.cell == cell)
    return block.because


# --- note 000 by hand ---


@pytest.mark.parametrize("width", [80, 100])
def test_a_window(width: int) -> None:
    assert printed("conv[1,1]", width) == (
        "   z₁₁ = x₁₁k₁₁ + x₁₂k₁₂ + x₁₃k₁₃   = 0·1 +   0·2 +      0·1\n"
        "       + x₂₁k₂₁ + x₂₂k₂₂ + x₂₃k₂₃   + 0·0 + 255·4 +      0·0\n"
        "       + x₃₁k₃₁ + x₃₂k₃₂ + x₃₃k₃₃   + 0·1 +   0·2 + (−255)·1 = 1020 − 255 = 765\n"
    )


def test_a_window_folded_at_80_columns() -> None:
    assert printed("conv[2,2]", 80) == (
        "   z₂₂ = x₂₂k₁₁ + x₂₃k₁₂ + x₂₄k₁₃\n"
        "       + x₃₂k₂₁ + x₃₃k₂₂ + x₃₄k₂₃\n"
        "       + x₄₂k₃₁ + x₄₃k₃₂ + x₄₄k₃₃\n"
        "       = 255·1 +      0·2 + 255·1\n"
        "       +   0·0 + (−255)·4 +   0·0\n"
        "       + 255·1 +      0·2 + 255·1\n"
        "       = 255 + 255 − 1020 + 255 + 255 = 0\n"
    )


@pytest.mark.parametrize("width", [80, 100])
def test_a_pool_compares_and_names_the_winner(width: int) -> None:
    assert printed("pool[1,1]", width) == (
        "   p₁₁ = max( z₁₁  z₁₂     = max(  765  −510\n"
        "              z₂₁  z₂₂ )          1020     0 ) = 1020\n"
    )
    assert because("pool[1,1]") == "the largest is z₂₁"


def test_a_relu_says_open() -> None:
    assert printed("relu[2,1]", 100) == "   a₂₁ = max(0, p₂₁) = max(0, 765) = 765\n"
    assert because("relu[2,1]") == "open: p₂₁ > 0"


@pytest.mark.parametrize("width", [80, 100])
def test_the_dense_layer(width: int) -> None:
    assert printed("dense[1]", width) == (
        "   z₁ = w₁f₁ + w₂f₂ + w₃f₃ + w₄f₄\n"
        "      = 0.01·1020 + 0.01·1275 + (−0.01)·765 + (−0.01)·1275\n"
        "      = 10.2 + 12.75 − 7.65 − 12.75 = 2.55\n"
    )


@pytest.mark.parametrize("width", [80, 100])
def test_the_sigmoid(width: int) -> None:
    assert printed("sigmoid[1]", width) == "   y₁ = 1/(1 + e^(−z₁)) = 1/(1 + e^(−2.55)) ≈ 0.9275735146\n"


def test_the_loss() -> None:
    """σ(2.55) = 0.92757351463848…: two guard digits, so that the logarithm comes out right."""
    assert printed("loss", 80) == (
        "   L = −(t₁·ln y₁ + (1 − t₁)·ln(1 − y₁))\n"
        "     ≈ −(0·ln 0.927573514638 + (1 − 0)·ln(1 − 0.927573514638))\n"
        "     ≈ −ln(1 − 0.927573514638) ≈ 2.625183227\n"
    )


def test_the_chain_rule() -> None:
    text = printed("dense.grad[1]", 100)
    assert text.startswith("   ∂L/∂z₁ = ∂L/∂y₁ · y₁(1 − y₁)")
    assert text.endswith("≈ 13.8071037827 · 0.0671808895797 ≈ 0.9275735146\n")
    assert because("dense.grad[1]") == "chain rule: upstream × local; = y − t"


@pytest.mark.parametrize(
    ("number", "index", "old", "gradient", "change", "new"),
    [
        (1, "₁", "0.01", "946.1249849", "94.61249849", "−94.60249849"),
        (2, "₂", "0.01", "1182.656231", "118.2656231", "−118.2556231"),
        (3, "₃", "−0.01", "709.5937387", "70.95937387", "−70.96937387"),
        (4, "₄", "−0.01", "1182.656231", "118.2656231", "−118.2756231"),
    ],
)
def test_the_four_updates(number: int, index: str, old: str, gradient: str, change: str, new: str) -> None:
    w = f"w{index}"
    assert printed(f"dense.weight.new[{number}]", 100) == (
        f"   {w} ← {w} − α·∂L/∂{w} ≈ {old} − 0.1·{gradient} = {old} − {change} ≈ {new}\n"
    )
    assert printed(f"dense.weight.new[{number}]", 60).split() == (
        f"{w} ← {w} − α·∂L/∂{w} ≈ {old} − 0.1·{gradient} = {old} − {change} ≈ {new}".split()
    )


def test_a_kernel_gradient_shows_each_overlap() -> None:
    """FACTS: ∂L/∂k₃₂ = y·7.65, of three overlaps with g ≠ 0, each worth y·2.55."""
    text = printed("conv.kernel.grad[3,2]", 100)
    assert "g₁₁x₃₂ + g₁₂x₃₃ + g₁₃x₃₄ + g₁₄x₃₅" in text
    assert "g₄₁x₆₂ + g₄₂x₆₃ + g₄₃x₆₄ + g₄₄x₆₅" in text
    # y·2.55 = 2.365312462…, y·7.65 = 7.095937386…
    assert re.search(r"2\.36531246\d* \+ 2\.36531246\d* \+ 2\.36531246\d* ≈ 7\.095937387\n$", text)


@pytest.mark.parametrize("at", ["₁₁", "₁₂", "₂₂", "₄₄"])
def test_a_loser_of_a_pool_says_why_it_gets_nothing(at: str) -> None:
    winner = {"₁₁": "z₂₁", "₁₂": "z₂₁", "₂₂": "z₂₁", "₄₄": "z₄₃"}[at]
    row, column = (str("₀₁₂₃₄".index(digit)) for digit in at)
    cell = f"conv.grad[{row},{column}]"
    assert printed(cell, 100) == f"   ∂L/∂z{at} = 0\n"
    assert because(cell) == f"because z{at} was not the largest of its window ({winner} was)"


def test_the_input_gradient_is_also_a_full_correlation() -> None:
    """Said once a page, with g framed by two rows and columns of zeros and the kernel turned."""
    text = "".join(TextFormat(100).render(page("lecture-notes")))
    assert len(re.findall(r"turn the kernel by 180°", text)) == 1
    assert "2 rows above and below, 2 columns left and" in text


# --- widths, and nothing lost ---


def too_wide(blocks: Iterable[Block], width: int) -> list[str]:
    """Lines wider than the terminal, but for single words, which cannot be broken."""
    lines = "".join(TextFormat(width).render(blocks)).splitlines()
    return [line for line in lines if len(line) > width and len(line.split()) > 1]


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("name", SHIPPED)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert too_wide((block for block in page(name) if not isinstance(block, Grid)), width) == []


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("name", SHIPPED)
def test_no_grid_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert too_wide((block for block in page(name) if isinstance(block, Grid)), width) == []


def letters(text: str) -> Counter[str]:
    """What is printed, without blanks and the signs that stand between terms."""
    return Counter(re.sub(r"[\s+−]", "", text))


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", ["lecture-notes", "two-conv-network", "average-pooling"])
def test_nothing_of_a_line_is_lost_in_setting_it(name: str, width: int) -> None:
    for block in page(name):
        if isinstance(block, Working):
            said = block.left + block.because
            for relation, side in block.sides:
                said += relation
                match side:
                    case Sum(rows, before, after):
                        said += before + after + "".join(text for row in rows for text in row)
                    case Window(rows):
                        said += "max()" + "".join(text for row in rows for text in row)
                    case _:
                        said += side
            assert letters("".join(TextFormat(width).render([block]))) == letters(said), block.cell


@pytest.mark.parametrize("name", SHIPPED)
def test_plain_is_ascii(name: str) -> None:
    text = "".join(TextFormat(80, plain=True).render(page(name)))
    assert text.isascii()
    assert "?" not in text  # nothing that had no counterpart
    markdown = "".join(MarkdownFormat(80, plain=True).render(page(name)))
    assert markdown.isascii()


def test_a_plain_line_reads_the_same() -> None:
    sigmoid = "   y1 = 1/(1 + e^(-z1)) = 1/(1 + e^(-2.55)) ~ 0.9275735146\n"
    assert printed("sigmoid[1]", 100, plain=True) == sigmoid
    assert printed("relu[2,1]", 100, plain=True) == "   a21 = max(0, p21) = max(0, 765) = 765\n"


def test_markdown_keeps_windows_aligned_in_code() -> None:
    text = "".join(MarkdownFormat().render(page("lecture-notes")))
    assert text.count("```") % 2 == 0
    assert "\n   z₁₁ = x₁₁k₁₁ + x₁₂k₁₂ + x₁₃k₁₃   = 0·1 +   0·2 +      0·1\n" in text
    assert text.startswith("# One 3×3 filter, max pool, ReLU, dense, sigmoid\n")
    outside = "".join(text.split("```")[::2])
    assert "**" not in outside.replace("\\*\\*", "")


def test_the_stages_stand_in_their_order_and_then_backwards() -> None:
    text = "".join(TextFormat(100).render(page("lecture-notes")))
    words = [line.split() for line in text.splitlines() if line[:1].isdigit()]
    order = ["conv", "pool", "relu", "flatten", "dense", "sigmoid", "loss"]
    numbered = [(str(at + 1), name) for at, name in enumerate(order)]
    expected = [(*each, "forward") for each in numbered] + [(*each, "backward") for each in numbered[::-1]]
    assert [(line[0], line[1], line[-1]) for line in words] == expected
