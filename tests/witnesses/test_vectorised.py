"""The vectorised witness: textbook numbers, a naive loop, central differences, its limits."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkthrough.witnesses import CannotFollow, vectorised
from walkthrough.witnesses.vectorised import Box

IMAGE = [
    [0, 0, 0, 0, 0, 0],
    [0, 255, 0, 255, 0, 0],
    [0, 0, -255, 0, 0, 255],
    [0, 255, 0, 255, 255, 0],
    [0, 0, 0, 255, -255, 0],
    [0, -255, 0, -255, 0, 255],
]
PLAIN = {"stride": (1, 1), "padding": (0, 0), "flip": False}
POOL = {"size": (2, 2), "stride": None, "padding": (0, 0)}


def box(values: Any) -> Box:
    """Nested lists of whole numbers, fractions or texts as a box."""
    array = np.array(values, dtype=object)
    return Box.of([Fraction(each) for each in array.ravel().tolist()], array.shape)


def listed(of: Box) -> Any:
    """A box as nested lists of fractions."""
    array = np.empty(of.numerators.size, dtype=object)
    array[:] = of.fractions()
    return array.reshape(of.shape).tolist()


def close(one: Box, other: Box, digits: int) -> bool:
    """Whether all entries agree to so many significant digits."""
    pairs = zip(one.fractions(), other.fractions(), strict=True)
    return all(abs(a - b) * 10**digits <= abs(b) for a, b in pairs)


# --- the notes ----------------------------------------------------------------------------------


def test_note_000_forwards_and_backwards() -> None:
    image, kernel = box([IMAGE]), box([[[[1, 2, 1], [0, 4, 0], [1, 2, 1]]]])
    weight, target = box([["0.01", "0.01", "-0.01", "-0.01"]]), box([0])
    feature_map = vectorised.forward("conv2d", PLAIN, image, {"kernel": kernel})
    assert listed(feature_map) == [
        [[765, -510, 765, 255], [1020, 0, 1275, 1020], [765, -255, 1020, 1020], [0, 0, 1275, -255]]
    ]
    pooled = vectorised.forward("max_pool2d", POOL, feature_map)
    assert listed(pooled) == [[[1020, 1275], [765, 1275]]]
    opened = vectorised.forward("relu", {}, pooled)
    z = vectorised.forward("dense", {}, opened, {"weight": weight})
    assert listed(z) == [Fraction("2.55")]
    y = vectorised.forward("sigmoid", {}, z)
    loss = vectorised.loss("binary_cross_entropy", {}, y, target)
    assert loss.shape == ()
    assert round(float(y.fractions()[0]), 10) == 0.9275735146
    assert round(float(loss.fractions()[0]), 9) == 2.625183227

    at_y = vectorised.loss_gradient("binary_cross_entropy", {}, y, target)
    assert round(float(at_y.fractions()[0]), 8) == 13.80710378
    at_z = vectorised.backward("sigmoid", {}, z, None, at_y)["x"]
    assert close(at_z, y, 55)
    assert vectorised.combined_gradient("binary_cross_entropy", {}, y, target).fractions() == y.fractions()
    dense = vectorised.backward("dense", {}, opened, {"weight": weight}, y)
    share = y.fractions()[0]
    assert listed(dense["weight"]) == [[1020 * share, 1275 * share, 765 * share, 1275 * share]]
    updated = vectorised.update(weight, dense["weight"], Fraction("0.1"))["new"]
    assert [round(float(each), 6) for each in updated.fractions()] == [
        -94.602498, -118.255623, -70.969374, -118.275623
    ]  # fmt: skip
    at_map = vectorised.backward("max_pool2d", POOL, feature_map, None, dense["x"])["x"]
    g = share / 100
    assert listed(at_map) == [[[0, 0, 0, 0], [g, 0, g, 0], [-g, 0, 0, 0], [0, 0, -g, 0]]]
    conv = vectorised.backward("conv2d", PLAIN, image, {"kernel": kernel}, at_map)
    assert [each / share for each in conv["kernel"].fractions()] == [
        Fraction(each) for each in ["0", "2.55", "0", "-2.55", "-5.1", "0", "0", "7.65", "2.55"]
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (PLAIN, [[8, 7], [4, 5]]),
        (PLAIN | {"padding": (1, 1)}, [[0, -1, -6, -2], [2, 8, 7, 1], [10, 4, 5, -3], [14, 7, 8, 4]]),
        (PLAIN | {"flip": True}, [[7, 5], [11, 3]]),
        (
            PLAIN | {"flip": True, "padding": (1, 1)},
            [[1, 8, 14, 4], [4, 7, 5, 2], [2, 11, 3, 8], [-7, 0, -4, 0]],
        ),
    ],
)
def test_note_004(options: dict[str, Any], expected: list[list[int]]) -> None:
    image, kernel = box([[[1, 6, 2], [5, 3, 1], [7, 0, 4]]]), box([[[[1, 2], [-1, 0]]]])
    assert listed(vectorised.forward("conv2d", options, image, {"kernel": kernel})) == [expected]


def test_note_001_pools() -> None:
    image, gradient = box([[[1, 2], [3, 4]]]), box([[[2]]])
    assert listed(vectorised.backward("max_pool2d", POOL, image, None, gradient)["x"]) == [[[0, 0], [0, 2]]]
    assert listed(vectorised.forward("average_pool2d", POOL, image)) == [[[Fraction("2.5")]]]
    half = Fraction(1, 2)
    spread = vectorised.backward("average_pool2d", POOL, image, None, gradient)["x"]
    assert listed(spread) == [[[half, half], [half, half]]]


def test_note_001_softmax_with_cross_entropy_gives_p_minus_target() -> None:
    z, target = box([1, 2, "1/2"]), box([0, 1, 0])
    p = vectorised.forward("softmax", {}, z)
    at_p = vectorised.loss_gradient("cross_entropy", {}, p, target)
    combined = vectorised.combined_gradient("cross_entropy", {}, p, target)
    assert sum(p.fractions()) == 1
    assert close(vectorised.backward("softmax", {}, z, None, at_p)["x"], combined, 55)
    assert combined.fractions()[1] == p.fractions()[1] - 1


# --- conventions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tie", "expected"),
    [
        ("first", [[0, 10, 0], [0, 0, 0]]),
        ("split", [[0, 4, 0], [2, 4, 0]]),
        ("all", [[0, 10, 0], [6, 10, 0]]),
    ],
)
def test_ties_in_overlapping_windows(tie: str, expected: list[list[int]]) -> None:
    image, gradient = box([[[1, 5, 2], [5, 5, 4]]]), box([[[6, 4]]])
    options = POOL | {"stride": (1, 1), "max_tie": tie}
    assert listed(vectorised.backward("max_pool2d", options, image, None, gradient)["x"]) == [expected]


def test_padding_of_a_pool_never_wins_and_counts_in_an_average() -> None:
    image = box([[[-4, -8], [-2, -6]]])
    options = {"size": (2, 2), "stride": (2, 2), "padding": (1, 1)}
    assert listed(vectorised.forward("max_pool2d", options, image)) == [[[-4, -8], [-2, -6]]]
    assert listed(vectorised.forward("average_pool2d", options, image)) == [
        [[-1, -2], [Fraction(-1, 2), Fraction(-3, 2)]]
    ]
    floats = vectorised.forward("max_pool2d", options, np.array([[[-4.0, -8.0], [-2.0, -6.0]]]))
    assert floats.tolist() == [[[-4, -8], [-2, -6]]]


@pytest.mark.parametrize("slope", ["0", "1/2", "1"])
def test_the_slope_of_relu_at_zero(slope: str) -> None:
    x, gradient = box([-1, 0, 2]), box([3, 3, -3])
    options = {"relu_at_zero": Fraction(slope)}
    found = vectorised.backward("relu", options, x, None, gradient)["x"]
    assert found.fractions() == [0, 3 * Fraction(slope), -3]
    floats = vectorised.backward("relu", options, np.array([-1.0, 0, 2]), None, np.array([-3.0, 3, -3]))["x"]
    assert math.copysign(1, floats[0]) == 1  # not −0.0


# --- exactness ----------------------------------------------------------------------------------


def test_whole_numbers_do_not_overflow() -> None:
    huge = Box(np.array([[[2**62, 2**62], [2**62, 2**62]]]))
    kernel = Box(np.array([[[[4, 4], [4, 4]]]]))
    padded = PLAIN | {"padding": (1, 1)}
    z = vectorised.forward("conv2d", padded, huge, {"kernel": kernel})
    assert z.fractions()[4] == 16 * 2**62
    gradients = vectorised.backward("conv2d", padded, huge, {"kernel": kernel}, z)
    assert all(type(each) is int for found in gradients.values() for each in found.numerators.ravel())
    assert vectorised.forward("average_pool2d", POOL | {"padding": (1, 1)}, huge).fractions() == [2**60] * 4


@pytest.mark.parametrize(
    ("written", "expected"),
    [("0.05", "0.1"), ("-0.05", "-0.1"), ("0.0499", "0"), ("-2.349", "-2.3"), ("1/3", "0.3"), ("7", "7")],
)
def test_rounding_is_half_away_from_zero(written: str, expected: str) -> None:
    rounded = vectorised.rounded(box([written]), 1)
    assert rounded.fractions() == [Fraction(expected)]
    assert rounded.denominator == 10


def test_the_largest_difference() -> None:
    assert vectorised.largest_difference(box(["1/3", 2]), box(["1/2", 2])) == Fraction(1, 6)
    with pytest.raises(ValueError, match="shapes differ"):
        vectorised.largest_difference(box([1]), box([[1]]))


def test_what_is_rational_stays_exact_through_functions() -> None:
    nothing = box([0, 0, 0])
    assert vectorised.forward("sigmoid", {}, nothing).fractions() == [Fraction(1, 2)] * 3
    assert vectorised.forward("tanh", {}, nothing).fractions() == [0] * 3
    assert vectorised.forward("softmax", {}, box(["2/7"] * 3)).fractions() == [Fraction(1, 3)] * 3
    at_y = vectorised.loss_gradient("cross_entropy", {}, box(["1/3", "2/3"]), box(["1/2", "1/2"]))
    assert at_y.fractions() == [Fraction(-3, 2), Fraction(-3, 4)]
    loss = vectorised.loss("squared_error", {"scale": Fraction(1, 3)}, box([1, 2]), box([0, "1/2"]))
    assert loss.fractions() == [Fraction(13, 12)]


# --- functions ----------------------------------------------------------------------------------


def test_saturation_keeps_its_digits() -> None:
    with localcontext(prec=700, Emin=-99999) as exact:
        vanishing = Fraction(exact.exp(Decimal(-1000)))
    z, target = box([1000]), box([0])
    y = vectorised.forward("sigmoid", {}, z)
    assert close(box([1 - y.fractions()[0]]), box([vanishing / (1 + vanishing)]), 60)
    at_y = vectorised.loss_gradient("binary_cross_entropy", {}, y, target)
    assert close(vectorised.backward("sigmoid", {}, z, None, at_y)["x"], y, 60)
    assert close(vectorised.loss("binary_cross_entropy", {}, y, target), z, 60)
    shares = vectorised.forward("softmax", {}, box([1000, 0]))
    assert close(vectorised.loss("cross_entropy", {}, shares, box([1, 0])), box([vanishing]), 60)
    tanh = vectorised.forward("tanh", {}, box([500]))
    assert close(box([1 - tanh.fractions()[0]]), box([2 * vanishing]), 60)


@pytest.mark.parametrize("z", ["1e-90", "-1e-90", "-12.5", "3/7", "250"])
@pytest.mark.parametrize("word", ["sigmoid", "tanh", "softmax"])
def test_more_digits_do_not_change_the_first_sixty(word: str, z: str) -> None:
    x, gradient = box([z, "0.25"]), box([1, "1/3"])
    assert close(vectorised.forward(word, {}, x, digits=60), vectorised.forward(word, {}, x, digits=400), 60)
    few = vectorised.backward(word, {}, x, None, gradient, digits=80)["x"]
    many = vectorised.backward(word, {}, x, None, gradient, digits=400)["x"]
    assert close(few, many, 60)


def test_derivatives_can_be_read_off_the_output() -> None:
    y, g = box(["0.9"]), box([2])
    assert vectorised.backward("sigmoid", {}, box([2]), None, g, y=y)["x"].fractions() == [Fraction("0.18")]
    assert vectorised.backward("tanh", {}, box([2]), None, g, y=y)["x"].fractions() == [Fraction("0.38")]


@pytest.mark.parametrize("z", [-40.0, -1.5, 0.0, 0.3, 38.25, 700.0])
def test_float_losses_from_logits_do_not_saturate(z: float) -> None:
    logits, exact = np.array([z, 0.5]), box([Fraction(z), "1/2"])
    for target in ([0, 1], [1, 0]):
        word = "binary_cross_entropy"
        found = vectorised.loss(word, {}, 1 / (1 + np.exp(-logits)), np.array(target, float), logits=logits)
        sure = vectorised.loss(word, {}, vectorised.forward("sigmoid", {}, exact), box(target))
        assert found == pytest.approx(float(sure.fractions()[0]), rel=1e-14)
        assert close(vectorised.loss(word, {}, exact, box(target), logits=exact), sure, 50)
        shares = vectorised.forward("softmax", {}, logits)
        entropy = vectorised.loss("cross_entropy", {}, shares, np.array(target, float), logits=logits)
        sure = vectorised.loss("cross_entropy", {}, vectorised.forward("softmax", {}, exact), box(target))
        assert entropy == pytest.approx(float(sure.fractions()[0]), rel=1e-14)
        assert close(vectorised.loss("cross_entropy", {}, exact, box(target), logits=exact), sure, 50)


def test_what_cannot_be_followed() -> None:
    assert vectorised.knows("conv2d")
    assert vectorised.knows_loss("squared_error")
    assert not vectorised.knows("upsample")
    assert not vectorised.knows_loss("upstream")
    assert not vectorised.knows_combined("squared_error")
    with pytest.raises(CannotFollow, match="upsample"):
        vectorised.forward("upsample", {}, box([1]))
    with pytest.raises(CannotFollow, match="decimal places"):
        vectorised.forward("sigmoid", {}, box([10**9]))
    with pytest.raises(CannotFollow, match="logarithm"):
        vectorised.loss("cross_entropy", {}, box([0, 1]), box([1, 0]))
    with pytest.raises(CannotFollow, match="last"):
        vectorised.backward(
            "max_pool2d", POOL | {"max_tie": "last"}, box([[[1, 1], [1, 1]]]), None, box([[[1]]])
        )


# --- drawn cases --------------------------------------------------------------------------------


def drawn_box(draw: st.DrawFn, shape: tuple[int, ...]) -> Box:
    size = math.prod(shape)
    numbers = draw(st.lists(st.integers(-99, 99), min_size=size, max_size=size))
    return Box(np.array(numbers, dtype=object).reshape(shape), draw(st.sampled_from([1, 7, 100])))


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[dict[str, Any], Box, dict[str, Box], Box]:
    """Options, input, parameters and output gradient of a convolution."""
    channels, filters = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    p, q, s, t = (draw(st.integers(1, 3)) for _ in range(4))
    a, b = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    rows, columns = draw(st.integers(max(1, p - 2 * a), 5)), draw(st.integers(max(1, q - 2 * b), 5))
    out = (filters, (rows + 2 * a - p) // s + 1, (columns + 2 * b - q) // t + 1)
    parameters = {"kernel": drawn_box(draw, (filters, channels, p, q))}
    bias = draw(st.sampled_from(["none", "tied", "untied"]))
    if bias != "none":
        parameters["bias"] = drawn_box(draw, out[:1] if bias == "tied" else out)
    options = {"stride": (s, t), "padding": (a, b), "flip": draw(st.booleans())}
    return options, drawn_box(draw, (channels, rows, columns)), parameters, drawn_box(draw, out)


def cells(of: Box) -> dict[tuple[int, ...], Fraction]:
    return dict(zip(np.ndindex(*of.shape), of.fractions(), strict=True))


@settings(deadline=None, max_examples=60)
@given(convolutions())
def test_convolution_against_a_naive_loop(drawn: tuple[dict[str, Any], Box, dict[str, Box], Box]) -> None:
    options, image, parameters, gradient = drawn
    x, w, b = cells(image), cells(parameters["kernel"]), parameters.get("bias")
    (s, t), (top, left) = options["stride"], options["padding"]
    _, channels, rows, columns = parameters["kernel"].shape
    z = dict.fromkeys(cells(gradient), Fraction(0))
    found = {"x": dict.fromkeys(x, Fraction(0)), "kernel": dict.fromkeys(w, Fraction(0))}
    for (k, i, j), g in cells(gradient).items():
        for c, p, q in product(range(channels), range(rows), range(columns)):
            at = (c, s * i + p - top, t * j + q - left)
            turned = (k, c, rows - 1 - p, columns - 1 - q) if options["flip"] else (k, c, p, q)
            if at in x:
                z[k, i, j] += x[at] * w[turned]
                found["x"][at] += g * w[turned]
                found["kernel"][turned] += g * x[at]
    if b is not None:
        found["bias"] = dict.fromkeys(cells(b), Fraction(0))
        for cell, g in cells(gradient).items():
            z[cell] += cells(b)[cell if len(b.shape) == 3 else cell[:1]]
            found["bias"][cell if len(b.shape) == 3 else cell[:1]] += g
    assert cells(vectorised.forward("conv2d", options, image, parameters)) == z
    gradients = vectorised.backward("conv2d", options, image, parameters, gradient)
    assert {name: cells(each) for name, each in gradients.items()} == found


@st.composite
def pools(draw: st.DrawFn) -> tuple[dict[str, Any], Box, Box]:
    """Options, input without ties and output gradient of a pool."""
    p, q, s, t = (draw(st.integers(1, 3)) for _ in range(4))
    a, b = draw(st.integers(0, p // 2)), draw(st.integers(0, q // 2))
    shape = (draw(st.integers(1, 2)), draw(st.integers(p, 5)), draw(st.integers(q, 5)))
    numbers = draw(st.permutations(range(-math.prod(shape) // 2, math.prod(shape) - math.prod(shape) // 2)))
    numbers = numbers[: math.prod(shape)]
    out = (shape[0], (shape[1] + 2 * a - p) // s + 1, (shape[2] + 2 * b - q) // t + 1)
    image = Box(np.array(numbers, dtype=object).reshape(shape), 3)
    return {"size": (p, q), "stride": (s, t), "padding": (a, b)}, image, drawn_box(draw, out)


def nudged(of: Box, cell: tuple[int, ...], by: Fraction) -> Box:
    return Box.of([each + by if at == cell else each for at, each in cells(of).items()], of.shape)


def weighed(z: Box, gradient: Box) -> Fraction:
    return sum((a * g for a, g in zip(z.fractions(), gradient.fractions(), strict=True)), Fraction(0))


@settings(deadline=None, max_examples=40)
@given(pools(), st.sampled_from(["max_pool2d", "average_pool2d"]))
def test_pools_against_central_differences(drawn: tuple[dict[str, Any], Box, Box], word: str) -> None:
    options, image, gradient = drawn
    step = Fraction(1, 1000)  # smaller than the distance of any two entries, so differences are exact
    found = cells(vectorised.backward(word, options, image, None, gradient)["x"])
    for cell, slope in found.items():
        above, below = (
            weighed(vectorised.forward(word, options, nudged(image, cell, by)), gradient)
            for by in (step, -step)
        )
        assert (above - below) / (2 * step) == slope


@settings(deadline=None, max_examples=30)
@given(st.data(), st.sampled_from(["sigmoid", "tanh", "softmax", "dense"]))
def test_functions_against_central_differences(data: st.DataObject, word: str) -> None:
    x, g = drawn_box(data.draw, (3,)), drawn_box(data.draw, (3,))
    parameters = {"weight": drawn_box(data.draw, (3, 3))} if word == "dense" else {}
    step, found = Fraction(1, 10**30), vectorised.backward(word, {}, x, parameters, g)["x"]
    for (n,), slope in cells(found).items():
        above, below = (
            weighed(vectorised.forward(word, {}, nudged(x, (n,), by), parameters, digits=120), g)
            for by in (step, -step)
        )
        assert abs((above - below) / (2 * step) - slope) < Fraction(1, 10**45)
