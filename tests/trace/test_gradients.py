"""Gradients of everything on the shelves, once and generically: central differences, and float64.

Where the loss is a polynomial of degree two in the number that is moved, the central difference is the
derivative itself, whatever the step, and must come out exactly; elsewhere the step is small and the
numbers carry forty digits and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from walkthrough import layers, losses
from walkthrough.case import ArithmeticKind, read_case
from walkthrough.trace.trace import Trace, replay
from walkthrough.words import shelf

Grid = np.ndarray[Any, Any]
STEP = Fraction(1, 10**12)


def grid(values: Any) -> Grid:
    array = np.array(values, dtype=object)
    return np.vectorize(Fraction, otypes=[object])(array)


@dataclass(frozen=True)
class Small:
    """A small case: numbers that may be moved, and the rest of its text."""

    image: Grid
    layer: str
    numbers: dict[str, Grid] = field(default_factory=dict)
    loss: str = "type = 'squared_error'"
    target: Grid | None = None
    exact: bool = True
    """Whether the loss has degree two in every number, near where it stands."""

    def text(self) -> str:
        parts = [f"[input]\nvalues = {nested(self.image)}\n[[layers]]\n{self.layer}"]
        parts += [f"{key} = {nested(values)}" for key, values in self.numbers.items()]
        parts.append(f"[loss]\n{self.loss}")
        if self.target is not None:
            parts.append(f"target = {nested(self.target)}")
        return "\n".join(parts)

    def moved(self, key: str, cell: tuple[int, ...], by: Fraction) -> Small:
        own = (self.image if key == "input" else self.numbers[key]).copy()
        own[cell] += by
        if key == "input":
            return replace(self, image=own)
        return replace(self, numbers={**self.numbers, key: own})


def nested(values: Grid) -> str:
    if values.ndim:
        return "[" + ", ".join(nested(np.asarray(part, dtype=object)) for part in values) + "]"
    return f'"{values.item()}"'


IMAGE = grid([[["1/2", -1, 2], [0, "3/2", -2], [1, "1/3", -3]], [[2, 0, -1], [1, -2, "1/4"], [3, "-1/2", 1]]])
KERNEL = grid([[[[1, -2], ["1/2", 3]], [[0, 1], [-1, 2]]], [[[2, 0], [1, "-1/3"]], [["1/4", 1], [1, -1]]]])
ROW = grid(["1/2", -1, 2, "1/3"])

LAYERS = {
    "conv2d": [
        Small(IMAGE, "type = 'conv2d'", {"kernel": KERNEL, "bias": grid([1, -1])}),
        Small(IMAGE, "type = 'conv2d'\nflip = true\npadding = [1, 0]\nstride = [2, 1]", {"kernel": KERNEL}),
        Small(
            IMAGE,
            "type = 'conv2d'\nstride = 2\npadding = 1",
            {"kernel": KERNEL, "bias": grid([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])},
        ),
        Small(IMAGE, "type = 'conv2d'\npadding = 'same'\ndilation = 2", {"kernel": KERNEL}),
        Small(
            IMAGE,
            "type = 'conv2d'\ngroups = 2\npadding = [1, 0, 2, 1]\nstride = 2",
            {"kernel": KERNEL[:, :1], "bias": grid([1, -1])},
        ),
    ],
    "max_pool2d": [
        Small(IMAGE, "type = 'max_pool2d'\nsize = 2\nstride = 1"),
        Small(IMAGE, "type = 'max_pool2d'\nsize = [3, 2]\npadding = 1"),
    ],
    "average_pool2d": [
        Small(IMAGE, "type = 'average_pool2d'\nsize = 2\nstride = 1"),
        Small(IMAGE, "type = 'average_pool2d'\nsize = [3, 2]\npadding = 1"),
    ],
    "relu": [Small(grid(["1/2", -1, 2, "-1/3"]), "type = 'relu'")],
    "flatten": [Small(IMAGE, "type = 'flatten'")],
    "reshape": [Small(IMAGE, "type = 'reshape'\nshape = [3, 2, 3]")],
    "dense": [
        Small(
            IMAGE[0],
            "type = 'dense'",
            {"weight": grid([range(-4, 5), [2, 0, 1, -1, "1/2", 3, "1/3", 1, 0]]), "bias": grid([1, 2])},
        ),
        Small(
            ROW,
            "type = 'dense'\nlayout = 'input-output'",
            {"weight": grid([[1, -2], ["1/2", 3], [0, 1], [2, "-1/3"]]), "bias": grid([1, 2])},
        ),
    ],
    "conv1d": [
        Small(IMAGE[:, 0], "type = 'conv1d'", {"kernel": KERNEL[:, :, 0], "bias": grid([1, -1])}),
        Small(IMAGE[:, 0], "type = 'conv1d'\nflip = true\npadding = 'same'", {"kernel": KERNEL[:, :, 1]}),
    ],
    "conv_transpose2d": [
        Small(IMAGE, "type = 'conv_transpose2d'", {"kernel": KERNEL, "bias": grid([1, -1])}),
        Small(
            IMAGE,
            "type = 'conv_transpose2d'\nstride = [2, 3]\npadding = 1\noutput_padding = [1, 2]",
            {"kernel": KERNEL},
        ),
    ],
    "global_average_pool2d": [Small(IMAGE, "type = 'global_average_pool2d'")],
    "leaky_relu": [
        Small(grid(["1/2", -1, 2, "-1/3"]), "type = 'leaky_relu'"),
        Small(grid(["1/2", -1, 2, "-1/3"]), "type = 'leaky_relu'\nslope = '1/5'"),
    ],
    "elu": [
        Small(ROW, "type = 'elu'", exact=False),
        Small(ROW, "type = 'elu'\nalpha = '1/3'", exact=False),
    ],
    "softplus": [Small(ROW, "type = 'softplus'", exact=False)],
    "silu": [Small(ROW, "type = 'silu'", exact=False)],
    "batch_norm2d": [
        Small(
            IMAGE,
            "type = 'batch_norm2d'\nmean = '1 -2'\nvariance = '4 1/9'\nepsilon = 0",
            {"gamma": grid([2, "1/3"]), "beta": grid([1, -1])},
        ),
        Small(
            IMAGE,
            "type = 'batch_norm2d'\nmean = '1/2 3'\nvariance = '2 0'",
            {"gamma": grid([2, "1/3"]), "beta": grid([1, -1])},
            exact=False,
        ),
    ],
    "dropout": [
        Small(ROW, "type = 'dropout'\nmask = '1 0 1 1'"),
        Small(IMAGE[:1], "type = 'dropout'\np = '1/3'\nmask = '1 0 1; 1 1 0; 0 0 1'"),
    ],
    "upsample2d": [Small(IMAGE, "type = 'upsample2d'\nfactor = [2, 3]")],
    "sigmoid": [Small(ROW, "type = 'sigmoid'", exact=False)],
    "tanh": [Small(ROW, "type = 'tanh'", exact=False)],
    "softmax": [Small(ROW, "type = 'softmax'", exact=False)],
}
OUTPUT = grid(["1/3", "1/5", "3/4"])
LOSSES = {
    "squared_error": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'squared_error'"),
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'squared_error'\nscale = 3"),
    ],
    "binary_cross_entropy": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'binary_cross_entropy'", grid([0, 1, "1/4"]), False),
        Small(OUTPUT[:1], "type = 'flatten'", {}, "type = 'binary_cross_entropy'", grid(["2/3"]), False),
    ],
    "cross_entropy": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'cross_entropy'", grid([0, "1/2", "1/2"]), False)
    ],
    "hinge": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'hinge'", grid([1, -1, 1])),
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'hinge'\nmargin = '1/4'", grid([1, -1, 1])),
    ],
    "absolute_error": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'absolute_error'"),
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'absolute_error'\nscale = '1/3'"),
    ],
    "huber": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'huber'", grid([0, 2, "-1/2"])),
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'huber'\ndelta = '1/4'", grid(["1/4", 2, "-1/2"])),
    ],
    "multiclass_hinge": [
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'multiclass_hinge'", grid([0, 1, 0])),
        Small(OUTPUT, "type = 'flatten'", {}, "type = 'multiclass_hinge'\nmargin = '1/4'", grid([0, 1, 0])),
    ],
    "upstream": [
        Small(ROW[:3], "type = 'flatten'", {}, "type = 'upstream'\ngradient = [2, -1, '1/2']"),
        Small(ROW[:3], "type = 'sigmoid'", {}, "type = 'upstream'\ngradient = [2, -1, '1/2']", None, False),
    ],
}


def targeted(small: Small) -> Small:
    """With a target for every output, none of them met."""
    if small.target is not None or "upstream" in small.loss:
        return small
    shape = read_case(small.text().partition("[loss]")[0]).output_shapes()[-1]
    values = [Fraction(n % 3 - 1, 2) for n in range(int(np.prod(shape)))]
    return replace(small, target=np.array(values, dtype=object))


def loss(trace: Trace) -> Fraction:
    """The loss; of a gradient that is given, the sum of the outputs that it weighs."""
    if "loss" in trace.places:
        return trace.known("loss", (), 80).value
    last = trace.network.output
    return sum(
        (trace.known(last.grad.name, c).value * trace.known(last.name, c, 80).value for c in last.cells()),
        Fraction(0),
    )


def moves(small: Small) -> Iterator[tuple[str, str, tuple[int, ...], tuple[int, ...]]]:
    """Each number that the loss depends on: its key, and the gradient's tensor and cell."""
    case = read_case(small.text())
    name, left_out = case.layers[0].name, len(case.samples[0].input.shape) - small.image.ndim
    for cell in np.ndindex(*small.image.shape):
        yield "input", "input.grad", cell, (0,) * left_out + cell
    for key, values in small.numbers.items():
        for cell in np.ndindex(*values.shape):
            yield key, f"{name}.{key}.grad", cell, cell


