"""An exercise in several copies, each with other numbers."""

from __future__ import annotations

import pytest

from walkthrough.case import load, read_case
from walkthrough.marking.diagnosis.blindspots import blindspots
from walkthrough.marking.fresh_cases.copies import copies
from walkthrough.marking.fresh_cases.fresh_case import CannotDraw


def test_no_two_are_alike_and_none_hides_what_the_first_reveals() -> None:
    case = load("two-layer-update")
    several = list(copies(case, 1, 12))
    numbers = {(each.samples, each.layers) for each in several}
    assert len(numbers) == 12
    assert (case.samples, case.layers) not in numbers
    hidden = {(spot.slip, spot.tensor) for spot in blindspots(case).hidden}
    for each in several:
        assert {(spot.slip, spot.tensor) for spot in blindspots(each).hidden} <= hidden


def test_a_seed_gives_the_same_copies_and_another_one_others() -> None:
    case = load("softmax-cross-entropy")

    def first(seed: int) -> list[str]:
        return [each.toml for each in copies(case, seed, 2)]

    assert first(3) == first(3)
    assert not set(first(3)) & set(first(10))


def test_an_exercise_with_too_little_room_says_how_many_there_are() -> None:
    case = read_case('input.values = "0"\n[[layers]]\ntype = "flatten"')
    with pytest.raises(CannotDraw, match=r"case: \d copies were found that differ, and 500 are wanted"):
        list(copies(case, 1, 500))
