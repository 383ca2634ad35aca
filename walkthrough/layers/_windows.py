"""What layers share whose windows slide: convolutions along any number of axes, and pools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Entry, Equation, Index, Shape, Tensor, affine, indices, total
from walkthrough.mathematics.windows import DoesNotFit, Sliding, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import Extents, Padding, Pair, option


class Slides(Layer):
    """A layer whose windows slide over channel × row × column, or channel × position."""

    axes: ClassVar[int] = 2

    @property
    def sliding(self) -> Sliding:
        """Its window on its way."""
        raise NotImplementedError

    def framed(self, shape: Shape) -> Shape:
        """Channels as they are; rows and columns with their padding."""
        frame = self.sliding.frame
        if len(shape) != 1 + len(frame):
            return shape
        return (shape[0], *(size + sum(sides) for size, sides in zip(shape[1:], frame, strict=True)))

    def image(self, shape: Shape) -> Shape:
        """The extents over which windows slide; raises DoesNotFit if the input is no image."""
        if len(shape) != 1 + self.axes:
            needed = "channel × row × column" if self.axes == 2 else "channel × position"
            raise DoesNotFit(f"needs {needed}, and what comes in is {times(shape)}")
        return shape[1:]

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns (or positions) of the output."""
        return self.sliding.arithmetic(shape[1:])


