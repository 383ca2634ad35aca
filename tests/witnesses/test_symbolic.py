"""The symbolic witness: textbook numbers, pieces, certified digits, and the vectorised witness."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkthrough.layers import Conventions, Layer
from walkthrough.layers.average_pool2d import AveragePool2d
from walkthrough.layers.conv2d import Conv2d
from walkthrough.layers.dense import Dense
from walkthrough.layers.flatten import Flatten
from walkthrough.layers.max_pool2d import MaxPool2d
from walkthrough.layers.relu import Relu
from walkthrough.layers.reshape import Reshape
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.layers.softmax import Softmax
from walkthrough.layers.tanh import Tanh
from walkthrough.losses import Loss
from walkthrough.losses.binary_cross_entropy import BinaryCrossEntropy
from walkthrough.losses.cross_entropy import CrossEntropy
from walkthrough.losses.squared_error import SquaredError
from walkthrough.mathematics.notation import (
    Cell,
    Equation,
    Largest,
    Power,
    Shape,
    Tensor,
    exp,
    indices,
    ln,
    total,
)
from walkthrough.numbers.grid import GivenGrid
from walkthrough.witnesses import CannotFollow, symbolic, vectorised
from walkthrough.witnesses.vectorised import Box

Cells = dict[Cell, Fraction]


def cells(shape: Shape, numbers: Iterable[Fraction | int | str]) -> Cells:
    """Numbers in reading order, by cell."""
    return dict(zip(np.ndindex(*shape), map(Fraction, numbers), strict=True))


def equations(layer: Layer, shape: Shape, conventions: Conventions | None = None) -> list[Equation]:
    """A layer's equations from the tensor x to the tensor z."""
    parameters = {name: Tensor(name, each.shape) for name, each in layer.parameters(shape).items()}
    x, z = Tensor("x", shape), Tensor("z", layer.output_shape(shape))
    return list(layer.equations(x, z, conventions or Conventions(), **parameters))


def loss_equations(loss: Loss, size: int) -> list[Equation]:
    """A loss's equations from y and t to L."""
    return list(loss.equations(Tensor("y", (size,)), Tensor("t", (size,)), Tensor("L", ())))


def given_numbers(layer: Layer, shape: Shape, x: Cells) -> dict[str, Cells]:
    """The numbers of the input and the parameters."""
    parameters = layer.parameters(shape).items()
    return {"x": x, **{name: cells(each.shape, each.values()) for name, each in parameters}}


def box(of: Mapping[Cell, Fraction], shape: Shape) -> Box:
    return Box.of(of.values(), shape)


def agree(one: Mapping[Cell, Fraction], other: Box, digits: int | None = None) -> None:
    """Exactly, or to so many significant digits of the largest number there is."""
    numbers = other.fractions()
    room = Fraction(0) if digits is None else max(1, *map(abs, numbers)) / Fraction(10) ** digits
    assert all(abs(a - b) <= room for a, b in zip(one.values(), numbers, strict=True))


# --- textbook numbers ---------------------------------------------------------------------------


def test_note_004_and_its_gradients() -> None:
    layer = Conv2d(kernel=GivenGrid.over([1, 2, -1, 0], 1, (1, 1, 2, 2)), bias=GivenGrid.over([0], 1, (1,)))
    numbers = given_numbers(layer, (1, 3, 3), cells((1, 3, 3), [1, 6, 2, 5, 3, 1, 7, 0, 4]))
    of = equations(layer, (1, 3, 3))
    assert list(symbolic.forward(of, numbers).values()) == [8, 7, 4, 5]
    found = symbolic.gradients(of, numbers, cells((1, 2, 2), [1, 0, 0, 2]))
    assert list(found["kernel"].values()) == [1 + 6, 6 + 2, 5 + 0, 3 + 8]
    assert list(found["x"].values()) == [1, 2, 0, -1, 2, 4, 0, -2, 0]
    assert found["bias"] == {(0,): 3}


def test_note_000_from_the_weighted_sum_to_the_loss() -> None:
    sigmoid, loss = equations(Sigmoid(), (1,)), loss_equations(BinaryCrossEntropy(), 1)
    z = {(0,): Fraction("2.55")}
    y = symbolic.forward(sigmoid, {"x": z})
    given_to_loss = {"y": y, "t": {(0,): Fraction(0)}}
    assert round(float(y[0,]), 10) == 0.9275735146
    assert round(float(symbolic.forward(loss, given_to_loss)[()]), 9) == 2.625183227
    at_y = symbolic.gradients(loss, given_to_loss, {(): Fraction(1)}, of={"y"})
    assert at_y.keys() == {"y"}
    assert at_y["y"][0,] == 1 / (1 - y[0,])  # exactly: it is rational
    at_z = symbolic.gradients(sigmoid, {"x": z}, at_y["y"])["x"]
    assert abs(at_z[0,] - y[0,]) < Fraction(1, 10**58)


