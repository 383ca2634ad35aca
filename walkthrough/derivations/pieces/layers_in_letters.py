"""Convolution and pools as a derivation sees them: letters for numbers, the layer's own equation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from walkthrough.derivations.derivation import Premises
from walkthrough.derivations.derivation_notation import LOSS, all_entries, at, atom
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes, CannotDerive, pair, side
from walkthrough.derivations.pieces.sums_written_out import WrittenReading, gradient_reading, output_reading
from walkthrough.layers import Conventions, Layer
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.notation import Cell, Entry, Equation, Index, Largest, Shape, Tensor
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import Pair


def blank(shape: Shape) -> GivenGrid:
    """A grid of which only the shape matters."""
    size = 1
    for extent in shape:
        size *= extent
    return GivenGrid.over([0] * size, 1, shape)


@dataclass(frozen=True)
class Setting:
    """A layer between letters: x comes in, z goes out, g = ∂L/∂z is given."""

    layer: Layer
    x: Tensor
    z: Tensor
    g: Tensor
    parameters: Mapping[str, Tensor]
    sizes: str

    @cached_property
    def equation(self) -> Equation:
        """The layer's equation, the same that numbers are worked out with."""
        (equation,) = self.layer.equations(self.x, self.z, Conventions(), **self.parameters)
        return equation

    @cached_property
    def output(self) -> WrittenReading:
        """The equation read forwards."""
        return output_reading(self.equation)

    def gradient(self, tensor: Tensor) -> WrittenReading:
        """The equation read by a factor."""
        return gradient_reading(self.equation, tensor, self.g)

    @cached_property
    def premises(self) -> Premises:
        """z is what the equation says, and ∂L/∂z is g; x, k and b are any numbers."""
        pairs = zip(all_entries(self.z), all_entries(self.g), strict=True)
        return Premises(
            definitions={atom(entry): self.output.at(entry) for entry in all_entries(self.z)},
            upstream={atom(z): g for z, g in pairs},
            loss=LOSS,
        )


def setting(
    layer: Layer,
    shape: Shape,
    sizes: str,
    letters: Mapping[str, Shape],
    x: str = "x",
    z: str = "z",
    g: str = "g",
) -> Setting:
    """A layer for an input of this shape; `letters` are its parameters' shapes. Raises CannotDerive."""
    try:
        out = layer.output_shape(shape)
    except DoesNotFit as problem:
        raise CannotDerive(str(problem)) from None
    parameters = {name: _named(name[0], each) for name, each in letters.items()}
    return Setting(layer, _named(x, shape), _named(z, out), _named(g, out), parameters, sizes)


def _named(name: str, shape: Shape) -> Tensor:
    return Tensor(name, shape, name)


@dataclass(frozen=True, slots=True)
class WindowSizes:
    """Input, window, stride and padding, as asked for and within what a page can hold."""

    input: Pair
    kernel: Pair
    stride: Pair
    padding: Pair
    channels: int
    filters: int
    dilation: Pair = (1, 1)

    @property
    def text(self) -> str:
        """3×3 input, 2×2 kernel; stride and padding where they are not the usual ones."""
        return self._words("kernel")

    @property
    def pool_text(self) -> str:
        """4×4 input, 2×2 window."""
        return self._words("window")

    def _words(self, window: str) -> str:
        parts = [f"input {times(self.input)}", f"{window} {times(self.kernel)}"]
        usual = (1, 1) if window == "kernel" else self.kernel
        if self.stride != usual:
            parts.append(f"stride {_one(self.stride)}")
        if self.padding != (0, 0):
            parts.append(f"padding {_one(self.padding)}")
        if self.dilation != (1, 1):
            parts.append(f"dilation {_one(self.dilation)}")
        if self.channels > 1 or self.filters > 1:
            parts.append(f"{self.channels} channel{'s' * (self.channels > 1)}")
        if self.filters > 1 or (window == "kernel" and self.channels > 1):
            parts.append(f"{self.filters} filter{'s' * (self.filters > 1)}")
        return ", ".join(parts)


def _one(size: Pair) -> str:
    return str(size[0]) if size[0] == size[1] else times(size)


def window(
    sizes: AskedSizes,
    input: Pair = (3, 3),
    kernel: Pair = (2, 2),
    channels: int = 1,
    filters: int = 1,
    stride: Pair | None = (1, 1),
    dilation: Pair = (1, 1),
) -> WindowSizes:
    """The sizes of a layer with a window; a pool's stride is its window. Raises CannotDerive."""
    kernel = side("kernel", pair(sizes.kernel, kernel))
    return WindowSizes(
        side("input", pair(sizes.input, input)),
        kernel,
        side("stride", pair(sizes.stride, stride or kernel)),
        side("padding", pair(sizes.padding, (0, 0)), least=0),
        limits.count("channels", sizes.channels, channels, 12),
        limits.count("filters", sizes.filters, filters, 12),
        side("dilation", pair(sizes.dilation, dilation)),
    )


def convolution(
    sizes: AskedSizes, bias: str = "", channels: int = 1, filters: int = 1, **defaults: Any
) -> Setting:
    """A convolution between letters; `bias` is "" (none), "tied" or "untied". Raises CannotDerive."""
    chosen = window(sizes, channels=channels, filters=filters, **defaults)
    shape = (chosen.channels, *chosen.input)
    kernel = (chosen.filters, chosen.channels, *chosen.kernel)
    layer = Conv2d(blank(kernel), None, chosen.stride, chosen.padding, sizes.flip, chosen.dilation)
    out = output_shape(layer, shape)
    limits.refuse_too_many_products(_product((*out, *kernel[1:])))
    letters: dict[str, Shape] = {"kernel": kernel}
    if bias:
        letters["bias"] = (out[0],) if bias == "tied" else out
    text = chosen.text + (", kernel turned by 180° first" if sizes.flip else "")
    return setting(layer, shape, text, letters)


def competing_entries(equation: Equation) -> dict[Entry, tuple[Entry, ...]]:
    """Which entries compete for each output, from the layer's equation; padding does not compete."""
    largest = equation.right
    assert isinstance(largest, Largest)
    found = {}
    for z in all_entries(equation.left.tensor):
        loops = dict(zip(equation.left.variables, atom(z)[1], strict=True))
        cells = [_cell(largest.body, loops | dict(each)) for each in _places(largest.over)]
        inside = [at(largest.body.tensor, cell) for cell in cells if _inside(cell, largest.body)]
        found[z] = tuple(inside)
    return found


def _places(over: tuple[Index, ...]) -> Iterator[list[tuple[Index, int]]]:
    for place in product(*(range(index.extent) for index in over)):
        yield list(zip(over, place, strict=True))


def _cell(entry: Entry, loops: dict[Index, int]) -> Cell:
    return tuple(position.at(loops) for position in entry.index)


def _inside(cell: Cell, entry: Entry) -> bool:
    return all(0 <= place < extent for place, extent in zip(cell, entry.tensor.shape, strict=True))


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """What comes out of a layer; raises CannotDerive."""
    try:
        return layer.output_shape(shape)
    except DoesNotFit as problem:
        raise CannotDerive(str(problem)) from None


def _product(numbers: Iterable[int]) -> int:
    result = 1
    for number in numbers:
        result *= number
    return result
