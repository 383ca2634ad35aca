"""The network of note 003: two convolutions and two dense layers, in letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from walkthrough.derivations.derivation_notation import all_entries, at
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.layers_in_letters import blank, competing_entries, output_shape, window
from walkthrough.derivations.pieces.sums_written_out import WrittenReading, gradient_reading, output_reading
from walkthrough.layers import Conventions, Layer
from walkthrough.layers.conv2d import Conv2d
from walkthrough.layers.dense import Dense
from walkthrough.layers.flatten import Flatten
from walkthrough.layers.max_pool2d import MaxPool2d
from walkthrough.mathematics.notation import Entry, Equation, Shape, Tensor

_HIGH = "⁰¹²³"
_POOL = MaxPool2d((2, 2))


@dataclass(frozen=True)
class LearningLayer:
    """A layer that learns: z = f(x, w) + b, and δ = −η·∂L/∂z."""

    level: int
    equation: Equation
    x: Tensor
    w: Tensor
    b: Tensor
    z: Tensor
    delta: Tensor
    slope: Tensor
    """∂L/∂z, a letter of its own while one looks at this layer alone."""
    pooled: Shape = ()
    """What was flattened into its input: channel × row × column."""

    @cached_property
    def output(self) -> WrittenReading:
        """z, read forwards."""
        return output_reading(self.equation)

    def gradient(self, tensor: Tensor) -> WrittenReading:
        """The equation read by a factor, with δ as what comes from above."""
        return gradient_reading(self.equation, tensor, self.delta)


@dataclass(frozen=True)
class FourLayers:
    """The layers, and which entries of z compete for each entry of the next x."""

    layers: tuple[LearningLayer, ...]
    sizes: str

    def competitors(self, level: int) -> Mapping[Entry, tuple[Entry, ...]]:
        """For each entry of x⁽ˡ⁺¹⁾, the entries of z⁽ˡ⁾ whose ReLU it is the largest of."""
        z, after = self.layers[level].z, self.layers[level + 1].x
        if level == 2:
            return {at(after, (n,)): (at(z, (n,)),) for n in range(z.size)}
        pooled = Tensor("pooled", output_shape(_POOL, z.shape))
        (equation,) = _POOL.equations(z, pooled, Conventions())
        among = competing_entries(equation)
        if level == 0:
            return {at(after, _cell(each)): several for each, several in among.items()}
        (flat,) = Flatten().equations(pooled, after, Conventions())
        reading = output_reading(flat)
        return {each: among[reading.products(_cell(each))[0][1][0]] for each in all_entries(after)}


def _cell(entry: Entry) -> tuple[int, ...]:
    return tuple(position.constant for position in entry.index)


def four_layers(sizes: AskedSizes) -> FourLayers:
    """The note's network for these sizes; raises CannotDerive."""
    chosen = window(AskedSizes(input=sizes.input, kernel=sizes.kernel), input=(7, 7))
    channels = limits.count("channels", sizes.channels, 1, 4)
    filters = limits.count("filters", sizes.filters, 2, 8)
    hidden = limits.count("outputs", sizes.outputs, 2, limits.MOST_CLASSES)
    classes = limits.count("classes", sizes.classes, 3, limits.MOST_CLASSES)
    first = _convolution(0, (channels, *chosen.input), (1, channels, *chosen.kernel))
    second = _convolution(1, output_shape(_POOL, first.z.shape), (filters, 1, *chosen.kernel))
    limits.refuse_too_many_products(30 * first.z.size * filters * chosen.kernel[0] * chosen.kernel[1])
    pooled = output_shape(_POOL, second.z.shape)
    (size,) = output_shape(Flatten(), pooled)
    third, fourth = replace(_dense(2, size, hidden), pooled=pooled), _dense(3, hidden, classes)
    text = f"{chosen.text}, {filters} filters in the second layer, {hidden} hidden, {classes} classes"
    return FourLayers((first, second, third, fourth), text)


def _tensors(level: int, x: Shape, w: Shape, z: Shape) -> list[Tensor]:
    high = f"⁽{_HIGH[level]}⁾"
    shapes = {"x": x, "w": w, "b": z, "z": z, "delta": z}
    named = [
        Tensor(f"{name}{level}", shape, f"{name.replace('delta', 'δ')}{high}")
        for name, shape in shapes.items()
    ]
    return [*named, Tensor(f"slope{level}", z, f"∂L/∂z{high}")]


def _convolution(level: int, shape: Shape, kernel: Shape) -> LearningLayer:
    out = output_shape(Conv2d(blank(kernel), flip=True), shape)
    layer = Conv2d(blank(kernel), blank(out), flip=True)
    return _layer(level, layer, _tensors(level, shape, kernel, out), "kernel")


def _dense(level: int, inputs: int, outputs: int) -> LearningLayer:
    layer = Dense(blank((outputs, inputs)), blank((outputs,)))
    return _layer(level, layer, _tensors(level, (inputs,), (outputs, inputs), (outputs,)), "weight")


def _layer(level: int, layer: Layer, tensors: list[Tensor], learned: str) -> LearningLayer:
    x, w, b, z, delta, slope = tensors
    (equation,) = layer.equations(x, z, Conventions(), **{learned: w, "bias": b})
    return LearningLayer(level, equation, x, w, b, z, delta, slope)
