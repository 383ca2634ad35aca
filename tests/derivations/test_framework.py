"""The last line of every entry, evaluated at random numbers, is what PyTorch's autograd gives."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from walkthrough.derivations import AskedSizes, derive_command

torch = pytest.importorskip("torch", reason="PyTorch is the oracle here and is not installed")

Tensors = dict[str, Any]
_NAME = re.compile(r"([A-Za-z]\w*)\[([\d,]+)\]")


def finals(word: str, sizes: AskedSizes) -> list[tuple[str, str]]:
    """Left side and last right side of every entry of the JSON."""
    found: list[tuple[str, str]] = []
    for line in json.loads(derive_command(word, sizes, "json")[0])["lines"]:
        left = line["left"] or found.pop()[0]
        found.append((left, line["right"]))
    return found


def number(of: str, tensors: Tensors) -> float:
    """A right side at the numbers of these tensors, by Python's own arithmetic."""

    def entry(match: re.Match[str]) -> str:
        tensor, index = tensors[match[1]], tuple(int(part) - 1 for part in match[2].split(","))
        return repr(float(tensor.detach()[(0,) * (tensor.dim() - len(index)) + index]))

    def piecewise(*pairs: tuple[float, bool]) -> float:
        return next(value for value, holds in pairs if holds)

    names: dict[str, Any] = {
        name: float(each.detach()) for name, each in tensors.items() if each.numel() == 1
    }
    functions = {
        "exp": math.exp,
        "log": math.log,
        "tanh": math.tanh,
        "Max": max,
        "Piecewise": piecewise,
        "Eq": lambda a, b: a == b,
    }
    return float(eval(_NAME.sub(entry, of), {"__builtins__": {}}, functions | names))  # our own output


def agrees(word: str, sizes: AskedSizes, loss: Callable[[Tensors], Any], tensors: Tensors) -> int:
    """How many entries ∂L/∂… were compared."""
    loss(tensors).backward()
    compared = 0
    for left, right in finals(word, sizes):
        match = re.fullmatch(r"Derivative\(L, ([a-z]\w*)(?:\[([\d,]+)\])?\)", left)
        if match is None:
            continue
        tensor = tensors[match[1]]
        index = tuple(int(part) - 1 for part in match[2].split(",")) if match[2] else ()
        expected = float(tensor.grad[(0,) * (tensor.dim() - len(index)) + index])
        assert number(right, tensors) == pytest.approx(expected, rel=1e-9, abs=1e-12), left
        compared += 1
    return compared


