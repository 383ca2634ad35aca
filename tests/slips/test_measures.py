"""How well slips are told: one slip is blamed and named, a made-up number is not explained."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from tests.slips.exercises import shipped, shipped_names, true_value
from tests.slips.injected import (
    Injected,
    in_one_cell,
    sheet_with,
    steps_of,
    throughout,
    with_data_misread,
)
from walkthrough.marking.marked_worksheets import Marked
from walkthrough.slips import SlipKind, all_slips
from walkthrough.trace.steps.kinds import Ref

INTEGER_CASES = ("four-by-four", "convolution", "single-channel", "multi-channel", "full-convolution")
LARGE = "two-conv-network"
# what is one number of many on a sheet: tested by sheets of their own
WHOLE_SHEET = ("data-misread", "rate-misread", "cells-swapped")


def enough_digits(written: str) -> bool:
    """Three significant digits or more: fewer are met by chance."""
    return len(written.partition("e")[0].replace("-", "").replace(".", "").lstrip("0")) > 2


def of_wrong(name: str, injected: Injected, digits: int) -> list[tuple[str, Marked]]:
    """What is said of the numbers with the slip."""
    by_cell = {
        Ref(each.claim.tensor, each.claim.at): each for each in sheet_with(name, injected, digits).claims
    }
    return [(written, by_cell[ref]) for ref, written in injected.wrong.items()]


def counted(counts: Counter[str], word: str, marked: Marked) -> None:
    if marked.verdict != "wrong":
        return  # to so few digits it is the right number
    counts["wrong"] += 1
    words = [slip.slip for slip in marked.slips]
    counts["explained"] += bool(words)
    counts["named"] += word in words
    counts["first"] += words[:1] == [word]


def exercises_and_slips() -> Iterator[tuple[str, SlipKind]]:
    """Every slip on every case; on one of hundreds of numbers a sheet, every third."""
    for name in shipped_names():
        yield from ((name, kind) for kind in all_slips()[:: 3 if name == LARGE else 1])


def draws(kind: SlipKind, name: str) -> tuple[random.Random, int]:
    draw = random.Random(f"{name} {kind.word}")
    return draw, draw.randint(4, 6)


def test_one_slip_in_one_cell_is_named() -> None:
    counts, blamed, all_of_them = Counter[str](), 0, 0
    for name, kind in exercises_and_slips():
        draw, digits = draws(kind, name)
        injected = in_one_cell(shipped(name), kind, draw, digits)
        if injected is None or kind.word in WHOLE_SHEET:
            continue
        for written, marked in of_wrong(name, injected, digits):
            if enough_digits(written):
                all_of_them += 1
                blamed += marked.verdict == "wrong"
                counted(counts, kind.word, marked)
    assert all_of_them > 120
    assert blamed >= 0.98 * all_of_them
    assert counts["named"] >= 0.95 * counts["wrong"], counts
    # names that give the same number count as equal: strictly by its own name it is fewer
    assert counts["explained"] >= 0.98 * counts["wrong"], counts
    assert counts["first"] >= 0.75 * counts["wrong"], counts


def test_one_slip_throughout_a_layer_is_named_at_each_of_its_cells() -> None:
    counts = Counter[str]()
    for name, kind in exercises_and_slips():
        draw, digits = draws(kind, name)
        injected = throughout(shipped(name), kind, draw, digits)
        if injected is not None and kind.word != "data-misread":
            for _, marked in of_wrong(name, injected, digits):
                counted(counts, kind.word, marked)
    assert counts["wrong"] > 1_000
    assert counts["explained"] >= 0.95 * counts["wrong"], counts
    assert counts["named"] >= 0.9 * counts["wrong"], counts
    assert counts["first"] >= 0.85 * counts["wrong"], counts


def test_a_number_misread_wherever_it_is_used_is_named() -> None:
    counts = Counter[str]()
    for name in shipped_names():
        for at in range(3):
            draw = random.Random(f"{name} {at}")
            found = with_data_misread(name, draw, draw.randint(4, 6))
            for marked in () if found is None else found[2].claims:
                counted(counts, "data-misread", marked)
    assert counts["wrong"] > 150
    assert counts["first"] >= 0.85 * counts["wrong"], counts


def test_made_up_numbers_are_not_explained() -> None:
    explained, all_of_them = 0, 0
    for name in INTEGER_CASES:
        for tensor in list(shipped(name).trace.places)[:4]:
            steps = steps_of(shipped(name), tensor)
            values = [true_value(shipped(name), own.ref) for own in steps]
            if len(steps) < 4 or any(value.denominator != 1 for value in values):
                continue
            low, high = int(min(values)), int(max(values))
            room = max(5, (high - low) // 2)
            for at in range(4):
                draw = random.Random(f"{name} {tensor} {at}")
                for several in (steps, [draw.choice(steps)]):
                    wrong = {own.ref: str(draw.randint(low - room, high + room)) for own in several}
                    for _, marked in of_wrong(name, Injected("", wrong, frozenset()), 5):
                        all_of_them += marked.verdict == "wrong"
                        explained += marked.verdict == "wrong" and bool(marked.slips)
    assert all_of_them > 150
    assert explained <= 0.15 * all_of_them, (explained, all_of_them)
