"""Every tensor of a case, worked out by PyTorch in float64.

It knows the contract and nothing of the package: it reads a case file's plain dictionary on its
own, builds the network from torch's operations and lets autograd differentiate. Where torch has
one convention and the contract has three (ReLU at zero, ties of a maximum) the operation is a
`torch.autograd.Function` of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

Tensors = dict[str, np.ndarray]
NEARLY = 1e-12


def tensors(case: Mapping[str, Any]) -> Tensors:
    """Name → array for every tensor of contract section 2, from a case file as tomllib reads it.

    Of a batch, `conv@k` is there for every k from 1, and `conv` is sample 1's. Shapes are the full
    ones of the contract; `target` and `loss` are there if the case has them.

    Sums that are equal or 0 on paper may miss it by a few units of the last place in float64: what
    differs by less than `NEARLY` counts as a tie or as 0.
    """
    if case.get("arithmetic", "exact") not in ("exact", "float"):
        raise ValueError("the oracle does not round by hand")
    network = Network(case)
    samples = _samples(case, network)
    runs = [network.run(x, target) for x, target in samples]

    found: Tensors = {}
    for k, run in enumerate(runs, start=1):
        found |= {name if k == 1 else f"{name}@{k}": value for name, value in run.items()}
        if len(runs) > 1:
            found |= {f"{name}@{k}": value for name, value in run.items()}
    for name, parameter in network.parameters.items():
        found[name] = parameter.detach().numpy().copy()
        if "loss" in case:
            gradient = np.mean([run[f"{name}.grad"] for run in runs], axis=0)
            found[f"{name}.grad"] = gradient
            if "learning_rate" in case:
                found[f"{name}.new"] = found[name] - number(case["learning_rate"]) * gradient
    if "loss" in runs[0]:
        found["loss"] = np.mean([run["loss"] for run in runs])
    return found


def _samples(case: Mapping[str, Any], network: Network) -> list[tuple[Tensor, Tensor | None]]:
    loss = case.get("loss", {})
    given = case.get("samples") or [{"input": case["input"], "target": loss.get("target")}]
    return [
        (
            network.shaped(grid(sample["input"])),
            None if sample.get("target") is None else _tensor(grid(sample["target"])).reshape(-1),
        )
        for sample in given
    ]


# --- numbers and grids as the contract writes them ---------------------------------------------------


def exact(written: object) -> Fraction:
    """`-3`, `0.10`, `.5`, `1/3`, `2.1e-3`, `25%`, quoted or bare, with a hyphen or a minus sign."""
    if isinstance(written, float):
        return Fraction(repr(written))
    if isinstance(written, int | Decimal | Fraction):
        return Fraction(written)
    text = str(written).strip().replace("−", "-")
    return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)


def number(written: object) -> float:
    """The same as float64."""
    return float(exact(written))


def grid(written: object) -> np.ndarray:
    """A grid: text, nested arrays, a single number, or `{ random = … }`; `values` may wrap it."""
    if isinstance(written, Mapping):
        return grid(written["values"]) if "values" in written else _random(written)
    if isinstance(written, str):
        return _text(written)
    if isinstance(written, Sequence):
        return np.array([grid(entry) if isinstance(entry, list) else number(entry) for entry in written])
    return np.array([number(written)])


def _text(text: str) -> np.ndarray:
    """As many axes as the text shows: a row, rows, channels of rows, filters of channels."""
    filters: list[list[list[list[float]]]] = [[[]]]
    for line in text.replace(";", "\n").strip().splitlines():
        words = line.replace(",", " ").split()
        if words and set(words[0]) == {"-"} and len(words[0]) >= 3:
            filters.append([[]])
        elif words:
            filters[-1][-1].append([number(word) for word in words])
        elif filters[-1][-1]:
            filters[-1].append([])
    array = np.array([[rows for rows in channels if rows] for channels in filters])
    if array.shape[0] > 1:
        return array
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    return array


def _random(written: Mapping[str, Any]) -> np.ndarray:
    generator = np.random.default_rng(written["seed"])
    draw = {"normal": generator.standard_normal, "uniform": generator.random}[written["random"]]
    drawn, scale = draw(tuple(written["shape"])), exact(written.get("scale", 1))
    if "decimals" not in written:
        return np.array([float(Fraction(x) * scale) for x in drawn.flat]).reshape(drawn.shape)
    unit = Fraction(10) ** -int(written["decimals"])
    half = Fraction(1, 2)
    rounded = [float(math.floor(Fraction(x) * scale / unit + half) * unit) for x in drawn.flat]
    return np.array(rounded).reshape(drawn.shape)


def _tensor(array: np.ndarray) -> Tensor:
    return torch.tensor(array, dtype=torch.float64)


def _with_axes(array: np.ndarray, axes: int) -> np.ndarray:
    """The array with leading axes of size 1 put back."""
    return array.reshape((1,) * (axes - array.ndim) + array.shape)


def _pair(written: object) -> tuple[int, int]:
    if isinstance(written, Sequence) and not isinstance(written, str):
        rows, columns = written
        return int(rows), int(columns)
    return int(exact(written)), int(exact(written))


# --- the conventions in which frameworks and notes differ --------------------------------------------


class _Relu(torch.autograd.Function):
    """max(z, 0), with the derivative at 0 that is asked for."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, at_zero: float) -> Tensor:
        ctx.save_for_backward(z)
        ctx.at_zero = at_zero
        return z.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        gate = (z > NEARLY).to(z.dtype) + ctx.at_zero * (z.abs() <= NEARLY).to(z.dtype)
        return upstream * gate, None


