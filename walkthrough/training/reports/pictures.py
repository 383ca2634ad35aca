"""What has become of a network, as pictures: its filters and feature maps, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from walkthrough.document import Beside, Block, Grid, Heading, Prose
from walkthrough.numbers.shown import Known, shown
from walkthrough.training.data.data_set import Floats
from walkthrough.training.runs.run import TrainingRun
from walkthrough.training.runs.vectorised_network import Tensors

_SHADES = " ░▒▓█"
_MOST = 6
"""Filters and feature maps of a layer that are drawn."""
_LARGEST = 32
"""Rows and columns of a picture."""


def pictures(run: TrainingRun) -> Iterator[Block]:
    """The filters of each convolution, and the feature maps of one image, before and after."""
    before, after = run.checkpoints[0], run.tensors
    drawn = list(_filters(run, before, after))
    maps = list(_feature_maps(run, before, after))
    if not drawn and not maps:
        yield Prose("There is nothing to draw: no layer has filters or feature maps.")
    if drawn:
        yield Heading("filters, before and after", 2)
        yield from drawn
    if maps:
        yield Heading("feature maps of one image, before and after", 2)
        yield from maps


def _filters(run: TrainingRun, before: Tensors, after: Tensors) -> Iterator[Block]:
    for name in run.parameters:
        if name.endswith(".kernel") and before[name].ndim == 4:
            for at in range(min(_MOST, len(before[name]))):
                label = f"{name}[{at + 1},1]"
                yield from _pair(label, before[name][at, 0], after[name][at, 0])


def _feature_maps(run: TrainingRun, before: Tensors, after: Tensors) -> Iterator[Block]:
    """What each layer makes of the first image of the test part (or of what was learned from)."""
    network = run.lessons.network
    part = run.lessons.data.test or run.lessons.data.train
    with np.errstate(all="ignore"):
        passes = [network.forward(tensors, part.x[:1], part.targets[:1]) for tensors in (before, after)]
    for place, layer in enumerate(network.layers):
        old, new = (each.outputs[place][0] for each in passes)
        if old.ndim == 3 and max(old.shape[1:]) <= _LARGEST and old[0].size > 1:
            for at in range(min(_MOST, len(old))):
                yield from _pair(f"{layer.name}[{at + 1}]", old[at], new[at])


def _pair(label: str, before: Floats, after: Floats) -> Iterator[Block]:
    """Both on one scale, so that what is darker is larger."""
    low, high = float(min(before.min(), after.min())), float(max(before.max(), after.max()))
    if not np.isfinite([low, high]).all():
        return
    grids = tuple(
        Grid(f"{label} {when}", _shaded(array, low, high))
        for when, array in (("before", before), ("after", after))
    )
    yield Beside(grids, ("→",))
    ends = [shown(Known(Fraction(repr(end))), 3).text for end in (low, high)]
    yield Prose(f"blank is {ends[0]}, █ is {ends[1]}")


def _shaded(array: Floats, low: float, high: float) -> tuple[tuple[str, ...], ...]:
    scaled = (array - low) / ((high - low) or 1.0) * (len(_SHADES) - 1)
    places = np.floor(scaled + 0.5).astype(int)
    return tuple(("".join(_SHADES[place] * 2 for place in row),) for row in places.tolist())
