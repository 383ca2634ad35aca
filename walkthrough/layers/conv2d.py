"""Convolution: a small kernel slides over the image."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers._windows import Convolution
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import Padding, Pair, option


@dataclass(frozen=True)
class Conv2d(Convolution):
    """Each output is the sum of a window's entries, each times the kernel's entry that lies on it.

    z[f,i,j] = Σ x[c, s·i+d·p, s·j+d·q]·k[f,c,p,q] + b[f]: what PyTorch calls convolution, where the
    kernel lies on the image as it stands. With `flip` it is turned by 180° first. With `groups` the
    channels and the filters are shared out, and a filter sees the channels of its own group.
    Input channel × row × column, kernel filter × channel of its group × row × column.
    """

    rules = MappingProxyType(
        {
            "forward": "conv-output",
            "kernel": "conv-kernel-gradient",
            "bias": "conv-bias-gradient",
            "input": "conv-input-gradient",
        }
    )

    kernel: GivenGrid = option("kernel")
    bias: GivenGrid | None = option("grid", default=None)
    stride: Pair = option("positive extents", default=(1, 1))
    padding: Padding = option("padding", default=(0, 0))
    flip: bool = option("flag", default=False)
    dilation: Pair = option("positive extents", default=(1, 1))
    groups: int = option("whole number", default=1)