def drawn(*shape: int) -> Any:
    generator = torch.Generator().manual_seed(sum(shape) + len(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def share(*shape: int) -> Any:
    return torch.sigmoid(drawn(*shape)).detach().requires_grad_()


CONVOLUTIONS = [
    AskedSizes(input=(4, 3), kernel=(2, 2)),
    AskedSizes(input=(5, 6), kernel=(3, 2), stride=(2, 3), padding=(1, 0)),
    AskedSizes(input=(4, 4), kernel=(2, 3), channels=2, filters=3, flip=True),
]


@pytest.mark.parametrize("sizes", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize(
    ("word", "bias"),
    [
        ("conv-input-gradient", ""),
        ("conv-kernel-gradient", ""),
        ("multi-channel-gradients", "untied"),
    ],
)
def test_convolutions(word: str, bias: str, sizes: AskedSizes) -> None:
    channels = sizes.channels or (2 if word.startswith("multi") else 1)
    filters = sizes.filters or (2 if word.startswith("multi") else 1)
    x = drawn(channels, *sizes.input)  # type: ignore[misc]
    k = drawn(filters, channels, *sizes.kernel)  # type: ignore[misc]
    stride, padding = sizes.stride or (1, 1), sizes.padding or (0, 0)

    def output(given: Tensors) -> Any:
        kernel = given["k"].flip(2, 3) if sizes.flip else given["k"]
        z = torch.nn.functional.conv2d(given["x"][None], kernel, stride=stride, padding=padding)[0]
        return z + given["b"] if bias else z

    g = drawn(*output({"x": x, "k": k, "b": torch.zeros(1)}).shape).detach()
    tensors = {"x": x, "k": k, "g": g} | ({"b": drawn(*g.shape)} if bias else {})
    compared = agrees(word, sizes, lambda given: (output(given) * g).sum(), tensors)
    assert compared >= (k if "kernel" in word else x).numel()


def test_bias() -> None:
    sizes = AskedSizes(input=(4, 3), kernel=(2, 2), filters=2)
    g = drawn(2, 3, 2).detach()
    tied = [right for left, right in finals("conv-bias-gradient", sizes) if re.search(r"b\[\d\]\)", left)]
    assert [number(right, {"g": g}) for right in tied] == pytest.approx(g.sum((1, 2)).tolist())
    untied = [right for left, right in finals("conv-bias-gradient", sizes) if re.search(r"b\[\d,", left)]
    assert [number(right, {"g": g}) for right in untied] == pytest.approx(g.flatten().tolist())


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("stride", [(2, 2), (1, 1)])
def test_pools(kind: str, stride: tuple[int, int]) -> None:
    sizes = AskedSizes(input=(4, 5), kernel=(2, 2), stride=stride)
    pool = torch.nn.functional.max_pool2d if kind == "max" else torch.nn.functional.avg_pool2d
    x = drawn(1, 4, 5)
    z = pool(x, (2, 2), stride)
    g = drawn(*z.shape).detach()
    tensors = {"x": x, "g": g, "z": z.detach()}
    loss = lambda given: (pool(given["x"], (2, 2), stride) * g).sum()  # noqa: E731
    assert agrees(f"{kind}-pool-gradient", sizes, loss, tensors) == 20


@pytest.mark.parametrize(
    ("word", "function"),
    [
        ("relu-derivative", torch.relu),
        ("sigmoid-derivative", torch.sigmoid),
        ("tanh-derivative", torch.tanh),
    ],
)
@pytest.mark.parametrize("value", [-1.25, 0.75])
def test_functions_of_one(word: str, function: Callable[[Any], Any], value: float) -> None:
    z = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    y, g = function(z).detach(), torch.tensor(2.5, dtype=torch.float64)
    assert agrees(word, AskedSizes(), lambda given: g * function(given["z"]), {"z": z, "y": y, "g": g}) == 1
    slope = dict(finals(word, AskedSizes()))["Derivative(y, z)"]
    assert number(slope, {"z": z, "y": y}) * 2.5 == pytest.approx(float(z.grad))


def test_softmax() -> None:
    z = drawn(4)
    p = torch.softmax(z, 0).detach()
    jacobian = torch.autograd.functional.jacobian(lambda each: torch.softmax(each, 0), z)
    for left, right in finals("softmax-jacobian", AskedSizes(classes=4)):
        if left.startswith("Derivative"):
            m, n = (int(each) - 1 for each in re.findall(r"\[(\d)\]", left))
            assert number(right, {"p": p}) == pytest.approx(float(jacobian[m, n]))


def test_cross_entropy() -> None:
    z, y = drawn(4), torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    p = torch.softmax(z, 0).detach()
    loss = lambda given: -(y * torch.log_softmax(given["z"], 0)).sum()  # noqa: E731
    assert agrees("cross-entropy-gradient", AskedSizes(classes=4), loss, {"z": z, "y": y, "p": p}) == 4


def test_losses() -> None:
    t, loss = share(3).detach(), torch.nn.functional.binary_cross_entropy
    z = drawn(3)
    y = torch.sigmoid(z)
    y.retain_grad()
    compared = agrees(
        "binary-cross-entropy-gradient",
        AskedSizes(outputs=3),
        lambda given: loss(given["y"], t),
        {"y": y, "t": t, "z": z},
    )
    assert compared == 6
    o, target = drawn(3), drawn(3).detach() + 1
    squared = lambda given: ((given["o"] - target) ** 2).sum() / 2  # noqa: E731
    assert agrees("squared-error-gradient", AskedSizes(outputs=3), squared, {"o": o, "t": target}) == 3


def test_dense() -> None:
    w, b, x, g = drawn(2, 3), drawn(2), drawn(3), drawn(2).detach()
    loss = lambda given: ((given["w"] @ given["x"] + given["b"]) * g).sum()  # noqa: E731
    assert agrees("dense-gradient", AskedSizes(), loss, {"w": w, "b": b, "x": x, "g": g}) == 11


def test_sigmoid_network() -> None:
    sizes = AskedSizes(input=(4, 3), kernel=(2, 2), outputs=2)
    x, f, w, b = drawn(1, 4, 3), drawn(1, 1, 2, 2), drawn(2, 6), drawn(2)
    y = share(2).detach()
    tensors = {"x": x, "f": f, "w": w, "b": b, "y": y}

    def loss(given: Tensors) -> Any:
        given["z1"] = torch.nn.functional.conv2d(given["x"][None], given["f"])[0]
        given["h1"] = torch.sigmoid(given["z1"])
        given["o"] = torch.sigmoid(given["w"] @ given["h1"].flatten() + given["b"])
        given["z1"].retain_grad()
        return ((given["y"] - given["o"]) ** 2).sum() / 2

    assert agrees("sigmoid-network", sizes, loss, tensors) == 12 + 2 + 6 + 4


def test_delta_recursion() -> None:
    """δ, and every −η·∂L/∂w and −η·∂L/∂b, of the whole network of note 003."""
    eta = torch.tensor(0.3, dtype=torch.float64)
    out = {0: (1, 6, 6), 1: (2, 2, 2), 2: (2,), 3: (3,)}
    learned = {0: (1, 1, 2, 2), 1: (2, 1, 2, 2), 2: (2, 2), 3: (3, 2)}
    tensors: Tensors = {"eta": eta, "x0": drawn(1, 7, 7), "y": torch.tensor([0.0, 1.0, 0.0])}
    for level in range(4):
        tensors[f"w{level}"], tensors[f"b{level}"] = drawn(*learned[level]), drawn(*out[level])
    x = tensors["x0"]
    for level in range(4):
        tensors[f"x{level}"] = x
        w, b = tensors[f"w{level}"], tensors[f"b{level}"]
        z = (torch.nn.functional.conv2d(x[None], w.flip(2, 3))[0] if level < 2 else w @ x) + b
        z.retain_grad()
        tensors[f"z{level}"] = z
        x = torch.nn.functional.max_pool2d(torch.relu(z), 2) if level < 2 else torch.relu(z)
        x = x.flatten() if level == 1 else x
    tensors["p"] = torch.softmax(z, 0).detach()
    (-(tensors["y"] * torch.log_softmax(z, 0)).sum()).backward()
    for level in range(4):
        tensors[f"delta{level}"] = -eta * tensors[f"z{level}"].grad
    compared = 0
    for left, right in finals("delta-recursion", AskedSizes()):
        if "J" in left:
            continue
        name, listed = re.search(r"([a-z]+\d)\[([\d,]+)\]", left).groups()  # type: ignore[union-attr]
        index = tuple(int(part) - 1 for part in listed.split(","))
        tensor = tensors[name] if name.startswith("delta") else -eta * tensors[name].grad
        expected = float(tensor.detach()[(0,) * (tensor.dim() - len(index)) + index])
        assert number(right, tensors) == pytest.approx(expected, rel=1e-9, abs=1e-12), left
        compared += 1
    assert compared == 36 + 8 + 2 + 3 + (4 + 36) + (8 + 8) + (4 + 2) + (6 + 3)
