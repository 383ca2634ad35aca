"""Slips that are left out because nothing in the equations gives them are never missed with other numbers."""

from __future__ import annotations

import random

import pytest
from flint import ctx, fmpq

from tests.slips.exercises import computed, shipped, shipped_names
from walkthrough.marking.diagnosis.possible_slips import possible
from walkthrough.slips import SlipKind, all_slips
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

CELLS, PEOPLE = 12, 3


def somebody(book: Workbook, draw: random.Random, nothing: bool = False) -> Operands:
    """Numbers that have nothing to do with the case; or nothing but zeros."""
    known: dict[Ref, int] = {}
    return Operands(lambda ref: fmpq(0 if nothing else known.setdefault(ref, draw.randint(-9, 9))))


def gives_something(kind: SlipKind, own: ReworkedStep) -> bool:
    try:
        return next(iter(kind.play(own)), None) is not None
    except ArithmeticError:
        return False


@pytest.mark.parametrize("name", shipped_names())
def test_no_slip_is_missed_with_other_numbers(name: str) -> None:
    shared, draw = shipped(name), random.Random(name)
    book = Workbook(shared.steps)  # nobody has asked it for anything
    cells = list(computed(book))
    for ref in draw.sample(cells, min(CELLS, len(cells))):
        with ctx.workprec(256):
            possible(reworked(book, ref, somebody(book, draw, nothing=True)))
            for _ in range(PEOPLE):
                numbers = somebody(book, draw)
                own = reworked(book, ref, numbers)
                left = set(possible(own))
                missed = [
                    each.word for each in all_slips() if each not in left and gives_something(each, own)
                ]
                assert not missed, (ref, missed)
