"""The closed forms over several samples at once: the samples are the first axis of everything but parameters.

A parameter's gradient is the sum over the samples, and a loss has one number for each of them. One sample is
a batch of one; a training takes the same forms many times.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.vectorised import layers, losses
from walkthrough.witnesses.vectorised.arrays import rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import Judged, WitnessedStage
from walkthrough.words import shelf

__all__ = ["backward", "closed_form", "combined_gradient", "forward", "loss", "loss_gradient"]


@cache
def closed_form(on: ModuleType, word: str) -> ModuleType:
    """The file of this word on a shelf of closed forms; raises CannotFollow."""
    if word not in shelf.names(on):
        raise CannotFollow(f"no closed form for {word!r}")
    return shelf.module(on, word)


def forward(type: str, stage: WitnessedStage[Numbers]) -> Numbers:
    """What a layer makes of its inputs."""
    found: Numbers = closed_form(layers, type).forward(stage)
    return found


def backward(type: str, stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of the inputs ("x") and of every parameter, from the outputs' gradients."""
    found: dict[str, Numbers] = closed_form(layers, type).backward(stage, gradient)
    return found


def loss(type: str, judged: Judged[Numbers]) -> Numbers:
    """The loss of each sample."""
    found: Numbers = closed_form(losses, type).value(_in_rows(judged))
    return found


def loss_gradient(type: str, judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y of each sample's own loss, shaped like the outputs."""
    found: Numbers = closed_form(losses, type).gradient(_in_rows(judged))
    return _shaped(found, judged.y)


def combined_gradient(type: str, judged: Judged[Numbers]) -> Numbers:
    """∂L/∂z with respect to the logits, in one step: y − t (over n outputs)."""
    found: Numbers = closed_form(losses, type).combined(_in_rows(judged))
    return _shaped(found, judged.y)


def combined_after(type: str) -> str | None:
    """The activation with which a loss can be taken together: "sigmoid", "softmax" or none."""
    after: str | None = getattr(closed_form(losses, type), "COMBINED_AFTER", None)
    return after


def _in_rows(judged: Judged[Numbers]) -> Judged[Numbers]:
    """Outputs, targets and logits as samples × outputs, whatever shape they came in."""
    logits: Any = None if judged.logits is None else _rows(judged.logits)
    return Judged(_rows(judged.y), _rows(judged.t), judged.options, judged.digits, logits)


def _rows(x: Numbers) -> Numbers:
    return rearranged(x, lambda array: array.reshape(len(array), -1))


def _shaped(rows: Numbers, like: Numbers) -> Numbers:
    shape = like.shape
    return rearranged(rows, lambda array: array.reshape(shape))
