"""Max pooling."""

from __future__ import annotations

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.autograd.layers._windows import around, pooled
from walkthrough.witnesses.autograd.spelling import framed
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """F.max_pool2d gives the gradient to the first of equals; amax shares it out."""
    tie = layer.options["max_tie"]
    if tie == "first":
        return pooled(layer, "F.max_pool2d", "-torch.inf")
    if tie != "split":
        raise CannotFollow(
            f"PyTorch gives a pool's gradient to the first of equal largest entries, or shares it out; with "
            f"max_tie = {tie} each of them would get all of it"
        )
    size, stride = layer.options["size"], layer.options["stride"] or layer.options["size"]
    frame = around(layer, size)
    x = framed(layer.x, frame, "-torch.inf") if any(map(any, frame)) else layer.x
    return f"{x}.unfold(1, {size[0]}, {stride[0]}).unfold(2, {size[1]}, {stride[1]}).amax((3, 4))"
