"""Max pooling: the largest of each window; the gradient goes to the winners."""

from __future__ import annotations

from math import lcm

import numpy as np
from numpy.typing import NDArray

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.vectorised.arrays import (
    Array,
    Pair,
    entries,
    framed,
    laid_back,
    rearranged,
    sides,
    windows,
)
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """The largest of each window; padding is smaller than anything."""
    return rearranged(stage.x, lambda image: _in_rows(stage, image).max(axis=-1))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """Each window's gradient at its winners, added up where windows overlap."""
    (size, stride), shape = _size_and_stride(stage), stage.x.shape
    winning = _winning(stage)

    def routed(slopes: Array) -> Array:
        none = np.zeros((), dtype=slopes.dtype)
        shares = np.where(winning, slopes[..., None], none).reshape(*slopes.shape, *size)
        return laid_back(shares, shape, stride, _frame(stage))

    if stage.options.get("max_tie", "first") == "split":
        gradient = _split(gradient, winning.sum(axis=-1))
    return {"x": rearranged(gradient, routed)}


def _size_and_stride(stage: WitnessedStage[Numbers]) -> tuple[tuple[int, int], tuple[int, int]]:
    size = stage.options["size"]
    return size, stage.options.get("stride") or size


def _in_rows(stage: WitnessedStage[Numbers], image: Array) -> Array:
    """… × window row × window column × place in the window, in reading order."""
    size, stride = _size_and_stride(stage)
    least = image.min() - 1 if image.dtype == object else -np.inf
    parts = windows(framed(image, _frame(stage), least), size, stride)
    return parts.reshape(*parts.shape[:-2], size[0] * size[1])


def _winning(stage: WitnessedStage[Numbers]) -> NDArray[np.bool_]:
    """Which places of each window win, under the convention for ties."""
    candidates = _in_rows(stage, entries(stage.x))
    equals: NDArray[np.bool_] = (candidates == candidates.max(axis=-1, keepdims=True)).astype(bool)
    tie = stage.options.get("max_tie", "first")
    if tie == "first":
        first: NDArray[np.bool_] = np.cumsum(equals, axis=-1) == 1
        return equals & first
    if tie not in ("split", "all"):
        raise CannotFollow(f"ties decided by {tie!r}")
    return equals


def _split(gradient: Numbers, winners: NDArray[np.int_]) -> Numbers:
    """Each window's gradient in equal shares for so many winners."""
    if not isinstance(gradient, Box):
        return gradient / winners
    counts = winners.astype(object)
    common = lcm(*counts.ravel().tolist())
    return Box(gradient.numerators * (common // counts), gradient.denominator * common)


def _frame(stage: WitnessedStage[Numbers]) -> tuple[Pair, Pair]:
    return sides(stage.options["padding"], stage.options["size"])
