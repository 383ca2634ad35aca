"""Convolution along a line: that of an image of a single row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from walkthrough.witnesses.vectorised.arrays import rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.layers import conv2d
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Windows times kernel, plus the bias."""
    return _line(conv2d.forward(_as_image(stage)))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of input, kernel and bias."""
    found = conv2d.backward(_as_image(stage), _row(gradient))
    return {role: _of_a_line(numbers) for role, numbers in found.items()}


def _of_a_line(numbers: Numbers) -> Numbers:
    return numbers if len(numbers.shape) == 1 else _line(numbers)


def _as_image(stage: WitnessedStage[Numbers]) -> WitnessedStage[Numbers]:
    parameters = {role: _parameter(numbers) for role, numbers in stage.parameters.items()}
    return replace(stage, x=_row(stage.x), parameters=parameters, options=_options(stage.options))


def _options(line: Mapping[str, Any]) -> dict[str, Any]:
    """Those of an image of a single row."""
    options = {**line, "stride": (1, *line["stride"]), "dilation": (1, *line["dilation"])}
    if line["padding"] != "same":
        before, after = line["padding"] * (2 if len(line["padding"]) == 1 else 1)
        options["padding"] = (0, 0, before, after)
    return options


def _parameter(numbers: Numbers) -> Numbers:
    """A bias for each filter as it is; a kernel, or a bias for each place, as those of an image."""
    return numbers if len(numbers.shape) == 1 else _row(numbers)


def _row(x: Numbers) -> Numbers:
    """… × position as … × 1 × position."""
    return rearranged(x, lambda array: array[..., None, :])


def _line(x: Numbers) -> Numbers:
    return rearranged(x, lambda array: array[..., 0, :])
