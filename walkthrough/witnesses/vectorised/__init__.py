"""The vectorised witness: whole tensors at once, from the closed forms, with NumPy alone.

The forms themselves hold for a batch (`batch`); here one sample is taken through them. The witness knows
neither the equations nor the replay. A stage is given as the type word of a case file, the layer's
options as plain numbers, and tensors: all float64 arrays, or all exact boxes. Linear stages of boxes
are exact; functions are found to `digits` significant digits and are boxes again.

Whether a type has a witness say `knows` and `knows_loss`; what a witness cannot follow (an unknown
convention, more than 20,000 decimal places) raises `CannotFollow`, and is then left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.vectorised import batch, layers, losses, updates
from walkthrough.witnesses.vectorised.arrays import rearranged
from walkthrough.witnesses.vectorised.batch import closed_form
from walkthrough.witnesses.vectorised.box import Box, FloatArray, Numbers, largest_difference, rounded, scaled
from walkthrough.witnesses.vectorised.stage import Judged, Line, Moving, WitnessedStage
from walkthrough.words import shelf

__all__ = [
    "Box",
    "CannotFollow",
    "FloatArray",
    "backward",
    "combined_gradient",
    "forward",
    "knows",
    "knows_combined",
    "knows_loss",
    "knows_update",
    "largest_difference",
    "loss",
    "loss_gradient",
    "mean",
    "rounded",
    "update",
]

DIGITS = 60


def knows(type: str) -> bool:
    """Whether there is a closed form for this type of layer."""
    return type in shelf.names(layers)


def knows_loss(type: str) -> bool:
    """Whether there is a closed form for this loss."""
    return type in shelf.names(losses)


def knows_combined(type: str) -> bool:
    """Whether the loss can be taken together with the sigmoid or softmax before it."""
    return knows_loss(type) and batch.combined_after(type) is not None


def forward(
    type: str,
    options: Mapping[str, Any],
    x: Numbers,
    parameters: Mapping[str, Numbers] | None = None,
    digits: int = DIGITS,
) -> Numbers:
    """What a layer makes of its input."""
    return _alone(batch.forward(type, WitnessedStage(_one(x), parameters or {}, options, digits)))


def backward(
    type: str,
    options: Mapping[str, Any],
    x: Numbers,
    parameters: Mapping[str, Numbers] | None,
    gradient: Numbers,
    *,
    y: Numbers | None = None,
    digits: int = DIGITS,
) -> dict[str, Numbers]:
    """The gradients of the input ("x") and of every parameter, from the output's gradient.

    With y, the layer's output, a function's derivative is read off it; without it, off the input.
    """
    stage = WitnessedStage(_one(x), parameters or {}, options, digits, None if y is None else _one(y))
    found = batch.backward(type, stage, _one(gradient))
    return {**found, "x": _alone(found["x"])}


def loss(
    type: str,
    options: Mapping[str, Any],
    y: Numbers,
    t: Numbers,
    *,
    logits: Numbers | None = None,
    digits: int = DIGITS,
) -> Numbers:
    """The loss, a tensor without axes."""
    return _alone(batch.loss(type, _judged(y, t, options, digits, logits)))


def loss_gradient(
    type: str,
    options: Mapping[str, Any],
    y: Numbers,
    t: Numbers,
    *,
    logits: Numbers | None = None,
    digits: int = DIGITS,
) -> Numbers:
    """∂L/∂y, shaped like the output."""
    return _alone(batch.loss_gradient(type, _judged(y, t, options, digits, logits)))


def combined_gradient(type: str, options: Mapping[str, Any], y: Numbers, t: Numbers) -> Numbers:
    """∂L/∂z with respect to the logits, in one step: y − t (over n outputs)."""
    return _alone(batch.combined_gradient(type, _judged(y, t, options, DIGITS, None)))


def knows_update(type: str) -> bool:
    """Whether there is a closed form for this update rule."""
    return type in shelf.names(updates)


def update(
    old: Numbers,
    gradient: Numbers,
    rate: Fraction,
    type: str = "sgd",
    options: Mapping[str, Any] = MappingProxyType({}),
    kept: Mapping[str, Numbers] = MappingProxyType({}),
    *,
    step: int = 1,
    digits: int = DIGITS,
    line: Line[Numbers] = lambda numbers: numbers,
) -> dict[str, Numbers]:
    """A parameter after a step, under "new", and by their words what else the rule works out.

    `kept` is what the step before has left; `line` is what becomes of each line (it may round it).
    """
    moving = Moving(old, gradient, kept, options, rate, step, digits, line)
    found: dict[str, Numbers] = closed_form(updates, type).moved(moving)
    return found


def mean(of: Sequence[Numbers]) -> Numbers:
    """The mean over the samples of a batch."""
    total = of[0]
    for each in of[1:]:
        total = total + each
    return scaled(total, Fraction(1, len(of)))


def _judged(
    y: Numbers, t: Numbers, options: Mapping[str, Any], digits: int, logits: Numbers | None
) -> Judged[Numbers]:
    """A batch of one."""
    return Judged(_one(y), _one(t), options, digits, None if logits is None else _one(logits))


def _one(x: Numbers) -> Numbers:
    """One sample as a batch."""
    return rearranged(x, lambda array: array[None])


def _alone(several: Numbers) -> Numbers:
    """The only one of a batch."""
    return rearranged(several, lambda array: array.reshape(array.shape[1:]))
