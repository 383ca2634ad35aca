"""Small networks with drawn numbers, worked out with NumPy alone: nothing of the program is used.

conv → ReLU → pool → flatten → dense → sigmoid or softmax → loss, backwards, and one update.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

Cell = tuple[int, ...]
Factor = tuple[str, Cell]
Term = tuple[Factor, Factor]

TOO_LARGE = 6
ORDER = (
    *("conv", "relu", "pool", "flatten", "dense", "out", "loss", "out.grad", "dense.grad"),
    *("dense.weight.grad", "dense.bias.grad", "flatten.grad", "pool.grad", "relu.grad", "conv.grad"),
    *("conv.kernel.grad", "conv.bias.grad", "input.grad"),
    *("conv.kernel.new", "conv.bias.new", "dense.weight.new", "dense.bias.new"),
)


@dataclass(frozen=True)
class Network:
    """The numbers of a case, and how its layers are put together; `out` is the activation at the end."""

    image: np.ndarray
    kernel: np.ndarray
    conv_bias: np.ndarray
    weight: np.ndarray
    dense_bias: np.ndarray
    target: np.ndarray
    rate: float
    stride: int = 1
    padding: int = 0
    pool: str = "max"
    pool_stride: int = 2
    out: str = "sigmoid"
    loss: str = "squared_error"
    digits: int = field(default=5, compare=False)

    # --- forward ---------------------------------------------------------------------------------

    def convolved(
        self, image: np.ndarray | None = None, kernel: np.ndarray | None = None, frame: float | str = 0.0
    ) -> np.ndarray:
        """Every window times the kernel, without the bias."""
        x, k = self.image if image is None else image, self.kernel if kernel is None else kernel
        room = ((0, 0), (self.padding,) * 2, (self.padding,) * 2)
        x = np.pad(x, room, mode="edge") if frame == "edge" else np.pad(x, room, constant_values=frame)
        return windows_times(x, k, self.stride)

    def pooled(self, a: np.ndarray, of: str, stride: int | None = None) -> np.ndarray:
        """One number of each 2×2 window."""
        step = self.pool_stride if stride is None else stride
        rows, columns = (each // self.pool_stride for each in (a.shape[1] - 2, a.shape[2] - 2))
        way = {"max": np.max, "average": np.mean, "sum": np.sum, "min": np.min, "size": largest_in_size}[of]
        return np.array(
            [
                [
                    [
                        float(way(m[i * step : i * step + 2, j * step : j * step + 2]))
                        for j in range(columns + 1)
                    ]
                    for i in range(rows + 1)
                ]
                for m in a
            ]
        )

    def activated(self, z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z)) if self.out == "sigmoid" else np.exp(z) / np.exp(z).sum()

    def loss_of(self, y: np.ndarray, t: np.ndarray, loss: str = "") -> float:
        loss = loss or self.loss
        if loss == "squared_error":
            return float(((t - y) ** 2).sum() / 2)
        if loss == "cross_entropy":
            return float(-(t * np.log(y)).sum())
        return float(-(t * np.log(y) + (1 - t) * np.log(1 - y)).mean())

    def slope_of(self, y: np.ndarray, t: np.ndarray, loss: str = "") -> np.ndarray:
        loss = loss or self.loss
        if loss == "squared_error":
            return y - t
        if loss == "cross_entropy":
            return -t / y
        return ((1 - t) / (1 - y) - t / y) / len(t)

    # --- everything ------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> dict[str, np.ndarray]:
        """Every tensor under the name that it has on a worksheet; `out` for the activation."""
        n: dict[str, np.ndarray] = {
            "input": self.image,
            "conv.kernel": self.kernel,
            "conv.bias": self.conv_bias,
            "dense.weight": self.weight,
            "dense.bias": self.dense_bias,
            "target": self.target,
            "one": np.array(1.0),
        }
        n["conv"] = self.convolved() + self.conv_bias[:, None, None]
        n["relu"] = np.maximum(n["conv"], 0)
        n["pool"] = self.pooled(n["relu"], self.pool)
        n["flatten"] = n["pool"].reshape(-1)
        n["dense"] = self.weight @ n["flatten"] + self.dense_bias
        if abs(n["dense"]).max() > TOO_LARGE:
            return n  # nobody gives an exercise that saturates
        n["out"] = self.activated(n["dense"])
        n["loss"] = np.array(self.loss_of(n["out"], self.target))
        n["out.grad"] = self.slope_of(n["out"], self.target)
        n["dense.grad"] = self.through_activation(n["out.grad"], n["out"])
        n["dense.weight.grad"] = np.outer(n["dense.grad"], n["flatten"])
        n["dense.bias.grad"] = n["dense.grad"]
        n["flatten.grad"] = self.weight.T @ n["dense.grad"]
        n["pool.grad"] = n["flatten.grad"].reshape(n["pool"].shape)
        n["relu.grad"] = self.routed(n["relu"], n["pool.grad"])
        n["conv.grad"] = n["relu.grad"] * (n["conv"] > 0)
        for name in ("conv.kernel", "conv.bias", "input"):
            n[f"{name}.grad"] = np.zeros(n[name].shape)
            for cell in np.ndindex(n[name].shape):
                n[f"{name}.grad"][cell] = sum(
                    n[one][at] * n[two][other] for (one, at), (two, other) in self._back(name, cell, n)
                )
        for name in ("conv.kernel", "conv.bias", "dense.weight", "dense.bias"):
            n[f"{name}.new"] = n[name] - self.rate * n[f"{name}.grad"]
        return n

    def through_activation(self, upstream: np.ndarray, y: np.ndarray) -> np.ndarray:
        if self.out == "sigmoid":
            return upstream * y * (1 - y)
        return (np.diag(y) - np.outer(y, y)) @ upstream

    def routed(self, a: np.ndarray, upstream: np.ndarray) -> np.ndarray:
        """What the pool sends back: to the largest entry (the first of several), or shared."""
        back, step = np.zeros(a.shape), self.pool_stride
        for m, i, j in np.ndindex(upstream.shape):
            if self.pool == "average":
                back[m, i * step : i * step + 2, j * step : j * step + 2] += upstream[m, i, j] / 4
            else:
                p, q = self.winner(a, (m, i, j))
                back[m, p, q] += upstream[m, i, j]
        return back

    def winner(self, a: np.ndarray, window: Cell) -> tuple[int, int]:
        m, i, j = window
        step = self.pool_stride
        at = int(a[m, i * step : i * step + 2, j * step : j * step + 2].argmax())
        return i * step + at // 2, j * step + at % 2

    # --- sums, term by term ----------------------------------------------------------------------

    def factor(self, of: Factor) -> float:
        return float(self.numbers[of[0]][of[1]])

    def product(self, term: Term) -> float:
        return self.factor(term[0]) * self.factor(term[1])

    def terms(self, tensor: str, cell: Cell) -> list[Term]:
        """The products that add up to a cell, without its bias; none if it is no sum."""
        if tensor == "conv":
            return [
                (("input", x), ("conv.kernel", (cell[0], *k))) for x, k in self._window(cell, self.numbers)
            ]
        if tensor == "dense":
            return [(("flatten", (n,)), ("dense.weight", (cell[0], n))) for n in range(self.weight.shape[1])]
        if tensor == "flatten.grad":
            outputs = range(len(self.target))
            return [(("dense.grad", (m,)), ("dense.weight", (m, cell[0]))) for m in outputs]
        if tensor in ("conv.kernel.grad", "input.grad"):
            return self._back(tensor.removesuffix(".grad"), cell, self.numbers)
        return []

    def _window(self, cell: Cell, n: dict[str, np.ndarray]) -> list[tuple[Cell, Cell]]:
        """The pixels under a window and the kernel entries on them."""
        _, i, j = cell
        found = []
        for c, p, q in product(*map(range, self.kernel.shape[1:])):
            row, column = i * self.stride + p - self.padding, j * self.stride + q - self.padding
            if 0 <= row < self.image.shape[1] and 0 <= column < self.image.shape[2]:
                found.append(((c, row, column), (c, p, q)))
        return found

    def _back(self, name: str, cell: Cell, n: dict[str, np.ndarray]) -> list[Term]:
        """Every output that an entry went into, times what it was multiplied by there."""
        found: list[Term] = []
        for output in np.ndindex(n["conv"].shape):
            if name == "conv.bias":
                if output[0] == cell[0]:
                    found.append((("conv.grad", output), ("one", ())))
                continue
            for x, k in self._window(output, n):
                if (name == "input" and x == cell) or (name != "input" and (output[0], *k) == cell):
                    other = ("conv.kernel", (output[0], *k)) if name == "input" else ("input", x)
                    found.append((("conv.grad", output), other))
        return found

    # --- as a case -------------------------------------------------------------------------------

    @property
    def case(self) -> str:
        """The same as a case file."""
        kernel = "\n---\n".join("\n\n".join(map(rows, filters)) for filters in self.kernel)
        return f"""