# --- pieces -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tie", "expected"),
    [
        ("first", [0, 10, 0, 0, 0, 0]),
        ("split", [0, 4, 0, 2, 4, 0]),
        ("all", [0, 10, 0, 6, 10, 0]),
    ],
)
def test_ties(tie: str, expected: list[int]) -> None:
    of = equations(MaxPool2d(size=(2, 2), stride=(1, 1)), (1, 2, 3), Conventions(max_tie=tie))
    numbers = {"x": cells((1, 2, 3), [1, 5, 2, 5, 5, 4])}
    assert list(symbolic.forward(of, numbers).values()) == [5, 5]
    found = symbolic.gradients(of, numbers, cells((1, 1, 2), [6, 4]))
    assert list(found["x"].values()) == expected


@pytest.mark.parametrize("slope", ["0", "1/2", "1"])
def test_the_slope_of_relu_at_zero(slope: str) -> None:
    of = equations(Relu(), (3,), Conventions(relu_at_zero=Fraction(slope)))
    numbers = {"x": cells((3,), [-1, 0, 2])}
    assert list(symbolic.forward(of, numbers).values()) == [0, 0, 2]
    found = symbolic.gradients(of, numbers, cells((3,), [3, 3, -3]))
    assert list(found["x"].values()) == [0, 3 * Fraction(slope), -3]


def test_padding_never_wins() -> None:
    of = equations(MaxPool2d(size=(2, 2), padding=(1, 1)), (1, 2, 2))
    numbers = {"x": cells((1, 2, 2), [-4, -8, -2, -6])}
    assert list(symbolic.forward(of, numbers).values()) == [-4, -8, -2, -6]


# --- exact and certified ------------------------------------------------------------------------


def test_equal_numbers_share_exactly() -> None:
    of, numbers = equations(Softmax(), (3,)), {"x": cells((3,), ["2/7"] * 3)}
    assert list(symbolic.forward(of, numbers).values()) == [Fraction(1, 3)] * 3
    found = symbolic.gradients(of, numbers, {(0,): Fraction(1)})
    assert list(found["x"].values()) == [Fraction(2, 9), Fraction(-1, 9), Fraction(-1, 9)]
    for layer in (Sigmoid(), Tanh()):
        assert symbolic.forward(equations(layer, (1,)), {"x": {(0,): Fraction(0)}})[0,] in (0, Fraction(1, 2))


@pytest.mark.parametrize("z", ["1e-90", "-40", "500"])
@pytest.mark.parametrize("layer", [Sigmoid(), Tanh()])
def test_digits_are_certain(layer: Layer, z: str) -> None:
    of, numbers = equations(layer, (1,)), {"x": {(0,): Fraction(z)}}
    few, many = (symbolic.forward(of, numbers, digits)[0,] for digits in (60, 700))
    assert abs(few - many) * 10**60 <= abs(many)
    few, many = (
        symbolic.gradients(of, numbers, {(0,): Fraction(1)}, digits)["x"][0,] for digits in (60, 700)
    )
    assert abs(few - many) * 10**60 <= abs(many)


def test_zero_times_a_logarithm_of_zero_is_zero() -> None:
    of, numbers = loss_equations(CrossEntropy(), 2), {"y": cells((2,), [0, 1]), "t": cells((2,), [0, 1])}
    assert symbolic.forward(of, numbers) == {(): 0}
    with pytest.raises(CannotFollow, match="logarithm"):
        symbolic.forward(of, numbers | {"t": cells((2,), [1, 0])})


def test_stated_derivatives_are_not_believed() -> None:
    x, z = Tensor("x", (2,)), Tensor("z", (2,))
    (n,) = indices("n", (2,))
    wrong = [z[n].equals(Power(x[n], 3) + 2 * x[n], derivatives={x[n]: x[n] * 0}, computed=x[n])]
    numbers = {"x": cells((2,), ["1/2", -3])}
    assert list(symbolic.forward(wrong, numbers).values()) == [Fraction(9, 8), -33]
    assert list(symbolic.gradients(wrong, numbers, cells((2,), [4, 1]))["x"].values()) == [11, 29]


def test_several_equations_and_entries_used_twice() -> None:
    x, z = Tensor("x", (3,)), Tensor("z", (3,))
    (n,) = indices("n", (3,))
    of = [
        z[0].equals(total(x[n] * x[2 - n], over=(n,))),
        z[1].equals(Largest(x[n], (n,)) + x[0]),
        z[2].equals(ln(exp(x[1]) / exp(x[1]))),
    ]
    numbers = {"x": cells((3,), [2, 3, 5])}
    assert list(symbolic.forward(of, numbers).values()) == [10 + 9 + 10, 7, 0]
    found = symbolic.gradients(of, lambda name, cell: numbers[name][cell], cells((3,), [1, 10, 100]))
    assert list(found["x"].values()) == [10 + 10, 6, 4 + 10]


