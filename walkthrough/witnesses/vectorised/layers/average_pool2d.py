"""Average pooling: the mean of each window; the gradient is spread evenly over it."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

from walkthrough.witnesses.vectorised.arrays import Array, Pair, framed, laid_back, rearranged, sides, windows
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Sums over the windows, divided by a window's size; padding counts as zeros."""
    sums = rearranged(stage.x, lambda image: _windows(stage, image).sum(axis=(-2, -1)))
    return scaled(sums, Fraction(1, prod(stage.options["size"])))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """An equal share for every place of the window, added up where windows overlap."""
    share = scaled(gradient, Fraction(1, prod(stage.options["size"])))
    return {"x": rearranged(share, lambda slopes: _spread(stage, slopes))}


def _windows(stage: WitnessedStage[Numbers], image: Array) -> Array:
    size: Pair = stage.options["size"]
    return windows(framed(image, _frame(stage)), size, stage.options.get("stride") or size)


def _spread(stage: WitnessedStage[Numbers], slopes: Array) -> Array:
    size: Pair = stage.options["size"]
    shares = np.broadcast_to(slopes[..., None, None], (*slopes.shape, *size))
    stride = stage.options.get("stride") or size
    return laid_back(shares, stage.x.shape, stride, _frame(stage))


def _frame(stage: WitnessedStage[Numbers]) -> tuple[Pair, Pair]:
    return sides(stage.options["padding"], stage.options["size"])
