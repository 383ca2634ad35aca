"""Honest sheets that share nothing with the program: nobody who rounds on the way is accused."""

from __future__ import annotations

import decimal
from collections.abc import Callable

import pytest

from .calculator import Calculator, four_by_four, lecture_notes, softmax
from .sheets import marked

SHEETS = {"lecture-notes": lecture_notes, "softmax-cross-entropy": softmax, "four-by-four": four_by_four}


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("decimals", [False, True])
@pytest.mark.parametrize("places", [2, 3, 4, 5])
@pytest.mark.parametrize(("case", "sheet"), SHEETS.items())
def test_an_honest_sheet_is_right(
    case: str, sheet: Callable[[Calculator], dict[str, str]], places: int, decimals: bool, cut: bool
) -> None:
    with decimal.localcontext(prec=40):
        claims = sheet(Calculator(places, decimals, cut))
    accused = [
        (each.claim.cell, each.claim.written, each.verdict, each.from_yours and each.from_yours.plain)
        for each in marked(claims, case).claims
        if each.verdict not in ("exact", "rounded", "cut-off", "own-rounding")
    ]
    assert not accused


@pytest.mark.parametrize("left_out", ["sigmoid", "sigmoid.grad", "dense.grad", "dense"])
@pytest.mark.parametrize("places", [3, 4])
def test_an_honest_sheet_with_a_gap_is_right(places: int, left_out: str) -> None:
    with decimal.localcontext(prec=40):
        claims = lecture_notes(Calculator(places, False, False))
    del claims[left_out]
    accused = [
        (each.claim.cell, each.claim.written, each.verdict)
        for each in marked(claims).claims
        if each.verdict not in ("exact", "rounded", "cut-off", "own-rounding")
    ]
    assert not accused
