"""Slips as a table says them in words, worked out with NumPy on small networks: the shelf is not asked.

`in_one_cell` are misreadings of one line of work, `throughout` those of somebody who does it everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from tests.slips.small_networks import Cell, Factor, Network, windows_times

OneNumber = tuple[str, float]
Everywhere = tuple[str, np.ndarray]
POWERS = (10, 0.1, 100, 0.01)


# --- one line of work ----------------------------------------------------------------------------


def in_one_cell(n: Network, tensor: str, cell: Cell, everywhere: Iterable[Everywhere]) -> Iterator[OneNumber]:
    """What slips in this line of work alone give; `everywhere` are those that go through the tensor."""
    right = float(n.numbers[tensor][cell])
    yield "sign-flipped", -right
    for power in POWERS:
        yield "point-moved", right * power
    yield from _in_sums(n, tensor, cell, right)
    if tensor in ("dense.weight.grad", "dense.grad", "out.grad"):
        yield "sign-lost sign-gained", -right  # of a product, whichever factor it was
    if tensor in ("conv", "dense"):
        bias = float(n.numbers[f"{tensor}.bias"][cell[0]])
        yield ("sign-lost" if bias < 0 else "sign-gained"), right - 2 * bias
        yield "term-doubled", right + bias
    if tensor.endswith(".new"):
        step = n.rate * float(n.numbers[tensor.removesuffix(".new") + ".grad"][cell])
        yield ("sign-lost" if step < 0 else "sign-gained"), right + 2 * step
        yield "term-doubled", right - step
    if tensor == "conv":
        yield from _in_windows(n, cell, right)
    if tensor == "relu":
        yield from (("neighbour-read", max(0, each)) for each in _beside(n.numbers["conv"], cell))
    for whole, array in everywhere:
        if whole not in ("output-transposed", "cells-swapped", "data-misread"):
            yield whole, float(array[cell])


def _in_sums(n: Network, tensor: str, cell: Cell, right: float) -> Iterator[OneNumber]:
    terms = n.terms(tensor, cell)
    for term in terms:
        worth, (one, two) = n.product(term), map(n.factor, term)
        if one < 0 or two < 0:
            yield "sign-lost", right - 2 * worth
        elif worth > 0:
            yield "sign-gained", right - 2 * worth
        if len(terms) > 1:
            yield "term-dropped", right - worth
            yield "term-doubled", right + worth
        yield "added-not-multiplied", right - worth + one + two
        for factor, other in (term, term[::-1]):
            for entry in _beside(n.numbers[factor[0]], factor[1]):
                yield "neighbour-read", right - worth + entry * n.factor(other)


def _beside(array: np.ndarray, cell: Cell) -> Iterator[float]:
    """The entries one step to the right, to the left, below and above."""
    for axis in range(max(0, array.ndim - 2), array.ndim):
        for step in (1, -1):
            there = [at + step * (axis == along) for along, at in enumerate(cell)]
            if 0 <= there[axis] < array.shape[axis]:
                yield float(array[tuple(there)])


def _in_windows(n: Network, cell: Cell, right: float) -> Iterator[OneNumber]:
    f, i, j = cell
    terms = n.terms("conv", cell)
    for p in range(n.kernel.shape[2]):
        rows = [n.product(term) for term in terms if term[1][1][2] == p]
        yield "row-skipped", right - sum(rows)
    x = np.pad(n.image, ((0, 0), (n.padding,) * 2, (n.padding,) * 2))
    rows, columns = n.kernel.shape[2:]
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        top, left = i * n.stride + down, j * n.stride + across
        part = x[:, max(top, 0) : top + rows, max(left, 0) : left + columns]
        if top >= 0 and left >= 0 and part.shape == n.kernel.shape[1:]:
            yield "window-shifted", float((part * n.kernel[f]).sum() + n.conv_bias[f])


def miswritten(text: str) -> Iterator[tuple[str, str]]:
    """A right number damaged on its way to the paper."""
    digits = [at for at, each in enumerate(text) if each.isdigit()]
    significant = [at for at in digits if text[: at + 1].strip("-0.")]
    for one, two in pairwise(significant):
        if text[one] != text[two]:
            swapped = list(text)
            swapped[one], swapped[two] = text[two], text[one]
            yield "digits-swapped", "".join(swapped)
    for at in significant if len(significant) > 2 else ():
        for other in "0123456789":
            if other != text[at] and (other != "0" or at != significant[0]):
                yield "digit-changed", text[:at] + other + text[at + 1 :]


# --- everywhere ----------------------------------------------------------------------------------


def throughout(n: Network, tensor: str) -> Iterator[Everywhere]:
    """Every array that comes of a slip made in the whole of a tensor."""
    layer = {
        "conv": _conv,
        "relu": _relu,
        "pool": _pool,
        "flatten": _flatten,
        "dense": _dense,
        "out": _activation,
        "loss": _loss,
        "out.grad": _loss_slope,
        "dense.grad": _activation_slope,
        "dense.weight.grad": _weight_gradient,
        "flatten.grad": _dense_input_gradient,
        "relu.grad": _pool_backwards,
        "conv.grad": _gate,
        "conv.kernel.grad": _kernel_gradient,
        "conv.bias.grad": _bias_gradient,
        "input.grad": _input_gradient,
    }.get(tensor)
    for word, array in _update(n, tensor) if tensor.endswith(".new") else layer(n) if layer else ():
        yield word, np.asarray(array, float)


def _conv(n: Network) -> Iterator[Everywhere]:
    bias = n.conv_bias[:, None, None]
    right, without = n.numbers["conv"], n.convolved()
    k = n.kernel
    yield "bias-forgotten", without
    yield "bias-subtracted", without - bias
    yield "bias-doubled", without + 2 * bias
    yield "bias-multiplied", without * bias
    yield "kernel-flipped", n.convolved(kernel=k[:, :, ::-1, ::-1]) + bias
    yield "kernel-transposed", n.convolved(kernel=k.swapaxes(2, 3)) + bias
    yield "kernel-mirrored", n.convolved(kernel=k[..., ::-1]) + bias
    yield "kernel-mirrored", n.convolved(kernel=k[:, :, ::-1]) + bias
    for one in range(k.shape[2]):
        for two in range(one):
            order = list(range(k.shape[2]))
            order[one], order[two] = two, one
            yield "kernel-rows-swapped", n.convolved(kernel=k[:, :, order]) + bias
    if len(k) > 1:
        yield "other-kernel-used", n.convolved(kernel=k[::-1]) + bias
        yield "other-kernel-used", n.convolved(kernel=k[[0] * len(k)]) + bias
        yield "other-bias-used", without + bias[::-1]
        yield "other-bias-used", without + bias[[0] * len(k)]
    if k.shape[1] > 1:
        yield "other-kernel-used", n.convolved(kernel=k[:, ::-1]) + bias
        yield "channels-averaged", without / k.shape[1] + bias
        for channel in range(k.shape[1]):
            kept = [at for at in range(k.shape[1]) if at != channel]
            yield "channel-forgotten", n.convolved(n.image[kept], k[:, kept]) + bias
    yield "output-transposed", right.swapaxes(1, 2)
    if n.padding:
        yield "padding-not-zero", n.convolved(frame=1.0) + bias
        yield "padding-not-zero", n.convolved(frame="edge") + bias
        room = n.padding * 2
        unpadded = np.pad(n.image, ((0, 0), (0, room), (0, room)))
        yield "padding-ignored", windows_times(unpadded, k, n.stride) + bias
    if n.stride > 1:
        x = np.pad(n.image, ((0, 0), (n.padding,) * 2, (n.padding,) * 2))
        rows, columns = right.shape[1:]
        yield "stride-ignored", windows_times(x, k, 1)[:, :rows, :columns] + bias
    yield from _misread(
        n, lambda other: other.convolved() + other.conv_bias[:, None, None], ("image", "kernel", "conv_bias")
    )


def _misread(
    n: Network, of: Callable[[Network], np.ndarray], fields: tuple[str, ...]
) -> Iterator[Everywhere]:
    """One given number without its minus, as its neighbour, or with a digit changed."""
    for name in fields:
        array = getattr(n, name)
        for cell in np.ndindex(array.shape):
            value = array[cell]
            others = [-value, *_beside(array, cell)]
            if abs(value) >= 10 and value == int(value):
                sign, said = (-1 if value < 0 else 1), str(int(abs(value)))
                others += [sign * float(said[1] + said[0] + said[2:]), sign * float(said[:-1] + "7")]
            for other in others:
                if other != value:
                    changed = array.copy()
                    changed[cell] = other
                    yield "data-misread", of(replace(n, **{name: changed}))


def _relu(n: Network) -> Iterator[Everywhere]:
    yield "relu-skipped", n.numbers["conv"]
    yield "absolute-for-relu", abs(n.numbers["conv"])


def _pool(n: Network) -> Iterator[Everywhere]:
    a = n.numbers["relu"]
    if n.pool == "max":
        yield "average-for-max", n.pooled(a, "average")
        yield "min-for-max", n.pooled(a, "min")
    else:
        yield "max-for-average", n.pooled(a, "max")
        yield "sum-for-average", n.pooled(a, "sum")
    if n.pool_stride > 1:
        yield "windows-overlapped", n.pooled(a, n.pool, 1)


def _flatten(n: Network) -> Iterator[Everywhere]:
    yield "column-major-flatten", n.numbers["pool"].swapaxes(1, 2).reshape(-1)


def _dense(n: Network) -> Iterator[Everywhere]:
    f, w, b = n.numbers["flatten"], n.weight, n.dense_bias
    yield "bias-forgotten", w @ f
    yield "bias-subtracted", w @ f - b
    yield "bias-doubled", w @ f + 2 * b
    yield "bias-multiplied", (w @ f) * b
    if len(b) > 1:
        yield "other-kernel-used", w[::-1] @ f + b
        yield "cells-swapped", n.numbers["dense"][::-1]
        yield "other-bias-used", w @ f + b[::-1]
    yield from _misread(n, lambda other: other.weight @ f + other.dense_bias, ("weight", "dense_bias"))


def _activation(n: Network) -> Iterator[Everywhere]:
    z = n.numbers["dense"]
    if n.out == "sigmoid":
        yield "sigmoid-of-minus", 1 / (1 + np.exp(z))
        yield "sigmoid-skipped", z
        others = (np.tanh(z), np.exp(z), np.exp(-z), 1 / (1 + z), 1 - np.exp(-z))
        yield from (("other-activation", each) for each in others)
        yield from (("other-base", 1 / (1 + float(base) ** -z)) for base in (2, 10))
    else:
        e = np.exp(z)
        yield "not-normalised", e
        yield "normalised-without-exp", z / z.sum()
        yield "own-left-out", e / (e.sum() - e)
        yield "other-base", 2**z / (2**z).sum()


def _loss(n: Network) -> Iterator[Everywhere]:
    y, t = n.numbers["out"], n.target
    right = n.loss_of(y, t)
    others = {"squared_error", "binary_cross_entropy"} | ({"cross_entropy"} if n.out == "softmax" else set())
    for other in sorted(others - {n.loss}):
        yield "other-loss", n.loss_of(y, t, other)
    if n.loss == "squared_error":
        yield "square-forgotten", (t - y).sum() / 2
        yield "factor-two", 2 * right
    else:
        yield "log-base-10", right / np.log(10)
        yield "other-base", right / np.log(2)
    if n.loss == "binary_cross_entropy" and len(t) > 1:
        yield "mean-forgotten", right * len(t)
    yield from (("wrong-target", n.loss_of(y, other)) for other in _targets(n))


def _targets(n: Network) -> Iterator[np.ndarray]:
    yield from (np.eye(len(n.target))[at] for at in range(len(n.target)) if len(n.target) > 1)
    yield 1 - n.target


def _loss_slope(n: Network) -> Iterator[Everywhere]:
    y, t = n.numbers["out"], n.target
    right = n.numbers["out.grad"]
    yield "error-reversed", -right
    yield from (("wrong-target", n.slope_of(y, other)) for other in _targets(n))
    if n.loss == "squared_error":
        yield "factor-two", 2 * right
        yield "other-loss", n.slope_of(y, t, "binary_cross_entropy")
    else:
        yield "other-loss", y - t
    if n.loss == "binary_cross_entropy" and len(t) > 1:
        yield "mean-forgotten", right * len(t)


def _activation_slope(n: Network) -> Iterator[Everywhere]:
    y, z, upstream = n.numbers["out"], n.numbers["dense"], n.numbers["out.grad"]
    yield "local-derivative-forgotten", upstream
    yield "error-reversed", -n.numbers["dense.grad"]
    for other in _targets(n) if n.loss != "squared_error" else ():
        # the slope before it is right: y − t is written down at once
        yield "wrong-target", (y - other) / (len(y) if n.out == "sigmoid" else 1)
    if n.out == "sigmoid":
        yield "upstream-forgotten", y * (1 - y)
        again = 1 / (1 + np.exp(-y))
        yield "derivative-at-output", upstream * again * (1 - again)
        for slope in (y, 1 - y, y * (1 + y), 1 - y**2, z * (1 - z)):
            yield "other-derivative", upstream * slope
        yield "other-derivative added-not-multiplied", upstream + y * (1 - y)


def _weight_gradient(n: Network) -> Iterator[Everywhere]:
    g, x, w = n.numbers["dense.grad"], n.numbers["flatten"], n.weight
    yield "weight-for-input", g[:, None] * w
    yield "weighted-input-used", g[:, None] * w * x
    yield "other-gradient-used", np.outer(n.numbers["out.grad"], x)
    yield "new-weight-for-gradient", n.numbers["dense.weight.new"]
    yield "local-derivative-forgotten", g[:, None] + 0 * w
    yield "upstream-forgotten", x + 0 * w


def _dense_input_gradient(n: Network) -> Iterator[Everywhere]:
    g, x = n.numbers["dense.grad"], n.numbers["flatten"]
    yield "updated-weight-used", n.numbers["dense.weight.new"].T @ g
    yield "other-gradient-used", n.weight.T @ n.numbers["out.grad"]
    if len(g) == 1:
        yield "weight-for-input", g[0] * x
        yield "updated-weight-used", n.numbers["dense.weight.new"][0]
    for m in range(len(g)) if len(g) > 1 else ():
        yield "one-filter-only", n.weight[m] * g[m]


def _pool_backwards(n: Network) -> Iterator[Everywhere]:
    a, up = n.numbers["relu"], n.numbers["pool.grad"]
    if n.pool == "max":
        yield "spread-over-window", replace(n, pool="average").routed(a, up)
    else:
        yield "local-derivative-forgotten mean-forgotten", 4 * n.numbers["relu.grad"]
    if n.pool_stride == 1:
        over = np.zeros(a.shape)
        for m, i, j in np.ndindex(up.shape):
            if n.pool == "max":
                over[(m, *n.winner(a, (m, i, j)))] = up[m, i, j]
            else:
                over[m, i : i + 2, j : j + 2] = up[m, i, j] / 4
        yield "overlap-overwritten", over
    for window in np.ndindex(up.shape) if n.pool == "max" else ():
        m, i, j = window
        for p, q in np.ndindex(2, 2):
            there = (m, i * n.pool_stride + p, j * n.pool_stride + q)
            if there[1:] != n.winner(a, window):
                moved = n.numbers["relu.grad"].copy()
                moved[(m, *n.winner(a, window))] -= up[window]
                moved[there] += up[window]
                yield "routed-elsewhere", moved


def _gate(n: Network) -> Iterator[Everywhere]:
    up = n.numbers["relu.grad"]
    yield "gate-ignored", up
    yield "gate-from-gradient", np.maximum(up, 0)


def _kernel_gradient(n: Network) -> Iterator[Everywhere]:
    right = n.numbers["conv.kernel.grad"]
    yield "kernel-flipped", right[:, :, ::-1, ::-1]
    yield "weighted-input-used", right * n.kernel
    yield "other-gradient-used", _with(n, "conv.grad", n.numbers["relu.grad"], "conv.kernel")
    yield "new-weight-for-gradient", n.numbers["conv.kernel.new"]


def _with(n: Network, tensor: str, array: np.ndarray, of: str) -> np.ndarray:
    """A gradient of the convolution with another array in the place of one that it reads."""
    numbers = {**n.numbers, tensor: array}
    found = np.zeros(n.numbers[of].shape)

    def factor(each: Factor) -> float:
        return float(numbers[each[0]][each[1]])

    for cell in np.ndindex(found.shape):
        found[cell] = sum(factor(one) * factor(two) for one, two in n.terms(f"{of}.grad", cell))
    return found


def _bias_gradient(n: Network) -> Iterator[Everywhere]:
    right = n.numbers["conv.bias.grad"]
    yield "bias-gradient-averaged", right / n.numbers["conv"][0].size


def _input_gradient(n: Network) -> Iterator[Everywhere]:
    yield "kernel-not-rotated", _with(n, "conv.kernel", n.kernel[:, :, ::-1, ::-1], "input")
    yield "updated-weight-used", _with(n, "conv.kernel", n.numbers["conv.kernel.new"], "input")
    yield "other-gradient-used", _with(n, "conv.grad", n.numbers["relu.grad"], "input")
    for f in range(len(n.kernel)) if len(n.kernel) > 1 else ():
        only = np.zeros(n.numbers["conv.grad"].shape)
        only[f] = n.numbers["conv.grad"][f]
        yield "one-filter-only", _with(n, "conv.grad", only, "input")


def _update(n: Network, tensor: str) -> Iterator[Everywhere]:
    name = tensor.removesuffix(".new")
    w, g, rate = n.numbers[name], n.numbers[f"{name}.grad"], n.rate
    yield "gradient-added", w + rate * g
    yield "rate-forgotten", w - g
    yield "old-weight-forgotten", -rate * g
    for other in (rate * 10, rate / 10, rate * 2, rate / 2, 0.3):
        yield "rate-misread", w - other * g
    yield "rate-times-all", rate * (w - g)
    yield "weight-times-gradient", w - rate * g * w
    yield "not-updated", w
