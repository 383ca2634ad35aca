"""The vectorised witness in float64 against PyTorch's automatic differentiation."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkthrough.witnesses import vectorised
from walkthrough.witnesses.vectorised import FloatArray

torch = pytest.importorskip("torch", reason="PyTorch is an optional oracle", exc_type=ImportError)

drawn_cases = settings(deadline=None, max_examples=60)


def drawn(draw: st.DrawFn, *shape: int) -> FloatArray:
    """Small numbers with zeros and ties among them."""
    size = math.prod(shape)
    numbers = draw(st.lists(st.integers(-8, 8), min_size=size, max_size=size))
    return np.array(numbers, dtype=np.float64).reshape(shape) / 4


def leaf(array: FloatArray) -> Any:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def agree(found: FloatArray, expected: Any) -> None:
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-12, atol=1e-13)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[dict[str, Any], FloatArray, dict[str, FloatArray]]:
    channels, filters, p, q = (draw(st.integers(1, 3)) for _ in range(4))
    (s, t), (a, b) = (draw(st.tuples(st.integers(low, 2), st.integers(low, 3))) for low in (1, 0))
    image = drawn(
        draw, channels, draw(st.integers(max(1, p - 2 * a), 6)), draw(st.integers(max(1, q - 2 * b), 6))
    )
    parameters = {"kernel": drawn(draw, filters, channels, p, q)}
    if draw(st.booleans()):
        parameters["bias"] = drawn(draw, filters)
    return {"stride": (s, t), "padding": (a, b), "flip": draw(st.booleans())}, image, parameters


@drawn_cases
@given(convolutions(), st.data())
def test_convolution(
    case: tuple[dict[str, Any], FloatArray, dict[str, FloatArray]], data: st.DataObject
) -> None:
    options, image, parameters = case
    x, leaves = leaf(image), {name: leaf(each) for name, each in parameters.items()}
    kernel = leaves["kernel"].flip(2, 3) if options["flip"] else leaves["kernel"]
    z = torch.nn.functional.conv2d(
        x[None], kernel, leaves.get("bias"), stride=options["stride"], padding=options["padding"]
    )[0]
    agree(vectorised.forward("conv2d", options, image, parameters), z)
    gradient = drawn(data.draw, *z.shape)
    z.backward(torch.tensor(gradient))
    found = vectorised.backward("conv2d", options, image, parameters, gradient)
    assert found.keys() == {"x", *parameters}
    for name, each in {"x": x, **leaves}.items():
        agree(found[name], each.grad)


@drawn_cases
@given(st.sampled_from(["max_pool2d", "average_pool2d"]), st.data())
def test_pools(word: str, data: st.DataObject) -> None:
    p, q, s, t = (data.draw(st.integers(1, 3)) for _ in range(4))
    padding = (data.draw(st.integers(0, p // 2)), data.draw(st.integers(0, q // 2)))
    image = drawn(data.draw, 2, data.draw(st.integers(p, 6)), data.draw(st.integers(q, 6)))
    torch_pool = torch.nn.functional.max_pool2d if word == "max_pool2d" else torch.nn.functional.avg_pool2d
    x = leaf(image)
    z = torch_pool(x[None], (p, q), stride=(s, t), padding=padding)[0]
    options = {"size": (p, q), "stride": (s, t), "padding": padding, "max_tie": "first"}
    agree(vectorised.forward(word, options, image), z)
    gradient = drawn(data.draw, *z.shape)
    z.backward(torch.tensor(gradient))
    agree(vectorised.backward(word, options, image, None, gradient)["x"], x.grad)


@drawn_cases
@given(st.sampled_from(["relu", "sigmoid", "tanh", "softmax", "flatten", "reshape"]), st.data())
def test_layers_without_parameters(word: str, data: st.DataObject) -> None:
    array = drawn(data.draw, 6) if word == "softmax" else drawn(data.draw, 1, 2, 3)
    x = leaf(array)
    z = {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda each: torch.softmax(each, 0),
        "flatten": torch.flatten,
        "reshape": lambda each: each.reshape(3, 2),
    }[word](x)
    options = {"shape": (3, 2), "relu_at_zero": 0}
    agree(vectorised.forward(word, options, array), z)
    gradient = drawn(data.draw, *z.shape)
    z.backward(torch.tensor(gradient))
    agree(vectorised.backward(word, options, array, None, gradient)["x"], x.grad)
    output = vectorised.forward(word, options, array)
    agree(vectorised.backward(word, options, array, None, gradient, y=output)["x"], x.grad)


@drawn_cases
@given(st.booleans(), st.data())
def test_dense(with_bias: bool, data: st.DataObject) -> None:
    array = drawn(data.draw, 2, 1, 3)
    parameters = {"weight": drawn(data.draw, 4, 6)} | ({"bias": drawn(data.draw, 4)} if with_bias else {})
    x, leaves = leaf(array), {name: leaf(each) for name, each in parameters.items()}
    z = torch.nn.functional.linear(x.flatten(), leaves["weight"], leaves.get("bias"))
    agree(vectorised.forward("dense", {}, array, parameters), z)
    gradient = drawn(data.draw, 4)
    z.backward(torch.tensor(gradient))
    found = vectorised.backward("dense", {}, array, parameters, gradient)
    for name, each in {"x": x, **leaves}.items():
        agree(found[name], each.grad)


@drawn_cases
@given(st.sampled_from(["squared_error", "binary_cross_entropy", "cross_entropy"]), st.data())
def test_losses(word: str, data: st.DataObject) -> None:
    z, target = leaf(drawn(data.draw, 3)), np.array(data.draw(st.permutations([0.0, 1.0, 0.25])))
    t = torch.tensor(target)
    y = torch.softmax(z, 0) if word == "cross_entropy" else torch.sigmoid(z)
    y.retain_grad()
    loss = {
        "squared_error": lambda: 0.5 * ((t - y) ** 2).sum(),
        "binary_cross_entropy": lambda: torch.nn.functional.binary_cross_entropy(y, t),
        "cross_entropy": lambda: -(t * torch.log(y)).sum(),
    }[word]()
    loss.backward()
    output, logits = y.detach().numpy(), z.detach().numpy()
    agree(vectorised.loss(word, {}, output, target), loss)
    agree(vectorised.loss_gradient(word, {}, output, target), y.grad)
    if vectorised.knows_combined(word):
        agree(vectorised.loss(word, {}, output, target, logits=logits), loss)
        agree(vectorised.loss_gradient(word, {}, output, target, logits=logits), y.grad)
        agree(vectorised.combined_gradient(word, {}, output, target), z.grad)


def test_the_mean_and_the_update() -> None:
    samples = [np.array([1.0, 2.0]), np.array([3.0, 5.0])]
    w, rate = leaf(np.array([0.5, -1.0])), 0.1
    loss = torch.stack([(torch.tensor(each) * w).sum() for each in samples]).mean()
    optimiser = torch.optim.SGD([w], lr=rate)
    loss.backward()
    gradient = vectorised.mean(samples)
    agree(gradient, w.grad)
    optimiser.step()
    agree(vectorised.update(np.array([0.5, -1.0]), gradient, Fraction(1, 10))["new"], w)
