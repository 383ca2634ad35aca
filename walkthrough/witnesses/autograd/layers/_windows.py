"""What layers share whose windows slide: the frame, the bias, and the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from walkthrough.witnesses.autograd.spelling import called, framed, sides, sizes, unless
from walkthrough.witnesses.autograd.told import TorchWords


def convolved(layer: TorchWords, function: str, axes: int) -> str:
    """A convolution along so many axes, its frame by itself where PyTorch has no word for it."""
    kernel, options = layer.tensors["kernel"], layer.options
    if options["flip"]:
        kernel = f"{kernel}.flip({', '.join(str(axis) for axis in range(2, axes + 2))})"
    extents = zip(layer.shapes["kernel"][2:], options["dilation"], strict=True)
    x, padding = laid(layer, [(part - 1) * apart + 1 for part, apart in extents])
    own = {
        "stride": unless(sizes(options["stride"]), "1"),
        "padding": padding,
        "dilation": unless(sizes(options["dilation"]), "1"),
        "groups": unless(str(options["groups"]), "1"),
    }
    return with_bias(layer, lambda bias: called(function, x, kernel, *bias, **own))


def with_bias(layer: TorchWords, call: Callable[[tuple[str, ...]], str]) -> str:
    """One number for each filter is an argument; one for each place is added."""
    bias = layer.tensors.get("bias")
    if bias is None:
        return call(())
    return call((bias,)) if len(layer.shapes["bias"]) == 1 else f"{call(())} + {bias}"


def pooled(layer: TorchWords, function: str, outside: str | None = None) -> str:
    """A pool of windows; `outside` is what stands in a frame that is laid first."""
    size, stride = sizes(layer.options["size"]), sizes(layer.options["stride"] or layer.options["size"])
    x, padding = laid(layer, layer.options["size"], outside)
    return called(function, x, size, stride=unless(stride, size), padding=padding)


def laid(layer: TorchWords, window: Sequence[int], outside: str | None = None) -> tuple[str, str | None]:
    """What goes in, and the option `padding`: a frame that is not the same on both sides is laid first."""
    frame = around(layer, window)
    if any(before != after for before, after in frame):
        return framed(layer.x, frame, outside), None
    return layer.x, unless(sizes([before for before, _ in frame]), "0")


def around(layer: TorchWords, window: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """How wide the frame is before and after, for each axis; the larger half of `same` comes after."""
    padding = layer.options["padding"]
    if padding == "same":
        return tuple(((part - 1) // 2, part // 2) for part in window)
    return sides(padding, len(window))
