"""Transposed convolution."""

from __future__ import annotations

from walkthrough.witnesses.autograd.layers._windows import with_bias
from walkthrough.witnesses.autograd.spelling import called, sizes, unless
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """The kernel stands as PyTorch has it."""
    usual = {"stride": "1", "padding": "0", "output_padding": "0"}
    own = {name: unless(sizes(layer.options[name]), value) for name, value in usual.items()}
    return with_bias(
        layer, lambda bias: called("F.conv_transpose2d", layer.x, layer.tensors["kernel"], *bias, **own)
    )
