"""Convolution: a small kernel slides over the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices, total
from walkthrough.mathematics.windows import DoesNotFit, size_arithmetic, times, windows_shape
from walkthrough.numbers.grid import Grid
from walkthrough.words.options import Pair, option


@dataclass(frozen=True)
class Conv2d(Layer):
    """Each output is the sum of a window's entries, each times the kernel's entry that lies on it.

    z[f,i,j] = Σ x[c, s·i+p, s·j+q]·k[f,c,p,q] + b[f]: what PyTorch calls convolution, where the
    kernel lies on the image as it stands. With `flip` it is turned by 180° first.
    Input channel × row × column, kernel filter × channel × row × column.
    """

    default_name = "conv"
    letter = "z"
    rules = MappingProxyType(
        {
            "forward": "conv-output",
            "kernel": "conv-kernel-gradient",
            "bias": "conv-bias-gradient",
            "input": "conv-input-gradient",
        }
    )

    kernel: Grid = option("kernel")
    bias: Grid | None = option("grid", default=None)
    stride: Pair = option("positive pair", default=(1, 1))
    padding: Pair = option("pair", default=(0, 0))
    flip: bool = option("flag", default=False)

    def output_shape(self, shape: Shape) -> Shape:
        """filters × rows × columns; a bias is a number per filter or a grid of that shape."""
        filters, channels, *window = self.kernel.shape
        if len(shape) != 3:
            raise DoesNotFit(f"needs channel × row × column, and what comes in is {times(shape)}")
        if channels != shape[0]:
            raise DoesNotFit(
                f"the kernel has {channels} channel(s) and what comes in has {shape[0]}", "kernel"
            )
        rows_columns = windows_shape(shape[1:], tuple(window), self.stride, self.padding, "kernel")
        out = (filters, *rows_columns)
        if self.bias is not None and self._bias(out) is None:
            raise DoesNotFit(
                f"the bias is {times(self.bias.shape)}; expected one number for each of the {filters} "
                f"filter(s), or a grid shaped like the output, {times(out)}",
                "bias",
            )
        return out

    def parameters(self, shape: Shape) -> dict[str, Grid]:
        """The kernel, and the bias if there is one."""
        bias = self._bias(self.output_shape(shape)) if self.bias is not None else None
        return {"kernel": self.kernel} if bias is None else {"kernel": self.kernel, "bias": bias}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum of products over channel and window."""
        w, b = parameters["kernel"], parameters.get("bias")
        (s, t), (top, left) = self.stride, self.padding
        f, i, j = indices("f i j", z.shape)
        c, p, q = indices("c p q", w.shape[1:])
        at = w[f, c, p.extent - 1 - p, q.extent - 1 - q] if self.flip else w[f, c, p, q]
        window = total(x[c, s * i + p - top, t * j + q - left] * at, over=(c, p, q))
        if b is None:
            yield z[f, i, j].equals(window)
        elif len(b.shape) == 1:
            yield z[f, i, j].equals(window + b[f])
        else:
            yield z[f, i, j].equals(window + b[f, i, j])

    def summary(self, shape: Shape) -> str:
        """`3×3 filter over 6×6`."""
        filters, channels, *window = self.kernel.shape
        several = (
            f"{filters} filters of {times(tuple(window))}"
            if filters > 1
            else f"{times(tuple(window))} filter"
        )
        over = times(shape[1:]) + (f", {channels} channels" if channels > 1 else "")
        options = [f"stride {_pair(self.stride)}"] if self.stride != (1, 1) else []
        options += [f"padding {_pair(self.padding)}"] if self.padding != (0, 0) else []
        options += ["turned by 180°"] if self.flip else []
        return ", ".join([f"{several} over {over}", *options])

    def full_padding(self, shape: Shape) -> Pair | None:
        """By how much the output's gradient is padded where the input gradient is a full correlation.

        None where it is not: with strides the gradient would have to be spread out first, and with
        `flip` the kernel is turned already.
        """
        rows, columns = (
            part - 1 - pad for part, pad in zip(self.kernel.shape[2:], self.padding, strict=True)
        )
        return (
            (rows, columns) if self.stride == (1, 1) and not self.flip and min(rows, columns) >= 0 else None
        )

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        return size_arithmetic(shape[1:], self.kernel.shape[2:], self.stride, self.padding)

    def _bias(self, out: Shape) -> Grid | None:
        assert self.bias is not None
        if self.bias.size == out[0] and max(self.bias.shape, default=1) == self.bias.size:
            return self.bias.reshaped((out[0],))
        return self.bias.shaped_like(out)


def _pair(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else times(pair)
