"""Short transcripts of the lecture notes' page, written by hand; and how wide a page is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import case_texts
from tests.large import LARGE
from walkthrough.case import ArithmeticKind, list_shipped, load, read_case
from walkthrough.document import Block, Grid, Prose, Side, Sum, Window, Working, Workings
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.page.selection import selected
from walkthrough.page.verification_table import closing
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay
from walkthrough.trace.verification import Verification

from .alike import assert_alike

SHIPPED = [each.name for each in list_shipped() if each.name not in LARGE]


@cache
def page(name: str) -> tuple[Block, ...]:
    return tuple(Page(Narration(Steps(replay(load(name))))).blocks())


def blocks_of(name: str) -> list[Workings]:
    return [block for block in page(name) if isinstance(block, Workings)]


def block_with(cell: str, name: str = "lecture-notes") -> Workings:
    (block,) = (each for each in blocks_of(name) if any(line.cell == cell for line in each.lines))
    return block


def printed(cell: str, width: int, plain: bool = False) -> str:
    """A line of the lecture notes as text and on its own, the reason beside it left out."""
    (line,) = (each for each in block_with(cell).lines if each.cell == cell)
    alone = Working(line.cell, line.left, line.sides)
    return "".join(TextFormat(width, plain).render([alone]))


def because(cell: str) -> str:
    """What is said of a line, and of all lines of its block."""
    block = block_with(cell)
    (line,) = (each for each in block.lines if each.cell == cell)
    return "; ".join(part for part in (block.because, line.because) if part)


def whole(name: str, width: int, plain: bool = False) -> str:
    return "".join(TextFormat(width, plain).render(page(name)))


# --- note 000 by hand ---


@pytest.mark.parametrize("width", [80, 100])
def test_a_window(width: int) -> None:
    assert printed("conv[1,1]", width) == (
        "   z₁₁ = x₁₁k₁₁ + x₁₂k₁₂ + x₁₃k₁₃   = 0·1 +   0·2 +      0·1\n"
        "       + x₂₁k₂₁ + x₂₂k₂₂ + x₂₃k₂₃   + 0·0 + 255·4 +      0·0\n"
        "       + x₃₁k₃₁ + x₃₂k₃₂ + x₃₃k₃₃   + 0·1 +   0·2 + (−255)·1 = 1020 − 255 = 765\n"
    )


def test_only_the_last_sum_moves_to_the_next_row() -> None:
    """At 80 columns the numbers of this window still stand beside its symbols, and their sum does not."""
    assert printed("conv[2,2]", 80) == (
        "   z₂₂ = x₂₂k₁₁ + x₂₃k₁₂ + x₂₄k₁₃   = 255·1 +      0·2 + 255·1\n"
        "       + x₃₂k₂₁ + x₃₃k₂₂ + x₃₄k₂₃   +   0·0 + (−255)·4 +   0·0\n"
        "       + x₄₂k₃₁ + x₄₃k₃₂ + x₄₄k₃₃   + 255·1 +      0·2 + 255·1\n"
        "                                    = 255 + 255 − 1020 + 255 + 255 = 0\n"
    )


def test_a_window_folded_at_60_columns() -> None:
    assert printed("conv[2,2]", 60) == (
        "   z₂₂ = x₂₂k₁₁ + x₂₃k₁₂ + x₂₄k₁₃\n"
        "       + x₃₂k₂₁ + x₃₃k₂₂ + x₃₄k₂₃\n"
        "       + x₄₂k₃₁ + x₄₃k₃₂ + x₄₄k₃₃\n"
        "       = 255·1 +      0·2 + 255·1\n"
        "       +   0·0 + (−255)·4 +   0·0\n"
        "       + 255·1 +      0·2 + 255·1\n"
        "       = 255 + 255 − 1020 + 255 + 255 = 0\n"
    )


def test_sixteen_windows_look_alike() -> None:
    """The widest (z₄₄ = 255 + 510 − 1020 − 255 + 255 = −255) decides: four rows each at 100 columns."""
    text = "".join(TextFormat(100).render([block_with("conv[4,4]")]))
    windows = text.rstrip("\n").split("\n\n")
    assert [len(window.splitlines()) for window in windows] == [4] * 16
    assert {window.splitlines()[3].index("=") for window in windows} == {36}
    assert windows[0].splitlines()[3].split() == ["=", "1020", "−", "255", "=", "765"]


@pytest.mark.parametrize("width", [80, 100])
def test_a_pool_compares_and_names_the_winner(width: int) -> None:
    assert printed("pool[1,1]", width) == (
        "   p₁₁ = max( z₁₁  z₁₂     = max(  765  −510\n"
        "              z₂₁  z₂₂ )          1020     0 ) = 1020\n"
    )
    assert because("pool[1,1]") == "the largest is z₂₁"


def test_a_relu_says_open_once_for_all_of_its_lines() -> None:
    assert printed("relu[2,1]", 100) == "   a₂₁ = max(0, p₂₁) = max(0, 765) = 765\n"
    assert block_with("relu[2,1]").because == "open: every p > 0"
    assert [line.because for line in block_with("relu[2,1]").lines] == [""] * 4


def test_the_dense_layer() -> None:
    assert printed("dense[1]", 100) == (
        "   z₁ = w₁f₁ + w₂f₂ + w₃f₃ + w₄f₄ = 0.01·1020 + 0.01·1275 + (−0.01)·765 + (−0.01)·1275\n"
        "                                  = 10.2 + 12.75 − 7.65 − 12.75 = 2.55\n"
    )
    assert printed("dense[1]", 80) == (
        "   z₁ = w₁f₁ + w₂f₂ + w₃f₃ + w₄f₄\n"
        "      = 0.01·1020 + 0.01·1275 + (−0.01)·765 + (−0.01)·1275\n"
        "      = 10.2 + 12.75 − 7.65 − 12.75 = 2.55\n"
    )


def test_the_sigmoid_shows_what_the_calculator_shows() -> None:
    """e^−2.55 = 0.078081666001…, and 1/1.078081666 = 0.92757351463…"""
    assert printed("sigmoid[1]", 100) == (
        "   y₁ = 1/(1 + e^(−z₁)) = 1/(1 + e^(−2.55)) ≈ 1/(1 + 0.07808166600) = 1/1.078081666 ≈ 0.9275735146\n"
    )


def test_the_loss() -> None:
    """σ(2.55) = 0.92757351463848…: two guard digits, so that the logarithm comes out right."""
    assert printed("loss", 80) == (
        "   L = −(t₁·ln y₁ + (1 − t₁)·ln(1 − y₁))\n"
        "     ≈ −(0·ln 0.927573514638 + (1 − 0)·ln(1 − 0.927573514638))\n"
        "     ≈ −ln(1 − 0.927573514638) ≈ −ln 0.0724264853615 ≈ 2.625183227\n"
    )


def test_the_chain_rule() -> None:
    text = printed("dense.grad[1]", 100)
    assert text.startswith("   ∂L/∂z₁ = ∂L/∂y₁ · y₁(1 − y₁)")
    assert text.endswith("≈ 13.8071037827 · 0.0671808895797 ≈ 0.9275735146\n")
    assert because("dense.grad[1]") == ("chain rule: upstream × local derivative; = y − t ≈ 0.9275735146 − 0")


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
    assert because(cell) == f"not the largest of its window (that was {winner})"


def test_both_gradients_of_a_convolution_in_one_stroke() -> None:
    """Once a page: ∂L/∂k = x ⋆ g, and g in a frame of two rows and columns, ⋆ the turned kernel."""
    text = whole("lecture-notes", 100)
    assert text.count("The same in one stroke") == 2
    assert "∂L/∂k = x ⋆ g." in text
    assert "∂L/∂x = g, framed by 2 rows and 2 columns of zeros, ⋆ rot180 k: the full correlation." in (
        " ".join(text.split())
    )


def test_the_kernel_gradient_as_note_004_draws_it() -> None:
    """X ⋆ ∂E/∂Y of single-channel, by hand: 1·1 − 2·6 + 3·5 + 1·3 = 7, 12, 20, 5."""
    assert (
        "      x             g           ∂L/∂k\n"
        "      1  6  2       1  −2        7  12\n"
        "      5  3  1   ⋆   3   1   =   20   5\n"
        "      7  0  4\n"
    ) in whole("single-channel", 80)


def test_what_holds_for_a_block_is_said_once_under_its_formula() -> None:
    text = whole("lecture-notes", 100)
    assert text.count("chain rule: upstream × kernel") == 1
    assert (
        "   ∂L/∂w[n] = ∂L/∂z[1] · f[n]     [derive dense-gradient]\n"
        "      chain rule: upstream × input\n"
        "\n"
        "   ∂L/∂w₁ = ∂L/∂z₁ · f₁ ≈ 0.9275735146·1020 ≈ 946.1249849\n"
    ) in text


def test_channels_have_a_subtotal_each() -> None:
    """Note 004: Z = B + Σⱼ Xⱼ ⋆ Kⱼ. By hand 1 + 1 = 2, 1 − 1 = 0, and 2 + 0 + 1 = 3."""
    assert (
        "   z₁₁₁    channel 1   x₁₁₁k₁₁₁₁ + x₁₁₂k₁₁₁₂   = 1·1 + 0·0\n"
        "                     + x₁₂₁k₁₁₂₁ + x₁₂₂k₁₁₂₂   + 2·0 + 1·1    = 2\n"
        "           channel 2   x₂₁₁k₁₂₁₁ + x₂₁₂k₁₂₁₂   =    0·0 + 1·1\n"
        "                     + x₂₂₁k₁₂₂₁ + x₂₂₂k₁₂₂₂   + 1·(−1) + 2·0 = 0\n"
        "           bias        b₁₁₁                                   = 1\n"
        "           z₁₁₁ = 2 + 0 + 1  = 3\n"
    ) in whole("multi-channel", 100)


def test_a_softmax_shows_each_power_and_their_sum() -> None:
    """e² = 7.3890560989…, e + … = 10.475217368…"""
    line = block_with("softmax[1]", "softmax-cross-entropy").lines[0]
    sides = [side for _, side in line.sides]
    assert sides[1] == "e^(2)/(e^(2) + e^(1) + e^(−1))"
    assert sides[2] == "7.38905609893/(7.38905609893 + 2.71828182846 + 0.367879441171)"
    assert sides[3] == "7.38905609893/10.4752173686"


def test_a_true_convolution_shows_the_turned_kernel() -> None:
    text = whole("convolution", 100)
    assert "X ∗ K = X ⋆ rot180 K" in text
    # note 004: the kernel is 1 2 / −1 0
    assert "   k, turned by 180°\n      0  −1\n      2   1\n" in text


def test_changes_of_a_layer_stand_in_one_table() -> None:
    text = whole("lecture-notes", 100)
    assert "   δ₁  −0.9275735146  Δw₁  −94.61249849\n                      Δw₂  −118.2656231\n" in text


def test_formulas_count_as_their_lines_do() -> None:
    """A kernel of two filters over one channel has its channel in both; a turned one is solved."""
    text = whole("two-conv-network", 140)
    assert "   ∂L/∂k[f,1,p,q] = Σ g[f,i,j] · x[i+3−p, 2j+2−q]" in text
    assert "   ∂L/∂k₁₁₁₁ = g₁₁₁x₃₃ + g₁₁₂x₃₅" in text
    assert "(1 if z[c,i,1] > 0, ½ if z[c,i,1] = 0, else 0)" in text


STRIDED = """
[input]
values = "1 2 3 4; 5 6 7 8; 9 8 7 6; 5 4 3 2"
[[layers]]
{layer}
[loss]
type = "upstream"
gradient = "1 2; 3 4"
"""


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (
            'type = "conv2d"\nkernel = "1 0; 0 -1"\nstride = 2',
            "∂L/∂x[m,n] = ∂L/∂z[i,j] · k[p,q]     where 2i+p−2 = m, 2j+q−2 = n",
        ),
        (
            'type = "average_pool2d"\nsize = 2',
            "∂L/∂x[m,n] = ¼ · ∂L/∂p[i,j]     where 2i+u−2 = m, 2j+v−2 = n",
        ),
    ],
)
def test_a_formula_is_solved_also_where_windows_do_not_meet(layer: str, formula: str) -> None:
    blocks = Page(Narration(Steps(replay(read_case(STRIDED.format(layer=layer)))))).blocks()
    assert formula in "".join(TextFormat(140).render(blocks))


def test_a_float_that_has_rounded_to_1_is_said() -> None:
    """1 − y is 0 in float64, and still the loss is 50: what is done about it stands at the top."""
    text = """
        arithmetic = "float"
        [input]
        values = "{z}"
        [[layers]]
        type = "sigmoid"
        [loss]
        type = "binary_cross_entropy"
        target = "0"
        """
    said = "An output near to 1, where 1 − y loses its digits (sigmoid[1]): "
    for z, lost in (("50", True), ("2", False)):
        blocks = Page(Narration(Steps(replay(read_case(text.format(z=z)))))).opening()
        assert any(isinstance(each, Prose) and each.text.startswith(said) for each in blocks) is lost


def test_zeros_and_ties_name_their_cause() -> None:
    text = " ".join(whole("two-conv-network", 100).split())
    assert "nothing comes from above: ∂L/∂a₁₂₁ = 0 (a₁₂₁ lost to a₁₁₁)" in text
    assert "∂L/∂a₁₁₁ = ∂L/∂p₁₁₁ ≈ 0.5482531599 first of four that are equal (max_tie = first)" in text
    assert "∂L/∂a₁₁₂ = 0 equal to a₁₁₁, which comes first (max_tie = first)" in text
    assert "z₃ is exactly 0, where this case takes the slope ½" in text


def test_one_number_has_the_same_digits_in_all_lines_of_a_stage() -> None:
    """In the convolution of the lecture notes y·0.01 is always written with the same digits."""
    for name in ("conv.kernel.grad[1,1]", "input.grad[1,1]"):
        block = block_with(name)
        text = "".join(TextFormat(100).render([block]))
        operands = set(re.findall(r"(0\.00927\d+)\)?·", text))
        assert len(operands) == 1, operands


# --- widths, and nothing lost ---


def too_wide(blocks: Iterable[Block], width: int) -> list[str]:
    """Lines wider than the terminal, but for single words, which cannot be broken."""
    lines = "".join(TextFormat(width).render(blocks)).splitlines()
    return [line for line in lines if len(line) > width and len(line.split()) > 1]


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("name", SHIPPED)
def test_plain_stays_within_the_width(name: str, width: int) -> None:
    wide = [line for line in whole(name, width, plain=True).splitlines() if len(line) > width]
    assert [line for line in wide if len(line.split()) > 1] == []


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


def side_said(side: Side) -> str:
    match side:
        case Sum(rows, before, after):
            return before + after + "".join(text for row in rows for text in row)
        case Window(rows):
            return "max()" + "".join(text for row in rows for text in row)
        case _:
            return side


def said(line: Working) -> str:
    """All that a line says; groups are told one by one, the first relation of each left out."""
    words = line.left + line.because
    for group in line.groups:
        (_, first), *rest = group.sides
        words += group.name + side_said(first) + "".join(r + side_said(side) for r, side in rest)
    words += line.left if line.groups else ""
    return words + "".join(relation + side_said(side) for relation, side in line.closing)


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", ["lecture-notes", "two-conv-network", "average-pooling", "multi-channel"])
def test_nothing_of_a_line_is_lost_in_setting_it(name: str, width: int) -> None:
    for block in blocks_of(name):
        text = "".join(TextFormat(width).render([block]))
        assert letters(text) == letters("".join(map(said, block.lines))), block.lines[0].cell


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("name", SHIPPED)
def test_every_block_is_laid_out_alike(name: str, width: int) -> None:
    for block in blocks_of(name):
        assert_alike(block, width)


@pytest.mark.parametrize("name", SHIPPED)
def test_plain_is_ascii(name: str) -> None:
    text = "".join(TextFormat(80, plain=True).render(page(name)))
    assert text.isascii()
    assert "?" not in text  # nothing that had no counterpart
    markdown = "".join(MarkdownFormat(80, plain=True).render(page(name)))
    assert markdown.isascii()


def test_a_plain_line_reads_the_same() -> None:
    assert "   y1 = 1/(1 + e^(-z1)) = 1/(1 + e^(-2.55)) ~ 1/(1 + 0.07808166600)" in printed(
        "sigmoid[1]", 100, plain=True
    )
    assert printed("conv[1,1]", 100, plain=True).startswith("   z11 = x11*k11 + x12*k12 + x13*k13   = 0*1")
    assert "y1*(1 - y1)" in printed("dense.grad[1]", 100, plain=True)
    assert printed("relu[2,1]", 100, plain=True) == "   a21 = max(0, p21) = max(0, 765) = 765\n"


def test_the_stages_stand_in_their_order_and_then_backwards() -> None:
    text = "".join(TextFormat(100).render(page("lecture-notes")))
    words = [line.split() for line in text.splitlines() if line[:1].isdigit()]
    order = ["conv", "pool", "relu", "flatten", "dense", "sigmoid", "loss"]
    numbered = [(str(at + 1), name) for at, name in enumerate(order)]
    expected = [(*each, "forward") for each in numbered] + [(*each, "backward") for each in numbered[::-1]]
    expected += [("1", "conv", "0.1"), ("5", "dense", "0.1")]  # the update, with its rate
    assert [(line[0], line[1], line[-1]) for line in words] == expected


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts(), st.sampled_from([60, 80, 100, 140]))
def test_every_block_of_drawn_networks_is_laid_out_alike(text: str, width: int) -> None:
    for block in Page(Narration(Steps(replay(read_case(text))))).blocks():
        if isinstance(block, Workings):
            assert_alike(block, width)


# --- what each arithmetic is for, and what there is nothing to show of ---


def shown(name: str, arithmetic: ArithmeticKind, symbolic: bool = False) -> str:
    case = replace(load(name), arithmetic=arithmetic)
    narration = Narration(Steps(replay(case)), symbolic=symbolic)
    return "".join(TextFormat(100).render(Page(narration).blocks()))


def test_four_decimals_round_every_printed_number() -> None:
    """But for what the case gives (0.01), and the numbers with which a line begins, no number is longer."""
    text = shown("lecture-notes", ArithmeticKind("decimals", 4))
    assert re.findall(r"\d+\.\d{5,}", text) == []
    assert "≈ 1/(1 + 0.0781) = 1/1.0781 ≈ 0.9276" in text


def test_floats_show_the_digits_that_tell_them_apart() -> None:
    """0.1 + 0.2 in float64; and the sum of the lecture notes is not 2.55."""
    case = read_case("[input]\nvalues = '0.1 0.2'\n[[layers]]\ntype = 'dense'\nweight = '1 1'\n")
    narration = Narration(Steps(replay(replace(case, arithmetic=ArithmeticKind("float")))))
    line = narration.line(narration.steps.step("dense", (0,)))
    assert line.sides[-1] == ("≈", "0.30000000000000004")
    assert re.search(
        r"10\.2 \+ 12\.75 − 7\.65 − 12\.75 ≈ 2\.55000000000000\d+",
        shown("lecture-notes", ArithmeticKind("float")),
    )


def test_without_numbers_the_right_sides_stay() -> None:
    text = shown("lecture-notes", ArithmeticKind(), symbolic=True)
    assert "   ∂L/∂z₁₁ = 0 " in text
    assert "   ∂L/∂z₂₁ = ∂L/∂p₁₁ " in text
    assert all(line.rstrip()[-1] not in "=≈" for line in text.splitlines() if line.strip())


def test_a_flatten_adds_nothing_up() -> None:
    text = whole("two-conv-network", 100)
    assert "   f[c] = p[c,1,1]     " in text
    assert "   ∂L/∂p[c,1,1] = ∂L/∂f[c]" in text


def test_the_means_say_of_which_layer_and_what_the_marks_are() -> None:
    text = whole("two-conv-network", 100)
    means = text[text.index("means over the samples") :]
    assert "⟨1⟩, ⟨2⟩: the number of sample 1, 2, …" in means
    heads = [line.split()[1] for line in means.splitlines() if line.endswith(" mean")]
    assert heads == ["conv1", "conv2", "dense1", "dense2", "loss"]
    assert "   ∂L/∂k = ½·Σ ∂L/∂k⟨n⟩     n = 1…2" in means


def test_what_there_is_not_is_said() -> None:
    assert "No learning_rate, so no update." in whole("single-channel", 80)
    assert "No loss, so no backward pass and no update." in whole("cross-correlation", 80)
    for word in ("backward", "update", "loss"):
        (said,) = selected(Page(Narration(Steps(replay(load("cross-correlation"))))), (word,))
        assert said == Prose("No loss, so no backward pass and no update.")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_verification_fits_60_columns(name: str) -> None:
    verification = Verification(replay(load(name)))
    text = "".join(TextFormat(60).render(closing(verification, list(verification.checks()))))
    assert all(len(line) <= 60 for line in text.splitlines()), text
