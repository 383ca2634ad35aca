"""Update rules: by hand, by the witness, in every arithmetic; and what is wrong with their tables."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.updates.cases import RULES, case_text
from walkthrough import updates
from walkthrough.case import CaseError, read_case
from walkthrough.trace.trace import replay
from walkthrough.trace.verification import Verification
from walkthrough.witnesses import vectorised
from walkthrough.words import shelf

LINE = """
input.values = "2"
[[layers]]
type = "dense"
weight = "3"
[loss]
type = "squared_error"
target = "5"
"""
"""z = w·2, L = ½(5 − 2w)²: ∂L/∂w = 2·(2w − 5)."""


def by_hand(rule: str, rate: str = "1/4", steps: int = 2) -> list[dict[str, Fraction]]:
    """The exact numbers of each step of the line's weight, by the last word of their names."""
    trace = replay(read_case(case_text(rule, rate, LINE)), steps)
    found = []
    for own in trace.steps:
        names = [name for name, place in own.own_places.items() if place.local.startswith("dense.weight")]
        found.append(
            {name.partition("#")[0].rpartition(".")[2]: own.known(name, (0, 0)).value for name in names}
        )
    return found


def test_plain_descent() -> None:
    # ∂L/∂w = 2·(6 − 5) = 2, w = 3 − ¼·2 = 5/2; then 2·(5 − 5) = 0
    first, second = by_hand('type = "sgd"')
    assert (first["grad"], first["new"]) == (2, Fraction(5, 2))
    assert (second["weight"], second["grad"], second["new"]) == (Fraction(5, 2), 0, Fraction(5, 2))


def test_momentum_carries_on_where_the_gradient_is_0() -> None:
    # v = 0.5·0 + 2 = 2, w = 3 − ¼·2 = 2.5; v = 0.5·2 + 0 = 1, w = 2.5 − ¼·1 = 2.25
    first, second = by_hand('momentum = "0.5"')
    assert (first["before"], first["velocity"], first["new"]) == (0, 2, Fraction(5, 2))
    assert (second["before"], second["velocity"], second["new"]) == (2, 1, Fraction(9, 4))


def test_nesterov_looks_ahead() -> None:
    # along g + 0.5·v = 2 + 0.5·2 = 3: w = 3 − ¼·3 = 2.25; g = 2·(4.5 − 5) = −1, v = 0.5·2 − 1 = 0
    first, second = by_hand('momentum = "0.5"\nnesterov = true')
    assert first["new"] == Fraction(9, 4)
    # along −1 + 0.5·0 = −1: w = 2.25 + 0.25 = 2.5
    assert (second["velocity"], second["new"]) == (0, Fraction(5, 2))


def test_weight_decay_pulls_towards_0() -> None:
    # g + λw = 2 + 0.5·3 = 3.5; w = 3 − ¼·3.5 = 17/8
    assert by_hand('weight_decay = "0.5"', steps=1)[0]["new"] == Fraction(17, 8)


def test_rmsprop_divides_by_the_root_of_the_mean_square() -> None:
    # s = ¾·0 + ¼·4 = 1, √s = 1, w = 3 − ¼·2/(1 + 1) = 2.75
    (first,) = by_hand('type = "rmsprop"\nalpha = "3/4"\nepsilon = "1"', steps=1)
    assert (first["square_average"], first["new"]) == (1, Fraction(11, 4))


def test_adam_makes_up_for_its_start() -> None:
    # m = ½·2 = 1, m̂ = 1/(1 − ½) = 2; v = ¼·4 = 1, v̂ = 1/(1 − ¾) = 4; w = 3 − ¼·2/(2 + 2) = 23/8
    first, second = by_hand('type = "adam"\nbetas = ["1/2", "3/4"]\nepsilon = "2"')
    kept = ("moment1", "moment2", "moment1_corrected", "moment2_corrected", "new")
    assert [first[word] for word in kept] == [1, 1, 2, 4, Fraction(23, 8)]
    # g = 2·(23/4 − 5) = 3/2; m = ½·1 + ½·3/2 = 5/4; m̂ = 5/4 ÷ (1 − ¼) = 5/3
    assert (second["grad"], second["moment1"]) == (Fraction(3, 2), Fraction(5, 4))
    assert second["moment1_corrected"] == Fraction(5, 3)


