"""Global average pooling: the mean over rows and columns; the gradient in equal shares."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import rearranged
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """One mean for each channel, as channel × 1 × 1."""
    return scaled(rearranged(stage.x, lambda x: np.asarray(x.sum(axis=(2, 3), keepdims=True))), _share(stage))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The same share for every entry of a channel."""
    return {"x": rearranged(scaled(gradient, _share(stage)), lambda g: np.broadcast_to(g, stage.x.shape))}


def _share(stage: WitnessedStage[Numbers]) -> Fraction:
    *_, rows, columns = stage.x.shape
    return Fraction(1, rows * columns)
