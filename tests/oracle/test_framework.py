"""The oracle itself, held against numbers worked out by hand (those of the notes: FACTS.md)."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="the framework oracle needs PyTorch")

from .framework import exact, grid, layer_names, tensors

CASES = Path(__file__).resolve().parents[2] / "cases"


def shipped(name: str) -> dict[str, np.ndarray]:
    return tensors(tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8")))


def same(found: np.ndarray, expected: Any, digits: float = 1e-12) -> None:
    """Equal up to leading axes of size 1 and to a relative error."""
    expected = np.asarray(expected, dtype=float)
    assert [n for n in found.shape if n > 1] == [n for n in expected.shape if n > 1]
    np.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=digits, atol=1e-14)


# --- note 000 ---


def test_lecture_notes_forward() -> None:
    found = shipped("lecture-notes")
    assert found["input"].shape == (1, 6, 6)
    same(
        found["conv"],
        [[765, -510, 765, 255], [1020, 0, 1275, 1020], [765, -255, 1020, 1020], [0, 0, 1275, -255]],
    )
    for layer in ("pool", "relu"):
        same(found[layer], [[1020, 1275], [765, 1275]])
    same(found["flatten"], [1020, 1275, 765, 1275])
    same(found["dense"], [2.55])
    same(found["sigmoid"], [0.9275735146], 1e-9)
    same(found["loss"], 2.625183227, 1e-9)


def test_lecture_notes_backward_and_update() -> None:
    found = shipped("lecture-notes")
    y, g = found["sigmoid"][0], 0.009275735146
    same(found["sigmoid.grad"], [13.80710378], 1e-9)
    same(found["dense.grad"], [y])
    same(found["dense.weight.grad"], [946.1249849, 1182.656231, 709.5937387, 1182.656231], 1e-9)
    same(found["dense.weight.new"], [-94.60249849, -118.2556231, -70.96937387, -118.2756231], 1e-9)
    same(found["flatten.grad"], [g, g, -g, -g], 1e-9)
    same(found["conv.grad"], [[0, 0, 0, 0], [g, 0, g, 0], [-g, 0, 0, 0], [0, 0, -g, 0]], 1e-9)
    same(found["conv.kernel.grad"], y * np.array([[0, 2.55, 0], [-2.55, -5.1, 0], [0, 7.65, 2.55]]))


# --- note 001 ---


def test_max_pooling() -> None:
    found = shipped("max-pooling")
    same(found["pool"], 4)
    same(found["input.grad"], [[0, 0], [0, 2]])
    assert "loss" not in found


def test_average_pooling() -> None:
    found = shipped("average-pooling")
    same(found["pool"], 2.5)
    same(found["input.grad"], [[0.5, 0.5], [0.5, 0.5]])


def test_kernel_and_input_gradient() -> None:
    """Every sum of the note, with X = [[1, 2, 0], [3, 1, −1], [1, 2, 4]], K = [[2, −1], [3, 4]]."""
    found = shipped("kernel-and-input-gradient")
    same(found["conv"], [[2 - 2 + 9 + 4, 4 + 0 + 3 - 4], [6 - 1 + 3 + 8, 2 + 1 + 6 + 16]])
    same(found["conv.kernel.grad"], [[2 - 2 + 3 + 3, 4 + 0 + 1 - 3], [6 - 1 + 1 + 6, 2 + 1 + 2 + 12]])
    same(
        found["input.grad"],
        [[2 * 2, -2 - 2, 1], [6 + 2, 8 - 3 - 1 + 6, -4 - 3], [3, 4 + 9, 12]],
    )


def test_softmax_cross_entropy() -> None:
    found = shipped("softmax-cross-entropy")
    total = math.exp(2) + math.exp(1) + math.exp(-1)
    p = [math.exp(2) / total, math.exp(1) / total, math.exp(-1) / total]
    same(found["softmax"], p)
    same(found["loss"], math.log(total) - 1)
    same(found["softmax.grad"], [0, -1 / p[1], 0])
    same(found["input.grad"], [p[0], p[1] - 1, p[2]])


# --- note 002 ---


def test_sigmoid_network() -> None:
    found = shipped("sigmoid-network")
    x = [[1, 2, 0], [0, 1, 3], [2, 1, 1]]
    same(found["conv"], [[0.5 - 1 + 0, 1 - 0 + 1], [0 - 0.5 + 2, 0.5 - 1.5 + 1]])
    h = [1 / (1 + math.exp(-z)) for z in (-0.5, 2, 1.5, 0)]
    o = 1 / (1 + math.exp(-(h[0] - 0.5 * h[1] + 0.5 * h[2] - h[3] + 0.2)))
    delta = (o - 1) * o * (1 - o)
    folded = [delta * w * a * (1 - a) for w, a in zip((1, -0.5, 0.5, -1), h, strict=True)]
    same(found["sigmoid2"], [o])
    same(found["loss"], (1 - o) ** 2 / 2)
    same(found["dense.weight.grad"], [delta * a for a in h])
    same(found["conv.grad"], np.reshape(folded, (2, 2)))
    filter_gradient = [
        [sum(folded[2 * i + j] * x[i + p][j + q] for i in (0, 1) for j in (0, 1)) for q in (0, 1)]
        for p in (0, 1)
    ]
    same(found["conv.kernel.grad"], filter_gradient)
    same(found["dense.bias.new"], [0.2 - 0.5 * delta])


# --- note 003 ---


def test_two_conv_network() -> None:
    found = shipped("two-conv-network")
    same(found["pool1"], [[[0, 3], [0, 1], [1, 2]], [[2, 2], [0, 4], [0, 6]]])
    same(found["pool1@2"], [[[2, 3], [0, 0], [1, 0]], [[0, 2], [0, 0], [0, 1]]])
    # The turned kernels: of filter 1, [[0, 1], [0, 1]] and [[−1, 0], [1, 0]].
    same(found["conv2"][0], [[3 + 1 + (-2 + 0) + 2], [1 + 2 + (0 + 0) - 1]])
    same(found["flatten"], [4, 1])
    same(found["dense1"], [4 - 1, -2 - 1 + 1, -2 + 1 + 1])
    same(found["dense2"], [-0.9 + 0.2, 0.6 + 0.1, -0.9 + 0.1])
    same(found["flatten@2"], [5, 0])
    same(found["dense1@2"], [5, -1.5, -1.5])
    same(found["dense2@2"], [-1.3, 1.1, -1.4])
    losses = [
        math.log(math.exp(-0.7) + math.exp(0.7) + math.exp(-0.8)) + 0.7,
        math.log(math.exp(-1.3) + math.exp(1.1) + math.exp(-1.4)) + 1.4,
    ]
    same(found["loss@1"], losses[0])
    same(found["loss@2"], losses[1])
    same(found["loss"], sum(losses) / 2)


def test_two_conv_network_counts_a_half_at_zero() -> None:
    found = shipped("two-conv-network")
    assert found["dense1"][2] == 0
    same(found["dense1.grad"][2], found["relu3.grad"][2] / 2)
    assert found["conv1"][1, 2, 0] == 0
    same(found["conv1.grad"][1, 2, 0], found["relu1.grad"][1, 2, 0] / 2)
    assert found["conv2@2"][1, 0, 0] == 0
    same(found["conv2.grad@2"][1, 0, 0], found["relu2.grad@2"][1, 0, 0] / 2)
    assert all(found[f"{name}.grad"].any() for name in ("dense1.weight", "conv1.kernel", "conv2.kernel"))


def test_a_batch_updates_with_the_mean() -> None:
    found = shipped("two-conv-network")
    for name in ("conv1.kernel", "conv1.bias", "dense2.weight"):
        mean = (found[f"{name}.grad@1"] + found[f"{name}.grad@2"]) / 2
        same(found[f"{name}.grad"], mean)
        same(found[f"{name}.new"], found[name] - 0.1 * mean)
    same(found["conv1.bias.grad@2"], found["conv1.grad@2"])
    same(found["conv1.grad"], found["conv1.grad@1"])


# --- note 004 ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cross-correlation", [[8, 7], [4, 5]]),
        ("full-cross-correlation", [[0, -1, -6, -2], [2, 8, 7, 1], [10, 4, 5, -3], [14, 7, 8, 4]]),
        ("convolution", [[7, 5], [11, 3]]),
        ("full-convolution", [[1, 8, 14, 4], [4, 7, 5, 2], [2, 11, 3, 8], [-7, 0, -4, 0]]),
    ],
)
def test_four_ways_to_lay_a_kernel(name: str, expected: list[list[int]]) -> None:
    same(shipped(name)["conv"], expected)


def test_multi_channel() -> None:
    found = shipped("multi-channel")
    # Map 1, first window: 1·1 + 1·1 of channel 1, 1·1 − 1·1 of channel 2, bias 1.
    assert found["conv"][0, 0, 0] == 1 + 1 + 1 - 1 + 1
    same(found["conv"], [[[3, -1], [4, 4]], [[-2, 0], [7, 4]], [[5, 2], [2, 1]]])
    same(found["conv.bias.grad"], found["conv.grad"])
    # ∂E/∂K₁₁ = X₁ ⋆ [[1, 0], [2, −1]]
    same(found["conv.kernel.grad"][0, 0], [[1 + 4 - 1, 0 + 2 - 0], [2 + 0 - 3, 1 + 6 - 1]])
    # x₁₁ of channel 1 is met by k₁₁ of each filter only, in the first window.
    assert found["input.grad"][0, 0, 0] == 1 * 1 + (-1) * 2 + 2 * 0
    same(found["conv.kernel.new"][0, 0], [[0.6, -0.2], [0.1, 0.4]])
    same(found["conv.bias.new"][2], [[-0.2, -1.9], [0.9, 0]])


# --- the project's own ---


def test_four_by_four() -> None:
    found = shipped("four-by-four")
    same(found["conv"], [[3, 1, 3, 1], [-7, -2, 5, 4], [-7, -4, -2, 2], [-8, -3, 1, 1]])
    same(found["pool"], [[3, 5], [-3, 2]])
    same(found["flatten"], [3, 5, 0, 2])
    same(found["dense"], [0.3 - 1.5 + 0 + 0.8 + 0.2])
    y = 1 / (1 + math.exp(0.2))
    g = y - 1
    same(found["sigmoid"], [y])
    same(found["loss"], -math.log(y))
    same(found["dense.weight.grad"], [3 * g, 5 * g, 0, 2 * g])
    same(found["relu.grad"], [[0.1 * g, -0.3 * g], [0.2 * g, 0.4 * g]])
    same(found["pool.grad"], [[0.1 * g, -0.3 * g], [0, 0.4 * g]])
    same(
        found["conv.grad"],
        [[0.1 * g, 0, 0, 0], [0, 0, -0.3 * g, 0], [0, 0, 0, 0.4 * g], [0, 0, 0, 0]],
    )
    # Each entry is 0.1·x at the first winner, −0.3·x at the second, 0.4·x at the fourth, one step aside.
    of_g = [
        [-0.3 + 0.8, -0.3 + 0.4, 0],
        [-0.9 + 0.4, -0.6 + 0.4, 0.1 - 0.3],
        [-0.3 + 0.4, 0.2 - 0.3, 0.3 - 0.3],
    ]
    same(found["conv.kernel.grad"], g * np.array(of_g))
    same(found["conv.bias.new"], [-1 - 0.1 * 0.2 * g])


def test_lenet_has_its_sizes() -> None:
    found = shipped("lenet")
    shapes = {name: value.shape for name, value in found.items()}
    assert shapes["conv1"] == (6, 28, 28)
    assert shapes["pool1"] == (6, 14, 14)
    assert shapes["conv2"] == (16, 10, 10)
    assert shapes["pool2"] == (16, 5, 5)
    assert shapes["flatten"] == (400,)
    assert [shapes[f"dense{n}"] for n in (1, 2, 3)] == [(120,), (84,), (10,)]
    parameters = [n for n in found if n.endswith((".kernel", ".weight", ".bias"))]
    assert sum(found[name].size for name in parameters) == 61_706
    assert not any(name.endswith(".new") for name in found)
    same(found["dense3.grad"], found["softmax"] - found["target"])


# --- what it reads, and the conventions ---


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("-3", "-3"), ("0.10", "1/10"), (".5", "1/2"), ("1/3", "1/3"), ("2.1e-3", "21/10000")],
        *[("25%", "1/4"), ("−7", "-7"), (0.1, "1/10"), (2, "2"), ("-.5%", "-1/200")],
    ],
)
def test_numbers(written: object, value: str) -> None:
    assert str(exact(written)) == value


def test_grids() -> None:
    assert grid("1 2 3").shape == (3,)
    assert grid("1, 2; 3, 4").tolist() == [[1, 2], [3, 4]]
    assert grid("1 2\n3 4\n\n5 6\n7 8\n").shape == (2, 2, 2)
    assert grid("1 2\n\n3 4\n---\n5 6\n\n7 8").shape == (2, 2, 1, 2)
    assert grid([["1/2", 1], [2, "−3"]]).tolist() == [[0.5, 1], [2, -3]]
    drawn = grid({"random": "uniform", "shape": [2, 3], "seed": 1, "scale": "2", "decimals": 1})
    np.testing.assert_allclose(drawn, np.floor(np.random.default_rng(1).random((2, 3)) * 20 + 0.5) / 10)


def test_names() -> None:
    kinds = ["conv2d", "max_pool2d", "conv2d", "average_pool2d", "relu", "dense"]
    expected = ["conv1", "pool1", "conv2", "pool2", "relu", "dense"]
    assert layer_names([{"type": kind} for kind in kinds]) == expected
    assert layer_names([{"type": "relu"}, {"type": "relu", "name": "last"}]) == ["relu", "last"]


def one_layer(values: str, gradient: str, layer: dict[str, Any], **conventions: str) -> np.ndarray:
    case = {
        "conventions": conventions,
        "input": {"values": values},
        "layers": [layer],
        "loss": {"type": "upstream", "gradient": gradient},
    }
    return tensors(case)["input.grad"]


@pytest.mark.parametrize(
    ("max_tie", "expected"),
    [("first", [[0, 6], [0, 0]]), ("split", [[0, 3], [3, 0]]), ("all", [[0, 6], [6, 0]])],
)
def test_ties(max_tie: str, expected: list[list[int]]) -> None:
    pool = {"type": "max_pool2d", "size": 2}
    same(one_layer("1 5; 5 2", "6", pool, max_tie=max_tie), expected)


def test_overlapping_windows_add_up() -> None:
    pool = {"type": "max_pool2d", "size": [1, 2], "stride": 1}
    same(one_layer("0 5 0; 0 0 1", "1 2; 3 4", pool), [[0, 3, 0], [3, 0, 4]])


@pytest.mark.parametrize(("at_zero", "expected"), [("0", 0), ("1/2", 1), ("1", 2)])
def test_relu_at_zero(at_zero: str, expected: int) -> None:
    same(one_layer("-1 0 1", "2 2 2", {"type": "relu"}, relu_at_zero=at_zero), [0, expected, 2])


def test_padding_of_pools() -> None:
    padded = {"size": 2, "padding": 1}
    case = {"input": {"values": "-1 -2; -3 -4"}, "layers": [{"type": "max_pool2d", **padded}]}
    same(tensors(case)["pool"], [[-1, -2], [-3, -4]])
    case["layers"] = [{"type": "average_pool2d", **padded}]
    same(tensors(case)["pool"], [[-0.25, -0.5], [-0.75, -1]])


def test_saturated_sigmoid() -> None:
    case = {
        "input": {"values": "100"},
        "layers": [{"type": "sigmoid"}],
        "loss": {"type": "binary_cross_entropy", "target": "0"},
    }
    found = tensors(case)
    same(found["loss"], 100)
    same(found["input.grad"], 1)
    same(found["sigmoid.grad"], 1 + math.exp(100))