class _Largest(torch.autograd.Function):
    """The largest along the last axis; of equals the first takes the gradient, or all share it, or each."""

    @staticmethod
    def forward(ctx: Any, windows: Tensor, max_tie: str) -> Tensor:
        largest = windows.amax(dim=-1, keepdim=True)
        winners = (windows >= largest - NEARLY).to(windows.dtype)
        if max_tie == "first":
            winners = winners * (winners.cumsum(dim=-1) == 1)
        elif max_tie == "split":
            winners = winners / winners.sum(dim=-1, keepdim=True)
        elif max_tie != "all":
            raise ValueError(max_tie)
        ctx.save_for_backward(winners)
        return largest.squeeze(-1)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        (winners,) = ctx.saved_tensors
        return winners * upstream.unsqueeze(-1), None


# --- layers: each takes its table and the shape that comes in, and returns a function ----------------

Operation = Callable[[Tensor], Tensor]


@dataclass
class Built:
    """A layer's operation, and its parameters by name."""

    operation: Operation
    parameters: dict[str, Tensor] = field(default_factory=dict)


def _conv2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    kernel = _tensor(_with_axes(grid(layer["kernel"]), 4)).requires_grad_()
    stride, padding = _pair(layer.get("stride", 1)), _pair(layer.get("padding", 0))

    def correlate(x: Tensor) -> Tensor:
        turned = kernel.flip(2, 3) if layer.get("flip", False) else kernel
        return F.conv2d(x.unsqueeze(0), turned, stride=stride, padding=padding).squeeze(0)

    if "bias" not in layer:
        return Built(correlate, {"kernel": kernel})
    given = grid(layer["bias"])
    shape = tuple(correlate(x).shape)
    tied = given.size == shape[0] and given.ndim == 1
    bias = _tensor(given if tied else _with_axes(given, 3)).requires_grad_()
    if not tied and tuple(bias.shape) != shape:
        raise ValueError(f"bias {tuple(bias.shape)}, output {shape}")
    return Built(
        lambda x: correlate(x) + (bias.reshape(-1, 1, 1) if tied else bias),
        {"kernel": kernel, "bias": bias},
    )


def _pool_windows(layer: Mapping[str, Any], outside: float) -> Operation:
    (rows, columns) = size = _pair(layer["size"])
    down, across = _pair(layer.get("stride", list(size)))
    above, left = _pair(layer.get("padding", 0))
    if above > rows // 2 or left > columns // 2:
        raise ValueError("padding of a pool is at most half its window")

    def windows(x: Tensor) -> Tensor:
        padded = F.pad(x, (left, left, above, above), value=outside)
        return padded.unfold(1, rows, down).unfold(2, columns, across).flatten(start_dim=-2)

    return windows


def _max_pool2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    windows, max_tie = _pool_windows(layer, -math.inf), conventions.get("max_tie", "first")
    return Built(lambda x: _Largest.apply(windows(x), max_tie))


def _average_pool2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    windows = _pool_windows(layer, 0)
    return Built(lambda x: windows(x).mean(dim=-1))


