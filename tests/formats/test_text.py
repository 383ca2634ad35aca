"""Text: one layout per block, decided by its widest member; lines break before signs; plain is ASCII."""

from __future__ import annotations

import pytest

from walkthrough.document import Beside, Grid, Rule, Sum, Table, Working, Workings
from walkthrough.formats.text import TextFormat, ascii_only


def rendered(*blocks: object, width: int = 60, plain: bool = False) -> str:
    return "".join(TextFormat(width, plain).render(blocks))  # type: ignore[arg-type]


def line(left: str, *sides: object, because: str = "") -> Working:
    relations = [("=", side) for side in sides]
    return Working(left, left, tuple(relations), because)  # type: ignore[arg-type]


def total(*terms: str) -> Sum:
    return Sum((terms,))


SHORT = line("a", total("x", "y"), total("1", "2"), "3")


def test_relations_stand_under_each_other() -> None:
    other = line("b", total("x"), total("100"), "100")
    assert rendered(Workings((SHORT, other))) == "   a = x + y = 1 + 2 = 3\n   b = x     = 100   = 100\n"


def test_the_widest_line_decides_for_all() -> None:
    """One long sum moves down, so the short one does too."""
    long = line("b", total("x", "y"), total("1000000", "2000000"), total("1000000", "2000000"), "3000000")
    assert rendered(Workings((SHORT, long)), width=50) == (
        "   a = x + y = 1 + 2\n"
        "             = 3\n"
        "\n"
        "   b = x + y = 1000000 + 2000000\n"
        "             = 1000000 + 2000000 = 3000000\n"
    )


def test_rows_of_five_are_not_broken_four_and_one() -> None:
    row = tuple(f"0.12345·(−0.6789{n})" for n in range(5))
    window = line("z", Sum((row, row)), Sum((row, row)), "1")
    text = rendered(Workings((window,)), width=80)
    assert {len(each.split(" + ")) for each in text.replace("+ ", " + ").splitlines()[:-1]} <= {3, 4}
    assert all(len(each) <= 80 for each in text.splitlines())
    terms = [each.count("·") for each in text.splitlines()]
    assert terms == [3, 2, 3, 2, 3, 2, 3, 2, 0]


def test_a_line_breaks_before_a_sign_and_never_in_a_factor() -> None:
    long = line(
        "d", "−(−3.85361711170)·0.2594964603·(1 − 0.2594964603) + 0.7053845127·(1 − 0.0351190269)", "1"
    )
    text = rendered(Workings((long,)), width=60)
    rows = [each.strip() for each in text.splitlines()]
    assert rows[1].startswith("+ 0.7053845127")
    assert all(row.count("(") == row.count(")") for row in rows)


def test_remarks_stand_beside_or_are_folded_there() -> None:
    short = line("a", "1", because="open")
    long = line("b", "2", because="nothing comes from above: c = 0 (d lost to e)")
    assert rendered(Workings((short, long)), width=48) == (
        "   a = 1     open\n   b = 2     nothing comes from above: c = 0 (d\n             lost to e)\n"
    )


def test_what_holds_for_all_stands_under_the_formula() -> None:
    text = rendered(Rule("z = x + y"), Workings((SHORT,), "chain rule"))
    assert text == "   z = x + y\n      chain rule\n\n   a = x + y = 1 + 2 = 3\n"


def test_grids_beside_each_other_or_below() -> None:
    block = Beside((Grid("x", (("1", "2"),)), Grid("g", (("3",),))), ("⋆",))
    assert rendered(block) == "      x          g\n      1  2   ⋆   3\n"
    assert rendered(block, width=14) == "   x\n      1  2\n   ⋆  g\n      3\n"


def test_a_table_too_wide_sets_the_first_cell_apart() -> None:
    table = Table(("tensor", "cells", "witness"), (("conv.kernel.grad", "16", "exactly"),), frozenset({1}))
    assert (
        rendered(table, width=40)
        == "   tensor            cells  witness\n   conv.kernel.grad     16  exactly\n"
    )
    assert rendered(table, width=24) == (
        "   tensor\n      cells  witness\n   conv.kernel.grad\n         16  exactly\n"
    )


def test_a_table_of_several_is_cut_where_one_begins() -> None:
    table = Table(
        ("δ", "value", "Δ", "value"), (("δ₁", "1", "Δ₁", "2"), ("", "", "Δ₂", "3")),
        frozenset({1, 3}), frozenset({0, 2}),
    )  # fmt: skip
    assert rendered(table, width=20) == (
        "   δ   value\n   δ₁      1\n\n   Δ   value\n   Δ₁      2\n   Δ₂      3\n"
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x₁₁k₁₁ + x₁₂k₁₂", "x11*k11 + x12*k12"),
        ("∂L/∂y₁ · y₁(1 − y₁)", "dL/dy1 * y1*(1 - y1)"),
        ("y[m](δ(m,n) − y[n])", "y[m]*(delta(m,n) - y[n])"),
        ("½·∂L/∂a₁", "(1/2)*dL/da1"),
        ("∂L/∂k = x ⋆ g", "dL/dk = x corr g"),
        ("max(0, z₁) ≈ 1.5·10⁻⁹", "max(0, z1) ~ 1.5*10^-9"),
        ("conv[1,1] (forward)", "conv[1,1] (forward)"),
    ],
)
def test_in_ascii(text: str, plain: str) -> None:
    assert ascii_only(text) == plain


def test_plain_is_laid_out_as_wide_as_it_is() -> None:
    """½ takes three columns in ASCII: what fits with it does not fit without."""
    wide = line("a₁", "½·∂L/∂b₁ + ½·∂L/∂b₂ + ½·∂L/∂b₃", "1")
    for width in range(30, 60):
        for plain in (False, True):
            text = rendered(Workings((wide,)), width=width, plain=plain)
            assert all(len(each) <= width for each in text.splitlines()), (width, plain)
