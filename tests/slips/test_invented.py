"""Slips invented without a look at the shelf: how many are told by the right name, and first."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np

from tests.slips.invented import Invented, invented
from walkthrough.case import Case, read_case
from walkthrough.marking.check import check
from walkthrough.marking.marked_worksheets import Marked


@cache
def case_of(text: str) -> Case:
    return read_case(text)


def said(number: float) -> str:
    """As a person writes it: whole numbers whole, others to five digits."""
    if abs(number - round(number)) < 1e-9:
        return str(round(number))
    return format(Decimal(f"{number:.4e}"), "f")


def claims_of(tensor: str, array: np.ndarray) -> dict[str, str]:
    if tensor == "loss":
        return {tensor: said(float(array.reshape(())))}
    return {
        f"{tensor}[{','.join(str(at + 1) for at in cell)}]": said(float(array[cell]))
        for cell in np.ndindex(array.shape)
    }


def verdicts(each: Invented) -> list[Marked]:
    """What is said of the numbers that are wrong."""
    claims: dict[str, str] = {}
    for tensor, array in each.before.items():
        claims |= claims_of(tensor, np.asarray(array, float))
    claims |= claims_of(each.tensor, each.wrong)
    (sheet,) = check(claims, case=case_of(each.case))
    assert not [marked.claim.cell for marked in sheet.claims if marked.verdict == "unreadable"]
    elsewhere = [m.claim.cell for m in sheet.claims if m.verdict == "wrong" and m.claim.tensor != each.tensor]
    assert not elsewhere, (each.told, elsewhere)
    return [marked for marked in sheet.claims if marked.verdict == "wrong"]


def test_most_invented_slips_get_the_right_name_first() -> None:
    first, named, all_of_them = 0, 0, 0
    for each in invented():
        wrong = verdicts(each)
        if wrong:
            all_of_them += 1
            first += all(marked.slips and marked.slips[0].slip in each.names for marked in wrong)
            named += all(any(slip.slip in each.names for slip in marked.slips) for marked in wrong)
    assert all_of_them > 80
    assert named >= 0.85 * all_of_them, (named, all_of_them)
    assert first >= 0.8 * all_of_them, (first, all_of_them)
