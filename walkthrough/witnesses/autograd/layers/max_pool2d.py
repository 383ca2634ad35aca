"""Max pooling."""

from __future__ import annotations

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.autograd.layers._windows import laid, pooled
from walkthrough.witnesses.autograd.spelling import framed, sides
from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """F.max_pool2d gives the gradient to the first of equals; amax shares it out."""
    tie = layer.options["max_tie"]
    if tie == "first":
        return pooled(layer, "F.max_pool2d", "-torch.inf")
    if tie != "split":
        raise CannotFollow(
            f"PyTorch gives a pool's gradient to the first of equal largest entries, or shares it out; with "
            f"max_tie = {tie} each of them would get all of it"
        )
    (rows, columns), (down, across) = layer.options["size"], layer.options["stride"] or layer.options["size"]
    x, padding = laid(layer, "-torch.inf")
    if padding is not None:
        x = framed(layer.x, sides(layer.options["padding"], 2), "-torch.inf")
    return f"{x}.unfold(1, {rows}, {down}).unfold(2, {columns}, {across}).amax((3, 4))"
