"""What goes wrong in a training, with its reason: saturation, dead units, a step that blows up."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isfinite, sqrt

import numpy as np

from walkthrough.numbers.shown import Known, shown
from walkthrough.training.data.data_set import Floats
from walkthrough.training.reports.results import percent
from walkthrough.training.runs.run import Lessons, TrainingRun
from walkthrough.training.runs.vectorised_network import Tensors, TrainedLayer

LOOKED_AT = 256
"""Samples that are taken through the network to look at its units."""
_NEAR_AN_END = 0.01
_MANY = Fraction(1, 2)
_FOLD = 100
"""A parameter that grows so many times over in a step has been thrown far off."""
_FUNCTIONS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def symptoms(run: TrainingRun) -> list[str]:
    """Sentences, each with its reason and a remedy; none if all is well."""
    found = list(_blown_up(run))
    if run.steps and not run.blown_up:
        found += _of_units(run.lessons, run.tensors)
    return found


def norm(tensors: Tensors) -> float:
    """√ of the sum of all squares: how long a gradient is."""
    with np.errstate(all="ignore"):
        return sqrt(sum(float(np.vdot(array, array)) for array in tensors.values()))


def said(number: float, digits: int = 3) -> str:
    """A number in a sentence."""
    return shown(Known(Fraction(repr(number))), digits).text if isfinite(number) else "beyond float64"


# --- a step that blows up ------------------------------------------------------------------------


def _blown_up(run: TrainingRun) -> Iterator[str]:
    """The first step that leaves parameters far larger than it found them, or beyond float64."""
    places = sorted(run.checkpoints)
    ends = [*places[1:], run.steps]
    for begin, end in zip(places, ends, strict=True):
        after = run.checkpoints.get(end, run.tensors)
        if end > begin and any(_thrown(run.checkpoints[begin][name], after[name]) for name in run.parameters):
            yield from _the_step(run, begin, end)
            return


def _thrown(before: Floats, after: Floats) -> bool:
    """Whether what was not 0 has grown a hundredfold, or is no number any more."""
    old, new = _size(before), _size(after)
    return not isfinite(new) or (old > 0 and new > _FOLD * old)


def _the_step(run: TrainingRun, begin: int, end: int) -> Iterator[str]:
    """What is said of the first step between two checkpoints that throws a parameter far off."""
    tensors, lessons = run.checkpoints[begin], run.lessons
    for step in range(begin + 1, end + 1):
        stepped = lessons.step(step, tensors)
        thrown = [name for name in run.parameters if _thrown(tensors[name], stepped.after[name])]
        if thrown:
            name = max(thrown, key=lambda name: _size(stepped.after[name]))
            old, new = said(_size(tensors[name])), said(_size(stepped.after[name]))
            yield (
                f"Step {step} blew up: the largest entry of {name} went from {old} to {new}, because the "
                f"gradient is {said(norm(stepped.gradients))} long and the learning rate {_rate(run)}. Take "
                "a smaller learning rate, or inputs and weights of a size about 1."
            )
            return
        tensors = stepped.after


def _size(of: Floats) -> float:
    return float(np.abs(of).max(initial=0.0))


def _rate(run: TrainingRun) -> str:
    rate = run.lessons.case.learning_rate
    assert rate is not None
    return rate.shown


# --- units that have stopped learning ------------------------------------------------------------


def _of_units(lessons: Lessons, tensors: Tensors) -> Iterator[str]:
    """Sigmoids at their ends and ReLUs that are never open, over some of the samples."""
    network, train = lessons.network, lessons.data.train
    with np.errstate(all="ignore"):
        passed = network.forward(tensors, train.x[:LOOKED_AT], train.targets[:LOOKED_AT])
    samples = len(passed.losses)
    for layer, output in zip(network.layers, passed.outputs, strict=True):
        if layer.type in _FUNCTIONS and layer is not network.judged_together:
            yield from _saturated(layer, output, samples)
        if layer.type == "relu":
            yield from _closed(layer, output, samples)


def _saturated(layer: TrainedLayer, output: Floats, samples: int) -> Iterator[str]:
    low, high = _FUNCTIONS[layer.type]
    edge = _NEAR_AN_END * (high - low)
    share = Fraction(int(((output < low + edge) | (output > high - edge)).sum()), output.size)
    if share > _MANY:
        yield (
            f"{layer.name} is saturated: {percent(share)} % of its outputs over {samples:,} samples are "
            f"nearly {said(low)} or {said(high)}, where its slope is almost 0, so that hardly any gradient "
            "passes. Smaller weights or inputs before it help."
        )


def _closed(layer: TrainedLayer, output: Floats, samples: int) -> Iterator[str]:
    dead, units = _dead(output)
    if dead:
        of = "channels" if output.ndim > 2 else "units"
        yield (
            f"{layer.name} has dead {of}: {dead} of {units} are 0 for each of {samples:,} samples. No "
            "gradient passes, and what is before them does not learn any more. A smaller learning rate or "
            "another start keeps them alive."
        )


def _dead(output: Floats) -> tuple[int, int]:
    """How many channels (of a flat output: entries) are never open, and how many there are."""
    channels = np.moveaxis(output, 1, 0).reshape(output.shape[1], -1)
    return int((channels == 0).all(axis=1).sum()), len(channels)
