"""What layers share whose windows slide: the frame, the bias, and the call."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.witnesses.autograd.spelling import called, framed, sides, sizes, unless
from walkthrough.witnesses.autograd.told import Told


def convolved(layer: Told, function: str, axes: int) -> str:
    """A convolution along so many axes, its frame by itself where PyTorch has no word for it."""
    kernel, options = layer.tensors["kernel"], layer.options
    if options["flip"]:
        kernel = f"{kernel}.flip({', '.join(str(axis) for axis in range(2, axes + 2))})"
    x, padding = framed_or_told(layer, axes)
    own = {
        "stride": unless(sizes(options["stride"]), "1"),
        "padding": padding,
        "dilation": unless(sizes(options["dilation"]), "1"),
        "groups": unless(str(options["groups"]), "1"),
    }
    return with_bias(layer, lambda bias: called(function, x, kernel, *bias, **own))


def framed_or_told(layer: Told, axes: int, outside: str | None = None) -> tuple[str, str | None]:
    """What goes in, and the option `padding`: a frame that is not the same on both sides is laid first."""
    padding = layer.options["padding"]
    if padding == "same":
        return layer.x, '"same"'
    around = sides(padding, axes)
    if any(before != after for before, after in around):
        return framed(layer.x, around, outside), None
    return layer.x, unless(sizes([before for before, _ in around]), "0")


def with_bias(layer: Told, call: Callable[[tuple[str, ...]], str]) -> str:
    """One number for each filter is an argument; one for each place is added."""
    bias = layer.tensors.get("bias")
    if bias is None:
        return call(())
    return call((bias,)) if len(layer.shapes["bias"]) == 1 else f"{call(())} + {bias}"


def pooled(layer: Told, function: str, outside: str | None) -> str:
    """A pool; a frame that PyTorch has no word for is laid first, of numbers that do not count."""
    options = layer.options
    size, stride = sizes(options["size"]), sizes(options["stride"] or options["size"])
    x, padding = laid(layer, outside)
    return called(function, x, size, stride=unless(stride, size), padding=padding)


def laid(layer: Told, outside: str | None) -> tuple[str, str | None]:
    """What goes into a pool, and the option `padding`."""
    if layer.options["padding"] != "same":
        return framed_or_told(layer, 2, outside)
    around = tuple(((part - 1) // 2, part // 2) for part in layer.options["size"])
    if any(before != after for before, after in around):
        return framed(layer.x, around, outside), None
    return layer.x, unless(sizes([before for before, _ in around]), "0")
