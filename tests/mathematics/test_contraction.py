"""Whole tables of multiply-adds at once, against loops over their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkthrough.mathematics.contraction import Contraction, contract
from walkthrough.numbers import integers

from .geometries import Geometry, geometries


def numbers(shape: tuple[int, ...], seed: int, kind: str) -> np.ndarray[Any, Any]:
    """Small floats, int64, or whole numbers far beyond int64."""
    drawn = np.random.default_rng(seed).integers(-9, 10, shape)
    if kind == "float":
        return drawn / 8
    return drawn if kind == "int" else drawn.astype(object) * 10**30 + 7


def looped(shape: tuple[int, ...], rows: Any) -> np.ndarray[Any, Any]:
    """Σ of the products, added one by one in Python."""
    sums: dict[Any, Any] = {}
    for cell, product in rows:
        sums[cell] = sums.get(cell, 0) + product
    array = np.zeros(shape, dtype=object)
    for cell, value in sums.items():
        array[cell] = value
    return array


def assert_all_three(geometry: Geometry, kind: str, seed: int) -> None:
    stage = geometry.stage()
    x = numbers(geometry.image, seed, kind)
    k = numbers(geometry.kernel, seed + 1, kind)
    g = numbers(geometry.output, seed + 2, kind)
    table = [(z, a, b, x[a].item() if kind != "big" else x[a]) for z, a, b in geometry.rows() if a]
    expected = {
        "z": looped(geometry.output, ((z, value * k[b]) for z, _, b, value in table)),
        "k": looped(geometry.kernel, ((b, value * g[z]) for z, _, b, value in table)),
        "x": looped(geometry.image, ((a, g[z] * k[b]) for z, a, b, _ in table)),
    }
    multiply = np.matmul if kind == "float" else integers.matrix_product
    found = {
        "z": contract(stage.sums[0], (x, k), multiply),
        "k": contract(stage.backward(stage.parameters["kernel"])[0], (g, x), multiply),
        "x": contract(stage.backward(stage.x)[0], (g, k), multiply),
    }
    for name, array in expected.items():
        assert found[name].shape == array.shape, name
        # eighths are exact in float64, so nothing is approximate here
        assert (found[name] == array).all(), name


@settings(max_examples=40, deadline=None)
@given(geometries(), st.sampled_from(["float", "int", "big"]), st.integers(0, 1000))
def test_convolutions(geometry: Geometry, kind: str, seed: int) -> None:
    assert_all_three(geometry, kind, seed)


@pytest.mark.parametrize("kind", ["float", "int", "big"])
def test_a_window_that_is_wider_than_the_image(kind: str) -> None:
    assert_all_three(Geometry((1, 1, 1), (2, 1, 3, 3), (1, 1), (1, 1)), kind, 5)


@pytest.mark.parametrize("kind", ["float", "int", "big"])
def test_strides_beyond_the_window_leave_entries_unused(kind: str) -> None:
    assert_all_three(Geometry((1, 5, 5), (1, 1, 2, 1), (3, 3)), kind, 6)


@settings(max_examples=30, deadline=None)
@given(geometries(), st.integers(0, 1000))
def test_a_lone_factor_is_summed_and_sent_where_it_came_from(geometry: Geometry, seed: int) -> None:
    """The table with the kernel left out: what an average pool does, without its share."""
    from walkthrough.mathematics.readings import Part

    stage = geometry.stage()
    part = stage.sums[0].part
    image = part.factors[0]
    x, g = numbers(geometry.image, seed, "big"), numbers(geometry.output, seed + 1, "big")
    forward = Contraction(Part(part.target, part.coefficient, (image,), part.variables))
    rows = [(z, a) for z, a, _ in geometry.rows() if a]
    assert (contract(forward, (x,), np.matmul) == looped(geometry.output, ((z, x[a]) for z, a in rows))).all()
    back = stage.backward(stage.x)[0].part
    backward = Contraction(Part(back.target, back.coefficient, (back.factors[0],), back.variables))
    assert (contract(backward, (g,), np.matmul) == looped(geometry.image, ((a, g[z]) for z, a in rows))).all()


@settings(max_examples=40, deadline=None)
@given(geometries())
def test_no_cell_gets_more_terms_than_the_bound(geometry: Geometry) -> None:
    stage = geometry.stage()
    for contraction, axis in [
        (stage.sums[0], 0),
        (stage.backward(stage.x)[0], 1),
        (stage.backward(stage.parameters["kernel"])[0], 2),
    ]:
        counts: dict[Any, int] = {}
        for row in geometry.rows():
            if row[1] is not None:
                counts[row[axis]] = counts.get(row[axis], 0) + 1
        assert max(counts.values(), default=0) <= contraction.most_terms


def test_a_loop_that_names_no_entry_repeats_it() -> None:
    """y[m] = Σ_n x[m]: the same number n times."""
    from fractions import Fraction

    from walkthrough.mathematics.notation import Tensor, indices
    from walkthrough.mathematics.readings import Part

    m, n = indices("m n", (2, 3))
    x, y = Tensor("x", (2,)), Tensor("y", (2, 3))
    part = Part(y[m, n], Fraction(1), (x[m],), (m, n))
    found = contract(Contraction(part), (np.array([4, 5]),), np.matmul)
    assert found.tolist() == [[4, 4, 4], [5, 5, 5]]
