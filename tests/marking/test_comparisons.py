"""What is remembered from one worksheet to the next changes nothing that is said of it."""

from __future__ import annotations

import json
import random

from walkthrough.marking.marked_worksheets import Worksheet
from walkthrough.marking.reports.results import sheet_as_json, sheet_table
from walkthrough.marking.verdicts.marker import Marker
from walkthrough.marking.worksheets.sheet_files import worksheet_of

from .sheets import trace, verdict

CASE = "lecture-notes"
NUMBERS = {
    "conv[1,1]": ("765", "766", "?"),
    "dense": ("2.55", "2.5", "-2.55", "?"),
    "sigmoid": ("0.928", "0.93", "0.9276", "0.07", "?"),
    "dense.grad": ("0.928", "0.93", "0.9276", "?"),
    "dense.weight.grad[1,1]": ("946", "948.6", "946.12", "abc", "?"),
    "dense.weight.new[1,1]": ("-94.59", "-94.6", "-94.85", "94.59", "?"),
    "flatten.grad[3]": ("-0.0093", "-0.00928", "?"),
}


def test_the_sheets_before_make_no_difference() -> None:
    draw, shared = random.Random(1), Marker(trace(CASE))
    for _ in range(100):
        cells = {cell: draw.choice(texts) for cell, texts in NUMBERS.items() if draw.random() < 0.9}
        worksheet: Worksheet = worksheet_of(cells or {"dense": "2.55"}, CASE).worksheet
        assert shared.mark(worksheet) == Marker(trace(CASE)).mark(worksheet)


def test_a_line_of_json_is_the_table() -> None:
    marker = Marker(trace(CASE))
    for text in ("2.55", "-2.55", "?", "2,55,1", "2.5"):
        sheet = marker.mark(worksheet_of({"dense": text, "conv[1,1]": "765"}, CASE, student='"Ä"').worksheet)
        for hidden in (False, True, False):
            assert json.loads(sheet_as_json(sheet, hidden)) == sheet_table(sheet, hidden)


def test_what_is_blank_follows_from_own_numbers_by_way_of_others_that_are() -> None:
    # w − α·g, where g is on no sheet but follows from the output's gradient
    marked = verdict("dense.weight.new[1,1]", {"dense.grad": "0.5", "dense.weight.new[1,1]": "?"})
    assert marked.from_yours is not None
    assert marked.from_yours.plain == "-50.99"
