"""What an exercise cannot reveal, and a changed one that does."""

from __future__ import annotations

import json
from functools import cache

from tests.slips.exercises import shipped_names
from walkthrough.case import load, read_case
from walkthrough.marking.diagnosis.blindspots import BlindSpots, blindspots
from walkthrough.marking.diagnosis.suggestions import Suggestion, suggest


@cache
def spots_of(name: str) -> BlindSpots:
    """The blind spots of a shipped case, looked for once."""
    return blindspots(load(name))


@cache
def suggestion_for(name: str) -> Suggestion | None:
    return suggest(load(name), spots_of(name))


def hidden(found: BlindSpots) -> set[tuple[str, str]]:
    return {(spot.slip, spot.tensor) for spot in found.hidden}


def test_the_filter_of_the_lecture_notes_hides_a_turn() -> None:
    found = spots_of("lecture-notes")
    assert {
        ("kernel-flipped", "conv"),
        ("kernel-not-rotated", "input.grad"),
        ("relu-skipped", "relu"),
    } <= hidden(found)
    assert ("kernel-transposed", "conv") not in hidden(found)
    unnoticed = {(spot.slip, spot.tensor): spot.changed for spot in found.unnoticed}
    # the same sum by coincidence, and so the same output; but other activations for the weights' gradient
    assert unnoticed["average-for-max", "pool"] == (
        *("pool", "relu", "flatten"),
        *("dense.weight.grad", "dense.weight.new"),
    )


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
        found = spots_of(name)
        assert found.hidden == ()
        assert found.unnoticed == ()
        assert found.lines[0].startswith(f"{name} reveals every slip")


def test_slips_that_coincide_are_named_together() -> None:
    found = spots_of("four-by-four")
    assert {"window-shifted", "padding-ignored"} in [set(each.slips) for each in found.coincide]


def test_text_and_json_say_the_same() -> None:
    for name in shipped_names():
        found = spots_of(name)
        table = json.loads(json.dumps(found.table))
        assert [(each["slip"], each["at"]) for each in table["hidden"]] == [
            (spot.slip, spot.tensor) for spot in found.hidden
        ]
        text = "\n".join(found.lines)
        assert all(spot.slip in text for spot in found.hidden)


def test_a_changed_exercise_reveals_more() -> None:
    before, found = spots_of("lecture-notes"), suggestion_for("lecture-notes")
    assert found is not None
    assert set(found.reveals) >= {"kernel-flipped", "relu-skipped", "average-for-max"}
    assert len(found.left.hidden) < len(before.hidden)
    assert found.left == blindspots(found.case)
    assert any(line.startswith("conv.kernel = ") for line in found.lines)


def test_one_number_changed_reveals_what_a_symmetric_filter_hides() -> None:
    case = read_case(
        """
        input.values = "1 2 3 1; 0 2 5 7; 1 1 2 8"
        [[layers]]
        type = "conv2d"
        kernel = "1 2; 2 1"
        """
    )
    found = suggest(case)
    assert found is not None
    assert (len(found.changes), set(found.changed)) == (1, {"conv.kernel"})
    before, after = (each.values() for each in (case.layers[0].layer.kernel, found.changed["conv.kernel"]))
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert "kernel-flipped" in found.reveals
    assert found.lines[0].startswith("With conv.kernel[")
    assert found.table["changes"][0]["cell"] in found.lines[0]


def test_lines_fit_the_terminal() -> None:
    for name in ("lecture-notes", "multi-channel", "sigmoid-network"):
        suggestion = suggestion_for(name)
        lines = spots_of(name).lines + (suggestion.lines if suggestion else [])
        assert max(map(len, lines)) <= 80


def test_where_nothing_is_hidden_nothing_is_suggested() -> None:
    assert suggest(load("four-by-four")) is None
