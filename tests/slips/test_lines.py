"""No false sentence: every line of arithmetic under a slip gives the written number, redone by its digits."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.slips.exercises import claim, refer, shipped, shipped_names, slips_of, true_value
from tests.slips.injected import in_one_cell
from tests.slips.lines import value_of, worked_out
from walkthrough.slips import all_slips


def test_the_little_calculator() -> None:
    assert value_of("14 − 2·(2·(−1))") == 18
    assert value_of("min(3, −1, 5)") == -1
    assert value_of("|−7| + 1") == 8
    assert value_of("1/(1 + 2^(−3))") == Fraction(8, 9)
    assert worked_out("relu[1,2] = 0.5", lambda _: Fraction(1, 2)) == (
        *(Fraction(1, 2), Fraction(1, 2)),
        Fraction(1, 10),
    )


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_printed_gives_what_was_written(name: str) -> None:
    book, redone = shipped(name), 0
    for kind in all_slips():
        draw = random.Random(f"{name} {kind.word}")
        injected = in_one_cell(book, kind, draw, draw.randint(3, 7))
        for ref, written in ({} if injected is None else injected.wrong).items():
            number = claim(book, book.name(ref), written).number
            assert number is not None
            half = max(number.units[:1] or [Fraction(0)]) / 2
            for slip in slips_of(book, book.name(ref), written):
                found = worked_out(slip.line, lambda cell: true_value(book, refer(book, cell)))
                if found is not None and abs(number.value) > Fraction(1, 10**20):
                    value, printed, unit = found
                    assert abs(value - number.value) <= half, (written, slip)
                    assert abs(printed - number.value) <= half + unit / 2, (written, slip)
                    redone += 1
    assert redone > 5


@pytest.mark.parametrize("name", ["four-by-four", "lecture-notes", "two-conv-network"])
def test_a_zero_is_what_comes_out_only_where_zero_does(name: str) -> None:
    book = shipped(name)
    for tensor in book.trace.places:
        cell = next(iter(book.trace.network_tensor(tensor).cells()))
        for slip in slips_of(book, book.trace.cell_name(tensor, cell), "0"):
            assert abs(slip.gives.value) < Fraction(1, 10**20), slip
