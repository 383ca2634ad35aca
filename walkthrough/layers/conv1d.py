"""Convolution along a line: a small kernel slides over a signal."""

from __future__ import annotations

from dataclasses import dataclass

from walkthrough.layers._windows import Convolution
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import Extents, Padding, option


@dataclass(frozen=True)
class Conv1d(Convolution):
    """Each output is the sum of a window's entries, each times the kernel's entry that lies on it.

    z[f,i] = Σ x[c, s·i+d·p]·k[f,c,p] + b[f], the kernel as it stands; with `flip` it is reversed first.
    Input channel × position, kernel filter × channel of its group × position.
    """

    axes = 1

    kernel: GivenGrid = option("kernel", axes=1)
    bias: GivenGrid | None = option("grid", default=None)
    stride: Extents = option("positive extents", default=(1,), axes=1)
    padding: Padding = option("padding", default=(0,), axes=1)
    flip: bool = option("flag", default=False)
    dilation: Extents = option("positive extents", default=(1,), axes=1)
    groups: int = option("whole number", default=1)
