"""Dense: weight times input, plus the bias."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """A row per output, or a row per input, as the weight stands."""
    flat = layer.x if len(layer.shape) == 1 else f"{layer.x}.flatten()"
    weight, bias = layer.tensors["weight"], layer.tensors.get("bias")
    weighted = f"{flat} @ {weight}" if layer.options["layout"] == "input-output" else f"{weight} @ {flat}"
    return weighted if bias is None else f"{weighted} + {bias}"
