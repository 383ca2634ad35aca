"""Intervals: they hold whatever can come of what lies in them, and no more than that."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from math import exp, log, tanh

import pytest
from flint import ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.marking.marked_worksheets import WrittenNumber
from walkthrough.marking.verdicts.agreement import WrittenRational
from walkthrough.marking.verdicts.calculation.enclosed_formulas import enclosed
from walkthrough.marking.verdicts.calculation.enclosures import (
    BITS,
    FAR,
    Enclosure,
    NoValue,
    enclosed_exp,
    enclosed_ln,
    enclosed_tanh,
    fraction,
    over,
    power,
    times,
    times_rest,
)
from walkthrough.marking.verdicts.calculation.winners import share_of
from walkthrough.marking.verdicts.precision import Precision, working_precision
from walkthrough.marking.verdicts.shown_enclosures import shown_enclosure
from walkthrough.mathematics.notation import Tensor, indices, total
from walkthrough.mathematics.notation import exp as power_of_e
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import Known, shown

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=12)
intervals = st.tuples(numbers, numbers).map(lambda pair: enclosure_of(*pair))


def enclosure_of(one: Fraction | int, other: Fraction | int | None = None) -> Enclosure:
    low, high = sorted((Fraction(one), Fraction(one if other is None else other)))
    if low == high:
        value = quantity(low)
        return value, value
    return quantity(low), quantity(high)


def inside(of: Enclosure) -> list[fmpq]:
    """Both ends, the middle, and where an extreme may hide."""
    low, high = of
    return [low, high, (low + high) / 2, *(x for x in (fmpq(0), fmpq(1, 2)) if low <= x <= high)]


@given(intervals, intervals)
def test_a_product_lies_between_its_corners_and_reaches_them(one: Enclosure, other: Enclosure) -> None:
    low, high = times(one, other)
    products = [a * b for a, b in product(inside(one), inside(other))]
    assert (low, high) == (min(products), max(products))


@given(intervals)
def test_a_times_1_minus_a_has_its_critical_point(of: Enclosure) -> None:
    values = [a * (1 - a) for a in inside(of)]
    assert times_rest(of) == (min(values), max(values))


@given(intervals, st.integers(1, 4))
def test_an_even_power_is_least_at_0(of: Enclosure, exponent: int) -> None:
    values = [a**exponent for a in inside(of)]
    assert power(of, exponent) == (min(values), max(values))


@given(intervals, intervals)
def test_a_quotient(above: Enclosure, below: Enclosure) -> None:
    if below[0] == below[1] == 0:
        with pytest.raises(NoValue):
            over(above, below)
        return
    low, high = over(above, below)
    assert all(low <= a / b <= high for a, b in product(inside(above), inside(below)) if b != 0)
    if below[0] <= 0 <= below[1] and above[1] > 0:
        assert FAR in (high, -low) or high > 10**9 or low < -(10**9)


@given(intervals)
def test_functions_that_only_grow(of: Enclosure) -> None:
    low, high = (float(fraction(end)) for end in of)
    for enclosure, function in ((enclosed_exp, exp), (enclosed_tanh, tanh)):
        found = [float(fraction(end)) for end in enclosure(of)]
        assert found == pytest.approx([function(low), function(high)])
        assert enclosure(of)[0] <= enclosure((of[1], of[1]))[1]
    if low > 0:
        assert [float(fraction(end)) for end in enclosed_ln(of)] == pytest.approx([log(low), log(high)])
    if high <= 0:
        with pytest.raises(NoValue):
            enclosed_ln(of)


def test_enclosures_are_narrow_and_never_exact_where_the_number_is_not() -> None:
    with ctx.workprec(BITS):
        low, high = enclosed_exp(enclosure_of(1))
    assert 0 < high - low < fmpq(1, 10**30)
    assert low < quantity(Fraction("2.71828182845904523536028747135266249775724709")) < high
    assert enclosed_exp(enclosure_of(0)) == (1, 1)
    assert enclosed_ln(enclosure_of(1)) == (0, 0)
    # a power with more digits than anybody can write does not take forever
    assert enclosed_exp(enclosure_of(10**400))[1] == FAR


def test_a_softmax_grows_with_its_own_number_and_falls_with_the_others() -> None:
    x = Tensor("x", (3,), "x")
    m, n = indices("m n", (3, 3))
    formula = power_of_e(x[m]) / total(power_of_e(x[n]), over=(n,))
    shares = enclosed(formula, {m: 0}, lambda entry, at: entry.index[0].at(at))
    within = {0: enclosure_of(0, 1), 1: enclosure_of(0, 2), 2: enclosure_of(-1, 0)}
    low, high = (float(fraction(end)) for end in shares.of(within))

    def share(a: float, b: float, c: float) -> float:
        return exp(a) / (exp(a) + exp(b) + exp(c))

    assert low == pytest.approx(share(0, 2, 0))
    assert high == pytest.approx(share(1, 0, -1))


def said(text: str) -> WrittenRational:
    decimals = len(text.partition(".")[2])
    return WrittenRational.of(WrittenNumber(Fraction(text), (Fraction(1, 10**decimals),)))


def test_how_finely_somebody_works() -> None:
    assert working_precision([]) is None
    # two decimals everywhere, in numbers of different length
    assert working_precision(map(said, ["0.93", "13.81", "946.12", "0.01"])) == Precision(0, fmpq(1, 100))
    # four digits everywhere
    assert working_precision(map(said, ["0.9276", "13.81", "946.1"])) == Precision(4, fmpq(0))
    # the shortest number does not excuse itself
    assert working_precision(map(said, ["0.9276", "13.811", "946.12", "2.6"])) == Precision(4, fmpq(0))
    # one number alone is little to go by
    assert working_precision([said("0.94")]) == Precision(3, fmpq(0))


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("946.1249", "946.1", "946.125"),  # to 946.12, 946.125
        ("-0.0123456", "-0.01235", "-0.01234"),
        ("1275", "1275", "1275"),  # short, and known
        ("2.55", "2.55", "2.55"),
        ("0", "0", "0"),
        ("12345", "12340", "12350"),
    ],
)
def test_what_a_number_may_become_on_the_way_with_four_digits(value: str, low: str, high: str) -> None:
    assert Precision(4, fmpq(0)).room(enclosure_of(Fraction(value))) == enclosure_of(
        Fraction(low), Fraction(high)
    )


@pytest.mark.parametrize(
    ("window", "tie", "shares"),
    [
        ([(1, 1), (2, 2), (3, 3)], "first", [(0,), (0,), (1,)]),
        ([(3, 3), (2, 2), (3, 3)], "first", [(1,), (0,), (0,)]),
        ([(3, 3), (2, 2), (3, 3)], "all", [(1,), (0,), (1,)]),
        ([(3, 3), (2, 2), (3, 3)], "split", [(Fraction(1, 2),), (0,), (Fraction(1, 2),)]),
        ([(1, 3), (2, 4), (0, 1)], "first", [(0, 1), (0, 1), (0,)]),  # the first two may both have won
        ([(3, 4), (2, 3), (0, 1)], "first", [(1,), (0,), (0,)]),  # of a tie at 3 it is the first
        ([(2, 3), (3, 4), (0, 1)], "first", [(0, 1), (0, 1), (0,)]),
    ],
)
def test_winners_of_a_window_of_intervals(
    window: list[tuple[int, int]], tie: str, shares: list[tuple[Fraction | int, ...]]
) -> None:
    within = {at: enclosure_of(*ends) for at, ends in enumerate(window)}
    within[9] = enclosure_of(max(low for low, _ in window), max(high for _, high in window))
    for at, expected in enumerate(shares):
        possible = share_of(at, (0, 1, 2), 9, tie, quantity(Fraction(0)))(within)
        assert {fraction(each) for each in possible} == set(map(Fraction, expected))


def test_somebodys_numbers_are_shown_as_the_true_ones_are() -> None:
    draw = random.Random(1)
    for _ in range(3000):
        below = draw.choice([1, 1, 2, 3, 5, 8, 10, 100, 10**5, 10**12, 7 * 10**3])
        value = Fraction(draw.randint(-(10**16), 10 ** draw.randint(1, 16)), below)
        value *= Fraction(10) ** draw.randint(-12, 12)
        assert shown_enclosure(enclosure_of(value), 10) == shown(Known(value), 10, 10)