def assert_central_differences(small: Small) -> None:
    trace = replay(read_case(small.text()))
    for key, tensor, own, cell in moves(small):
        up = loss(replay(read_case(small.moved(key, own, STEP).text())))
        down = loss(replay(read_case(small.moved(key, own, -STEP).text())))
        difference, gradient = (up - down) / (2 * STEP), trace.known(tensor, cell, 80)
        if small.exact:
            assert gradient.exact, tensor
            assert gradient.value == difference, (tensor, cell)
        else:
            # the third derivative is of order one, and the step squared is 10⁻²⁴
            assert abs(gradient.value - difference) < Fraction(1, 10**20), (tensor, cell)


def test_every_layer_and_loss_on_the_shelves_is_tested_here() -> None:
    assert set(LAYERS) == set(shelf.names(layers))
    assert set(LOSSES) == set(shelf.names(losses))


def each(shelf_: dict[str, list[Small]]) -> list[Any]:
    numbered = [(name, at, small) for name, cases in shelf_.items() for at, small in enumerate(cases)]
    return [pytest.param(small, id=f"{name}-{at}") for name, at, small in numbered]


@pytest.mark.parametrize("small", each(LAYERS))
def test_layers(small: Small) -> None:
    assert_central_differences(targeted(small))


@pytest.mark.parametrize("small", each(LOSSES))
def test_losses(small: Small) -> None:
    assert_central_differences(targeted(small))