class Convolution(Slides):
    """Each output is the sum of a window's entries, each times the kernel's entry that lies on it.

    Input channel × the axes, kernel filter × channel of its group × the axes.
    """

    default_name = "conv"
    letter = "z"

    kernel: GivenGrid
    bias: GivenGrid | None
    stride: Extents
    padding: Padding
    dilation: Extents
    groups: int
    flip: bool

    @property
    def sliding(self) -> Sliding:
        """The kernel as it slides."""
        return Sliding(self.kernel.shape[2:], self.stride, self.padding, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        """filters × the windows; a bias is a number per filter or a grid of that shape."""
        image = self.image(shape)
        filters, channels, *_ = self.kernel.shape
        if channels * self.groups != shape[0]:
            of = f" in each of {self.groups} groups" if self.groups > 1 else ""
            # an empty line for a line of dashes is the usual reason
            parted = "; a line --- parts filters, an empty line channels" if channels > 1 == filters else ""
            raise DoesNotFit(
                f"the kernel has {channels} channel(s){of} and what comes in has {shape[0]}{parted}", "kernel"
            )
        if filters % self.groups:
            raise DoesNotFit(f"{filters} filter(s) cannot be shared out over {self.groups} groups", "groups")
        out = (filters, *self.sliding.windows(image))
        if self.bias is not None and bias_of(self.bias, out) is None:
            raise DoesNotFit(
                f"the bias is {times(self.bias.shape)}; expected one number for each of the {filters} "
                f"filter(s), or a grid shaped like the output, {times(out)}",
                "bias",
            )
        return out

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        """The kernel, and the bias if there is one."""
        bias = None if self.bias is None else bias_of(self.bias, self.output_shape(shape))
        return {"kernel": self.kernel} if bias is None else {"kernel": self.kernel, "bias": bias}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum of products over channel and window."""
        w, b = parameters["kernel"], parameters.get("bias")
        f, *out = indices("f i j" if self.axes == 2 else "f i", z.shape)
        c, *window = indices("c p q" if self.axes == 2 else "c p", w.shape[1:])
        corner = [before for before, _ in self.sliding.frame]
        at = [
            s * i + d * p - before
            for s, i, d, p, before in zip(self.stride, out, self.dilation, window, corner, strict=True)
        ]
        laid = [p.extent - 1 - p for p in window] if self.flip else window
        filter_, channel = affine(f), affine(c)
        if self.groups > 1:
            each = z.shape[0] // self.groups
            h, f = indices("h f", (self.groups, each))
            filter_, channel = each * h + f, c.extent * h + c
        summed = total(x[(channel, *at)] * w[(filter_, c, *laid)], over=(c, *window))
        if b is None:
            yield z[(filter_, *out)].equals(summed)
        elif len(b.shape) == 1:
            yield z[(filter_, *out)].equals(summed + b[filter_])
        else:
            yield z[(filter_, *out)].equals(summed + b[(filter_, *out)])

    def summary(self, shape: Shape) -> str:
        """`3×3 filter over 6×6`."""
        filters, _, *window = self.kernel.shape
        size = times(tuple(window)) if self.axes > 1 else f"length {window[0]}"
        several = f"{filters} filters of {size}" if filters > 1 else f"{size} filter"
        if self.axes == 1:
            several = f"{filters} filter{'s' * (filters > 1)} of {size}"
        over = times(shape[1:]) + (f", {shape[0]} channels" if shape[0] > 1 else "")
        options = self.sliding.words()
        options += [f"{self.groups} groups"] if self.groups > 1 else []
        options += ["turned by 180°" if self.axes > 1 else "reversed"] if self.flip else []
        return ", ".join([f"{several} over {over}", *options])

    def full_padding(self, shape: Shape) -> Extents | None:
        """By how much the output's gradient is padded where the input gradient is a full correlation.

        None where it is not: with strides the gradient would have to be spread out first, with dilation
        the kernel, and with `flip` the kernel is turned already.
        """
        frame = self.sliding.frame
        plain = set(self.stride) == set(self.dilation) == {1} and self.groups == 1 and not self.flip
        if not plain or any(before != after for before, after in frame):
            return None
        window = self.kernel.shape[2:]
        room = tuple(part - 1 - before for part, (before, _) in zip(window, frame, strict=True))
        return room if min(room) >= 0 else None


def bias_of(bias: GivenGrid, out: Shape) -> GivenGrid | None:
    """A bias as one number per filter, or shaped like the output; None if it is neither."""
    if bias.size == out[0] and max(bias.shape, default=1) == bias.size:
        return bias.reshaped((out[0],))
    return bias.shaped_like(out)


@dataclass(frozen=True)
class Pool(Slides):
    """A layer that makes one number of each window; `stride` is the window's size unless it is given."""

    default_name = "pool"
    letter = "p"
    rules = MappingProxyType({})
    what: ClassVar[str]
    """What goes on of a window, in a word: largest, mean."""

    size: Pair = option("positive extents")
    stride: Pair | None = option("positive extents", default=None)
    padding: Padding = option("padding", default=(0, 0))

    @property
    def sliding(self) -> Sliding:
        """The window as it slides."""
        return Sliding(self.size, self.stride or self.size, self.padding, (1, 1), "size")

    def output_shape(self, shape: Shape) -> Shape:
        """Channels as they are; the windows' rows and columns. Padding is at most half a window."""
        image, sliding = self.image(shape), self.sliding
        sliding.check()
        if any(2 * max(sides) > part for sides, part in zip(sliding.frame, self.size, strict=True)):
            padding = "same" if self.padding == "same" else times(self.padding)
            raise DoesNotFit(
                f"a padding of {padding} is more than half of the window {times(self.size)}: "
                "a window could lie on padding alone",
                "padding",
            )
        return (shape[0], *sliding.windows(image))

    def window(self, x: Tensor, z: Tensor) -> tuple[Entry, Entry, tuple[Index, ...]]:
        """An entry of the output, the entry of its window, and the indices that run over the window."""
        (s, t), ((top, _), (left, _)) = self.stride or self.size, self.sliding.frame
        c, i, j = indices("c i j", z.shape)
        u, v = indices("u v", self.size)
        return z[c, i, j], x[c, s * i + u - top, t * j + v - left], (u, v)

    def summary(self, shape: Shape) -> str:
        """`largest of 2×2`."""
        usual = self.stride in (None, self.size)
        moved = "" if usual else f", stride {times(self.stride or self.size)}"
        padded = ""
        if self.padding == "same" or any(self.padding):
            padded = f", padding {'same' if self.padding == 'same' else times(self.padding)}"
        return f"{self.what} of {times(self.size)}{moved}{padded}"
