"""Transposed convolution: every entry lays its multiple of the kernel into the output, and they add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions
from walkthrough.layers._windows import Slides, bias_of
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices, total
from walkthrough.mathematics.windows import DoesNotFit, Sliding, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import Pair, option


@dataclass(frozen=True)
class ConvTranspose2d(Slides):
    """z[f, s·i+p, s·j+q] adds up x[c,i,j]·k[c,f,p,q]: a convolution's input gradient, taken forwards.

    As in PyTorch: `padding` is cut off around the output, `output_padding` added below and to the right.
    Input channel × row × column, kernel input channel × output channel × row × column.
    """

    default_name = "conv_transpose"
    letter = "z"
    rules = MappingProxyType(dict.fromkeys(("forward", "kernel", "input"), "transposed-convolution"))

    kernel: GivenGrid = option("kernel")
    bias: GivenGrid | None = option("grid", default=None)
    stride: Pair = option("positive extents", default=(1, 1))
    padding: Pair = option("extents", default=(0, 0))
    output_padding: Pair = option("extents", default=(0, 0))

    @property
    def sliding(self) -> Sliding:
        """The kernel as it slides over the output."""
        return Sliding(self.kernel.shape[2:], self.stride, self.padding, (1, 1))

    def framed(self, shape: Shape) -> Shape:
        """The input as it is: the frame lies around the output."""
        return shape

    def output_shape(self, shape: Shape) -> Shape:
        """filters × ((rows − 1)·stride − 2·padding + window + output padding)."""
        image = self.image(shape)
        channels, filters, *window = self.kernel.shape
        if channels != shape[0]:
            raise DoesNotFit(
                f"the kernel has {channels} input channel(s) and what comes in has {shape[0]}", "kernel"
            )
        if any(more >= step for more, step in zip(self.output_padding, self.stride, strict=True)):
            raise DoesNotFit(
                f"an output_padding of {times(self.output_padding)} must be smaller than the stride "
                f"{times(self.stride)}",
                "output_padding",
            )
        each = zip(image, self.stride, self.padding, window, self.output_padding, strict=True)
        out = tuple((size - 1) * step - 2 * pad + part + more for size, step, pad, part, more in each)
        if min(out) < 1:
            raise DoesNotFit(f"a padding of {times(self.padding)} leaves nothing of the output", "padding")
        if self.bias is not None and bias_of(self.bias, (filters, *out)) is None:
            raise DoesNotFit(
                f"the bias is {times(self.bias.shape)}; expected one number for each of the {filters} "
                f"filter(s), or a grid shaped like the output, {times((filters, *out))}",
                "bias",
            )
        return (filters, *out)

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        """The kernel, and the bias if there is one."""
        bias = None if self.bias is None else bias_of(self.bias, self.output_shape(shape))
        return {"kernel": self.kernel} if bias is None else {"kernel": self.kernel, "bias": bias}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """The products, added up where they land; and the bias, once in each place."""
        w, b = parameters["kernel"], parameters.get("bias")
        (s, t), (top, left) = self.stride, self.padding
        c, f, p, q = indices("c f p q", w.shape)
        i, j = indices("i j", x.shape[1:])
        yield z[f, s * i + p - top, t * j + q - left].equals(total(x[c, i, j] * w[c, f, p, q], over=(c,)))
        if b is not None:
            f, m, n = indices("f m n", z.shape)
            yield z[f, m, n].equals(b[f] if len(b.shape) == 1 else b[f, m, n])

    def summary(self, shape: Shape) -> str:
        """`3×3 filter laid from 2×2`."""
        _, filters, *window = self.kernel.shape
        size = times(tuple(window))
        several = f"{filters} filters of {size}" if filters > 1 else f"{size} filter"
        laid = f"{several} laid out from {times(shape[1:])}"
        channels = [f"{shape[0]} channels"] if shape[0] > 1 else []
        more = [f"output padding {times(self.output_padding)}"] if any(self.output_padding) else []
        return ", ".join([laid, *channels, *self.sliding.words(), *more])

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        lines = []
        out = self.output_shape(shape)[1:]
        each = zip(
            ("rows", "columns"),
            shape[1:],
            self.stride,
            self.padding,
            self.kernel.shape[2:],
            self.output_padding,
            out,
            strict=True,
        )
        for axis, size, step, pad, part, more, result in each:
            cut = f" − 2·{pad}" if pad else ""
            lines.append(f"{axis} ({size} − 1)·{step}{cut} + {part}{f' + {more}' if more else ''} = {result}")
        return lines
