"""What an exercise cannot reveal, and a changed one that does."""

from __future__ import annotations

import json

from tests.slips.exercises import shipped_names
from walkthrough.case import load, read_case
from walkthrough.marking.diagnosis.blindspots import BlindSpots, blindspots
from walkthrough.marking.diagnosis.suggestions import suggest


def hidden(found: BlindSpots) -> set[tuple[str, str]]:
    return {(spot.slip, spot.tensor) for spot in found.hidden}


def test_the_filter_of_the_lecture_notes_hides_a_turn() -> None:
    found = blindspots(load("lecture-notes"))
    assert {
        ("kernel-flipped", "conv"),
        ("kernel-not-rotated", "input.grad"),
        ("relu-skipped", "relu"),
    } <= hidden(found)
    assert ("kernel-transposed", "conv") not in hidden(found)
    unnoticed = {(spot.slip, spot.tensor): spot.changed for spot in found.unnoticed}
    assert unnoticed["average-for-max", "pool"] == ("pool", "relu", "flatten")


def test_a_symmetric_filter_hides_both() -> None:
    found = blindspots(
        read_case(
            """
            input.values = "1 2 3 1; 0 2 5 7; 1 1 2 8"
            [[layers]]
            type = "conv2d"
            kernel = "1 2; 2 1"
            """
        )
    )
    assert hidden(found) == {("kernel-flipped", "conv"), ("kernel-transposed", "conv")}


def test_an_exercise_without_symmetry_hides_nothing() -> None:
    for name in ("four-by-four", "multi-channel", "sigmoid-network"):
        found = blindspots(load(name))
        assert found.hidden == ()
        assert found.unnoticed == ()
        assert found.lines[0].startswith(f"{name} reveals every slip")


def test_slips_that_coincide_are_named_together() -> None:
    found = blindspots(load("four-by-four"))
    assert {"window-shifted", "padding-ignored"} in [set(each.slips) for each in found.coincide]


def test_text_and_json_say_the_same() -> None:
    for name in shipped_names():
        found = blindspots(load(name))
        table = json.loads(json.dumps(found.table))
        assert [(each["slip"], each["at"]) for each in table["hidden"]] == [
            (spot.slip, spot.tensor) for spot in found.hidden
        ]
        text = "\n".join(found.lines)
        assert all(spot.slip in text for spot in found.hidden)


def test_a_changed_exercise_reveals_more() -> None:
    case = load("lecture-notes")
    before, found = blindspots(case), suggest(case)
    assert found is not None
    assert set(found.reveals) >= {"kernel-flipped", "relu-skipped", "average-for-max"}
    assert len(found.left.hidden) < len(before.hidden)
    assert found.left == blindspots(found.case)
    assert any(line.startswith("conv.kernel = ") for line in found.lines)


def test_where_nothing_is_hidden_nothing_is_suggested() -> None:
    assert suggest(load("four-by-four")) is None