@pytest.mark.parametrize(("slope", "expected"), [("0", 0), ("1/2", Fraction(3, 2)), ("1", 3)])
def test_relu_at_zero_is_a_convention(slope: str, expected: Fraction) -> None:
    trace = replay(
        read_case(
            f"[conventions]\nrelu_at_zero = '{slope}'\n[input]\nvalues = '0 1 -1'\n"
            "[[layers]]\ntype = 'relu'\n[loss]\ntype = 'upstream'\ngradient = '3 3 3'"
        )
    )
    assert [trace.known("input.grad", (n,)).value for n in range(3)] == [expected, 3, 0]


KINKS = {
    # the slope on the left of the kink, and on its right; r lies (1 − r)·left + r·right
    "elu": ("[[layers]]\ntype = 'elu'\nalpha = '3'", "0", (3, 1)),
    "leaky_relu": ("[[layers]]\ntype = 'leaky_relu'\nslope = '1/5'", "0", (Fraction(1, 5), 1)),
    "absolute_error": ("[loss]\ntype = 'absolute_error'\nscale = 2\ntarget = '4'", "4", (-2, 2)),
    "hinge": ("[loss]\ntype = 'hinge'\ntarget = '-1'", "-1", (0, 1)),
}


@pytest.mark.parametrize("share", ["0", "1/2", "1"])
@pytest.mark.parametrize("name", sorted(KINKS))
def test_every_kink_takes_the_convention(name: str, share: str) -> None:
    table, at, (left, right) = KINKS[name]
    loss = "" if "[loss]" in table else "\n[loss]\ntype = 'upstream'\ngradient = '1'"
    text = f"[conventions]\nrelu_at_zero = '{share}'\n[input]\nvalues = '{at}'\n{table}{loss}"
    r = Fraction(share)
    assert replay(read_case(text)).known("input.grad", (0,)).value == (1 - r) * left + r * right


def test_huber_has_no_kink() -> None:
    """Where its pieces meet, both have the slope δ."""
    text = "[input]\nvalues = '5 1'\n[loss]\ntype = 'huber'\ndelta = '2'\ntarget = '3 3'"
    trace = replay(read_case(text))
    assert [trace.known("input.grad", (n,)).value for n in (0, 1)] == [2, -2]
    assert trace.known("loss", ()).value == 2 + 2


@pytest.mark.parametrize("arithmetic", ["exact", "float"])
def test_softplus_does_not_overflow_and_loses_nothing(arithmetic: str) -> None:
    """ln(1 + e^1000) is 1000 and e⁻¹⁰⁰⁰ more; ln(1 + e⁻⁵⁰) is e⁻⁵⁰ less its square's half."""
    text = f"arithmetic = '{arithmetic}'\n[input]\nvalues = '1000 -50'\n[[layers]]\ntype = 'softplus'"
    trace = replay(read_case(text))
    large, small = (float(trace.known("softplus", (n,)).value) for n in (0, 1))
    assert large == 1000
    assert small == pytest.approx(1.9287498479639178e-22, rel=1e-12)


# --- the same over floats ---


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts().filter(lambda text: 'arithmetic = "float"' in text))
def test_exact_is_float_on_drawn_cases(text: str) -> None:
    """Numbers with finite binary expansions: ties and zeros are the same in both."""
    case = read_case(text)
    floating, exact = replay(case), replay(replace(case, arithmetic=ArithmeticKind()))
    assert list(floating.places) == list(exact.places)
    for name, place in exact.places.items():
        cells = list(np.ndindex(*place.shape))
        own = np.array([float(exact.known(name, cell).value) for cell in cells])
        other = np.array([float(floating.known(name, cell).value) for cell in cells])
        room = 1e-9 * max(1.0, float(np.abs(own).max(initial=0.0)))
        assert np.abs(own - other).max(initial=0.0) <= room, name