def _relu(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    at_zero = number(conventions.get("relu_at_zero", "0"))
    return Built(lambda x: _Relu.apply(x, at_zero))


def _sigmoid(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(torch.sigmoid)


def _tanh(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(torch.tanh)


def _softmax(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(lambda x: x.flatten().softmax(dim=0).reshape(x.shape))


def _flatten(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(torch.flatten)


def _reshape(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    shape = tuple(int(n) for n in layer["shape"])
    return Built(lambda x: x.reshape(shape))


def _dense(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    weight = _tensor(_with_axes(grid(layer["weight"]), 2)).requires_grad_()
    if "bias" not in layer:
        return Built(lambda x: weight @ x.flatten(), {"weight": weight})
    bias = _tensor(grid(layer["bias"]).reshape(-1)).requires_grad_()
    return Built(lambda x: weight @ x.flatten() + bias, {"weight": weight, "bias": bias})


_LAYERS = {
    "conv2d": _conv2d,
    "max_pool2d": _max_pool2d,
    "average_pool2d": _average_pool2d,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softmax": _softmax,
    "flatten": _flatten,
    "reshape": _reshape,
    "dense": _dense,
}
_OF_IMAGES = {"conv2d", "max_pool2d", "average_pool2d"}
_ELEMENTWISE = {"relu", "sigmoid", "tanh"}


def layer_names(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each layer's name: its own, or its type's short form, numbered where those collide."""
    short = [None if "name" in layer else layer["type"].removesuffix("2d").split("_")[-1] for layer in layers]
    alike, seen, names = Counter(short), Counter[str | None](), []
    for layer, default in zip(layers, short, strict=True):
        seen[default] += 1
        if default is None:
            names.append(str(layer["name"]))
        else:
            names.append(f"{default}{seen[default]}" if alike[default] > 1 else default)
    return names


class Network:
    """The layers in a row, with parameters that all samples share."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.layers = case["layers"]
        self.names = layer_names(self.layers)
        self.loss: Mapping[str, Any] = case.get("loss", {})
        self.operations: list[Operation] = []
        self.parameters: dict[str, Tensor] = {}
        first = case["samples"][0]["input"] if case.get("samples") else case["input"]
        x = self.shaped(grid(first))
        for name, layer in zip(self.names, self.layers, strict=True):
            built = _LAYERS[layer["type"]](layer, x, case.get("conventions", {}))
            x = built.operation(x).detach()
            self.operations.append(built.operation)
            self.parameters |= {f"{name}.{which}": value for which, value in built.parameters.items()}

    def shaped(self, array: np.ndarray) -> Tensor:
        """The input as a leaf: a single row is flat, unless a layer wants an image; rows are one channel."""
        kinds = [layer["type"] for layer in self.layers if layer["type"] not in _ELEMENTWISE]
        image = array.ndim > 1 or (kinds and kinds[0] in _OF_IMAGES)
        return _tensor(_with_axes(array, 3) if image else array).requires_grad_()

    def run(self, x: Tensor, target: Tensor | None) -> Tensors:
        """Everything that belongs to one sample, its own loss and the gradients of that loss."""
        for parameter in self.parameters.values():
            parameter.grad = None
        x = x.detach().clone().requires_grad_()
        outputs = [x]
        for operation in self.operations:
            outputs.append(operation(outputs[-1]).clone())
            outputs[-1].retain_grad()
        found = {"input": x} | dict(zip(self.names, outputs[1:], strict=True))
        by_hand: dict[str, Tensor] = {}
        values: dict[str, Tensor] = {}
        if self.loss and self.loss["type"] == "upstream":
            outputs[-1].backward(_tensor(grid(self.loss["gradient"])).reshape(outputs[-1].shape))
        elif self.loss:
            assert target is not None
            loss = self._loss(outputs, target, by_hand)
            loss.backward()
            values = {"target": target, "loss": loss}
        if self.loss:
            values |= {f"{name}.grad": by_hand.get(name, _gradient(value)) for name, value in found.items()}
            values |= {f"{name}.grad": _gradient(value) for name, value in self.parameters.items()}
        return {name: value.detach().numpy() + 0.0 for name, value in (found | values).items()}

    def _loss(self, outputs: list[Tensor], target: Tensor, by_hand: dict[str, Tensor]) -> Tensor:
        """The loss, through the logits where the output may saturate; its own gradient goes to `by_hand`."""
        last, kind = self.layers[-1]["type"], self.loss["type"]
        z, y, t = outputs[-2].flatten(), outputs[-1].flatten(), target
        if y.numel() != t.numel():
            raise ValueError(f"{t.numel()} targets for {y.numel()} outputs")
        n = t.numel()
        if kind == "squared_error":
            return number(self.loss.get("scale", "1/2")) * ((t - y) ** 2).sum()
        if kind == "cross_entropy":
            if last != "softmax":
                return -(t * y.log()).sum()
            by_hand[self.names[-1]] = (-t / y).reshape(outputs[-1].shape)
            return -(t * z.log_softmax(dim=0)).sum()
        if kind == "binary_cross_entropy":
            if last != "sigmoid":
                return -(t * y.log() + (1 - t) * (1 - y).log()).mean()
            gradient = ((1 - t) * (1 + z.exp()) - t * (1 + (-z).exp())) / n
            by_hand[self.names[-1]] = gradient.reshape(outputs[-1].shape)
            return (torch.logaddexp(z, torch.zeros_like(z)) - t * z).mean()
        raise ValueError(kind)


def _gradient(value: Tensor) -> Tensor:
    return torch.zeros_like(value) if value.grad is None else value.grad
