"""Slips as people make them, worked out with NumPy from a small network, without a look at the shelf.

Each is a name that a teacher would give it, a tensor, and the numbers that then stand in it. Everything
before it on the sheet is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CASE = '''
learning_rate = "0.1"
input.values = """
12 7 -3 5
4 15 9 -8
-6 11 20 2
8 -1 13 6
"""
[[layers]]
type = "conv2d"
kernel = """
2 -1
3 4
---
-1 2
1 -3
"""
bias = "3 -5"
[[layers]]
type = "relu"
[[layers]]
type = "max_pool2d"
size = 2
stride = 1
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
weight = """
0.02 -0.01 0.03 0.01 -0.02 0.04 0.01 -0.03
-0.03 0.02 0.01 -0.02 0.05 -0.01 0.02 0.01
0.01 0.03 -0.02 0.02 0.01 0.02 -0.04 0.02
"""
bias = "0.5 -0.4 0.1"
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "0 1 0"
'''
SIGMOID_CASE = """
learning_rate = "0.5"
input.values = [0.6, -0.4, 1.2]
[[layers]]
type = "dense"
weight = "0.3 -0.7 0.5; 0.8 0.2 -0.6"
bias = "0.15 -0.25"
[[layers]]
type = "sigmoid"
[[layers]]
type = "dense"
weight = "1.1 -0.9"
bias = "0.35"
[[layers]]
type = "sigmoid"
[loss]
type = "squared_error"
target = "1"
"""
AVERAGE_CASE = '''
input.values = """
12 7 -3 5 9
4 15 9 -8 3
-6 11 20 2 7
8 -1 13 6 -4
5 10 -9 14 1
"""
[[layers]]
type = "conv2d"
kernel = """
1 2 -1
0 3 1
-2 1 4
"""
stride = 2
padding = 1
[[layers]]
type = "average_pool2d"
size = 2
stride = 1
'''

X = np.array([[12, 7, -3, 5], [4, 15, 9, -8], [-6, 11, 20, 2], [8, -1, 13, 6]], float)
K = np.array([[[2, -1], [3, 4]], [[-1, 2], [1, -3]]], float)
B = np.array([3, -5], float)
W = np.array(
    [
        [0.02, -0.01, 0.03, 0.01, -0.02, 0.04, 0.01, -0.03],
        [-0.03, 0.02, 0.01, -0.02, 0.05, -0.01, 0.02, 0.01],
        [0.01, 0.03, -0.02, 0.02, 0.01, 0.02, -0.04, 0.02],
    ]
)
C = np.array([0.5, -0.4, 0.1])
T = np.array([0, 1, 0], float)
ALPHA = 0.1


@dataclass(frozen=True)
class Invented:
    """A slip: which names are right for it, and what stands in a tensor; others stand before it."""

    told: str
    names: tuple[str, ...]
    case: str
    tensor: str
    wrong: np.ndarray
    before: dict[str, np.ndarray]


def conv(x: np.ndarray = X, k: np.ndarray = K, b: np.ndarray = B) -> np.ndarray:
    rows, columns = k.shape[1:]
    return np.array(
        [
            [
                [(x[i : i + rows, j : j + columns] * f).sum() + bias for j in range(x.shape[1] - columns + 1)]
                for i in range(x.shape[0] - rows + 1)
            ]
            for f, bias in zip(k, b, strict=True)
        ]
    )


def pooled(a: np.ndarray, of: object = np.max) -> np.ndarray:
    return np.array([[[of(m[i : i + 2, j : j + 2]) for j in range(2)] for i in range(2)] for m in a])  # type: ignore[operator]


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum()


def one(array: np.ndarray, cell: tuple[int, ...], number: float) -> np.ndarray:
    """The array with one number changed."""
    other = np.array(array, float)
    other[cell] = number
    return other


def invented() -> Iterator[Invented]:
    yield from _forward()
    yield from _backward()
    yield from _sigmoids()
    yield from _average()


Z = conv()
A = np.maximum(Z, 0)
P = pooled(A)
F = P.reshape(-1)
S = W @ F + C
Y = softmax(S)
LOSS = -np.log(Y[1])


def _forward() -> Iterator[Invented]:
    def slip(told: str, names: str, tensor: str, wrong: np.ndarray | float) -> Invented:
        order = {"conv": Z, "relu": A, "pool": P, "flatten": F, "dense": S, "softmax": Y}
        before = {}
        for name, array in order.items():
            if name == tensor:
                break
            before[name] = array
        return Invented(told, tuple(names.split()), CASE, tensor, np.asarray(wrong, float), before)

    turned = K[:, ::-1, ::-1]
    yield slip("true convolution", "kernel-flipped", "conv", conv(k=turned))
    yield slip("kernel on its side", "kernel-transposed", "conv", conv(k=K.swapaxes(1, 2)))
    yield slip("kernel seen in a mirror", "kernel-mirrored", "conv", conv(k=K[:, :, ::-1]))
    yield slip("kernel upside down", "kernel-mirrored kernel-rows-swapped", "conv", conv(k=K[:, ::-1]))
    yield slip("no bias", "bias-forgotten", "conv", conv(b=0 * B))
    yield slip("bias with a minus", "bias-subtracted", "conv", conv(b=-B))
    yield slip("bias twice", "bias-doubled", "conv", conv(b=2 * B))
    yield slip("first filter's bias for both", "other-bias-used", "conv", conv(b=B[[0, 0]]))
    yield slip("first filter for both maps", "other-kernel-used", "conv", conv(k=K[[0, 0]]))
    yield slip("filters exchanged", "other-kernel-used", "conv", conv(k=K[::-1]))
    yield slip("a pixel's minus lost", "data-misread", "conv", conv(x=one(X, (2, 0), 6)))
    yield slip("15 read as 16", "data-misread", "conv", conv(x=one(X, (1, 1), 16)))
    yield slip("9 read as −9", "data-misread", "conv", conv(x=one(X, (1, 2), -9)))
    yield slip("−1 in the kernel read as 1", "data-misread", "conv", conv(k=one(K, (0, 0, 1), 1)))
    yield slip("4 in the kernel read as 9", "data-misread", "conv", conv(k=one(K, (0, 1, 1), 9)))
    yield slip("map written by columns", "output-transposed", "conv", Z.swapaxes(1, 2))
    swapped = Z.copy()
    swapped[0, [0, 1]] = Z[0, [1, 0]]
    yield slip("two rows of the map exchanged", "cells-swapped", "conv", swapped)
    cells = Z.copy()
    cells[0, 0, 0], cells[0, 1, 2] = Z[0, 1, 2], Z[0, 0, 0]
    yield slip("two numbers exchanged", "cells-swapped", "conv", cells)
    yield slip("one product left out", "term-dropped", "conv", one(Z, (0, 1, 1), Z[0, 1, 1] - 4 * 20))
    yield slip("one product twice", "term-doubled", "conv", one(Z, (0, 1, 1), Z[0, 1, 1] + 3 * 11))
    yield slip("minus times plus is plus", "sign-lost", "conv", one(Z, (0, 0, 0), Z[0, 0, 0] + 14))
    yield slip("plus where × stands", "added-not-multiplied", "conv", one(Z, (0, 1, 1), Z[0, 1, 1] - 80 + 24))
    yield slip("window one to the right", "window-shifted", "conv", one(Z, (0, 1, 0), Z[0, 1, 1]))
    yield slip("digits the wrong way round", "digits-swapped", "conv", one(Z, (0, 1, 1), 173))
    yield slip("negative ones kept", "relu-skipped", "relu", Z)
    yield slip("minus taken away", "absolute-for-relu", "relu", abs(Z))
    yield slip("mean for largest", "average-for-max", "pool", pooled(A, np.mean))
    yield slip("smallest for largest", "min-for-max", "pool", pooled(A, np.min))
    columns = P.swapaxes(1, 2).reshape(-1)
    yield slip("each map read down its columns", "column-major-flatten", "flatten", columns)
    yield slip("no bias in the dense layer", "bias-forgotten", "dense", W @ F)
    yield slip("bias times", "bias-multiplied", "dense", (W @ F) * C)
    yield slip("second row of weights", "other-kernel-used", "dense", one(S, (0,), (W @ F)[1] + C[0]))
    yield slip("whole sum negative", "sign-flipped", "dense", one(S, (1,), -S[1]))
    yield slip("point one further", "point-moved", "dense", one(S, (2,), S[2] * 10))
    yield slip("e to z only", "not-normalised", "softmax", np.exp(S))
    yield slip("shares of z itself", "normalised-without-exp", "softmax", S / S.sum())
    others = np.exp(S) / (np.exp(S).sum() - np.exp(S))
    yield slip("its own left out of the sum", "own-left-out", "softmax", others)
    yield slip("2 for e", "other-base", "softmax", 2**S / (2**S).sum())
    yield slip("log to ten", "log-base-10", "loss", LOSS / np.log(10))
    yield slip("log to two", "other-base", "loss", LOSS / np.log(2))
    yield slip("squared error", "other-loss", "loss", ((T - Y) ** 2).sum() / 2)
    yield slip("minus forgotten", "sign-flipped", "loss", -LOSS)
    yield slip("another class", "wrong-target", "loss", -np.log(Y[0]))


G = Y - T
WG = np.outer(G, F)
FG = W.T @ G


def _routed() -> np.ndarray:
    back = np.zeros_like(A)
    for m in range(2):
        for i in range(2):
            for j in range(2):
                window = A[m, i : i + 2, j : j + 2]
                at = np.unravel_index(window.argmax(), (2, 2))
                back[m, i + at[0], j + at[1]] += FG.reshape(2, 2, 2)[m, i, j]
    return back


AG = _routed()
ZG = AG * (Z > 0)
KG = np.array(
    [[[(X[p : p + 3, q : q + 3] * ZG[f]).sum() for q in range(2)] for p in range(2)] for f in range(2)]
)
BG = ZG.sum(axis=(1, 2))
XG = sum(
    np.pad(ZG[f], 1)[i : i + 4, j : j + 4] * K[f, 1 - i, 1 - j]
    for f in range(2)
    for i in range(2)
    for j in range(2)
)


def _backward() -> Iterator[Invented]:
    sheet = {
        "conv": Z,
        "relu": A,
        "pool": P,
        "flatten": F,
        "dense": S,
        "softmax": Y,
        "loss": np.asarray(LOSS),
        "dense.grad": G,
        "dense.weight.grad": WG,
        "dense.bias.grad": G,
        "flatten.grad": FG,
        "pool.grad": FG.reshape(2, 2, 2),
        "relu.grad": AG,
        "conv.grad": ZG,
        "conv.kernel.grad": KG[:, None],
        "conv.bias.grad": BG,
        "input.grad": np.asarray(XG)[None],
    }

    def slip(told: str, names: str, tensor: str, wrong: np.ndarray) -> Invented:
        before = {}
        for name, array in sheet.items():
            if name == tensor:
                break
            before[name] = array
        return Invented(told, tuple(names.split()), CASE, tensor, np.asarray(wrong, float), before)

    yield slip("t − y", "error-reversed sign-flipped", "dense.grad", T - Y)
    yield slip("another class", "wrong-target", "dense.grad", Y - np.array([1, 0, 0]))
    yield slip("weights for inputs", "weight-for-input", "dense.weight.grad", G[:, None] * W)
    weighted = "weighted-input-used"
    yield slip("x·w for x", weighted, "dense.weight.grad", WG * W)
    new = W - ALPHA * WG
    yield slip("updated weights sent back", "updated-weight-used", "flatten.grad", new.T @ G)
    yield slip("only the second output's share", "one-filter-only", "flatten.grad", W[1] * G[1])
    ungated = "gate-ignored local-derivative-forgotten"
    yield slip("gate open everywhere", ungated, "conv.grad", AG + 0 * Z if (AG != ZG).any() else AG)
    yield slip("gate by the gradient", "gate-from-gradient", "conv.grad", np.maximum(AG, 0))
    mean = "bias-gradient-averaged"
    yield slip("mean over the windows", mean, "conv.bias.grad", BG / 9)
    flipped = KG[:, ::-1, ::-1]
    yield slip("kernel's gradient turned", "kernel-flipped", "conv.kernel.grad", flipped[:, None])
    unrotated = sum(
        np.pad(ZG[f], 1)[i : i + 4, j : j + 4] * K[f, i, j]
        for f in range(2)
        for i in range(2)
        for j in range(2)
    )
    yield slip("kernel not turned", "kernel-not-rotated", "input.grad", np.asarray(unrotated)[None])
    first = sum(
        np.pad(ZG[0], 1)[i : i + 4, j : j + 4] * K[0, 1 - i, 1 - j] for i in range(2) for j in range(2)
    )
    yield slip(
        "first filter only", "one-filter-only channel-forgotten", "input.grad", np.asarray(first)[None]
    )

    def update(told: str, names: str, wrong: np.ndarray) -> Invented:
        return Invented(told, tuple(names.split()), CASE, "dense.weight.new", wrong, sheet)

    yield update("gradient added", "gradient-added", W + ALPHA * WG)
    yield update("no rate", "rate-forgotten", W - WG)
    yield update("only the step", "old-weight-forgotten", -ALPHA * WG)
    yield update("rate 0.01", "rate-misread", W - 0.01 * WG)
    yield update("rate 0.3", "rate-misread", W - 0.3 * WG)
    yield update("rate over everything", "rate-times-all", ALPHA * (W - WG))
    yield update("times the weight", "weight-times-gradient", W - ALPHA * WG * W)
    yield update("the old weights", "not-updated", W)
    yield slip("new weights for gradients", "new-weight-for-gradient", "dense.weight.grad", W - ALPHA * WG)


def _sigmoids() -> Iterator[Invented]:
    x = np.array([0.6, -0.4, 1.2])
    w1, b1 = np.array([[0.3, -0.7, 0.5], [0.8, 0.2, -0.6]]), np.array([0.15, -0.25])
    w2, b2 = np.array([1.1, -0.9]), 0.35

    def sigmoid(of: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-of))

    z1 = w1 @ x + b1
    y1 = sigmoid(z1)
    z2 = np.array([w2 @ y1 + b2])
    y2 = sigmoid(z2)
    g2 = y2 - 1
    d2 = g2 * y2 * (1 - y2)
    back = w2 * d2
    sheet = {
        "dense1": z1,
        "sigmoid1": y1,
        "dense2": z2,
        "sigmoid2": y2,
        "loss": (1 - y2) ** 2 / 2,
        "sigmoid2.grad": g2,
        "dense2.grad": d2,
        "dense2.weight.grad": (d2 * y1)[None],
        "sigmoid1.grad": back,
        "dense1.grad": back * y1 * (1 - y1),
    }

    def slip(told: str, names: str, tensor: str, wrong: np.ndarray) -> Invented:
        before = {}
        for name, array in sheet.items():
            if name == tensor:
                break
            before[name] = array
        return Invented(told, tuple(names.split()), SIGMOID_CASE, tensor, np.asarray(wrong, float), before)

    yield slip("e^−z with the wrong sign", "sigmoid-of-minus", "sigmoid1", sigmoid(-z1))
    yield slip("tanh", "other-activation", "sigmoid1", np.tanh(z1))
    yield slip("e^−z alone", "other-activation", "sigmoid1", np.exp(-z1))
    yield slip("no activation", "sigmoid-skipped", "sigmoid2", z2)
    yield slip("no half", "factor-two", "loss", (1 - y2) ** 2)
    yield slip("no square", "square-forgotten", "loss", (1 - y2) / 2)
    yield slip("cross-entropy", "other-loss", "loss", -np.log(y2))
    yield slip("2(y − t)", "other-loss factor-two", "sigmoid2.grad", 2 * g2)
    yield slip("t − y", "error-reversed sign-flipped", "sigmoid2.grad", -g2)
    yield slip("no y(1 − y)", "local-derivative-forgotten", "dense2.grad", g2)
    yield slip("y(1 − y) alone", "upstream-forgotten", "dense2.grad", y2 * (1 - y2))
    yield slip("times y", "other-derivative", "dense2.grad", g2 * y2)
    yield slip("times 1 − y", "other-derivative", "dense2.grad", g2 * (1 - y2))
    yield slip("1 − y² of tanh", "other-derivative", "dense2.grad", g2 * (1 - y2**2))
    yield slip("z(1 − z)", "other-derivative", "dense2.grad", g2 * z2 * (1 - z2))
    again = sigmoid(y2) * (1 - sigmoid(y2))
    yield slip("σ of the output once more", "derivative-at-output", "dense2.grad", g2 * again)
    yield slip("gradient after the sigmoid", "other-gradient-used", "dense2.weight.grad", (g2 * y1)[None])
    yield slip("weights for activations", "weight-for-input", "dense2.weight.grad", (d2 * w2)[None])
    yield slip("activations for weights", "weight-for-input", "sigmoid1.grad", d2 * y1)
    yield slip("sigmoid's slope forgotten", "local-derivative-forgotten", "dense1.grad", back)


def _average() -> Iterator[Invented]:
    x = np.array(
        [[12, 7, -3, 5, 9], [4, 15, 9, -8, 3], [-6, 11, 20, 2, 7], [8, -1, 13, 6, -4], [5, 10, -9, 14, 1]],
        float,
    )
    k = np.array([[1, 2, -1], [0, 3, 1], [-2, 1, 4]], float)

    def padded(frame: np.ndarray, stride: int = 2) -> np.ndarray:
        return np.array(
            [
                [
                    (frame[i * stride : i * stride + 3, j * stride : j * stride + 3] * k).sum()
                    for j in range(3)
                ]
                for i in range(3)
            ]
        )

    z = padded(np.pad(x, 1))
    ignoring = padded(np.pad(x, ((0, 2), (0, 2))))

    def slip(
        told: str, names: str, tensor: str, wrong: np.ndarray, before: dict[str, np.ndarray]
    ) -> Invented:
        return Invented(told, tuple(names.split()), AVERAGE_CASE, tensor, wrong[None], before)

    yield slip("no frame", "padding-ignored", "conv", ignoring, {})
    yield slip("one pixel at a time", "stride-ignored", "conv", padded(np.pad(x, 1), 1), {})
    ones = np.pad(x, 1, constant_values=1)
    yield slip("a frame of ones", "padding-not-zero", "conv", padded(ones), {})
    yield slip("the border once more", "padding-not-zero", "conv", padded(np.pad(x, 1, mode="edge")), {})
    sums = np.array([[z[i : i + 2, j : j + 2].sum() for j in range(2)] for i in range(2)])
    largest = np.array([[z[i : i + 2, j : j + 2].max() for j in range(2)] for i in range(2)])
    yield slip("not divided", "sum-for-average", "pool", sums, {"conv": z[None]})
    yield slip("largest for mean", "max-for-average", "pool", largest, {"conv": z[None]})
