"""Find the mistake: the slip that is planted is one that marking the sheet really finds."""

from __future__ import annotations

import pytest

import walkthrough
from walkthrough.case import load
from walkthrough.quiz.hunting.planting import CannotPlant
from walkthrough.quiz.opening import WantedQuiz, sitting
from walkthrough.trace.steps.kinds import Given

from .games import hunt_on, replies, said

CASES = (
    "four-by-four",
    "lecture-notes",
    "sigmoid-network",
    "two-layer-update",
    "max-pooling",
    "hinge",
    "dropout",
)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(2))
def test_check_finds_the_planted_mistake_and_nothing_else(name, seed):
    hunt = hunt_on(name, seed)
    sheet = {hunt.opened.name(ref): text for ref, text in hunt.sheet.numbers.items()}
    (marked,) = walkthrough.check(sheet, case=name)
    wrong = hunt.opened.name(hunt.sheet.wrong)
    assert marked.first_wrong == wrong
    assert [each.claim.cell for each in marked.claims if each.verdict == "wrong"] == [wrong]
    (claim,) = [each for each in marked.claims if each.verdict == "wrong"]
    assert claim.slips[0].slip == hunt.sheet.slip


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_on_the_sheet(name):
    hunt = hunt_on(name, 1)
    for place in hunt.opened.trace.places.values():
        for step in hunt.opened.steps.tensor(place.name):
            assert isinstance(step, Given) or step.ref in hunt.sheet.numbers


def test_a_seed_gives_the_same_mistake_and_others_give_others():
    def planted(seed: int) -> tuple[object, str]:
        sheet = hunt_on("sigmoid-network", seed).sheet
        return sheet.wrong, sheet.slip

    assert planted(1) == planted(1)
    assert len({planted(seed) for seed in range(4)}) > 2


def test_naming_numbers_until_it_is_found():
    hunt = hunt_on("four-by-four", 3)
    wrong = hunt.opened.name(hunt.sheet.wrong)
    other = next(hunt.opened.name(ref) for ref in hunt.sheet.numbers if ref not in hunt.sheet.carried)
    carried = [hunt.opened.name(ref) for ref in hunt.sheet.carried]
    lines = said(hunt, [other, *carried[:1], "conv", "input[1,1]", "xyz", f"{wrong} = 4", "never read"])
    answers = replies(lines)
    assert answers[0].startswith(f"wrong: {other} = ")
    assert all("only carried on" in line for line in answers[1 : 1 + len(carried[:1])])
    assert [line.split(":")[0] for line in answers[-4:]] == [
        "unreadable",
        "unreadable",
        "unreadable",
        "right",
    ]
    assert "is given" in answers[-3]
    assert lines[-1] == f"the mistake was found: {2 + len(carried[:1])} tries"


def test_hints_lead_to_the_tensor_and_then_to_the_row():
    hunt = hunt_on("four-by-four", 3)
    lines = said(hunt, ["h", "h", "h", "h", "s"])
    part, tensor, row, more = replies(lines)[:4]
    name = hunt.sheet.wrong.tensor
    assert part.startswith("it is in the ")
    assert f"it is in {name} (" in tensor
    assert row.startswith(("it is in row ", "the slip is "))
    assert "no further hint" in more
    assert lines[-1] == "the mistake was shown: 0 tries, 3 hints"
    assert hunt.opened.name(hunt.sheet.wrong) in lines[-5]


def test_a_network_too_large_for_a_sheet_is_refused():
    with pytest.raises(CannotPlant, match="too large"):
        sitting(load("lenet"), WantedQuiz(seed=1, mistake=True), None, lambda text: None)


def test_fresh_numbers_have_a_mistake_too():
    game = sitting(
        load("two-layer-update"), WantedQuiz(seed=2, mistake=True, fresh=True), None, lambda text: None
    ).game
    lines = said(game, ["s"])
    assert "(other numbers, seed 2)" in lines[0]