def test_adamw_decays_apart_from_the_moments() -> None:
    # as Adam's first step above, and λw = 0.5·3 beside it: w = 3 − ¼·(½ + 1.5) = 2.5
    rule = 'type = "adamw"\nbetas = ["1/2", "3/4"]\nepsilon = "2"\nweight_decay = "0.5"'
    (first,) = by_hand(rule, steps=1)
    assert (first["moment1"], first["new"]) == (1, Fraction(5, 2))


@pytest.mark.parametrize("arithmetic", ["exact", "float", "4 decimals"])
@pytest.mark.parametrize("rule", RULES)
def test_the_witness_agrees_step_by_step(rule: str, arithmetic: str) -> None:
    trace = replay(read_case(case_text(RULES[rule], arithmetic=arithmetic)), 3)
    for own in trace.steps:
        checks = [each for each in Verification(own).checks() if each.tensor.partition("#")[0].count(".") > 1]
        moved = {equation.left.tensor.name for move in own.moves for equation in move.equations}
        seen = {each.tensor.partition("#")[0] for each in checks}
        assert moved <= seen
        assert all(each.agrees for each in checks), [each for each in checks if not each.agrees]


@pytest.mark.parametrize("rule", ["momentum", "rmsprop with all", "adam with all", "adamw"])
def test_a_witness_that_goes_the_other_way_is_heard(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = vectorised.update

    def uphill(old, gradient, rate, *rest, **options):  # type: ignore[no-untyped-def]
        return right(old, gradient, -rate, *rest, **options)

    trace = replay(read_case(case_text(RULES[rule])))
    monkeypatch.setattr(vectorised, "update", uphill)
    wrong = {each.tensor for each in Verification(trace).checks() if not each.agrees}
    assert wrong == {"conv.kernel.new", "conv.bias.new", "dense.weight.new", "dense.bias.new"}


@pytest.mark.parametrize("rule", RULES)
def test_floats_are_the_exact_numbers_rounded(rule: str) -> None:
    exact, floats = (
        replay(read_case(case_text(RULES[rule], arithmetic=kind)), 2) for kind in ("exact", "float")
    )
    for name, place in exact.places.items():
        if place.shape:
            cell = tuple(extent - 1 for extent in place.shape)
            one, other = (float(each.known(name, cell).value) for each in (exact, floats))
            assert one == pytest.approx(other, rel=1e-9, abs=1e-14), name


def test_every_rule_has_a_second_opinion_and_a_usual_rate() -> None:
    for word in shelf.names(updates):
        assert vectorised.knows_update(word)
        assert Fraction(shelf.load(updates, word).usual_rate) > 0


def test_frozen_parameters_stay() -> None:
    trace = replay(read_case(case_text('frozen = ["conv.bias", "dense.weight"]')), 2)
    assert "conv.bias.new" not in trace.everything
    assert trace.known("dense.weight#2", (1, 2)).value == Fraction(3, 10)
    assert trace.known("conv.kernel#2", (0, 0, 0, 0)).value != Fraction(1, 2)
    assert "conv.bias.grad#2" in trace.places


@pytest.mark.parametrize(
    ("rule", "line", "said"),
    [
        ('type = "adm"', 4, 'update.type: "adm" is not known; did you mean "adam"'),
        ('type = "sgd"\nmomentum = "-1"', 5, "update.momentum: found -1; expected a number from 0"),
        ("nesterov = true", 4, "update.nesterov: needs a momentum"),
        (
            'type = "adam"\nbetas = ["0.9", "1"]',
            5,
            "update.betas: found 1; expected two numbers from 0, below 1",
        ),
        ('type = "adam"\nbetas = "0.9"', 5, "update.betas: found the text"),
        ('type = "adam"\nepsilon = 0', 5, "update.epsilon: found 0; expected a number above 0"),
        ('type = "adam"\nmomentum = "0.9"', 5, "update.momentum: is not known here"),
        (
            'frozen = ["dense.bais"]',
            4,
            'update.frozen: "dense.bais" is no parameter of this case; did you mean',
        ),
        ("frozen = 3", 4, "update.frozen: found the number 3; expected a list of parameters"),
    ],
)
def test_a_mistake_is_told_in_its_line(rule: str, line: int, said: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(case_text(rule))
    assert f"case:{line}: {said}" in str(caught.value)


def test_an_update_needs_a_rate() -> None:
    text = case_text('type = "rmsprop"').replace('learning_rate = "0.1"\n', "")
    with pytest.raises(
        CaseError, match=r'stands without a learning_rate; PyTorch\'s for rmsprop is .*"0\.01"'
    ):
        read_case(text)
