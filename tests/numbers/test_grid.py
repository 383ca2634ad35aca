from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.numbers.grid import GivenGrid, GridTooLarge
from walkthrough.numbers.written import Written, read_number


def grid(text: str, *shape: int) -> GivenGrid:
    return GivenGrid.of(map(read_number, text.split()), shape)


def test_numbers_stand_over_one_common_denominator() -> None:
    weights = grid("0.10 -1/3 2 +.5", 2, 2)
    assert weights.denominator == 30
    assert weights.numerators.tolist() == [[3, -10], [60, 15]]
    assert weights.numerators.dtype == "int64"
    assert list(weights.values()) == [Fraction(1, 10), Fraction(-1, 3), Fraction(2), Fraction(1, 2)]
    assert weights.value(1) == Fraction(-1, 3)
    assert weights.size == 4


def test_numbers_are_shown_as_they_were_written() -> None:
    weights = grid("0.10 -1/3 +3 2.1e-3", 4)
    assert [weights.text(place) for place in range(4)] == ["0.10", "−1/3", "3", "2.1e−3"]
    assert weights.texts == ("0.10", "-1/3", "+3", "2.1e-3")


def test_generated_numbers_are_shown_exactly() -> None:
    drawn = GivenGrid.over([-100, 250, 1], 1000, (3,))
    assert drawn.texts is None
    assert [drawn.text(place) for place in range(3)] == ["−0.1", "0.25", "0.001"]


def test_large_numbers_are_pythons_own() -> None:
    assert grid(str(2**62 - 1), 1).numerators.dtype == "int64"
    huge = grid(f"{2**62} 1", 2)
    assert huge.numerators.dtype == object
    assert huge.numerators.tolist() == [2**62, 1]
    assert grid("1e400 1e-400", 2).value(0) == 10**400


def test_a_grid_does_not_change() -> None:
    image = grid("1 2", 2)
    with pytest.raises(ValueError, match="read-only"):
        image.numerators[0] = 7
    with pytest.raises(AttributeError):
        image.denominator = 3  # type: ignore[misc]


def test_leading_axes_of_one_come_and_go() -> None:
    image = grid("1 2 3 4 5 6", 2, 3)
    assert image.shaped_like((1, 2, 3)).shape == (1, 2, 3)  # type: ignore[union-attr]
    assert image.shaped_like((1, 1, 2, 3)).shaped_like((2, 3)) == image  # type: ignore[union-attr]
    assert image.shaped_like((3, 2)) is None
    assert image.shaped_like((6,)) is None
    assert image.shaped_like((2, 3, 1)) is None
    assert grid("7", 1).shaped_like((1, 1, 1)).shape == (1, 1, 1)  # type: ignore[union-attr]
    assert grid("7", 1).shaped_like(()).shape == ()  # type: ignore[union-attr]
    assert image.reshaped((6,)).numerators.tolist() == [1, 2, 3, 4, 5, 6]
    with pytest.raises(ValueError, match="6 numbers do not fill"):
        image.reshaped((4,))


def test_grids_are_equal_by_shape_and_values() -> None:
    assert grid("0.5 1", 2) == grid("1/2 1.0", 2)
    assert hash(grid("0.5 1", 2)) == hash(grid("1/2 1.0", 2))
    assert grid("0.5 1", 2) == GivenGrid.over([500, 1000], 1000, (2,))
    assert grid("1 2", 2) != grid("1 2", 1, 2)
    assert grid("1 2", 2) != grid("2 1", 2)
    assert grid("1", 1) != "1"


def test_too_many_numbers_are_refused() -> None:
    with pytest.raises(GridTooLarge, match="over 4,000,000 numbers"):
        GivenGrid.of([], (2001, 2000))


def test_a_common_denominator_that_explodes_is_given_up_at_once() -> None:
    # fractions over coprime numbers of 1,000 digits each
    hostile = [Written.of(Fraction(1, 10**1000 + k)) for k in range(1, 3000)]
    with pytest.raises(GridTooLarge, match="20,000 digits"):
        GivenGrid.of(hostile, (len(hostile),))


def test_many_numbers_over_a_long_denominator_are_refused() -> None:
    one, fine = read_number("1"), [read_number(f"1/{10**3990 + k}") for k in range(1, 5)]
    with pytest.raises(GridTooLarge, match="400,000,000 digits"):
        GivenGrid.of([*fine, *[one] * 99_996], (100_000,))


def test_reading_a_grid_does_not_wait_for_numpy() -> None:
    code = (
        "import sys, walkthrough.case, walkthrough.case.cells, walkthrough.numbers.grid as g;"
        "from walkthrough.numbers.written import read_number as r;"
        "g.GivenGrid.of([r('1')], (1,)); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.lists(st.fractions(max_denominator=50), min_size=1, max_size=30))
def test_no_value_is_lost(values: list[Fraction]) -> None:
    written = GivenGrid.of(map(Written.of, values), (len(values),))
    assert list(written.values()) == values
    over = GivenGrid.over([int(value * 50 * 49 * 48) for value in values], 50 * 49 * 48, (len(values),))
    assert over.numerators.shape == (len(values),)
    assert all(over.denominator % value.denominator == 0 for value in over.values())
