"""Whole numbers of any size: float64 underneath, and never a digit wrong."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from walkthrough.numbers import integers

# the edges of float64, of int64, and sizes that have to be cut
BITS = [0, 1, 8, 25, 26, 27, 31, 32, 51, 52, 53, 54, 61, 62, 63, 64, 65, 100, 130, 500, 3000]


@st.composite
def whole_numbers(draw: Any) -> int:
    bits = draw(st.sampled_from(BITS))
    edge = draw(st.sampled_from(["any", "low", "high"]))
    size = {"low": 1 << bits, "high": (1 << bits) - 1}.get(edge)
    size = draw(st.integers(0, 1 << bits)) if size is None else size
    return draw(st.sampled_from([-1, 1])) * size


def array(values: list[Any]) -> np.ndarray[Any, Any]:
    """As the package holds them: int64 where they fit, else Python's own."""
    return integers.integers(np.array(values, dtype=object))


@st.composite
def stacks(draw: Any) -> tuple[list[Any], list[Any]]:
    """Two stacks of matrices that fit, each with numbers of a size or two."""
    stack, rows, terms, columns = (draw(st.integers(1, most)) for most in (2, 3, 5, 3))
    rng = draw(st.randoms(use_true_random=True))
    sizes = draw(st.lists(st.sampled_from(BITS), min_size=2, max_size=4))

    def number(bits: int) -> int:
        size = rng.choice([1 << bits, (1 << bits) - 1, rng.getrandbits(bits) if bits else 0])
        return rng.choice([-1, 1]) * int(size)

    def matrix(height: int, width: int, bits: list[int]) -> list[list[int]]:
        return [[number(rng.choice(bits)) for _ in range(width)] for _ in range(height)]

    return (
        [matrix(rows, terms, sizes[::2]) for _ in range(stack)],
        [matrix(terms, columns, sizes[1::2]) for _ in range(stack)],
    )


def looped(first: list[Any], second: list[Any]) -> list[Any]:
    def dot(row: Any, column: Any) -> int:
        return sum(a * b for a, b in zip(row, column, strict=True))

    return [
        [[dot(row, column) for column in zip(*two, strict=True)] for row in one]
        for one, two in zip(first, second, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(stacks())
@example(([[[2**53 - 1, 1]]], [[[1], [1]]]))
@example(([[[2**26] * 3]], [[[2**26]] * 3]))
@example(([[[-(2**63), -(2**63)]]], [[[2**63], [-1]]]))
@example(([[[2**62 - 1] * 4, [-(2**62) + 1] * 4]], [[[2**62 - 1, 1]] * 4]))
@example(([[[1, -1]]], [[[2**3000], [2**3000 + 1]]]))
def test_matrix_products_are_exact(matrices: tuple[list[Any], list[Any]]) -> None:
    first, second = matrices
    assert integers.matrix_product(array(first), array(second)).tolist() == looped(first, second)


@pytest.mark.parametrize("bits", [3, 20, 26, 40, 53, 62, 90])
def test_many_terms(bits: int) -> None:
    """2,000 terms of the largest size: the sum itself outgrows a float, or an int64."""
    first, second = [[[2**bits - 1] * 2000] * 2], [[[-(2**bits) + 1] * 2] * 2000]
    expected = -2000 * (2**bits - 1) ** 2
    assert integers.matrix_product(array(first), array(second)).tolist() == [[[expected] * 2] * 2]


@given(st.lists(whole_numbers(), min_size=1, max_size=5), whole_numbers())
def test_number_by_number(values: list[int], factor: int) -> None:
    own = array(values)
    assert integers.times(own, factor).tolist() == [value * factor for value in values]
    both = zip(values, values[::-1], strict=True)
    assert integers.plus(own, own[::-1]).tolist() == [one + other for one, other in both]
    assert integers.product(own, own).tolist() == [value**2 for value in values]
    assert integers.largest(own) == max(map(abs, values))


def test_the_smaller_form_is_chosen() -> None:
    assert array([1, -(2**61)]).dtype == np.int64
    assert array([2**62]).dtype == object
    assert integers.largest(np.array([], dtype=object)) == 0
    assert integers.largest(np.array([-(2**63), 5])) == 2**63


@given(st.lists(whole_numbers(), min_size=1, max_size=4), st.integers(1, 10**30))
@example([5, -5, 15, -15, 25], 10)
@example([0], 7)
def test_halves_go_away_from_zero(values: list[int], denominator: int) -> None:
    rounded, changed = integers.halves_up(array(values), denominator)
    with localcontext() as context:
        context.prec = 1000
        expected = [
            int((Decimal(value) / denominator).to_integral_value(ROUND_HALF_UP)) if value else 0
            for value in values
        ]
    assert rounded.tolist() == expected
    assert changed.tolist() == [value % denominator != 0 for value in values]
