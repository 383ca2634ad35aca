"""The vectorised trainer says what replays say, sample by sample, of every shipped network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.large import LARGE
from walkthrough.case import Case, CaseError, list_shipped, load, read_case
from walkthrough.case.grids.grid_files import grid_of_numbers
from walkthrough.case.heading import ArithmeticKind
from walkthrough.case.samples import Sample
from walkthrough.numbers.written import read_number
from walkthrough.trace.trace import replay
from walkthrough.training.runs.vectorised_network import VectorisedNetwork, refuse_untrainable


def judged(name: str) -> bool:
    case = load(name)
    return case.loss is not None and case.loss.needs_target and bool(case.samples) and bool(case.layers)


SHIPPED = [each.name for each in list_shipped() if judged(each.name) and each.name not in LARGE]


def several(name: str) -> Case:
    """The case with three samples near its first, in float64, and an update."""
    case = load(name)
    first = case.samples[0]
    assert first.target is not None
    generator = np.random.default_rng(5)
    samples = []
    for _ in range(3):
        near = first.input.floats + generator.normal(0, 0.05, first.input.shape)
        samples.append(Sample(grid_of_numbers(near, name), first.target))
    rate = case.learning_rate or read_number("0.1")
    return replace(
        case, samples=tuple(samples), batch=True, arithmetic=ArithmeticKind("float"), learning_rate=rate
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_a_batch_gives_what_its_samples_give(name: str) -> None:
    case = several(name)
    trace = replay(case)
    network = VectorisedNetwork(case, case.samples[0].input.shape)
    x = np.stack([sample.input.floats for sample in case.samples])
    targets = np.stack([sample.target.floats.reshape(-1) for sample in case.samples if sample.target])
    passed = network.forward(network.given, x, targets)
    gradients = network.backward(passed)
    after = network.updated({**network.given, **network.kept}, gradients, 1)

    assert near(passed.losses.mean(), trace.numbers("loss"))
    for place, layer in enumerate(network.layers):
        for k in range(3):
            full = trace.named(layer.name, k)
            assert near(passed.outputs[place][k], trace.numbers(full)), full
    for parameter, gradient in gradients.items():
        assert near(gradient, trace.numbers(f"{parameter}.grad")), parameter
        if f"{parameter}.new" in trace.places:
            assert near(after[parameter], trace.numbers(f"{parameter}.new")), parameter
        else:
            assert (after[parameter] == network.given[parameter]).all()


def near(one: np.ndarray, other: np.ndarray) -> bool:
    room = 1e-11 * max(1.0, float(np.abs(other).max(initial=0.0)))
    return bool(np.abs(np.asarray(one).reshape(np.shape(other)) - other).max(initial=0.0) <= room)


LONE = '[input]\nvalues = "1 2"\n[[layers]]\ntype = "dense"\nweight = "3 4"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONE, "loss: is missing"),
        (f'{LONE}[loss]\ntype = "squared_error"\ntarget = 1', "learning_rate: is missing"),
        (f'{LONE}[loss]\ntype = "upstream"\ngradient = 1', "gives a gradient and no loss"),
    ],
)
def test_what_cannot_be_trained_says_what_is_missing(text: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        refuse_untrainable(read_case(text))
