"""Every tensor of a case, worked out by PyTorch in float64.

It knows the contract and nothing of the package: it reads a case file's plain dictionary on its
own, builds the network from torch's operations and lets autograd differentiate. Where torch has
one convention and the contract has three (ReLU at zero, ties of a maximum) the operation is a
`torch.autograd.Function` of its own.
"""

from __future__ import annotations

import math
import warnings
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
    updating: Mapping[str, Any] = case.get("update", {})
    if updating.get("type", "sgd") != "sgd" or updating.keys() - {"type", "frozen"}:
        raise ValueError("the oracle updates by plain gradient descent only")
    for name, parameter in network.parameters.items():
        found[name] = parameter.detach().numpy().copy()
        if "loss" in case:
            gradient = np.mean([run[f"{name}.grad"] for run in runs], axis=0)
            found[f"{name}.grad"] = gradient
            if "learning_rate" in case and name not in updating.get("frozen", []):
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


def _apart(layer: Mapping[str, Any], kernel: Tensor) -> list[int]:
    dilation = layer.get("dilation", 1)
    apart = dilation if isinstance(dilation, list) else [dilation] * (kernel.ndim - 2)
    return [int(d) for d in apart]


def _sides(written: object, axes: int) -> tuple[int, ...]:
    """Padding as F.pad takes it: of the last axis first, before and after."""
    if not isinstance(written, list):
        return (int(exact(written)),) * (2 * axes)
    sides = [int(each) for each in written]
    pairs = (
        [(n, n) for n in sides]
        if len(sides) == axes
        else [(sides[2 * n], sides[2 * n + 1]) for n in range(axes)]
    )
    return tuple(n for pair in reversed(pairs) for n in pair)


