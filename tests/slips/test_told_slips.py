"""Slips of the table, worked out by another route: how many are blamed, named, and named first."""

from __future__ import annotations

from flint import ctx

from tests.slips.exercises import computed, shipped, shipped_names, true_value
from tests.slips.told_slips import counted
from walkthrough.marking.diagnosis.chance import most_ways
from walkthrough.marking.diagnosis.possible_slips import results
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked


def test_one_slip_is_blamed_and_named_and_named_first() -> None:
    counts, missed = counted(range(2))
    assert counts["slips"] > 180
    assert counts["telling"] > 100
    assert counts["blamed"] >= 0.98 * counts["slips"], missed
    assert counts["named"] >= 0.95 * counts["telling"], missed
    assert counts["first"] >= 0.85 * counts["telling"], missed


def test_no_step_gives_more_numbers_than_it_is_trusted_with() -> None:
    for name in shipped_names():
        book, seen = shipped(name), set[str]()
        numbers = Operands(lambda ref, book=book: true_value(book, ref))
        for ref in computed(book):
            if ref.tensor not in seen:
                seen.add(ref.tensor)
                with ctx.workprec(128):
                    own = reworked(book, ref, numbers)
                    assert len(set((results(own) or ((), (), ()))[0])) <= most_ways(own)
