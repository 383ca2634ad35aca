"""Fresh cases: other numbers of the same shape, which reveal all that the first ones reveal."""

from __future__ import annotations

import pytest

from walkthrough.case import Case, list_shipped, load, read_case
from walkthrough.marking.diagnosis.blindspots import blindspots
from walkthrough.marking.fresh_cases.fresh_case import CannotDraw, FreshCases, fresh_case
from walkthrough.trace.trace import replay

_BY_HAND = ("four-by-four", "lecture-notes", "sigmoid-network", "two-layer-update", "grouped-convolution")


def _shapes(case: Case) -> dict[str, tuple[int, ...]]:
    return {name: place.shape for name, place in replay(case).places.items()}


@pytest.mark.parametrize("name", [each.name for each in list_shipped() if each.name != "two-conv-network"])
def test_every_shipped_case_has_fresh_numbers_of_the_same_shape(name: str) -> None:
    case = load(name)
    fresh = fresh_case(case, 7)
    again = read_case(fresh.toml)
    assert (again.samples, again.layers, again.loss) == (fresh.samples, fresh.layers, fresh.loss)
    assert _shapes(fresh) == _shapes(case)
    assert [each.name for each in fresh.layers] == [each.name for each in case.layers]
    assert (fresh.learning_rate, fresh.conventions) == (case.learning_rate, case.conventions)
    assert (fresh.samples, fresh.layers) != (case.samples, case.layers)
    assert not fresh.claims
    assert not fresh.formulas
    assert not fresh.source
    if case.source:
        assert case.source not in fresh.toml


@pytest.mark.parametrize("name", _BY_HAND)
def test_a_fresh_case_hides_nothing_that_the_first_reveals(name: str) -> None:
    def hidden(case: Case) -> set[tuple[str, str]]:
        found = blindspots(case)
        return {(spot.slip, spot.tensor) for spot in (*found.hidden, *found.unnoticed)}

    case = load(name)
    several = FreshCases(case)
    known = hidden(case)
    for seed in range(2):
        assert hidden(several.of(seed)) <= known


@pytest.mark.parametrize("name", _BY_HAND)
def test_its_numbers_are_small(name: str) -> None:
    trace = replay(fresh_case(load(name), 11))
    for stage in trace.network.layers:
        for cell in stage.z.cells():
            assert abs(trace.known(stage.z.name, cell).value) < 100


def test_a_seed_gives_the_same_case_always_and_another_one_another() -> None:
    texts = {fresh_case(load("two-layer-update"), seed).toml for seed in range(6)}
    assert len(texts) == 6
    assert fresh_case(load("two-layer-update"), 3).toml in texts


def test_numbers_are_written_as_they_were() -> None:
    fresh = fresh_case(load("two-layer-update"), 5)
    for each in fresh.layers:
        weight = getattr(each.layer, "weight", None)
        assert weight is None or all(len(text.partition(".")[2]) == 2 for text in weight.texts)


def test_a_mask_stays_a_mask_and_a_class_stays_one() -> None:
    for seed in range(5):
        assert set(fresh_case(load("dropout"), seed).layers[0].layer.mask.values()) == {0, 1}  # type: ignore[attr-defined]
        target = fresh_case(load("softmax-cross-entropy"), seed).samples[0].target
        assert target is not None
        assert sorted(target.values()) == [0, 0, 1]


def test_no_relu_stops_everything_and_no_sigmoid_saturates() -> None:
    several = FreshCases(load("four-by-four"))
    for seed in range(3):
        trace = replay(several.of(seed))
        relu = [trace.known("relu", cell).value for cell in trace.network.stage("relu").z.cells()]
        assert any(relu)
        assert abs(trace.known("dense", (0,)).value) <= 4


def test_a_large_network_is_drawn_by_other_seeds() -> None:
    fresh = fresh_case(load("lenet"), 2)
    assert fresh.toml.count("random = ") == load("lenet").toml.count("random = ")
    assert fresh.samples[0].input != load("lenet").samples[0].input


def test_a_text_that_would_lose_a_rank_is_written_as_lists_and_a_title_is_escaped() -> None:
    case = read_case(
        r"""
        title = 'a "quoted" \ title'
        [input]
        values = [[[1, 2, 3]], [[4, 5, 6]]]
        [[layers]]
        type = "conv2d"
        kernel = [[[[1, 2]], [[1, 3]]], [[[2, 2]], [[5, 3]]]]
        [loss]
        type = "upstream"
        gradient = [[[1, 2]], [[-1, 3]]]
        """
    )
    fresh = fresh_case(case, 1)
    assert fresh.samples[0].input.shape == (2, 1, 3)
    assert fresh.layers[0].layer.kernel.shape == (2, 2, 1, 2)  # type: ignore[attr-defined]
    assert fresh.title.startswith(r'a "quoted" \ title')


def test_what_cannot_be_drawn_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as fewer:
        fewer.setattr("walkthrough.marking.fresh_cases.fresh_case._MOST_DRAWN", 0)
        with pytest.raises(CannotDraw, match="no other numbers were found"):
            fresh_case(load("dropout"), 1)
    trained = """
        [[layers]]
        type = "dense"
        weight = "1 2"
        [loss]
        type = "squared_error"
        [training]
        epochs = 1
        data = { file = "x.npz" }
        """
    with pytest.raises(CannotDraw, match="no numbers of its own"):
        FreshCases(read_case(trained))