def _convolution(axes: int) -> Callable[[Mapping[str, Any], Tensor, Mapping[str, str]], Built]:
    """Convolution along so many axes."""
    operation = {1: F.conv1d, 2: F.conv2d}[axes]

    def build(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
        kernel = _tensor(_with_axes(grid(layer["kernel"]), axes + 2)).requires_grad_()
        stride = layer.get("stride", 1)
        steps = [int(s) for s in (stride if isinstance(stride, list) else [stride] * axes)]
        same = layer.get("padding") == "same"
        options = {"stride": steps, "dilation": _apart(layer, kernel), "groups": int(layer.get("groups", 1))}

        def correlate(x: Tensor) -> Tensor:
            turned = kernel.flip(*range(2, axes + 2)) if layer.get("flip", False) else kernel
            if same:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that an even kernel costs PyTorch a copy
                    return operation(x.unsqueeze(0), turned, padding="same", **options).squeeze(0)
            framed = F.pad(x, _sides(layer.get("padding", 0), axes))
            return operation(framed.unsqueeze(0), turned, **options).squeeze(0)

        return _with_bias(layer, x, correlate, kernel)

    return build


def _conv_transpose2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    kernel = _tensor(_with_axes(grid(layer["kernel"]), 4)).requires_grad_()
    options = {key: _pair(layer.get(key, default)) for key, default in _TRANSPOSED.items()}

    def lay(x: Tensor) -> Tensor:
        return F.conv_transpose2d(x.unsqueeze(0), kernel, **options).squeeze(0)

    return _with_bias(layer, x, lay, kernel)


_TRANSPOSED = {"stride": 1, "padding": 0, "output_padding": 0}


def _with_bias(layer: Mapping[str, Any], x: Tensor, operation: Operation, kernel: Tensor) -> Built:
    """A bias for each filter, or one for each place."""
    if "bias" not in layer:
        return Built(operation, {"kernel": kernel})
    given = grid(layer["bias"])
    shape = tuple(operation(x).shape)
    tied = given.size == shape[0] and given.ndim == 1
    bias = _tensor(given if tied else _with_axes(given, len(shape))).requires_grad_()
    if not tied and tuple(bias.shape) != shape:
        raise ValueError(f"bias {tuple(bias.shape)}, output {shape}")
    spread = (-1,) + (1,) * (len(shape) - 1)
    return Built(
        lambda x: operation(x) + (bias.reshape(spread) if tied else bias), {"kernel": kernel, "bias": bias}
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


def _bent(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    """Leaky ReLU and ELU: what is negative goes on in another way, from the same kink."""
    right = number(conventions.get("relu_at_zero", "0"))
    slope, alpha = number(layer.get("slope", "0.01")), number(layer.get("alpha", "1"))
    below = {"leaky_relu": lambda z: slope * z, "elu": lambda z: alpha * z.expm1()}[layer["type"]]
    return Built(lambda x: _Relu.apply(x, right) + below(-_Relu.apply(-x, 1 - right)))


def _softplus(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(lambda x: F.softplus(x, threshold=1e9))


def _silu(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(F.silu)


def _batch_norm2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    given = {role: _tensor(grid(layer[role]).reshape(-1)) for role in ("gamma", "beta", "mean", "variance")}
    learned = {role: given[role].requires_grad_() for role in ("gamma", "beta")}
    epsilon = number(layer.get("epsilon", "1e-5"))
    return Built(
        lambda x: F.batch_norm(
            x.unsqueeze(0), given["mean"], given["variance"], given["gamma"], given["beta"], eps=epsilon
        ).squeeze(0),
        learned,
    )


def _dropout(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    mask = _tensor(grid(layer["mask"]).reshape(tuple(x.shape)))
    return Built(lambda x: x * mask / (1 - number(layer.get("p", "1/2"))))


def _upsample2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    factor = _pair(layer["factor"])
    return Built(lambda x: F.interpolate(x.unsqueeze(0), scale_factor=factor, mode="nearest").squeeze(0))


def _global_average_pool2d(layer: Mapping[str, Any], x: Tensor, conventions: Mapping[str, str]) -> Built:
    return Built(lambda x: F.adaptive_avg_pool2d(x, 1))


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
    by_input = layer.get("layout") == "input-output"

    def weighted(x: Tensor) -> Tensor:
        return x.flatten() @ weight if by_input else weight @ x.flatten()

    if "bias" not in layer:
        return Built(weighted, {"weight": weight})
    bias = _tensor(grid(layer["bias"]).reshape(-1)).requires_grad_()
    return Built(lambda x: weighted(x) + bias, {"weight": weight, "bias": bias})


_LAYERS = {
    "conv1d": _convolution(1),
    "conv2d": _convolution(2),
    "conv_transpose2d": _conv_transpose2d,
    "global_average_pool2d": _global_average_pool2d,
    "upsample2d": _upsample2d,
    "batch_norm2d": _batch_norm2d,
    "dropout": _dropout,
    "leaky_relu": _bent,
    "elu": _bent,
    "softplus": _softplus,
    "silu": _silu,
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
_OF_IMAGES = {kind for kind in _LAYERS if kind.endswith("2d")}
_ELEMENTWISE = {"relu", "sigmoid", "tanh", "leaky_relu", "elu", "softplus", "silu", "dropout"}


def layer_names(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each layer's name: its own, or its type's short form, numbered where those collide."""
    short = [None if "name" in layer else _short(layer["type"]) for layer in layers]
    alike, seen, names = Counter(short), Counter[str | None](), []
    for layer, default in zip(layers, short, strict=True):
        seen[default] += 1
        if default is None:
            names.append(str(layer["name"]))
        else:
            names.append(f"{default}{seen[default]}" if alike[default] > 1 else default)
    return names


def _short(kind: str) -> str:
    bare = kind.removesuffix("1d").removesuffix("2d")
    return bare.removeprefix("max_").removeprefix("average_")


class Network:
    """The layers in a row, with parameters that all samples share."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.layers = case.get("layers", [])
        self.conventions: Mapping[str, str] = case.get("conventions", {})
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
        if kinds and kinds[0] == "conv1d":
            return _tensor(_with_axes(array, 2)).requires_grad_()
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
        last, kind = self.layers[-1]["type"] if self.layers else "", self.loss["type"]
        z, y, t = outputs[-2:][0].flatten(), outputs[-1].flatten(), target
        if y.numel() != t.numel():
            raise ValueError(f"{t.numel()} targets for {y.numel()} outputs")
        n = t.numel()
        if kind == "squared_error":
            return number(self.loss.get("scale", "1/2")) * ((t - y) ** 2).sum()
        if kind in ("absolute_error", "hinge", "multiclass_hinge"):
            return self._kinked(kind, y, t)
        if kind == "huber":
            return F.huber_loss(y, t, reduction="sum", delta=number(self.loss.get("delta", 1)))
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

    def _kinked(self, kind: str, y: Tensor, t: Tensor) -> Tensor:
        """Sums of max(0, ·), with the convention's slope where that is exactly 0."""
        right = number(self.conventions.get("relu_at_zero", "0"))
        margin, scale = number(self.loss.get("margin", 1)), number(self.loss.get("scale", 1))
        if kind == "absolute_error":
            return scale * (_Relu.apply(y - t, right) + _Relu.apply(t - y, 1 - right)).sum()
        if kind == "hinge":
            return _Relu.apply(margin - t * y, right).sum()
        wrong = t == 0
        return _Relu.apply(y[wrong] - y[~wrong] + margin, right).sum()


def _gradient(value: Tensor) -> Tensor:
    return torch.zeros_like(value) if value.grad is None else value.grad