# --- against the vectorised witness -------------------------------------------------------------


def drawn_numbers(draw: st.DrawFn, shape: Shape) -> Cells:
    """Small fractions with zeros and ties among them."""
    size = math.prod(shape)
    return cells(
        shape,
        [Fraction(each, 4) for each in draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))],
    )


def drawn_grid(draw: st.DrawFn, *shape: int) -> GivenGrid:
    size = math.prod(shape)
    return GivenGrid.over(draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size)), 4, shape)


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def stages(draw: st.DrawFn) -> tuple[str, Layer, Shape]:
    """A type word, a layer of that type and the shape of its input."""
    word = draw(st.sampled_from(["conv2d", "max_pool2d", "average_pool2d", "dense", "flatten", "reshape",
                                 "relu", "sigmoid", "tanh", "softmax"]))  # fmt: skip
    shape = (2, 3, 4)
    if word == "conv2d":
        kernel = drawn_grid(draw, 2, 2, *draw(pairs(1, 3)))
        options = {"stride": draw(pairs(1, 2)), "padding": draw(pairs(0, 2)), "flip": draw(st.booleans())}
        out = Conv2d(kernel=kernel, **options).output_shape(shape)
        bias = draw(st.sampled_from([None, (2,), out]))
        return word, Conv2d(kernel=kernel, bias=bias and drawn_grid(draw, *bias), **options), shape
    if word in ("max_pool2d", "average_pool2d"):
        of = MaxPool2d if word == "max_pool2d" else AveragePool2d
        size = draw(pairs(1, 3))
        padding = (draw(st.integers(0, size[0] // 2)), draw(st.integers(0, size[1] // 2)))
        return word, of(size=size, stride=draw(st.none() | pairs(1, 3)), padding=padding), shape
    if word == "dense":
        bias = draw(st.booleans())
        return word, Dense(drawn_grid(draw, 3, 24), drawn_grid(draw, 3) if bias else None), shape
    layers = {
        "flatten": Flatten(),
        "relu": Relu(),
        "sigmoid": Sigmoid(),
        "tanh": Tanh(),
        "softmax": Softmax(),
    }
    return word, layers.get(word, Reshape((4, 6))), (4,) if word == "softmax" else shape


@settings(deadline=None, max_examples=100)
@given(stages(), st.sampled_from(["first", "split", "all"]), st.sampled_from(["0", "1/2", "1"]), st.data())
def test_layers_agree(stage: tuple[str, Layer, Shape], tie: str, slope: str, data: st.DataObject) -> None:
    word, layer, shape = stage
    conventions = Conventions(Fraction(slope), tie)
    of, numbers = (
        equations(layer, shape, conventions),
        given_numbers(layer, shape, drawn_numbers(data.draw, shape)),
    )
    gradient = drawn_numbers(data.draw, layer.output_shape(shape))
    options: dict[str, Any] = vars(layer) | {"relu_at_zero": Fraction(slope), "max_tie": tie}
    x = box(numbers["x"], shape)
    parameters = {name: box(numbers[name], each.shape) for name, each in layer.parameters(shape).items()}
    digits = 55 if word in ("sigmoid", "tanh", "softmax") else None
    agree(symbolic.forward(of, numbers), vectorised.forward(word, options, x, parameters), digits)
    found = symbolic.gradients(of, numbers, gradient)
    expected = vectorised.backward(word, options, x, parameters, box(gradient, layer.output_shape(shape)))
    assert found.keys() == expected.keys()
    for name, each in expected.items():
        agree(found[name], each, digits)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["squared_error", "binary_cross_entropy", "cross_entropy"]),
    st.lists(st.integers(1, 99), min_size=1, max_size=4),
    st.data(),
)
def test_losses_agree(word: str, hundredths: list[int], data: st.DataObject) -> None:
    size = len(hundredths)
    y = cells((size,), [Fraction(each, 100) for each in hundredths])
    t = cells((size,), [Fraction(data.draw(st.integers(0, 2)), 2) for _ in y])
    losses = {
        "squared_error": SquaredError(),
        "binary_cross_entropy": BinaryCrossEntropy(),
        "cross_entropy": CrossEntropy(),
    }
    of, outputs, targets = loss_equations(losses[word], size), box(y, (size,)), box(t, (size,))
    found = symbolic.forward(of, {"y": y, "t": t})
    agree(found, vectorised.loss(word, {}, outputs, targets), 55)
    slopes = symbolic.gradients(of, {"y": y, "t": t}, {(): Fraction(1)}, of=["y"])
    agree(slopes["y"], vectorised.loss_gradient(word, {}, outputs, targets))