learning_rate = "{self.rate}"
input.values = \"\"\"
{chr(10).join(rows(each) + chr(10) for each in self.image)}\"\"\"
[[layers]]
type = "conv2d"
kernel = \"\"\"
{kernel}
\"\"\"
bias = "{row(self.conv_bias)}"
stride = {self.stride}
padding = {self.padding}
[[layers]]
type = "relu"
[[layers]]
type = "{self.pool}_pool2d"
size = 2
stride = {self.pool_stride}
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
weight = \"\"\"
{rows(self.weight)}
\"\"\"
bias = "{row(self.dense_bias)}"
[[layers]]
type = "{self.out}"
[loss]
type = "{self.loss}"
target = "{row(self.target)}"
"""


def largest_in_size(window: np.ndarray) -> float:
    return float(window.reshape(-1)[abs(window).argmax()])


def windows_times(x: np.ndarray, k: np.ndarray, stride: int) -> np.ndarray:
    rows, columns = ((x.shape[at] - k.shape[at + 1]) // stride + 1 for at in (1, 2))
    size = k.shape[2:]
    return np.array(
        [
            [
                [
                    float(
                        (
                            x[
                                :,
                                i * stride : i * stride + size[0],
                                j * stride : j * stride + size[1],
                            ]
                            * f
                        ).sum()
                    )
                    for j in range(columns)
                ]
                for i in range(rows)
            ]
            for f in k
        ]
    )


def row(numbers: np.ndarray) -> str:
    return " ".join(f"{each:g}" for each in numbers)


def rows(numbers: np.ndarray) -> str:
    return "\n".join(map(row, numbers))


def drawn(seed: int) -> Network:
    """A network of the kind that lecture notes work out, with drawn numbers."""
    draw = random.Random(f"network {seed}")
    padding, stride = draw.choice([(0, 1), (0, 1), (1, 1), (1, 2)])
    size = draw.choice([2, 3])
    channels, filters = draw.choice([(1, 1), (1, 2), (2, 1), (2, 2)])
    # so that the map has four rows and columns, or three
    side = draw.choice([3, 4])
    extent = (side - 1) * stride + size - 2 * padding
    scale = draw.choice([9, 20, 99, 255])
    image = np.array([draw.randint(-scale // 3, scale) for _ in range(channels * extent**2)], float)
    kernel = np.array([draw.randint(-4, 5) for _ in range(filters * channels * size**2)], float)
    pool_stride = 2 if side == 4 else 1
    flat = filters * 4
    outputs = draw.choice([1, 2, 3])
    out, loss = draw.choice(
        [("sigmoid", "squared_error"), ("sigmoid", "binary_cross_entropy")]
        + ([("softmax", "cross_entropy")] * 2 if outputs > 1 else [])
    )
    large = scale * size * size
    decimals = max(2, len(str(large)) - 1)
    weight = np.array([draw.randint(-40, 50) for _ in range(outputs * flat)], float) / 10**decimals
    bias = np.array([draw.choice([-2, -1, 1, 2, 3, 5]) for _ in range(filters)], float)
    target = np.zeros(outputs)
    target[draw.randrange(outputs)] = 1
    made = Network(
        image.reshape(channels, extent, extent),
        kernel.reshape(filters, channels, size, size),
        bias,
        weight.reshape(outputs, flat),
        np.array([draw.choice([-0.5, -0.2, 0.1, 0.3, 0.4]) for _ in range(outputs)]),
        target,
        draw.choice([0.1, 0.5, 0.01]),
        stride,
        padding,
        draw.choice(["max", "max", "average"]),
        pool_stride,
        out,
        loss,
        draw.randint(4, 6),
    )
    lively = 0.3 < (made.numbers["conv"] > 0).mean() < 0.95 and "loss" in made.numbers
    return made if lively and prod(made.numbers["pool"].shape) == flat else drawn(seed + 1000)
