"""Indices and entries: the arithmetic of positions, and names of cells in reading order."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.mathematics.notation import (
    Addition,
    Affine,
    Entry,
    Index,
    Negative,
    Number,
    Product,
    Tensor,
    affine,
    entries,
    gradient_name,
    indices,
    ln,
    ravel,
    total,
    unravel,
)

I, J, P = Index("i", 3), Index("j", 4), Index("p", 5)  # noqa: E741  # the textbook's letters
LETTERS = (I, J, P)

affines = st.builds(
    lambda steps, constant: I * steps[0] + J * steps[1] + P * steps[2] + constant,
    st.tuples(*[st.integers(-3, 3)] * 3),
    st.integers(-5, 5),
)
places = st.fixed_dictionaries({index: st.integers(0, index.extent - 1) for index in LETTERS})


# --- positions ---


def test_a_position_as_a_layer_writes_it() -> None:
    position = 2 * I + P - 1
    assert position.at({I: 2, P: 4}) == 2 * 2 + 4 - 1
    assert position.span == (-1, 2 * 2 + 4 - 1)
    assert position.alone is None


@given(affines, affines, places, st.integers(-4, 4))
def test_positions_add_and_multiply_like_the_numbers_that_they_are(
    one: Affine, other: Affine, place: dict[Index, int], factor: int
) -> None:
    a, b = one.at(place), other.at(place)
    assert (one + other).at(place) == a + b
    assert (one - other).at(place) == a - b
    assert (factor - one).at(place) == factor - a
    assert (factor + one).at(place) == factor + a
    assert (one * factor).at(place) == (factor * one).at(place) == a * factor
    assert (-one).at(place) == -a


@given(affines)
def test_the_span_is_what_the_loop_reaches(position: Affine) -> None:
    reached = [
        position.at(dict(zip(LETTERS, values, strict=True)))
        for values in product(*(range(index.extent) for index in LETTERS))
    ]
    assert position.span == (min(reached), max(reached))


def test_what_cancels_is_gone() -> None:
    assert affine(J) == I + J - I
    assert (I + 0).alone is I
    assert (2 * I).alone is None
    assert (I + 1).alone is None
    assert affine(7).alone is None


def test_indices_need_an_extent_each() -> None:
    assert indices("i j", (3, 4)) == (I, J)
    with pytest.raises(ValueError, match="zip"):
        indices("i j", (3,))


# --- expressions ---


def test_terms_and_factors_keep_the_order_in_which_they_are_written() -> None:
    x, k, b = Tensor("x", (3,)), Tensor("k", (3,)), Tensor("b", (3,))
    one, two, three = x[I], k[I], b[I]
    assert (one + two + three) == Addition((one, two, three))
    assert (three * one * two) == Product((three, one, two))
    assert (1 - one) == Addition((Number(Fraction(1)), Negative(one)))
    assert (2 * one) == Product((Number(Fraction(2)), one))


def test_entries_come_with_the_sums_around_them() -> None:
    x, t = Tensor("x", (3,)), Tensor("t", (3,))
    found = list(entries(-(total(t[I] * ln(1 - x[I]), over=(I,)) / x[J])))
    assert [(entry.tensor.name, over) for entry, over in found] == [("t", (I,)), ("x", (I,)), ("x", ())]


def test_an_entry_names_every_axis() -> None:
    assert Tensor("x", (3, 4))[I, J].variables == (I, J)
    assert Tensor("x", (3, 4))[2 * J + I, 0].variables == (J, I)
    with pytest.raises(ValueError, match="x has 2 axes, not 1"):
        Tensor("x", (3, 4))[I]


# --- tensors ---


def test_cells_run_in_reading_order() -> None:
    assert list(Tensor("x", (2, 1, 3)).cells()) == [
        (0, 0, 0), (0, 0, 1), (0, 0, 2), (1, 0, 0), (1, 0, 1), (1, 0, 2),
    ]  # fmt: skip
    assert list(Tensor("loss", ()).cells()) == [()]
    assert Tensor("loss", ()).size == 1


@given(st.lists(st.integers(1, 5), max_size=4).map(tuple), st.data())
def test_places_and_cells_are_each_others_inverse(shape: tuple[int, ...], data: st.DataObject) -> None:
    tensor = Tensor("x", shape)
    place = data.draw(st.integers(0, tensor.size - 1))
    cell = unravel(place, shape)
    assert all(0 <= at < extent for at, extent in zip(cell, shape, strict=True))
    assert ravel(cell, shape) == place
    assert list(tensor.cells())[place] == cell


def test_a_gradient_keeps_the_sample_at_the_end() -> None:
    assert gradient_name("conv") == "conv.grad"
    assert gradient_name("conv@2") == "conv.grad@2"
    assert Tensor("dense.weight", (1, 4), "w").grad == Tensor("dense.weight.grad", (1, 4))
    assert isinstance(Tensor("x", (4,)).in_reading_order(I), Entry)
