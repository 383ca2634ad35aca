"""Convolution's three sums are one table of multiply-adds, grouped in three ways."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings

from walkthrough.case import read_case
from walkthrough.layers import Conventions
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import Index, Tensor, indices, ln, total
from walkthrough.mathematics.readings import Part
from walkthrough.trace.network import network

from .geometries import Geometry, geometries

BY_HAND = [
    Geometry((1, 6, 6), (1, 1, 3, 3)),
    Geometry((2, 4, 5), (3, 2, 2, 3), (2, 1), (1, 0)),
    Geometry((1, 5, 4), (1, 1, 3, 2), (3, 2), (2, 1), flip=True),
    Geometry((2, 3, 3), (2, 2, 3, 3), (1, 2), (2, 2), flip=True),
]


def grouped(part: Part) -> dict[tuple[int, ...], list[tuple[tuple[int, ...] | None, ...]]]:
    """For every cell of the target: the cells of the factors, in the order in which they are listed."""
    cells = [part.cells(factor) for factor in part.factors]
    return {
        target: [tuple(cell(place) for cell in cells) for place in part.places(target)]
        for target in part.target.tensor.cells()
    }


def assert_one_table_in_three_groupings(geometry: Geometry) -> None:
    stage = geometry.stage()
    (equation,) = stage.equations
    table = list(geometry.rows())
    forward, kernel, image = defaultdict(list), defaultdict(list), defaultdict(list)
    for z, x, k in table:
        forward[z].append((x, k))
        kernel[k].append((z, x))
        if x is not None:
            image[x].append((z, k))

    (part,) = readings.forward(equation) or ()
    assert part.coefficient == 1
    assert grouped(part) == dict(forward)

    (part,) = readings.backward(equation, stage.parameters["kernel"])
    assert part.target.tensor.name == "conv.kernel.grad"
    assert [factor.tensor.name for factor in part.factors] == ["conv.grad", "input"]
    assert grouped(part) == dict(kernel)

    (part,) = readings.backward(equation, stage.x)
    assert [factor.tensor.name for factor in part.factors] == ["conv.grad", "conv.kernel"]
    # an entry that no window reaches has no row at all
    assert grouped(part) == {cell: image[cell] for cell in stage.x.cells()}
    assert sum(map(len, grouped(part).values())) == sum(x is not None for _, x, _ in table)


@pytest.mark.parametrize("geometry", BY_HAND, ids=str)
def test_one_table_grouped_three_ways(geometry: Geometry) -> None:
    assert_one_table_in_three_groupings(geometry)


@settings(max_examples=60, deadline=None)
@given(geometries())
def test_one_table_grouped_three_ways_on_drawn_sizes(geometry: Geometry) -> None:
    assert_one_table_in_three_groupings(geometry)


def test_the_window_of_the_notes() -> None:
    """Note 000, z₂₃: rows 2–4, columns 3–5 of the image, under the kernel's nine entries in order."""
    (equation,) = BY_HAND[0].stage().equations
    (part,) = readings.forward(equation) or ()
    assert grouped(part)[0, 1, 2] == [
        ((0, 1 + p, 2 + q), (0, 0, p, q)) for p in range(3) for q in range(3)
    ]  # fmt: skip


def test_a_corner_of_the_image_is_used_once_and_its_middle_nine_times() -> None:
    geometry = BY_HAND[0]
    stage = geometry.stage()
    (part,) = readings.backward(stage.equations[0], stage.x)
    uses = {cell: len(places) for cell, places in grouped(part).items()}
    assert uses[0, 0, 0] == uses[0, 5, 5] == 1
    assert uses[0, 2, 3] == 9
    assert uses[0, 0, 2] == 3


def test_an_average_is_a_sum_with_a_share() -> None:
    text = "[input]\nvalues = '1 2 3; 4 5 6'\n[[layers]]\ntype = 'average_pool2d'\nsize = 2\nstride = 1"
    (stage,) = network(read_case(text)).layers
    (forward,) = readings.forward(stage.equations[0]) or ()
    (backward,) = readings.backward(stage.equations[0], stage.x)
    assert forward.coefficient == backward.coefficient == Fraction(1, 4)
    assert grouped(forward)[0, 0, 1] == [((0, 0, 1),), ((0, 0, 2),), ((0, 1, 1),), ((0, 1, 2),)]
    # the middle column lies in both windows
    assert grouped(backward)[0, 1, 1] == [((0, 0, 0),), ((0, 0, 1),)]
    assert grouped(backward)[0, 0, 0] == [((0, 0, 0),)]


def test_a_sum_of_two_tables_has_two_parts() -> None:
    """z = w·x + b: the bias is a table of its own, whose gradient is the upstream gradient alone."""
    w, x, b, z = Tensor("w", (2, 3)), Tensor("x", (3,)), Tensor("b", (2,)), Tensor("z", (2,))
    m, n = indices("m n", (2, 3))
    equation = z[m].equals(total(w[m, n] * x[n], over=(n,)) + b[m])
    assert [len(part.factors) for part in readings.forward(equation) or ()] == [2, 1]
    (bias,) = readings.backward(equation, b)
    assert [factor.tensor.name for factor in bias.factors] == ["z.grad"]
    (weight,) = readings.backward(equation, w)
    assert grouped(weight)[1, 2] == [((1,), (2,))]
    (into_x,) = readings.backward(equation, x)
    assert grouped(into_x)[2,] == [((0,), (0, 2)), ((1,), (1, 2))]


def test_a_minus_is_part_of_the_coefficient() -> None:
    x, z = Tensor("x", (3,)), Tensor("z", (3,))
    n = Index("n", 3)
    (part,) = readings.forward(z[n].equals(-(2 * x[n]))) or ()
    assert part.coefficient == -2


def test_functions_are_no_sums_of_products() -> None:
    x, z = Tensor("x", (3,)), Tensor("z", (3,))
    n = Index("n", 3)
    assert readings.forward(z[n].equals(ln(x[n]))) is None
    assert readings.forward(z[n].equals(x[n] + ln(x[n]))) is None
    assert readings.forward(z[n].equals(x[n] / 2)) is None


def test_a_function_states_its_derivative() -> None:
    x, z = Tensor("x", (3,)), Tensor("z", (3,))
    (equation,) = Sigmoid().equations(x, z, Conventions())
    (part,) = readings.backward(equation, x)
    assert part.local is not None
    assert [factor.tensor.name for factor in part.factors] == ["z.grad"]
    assert grouped(part)[1,] == [((1,),)]
