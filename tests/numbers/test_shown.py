"""Digits: every one of them certain, half-up, and saying whether that is all of the number."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.shown import Known, Shown, shown

from .rounding import half_up

sizes = st.integers(0, 10**40) | st.integers(0, 1000)
fractions = st.builds(
    lambda above, below, power, sign: sign * Fraction(above, below) * Fraction(10) ** power,
    sizes,
    sizes.map(lambda n: n + 1),
    st.integers(-60, 60),
    st.sampled_from([-1, 1]),
)


def said(text: str) -> Fraction:
    """What a printed number says."""
    mantissa, _, power = text.replace("−", "-").partition("·10")
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return Fraction(mantissa) * Fraction(10) ** int(power.translate(digits) or 0)


@settings(max_examples=300, deadline=None)
@given(fractions, st.integers(1, 30))
@example(Fraction(99995, 10**5), 4)
@example(Fraction(-25, 10), 1)
@example(Fraction(1, 3), 1)
@example(Fraction(10**30 - 1, 7), 20)
def test_the_digits_are_those_of_the_decimal_module(value: Fraction, digits: int) -> None:
    result = shown(Known(value), digits)
    assert result.value == half_up(value, digits)
    assert result.complete == (result.value == value)
    assert len(result.digits.strip("0")) <= digits
    assert said(result.text) == Fraction(result.plain) == result.value
    assert Fraction(Decimal(result.plain)) == result.value


@settings(max_examples=200, deadline=None)
@given(fractions, st.integers(1, 12), st.integers(1, 60))
def test_of_an_enclosure_only_what_both_ends_agree_on(value: Fraction, digits: int, power: int) -> None:
    spread = abs(value) / 10**power
    if not spread:
        return
    low, high = half_up(value - spread, digits), half_up(value + spread, digits)
    if low == high and low:
        assert shown(Known(value, spread, exact=False), digits).value == low
        assert not shown(Known(value, spread, exact=False), digits).complete
    else:
        with pytest.raises(NeedsPrecision):
            shown(Known(value, spread, exact=False), digits)


def test_an_enclosed_zero_is_never_shown() -> None:
    for value in (Fraction(0), Fraction(1, 10**30)):
        with pytest.raises(NeedsPrecision):
            shown(Known(value, Fraction(1, 10**30), exact=False), 3)
    assert shown(Known(Fraction(0)), 3) == Shown(False, "0", 0, True)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("2.5", 1, "3"),  # half-up, not to even
        ("-2.5", 1, "−3"),
        ("0.125", 2, "0.13"),
        ("0.1249999", 2, "0.12"),
        ("9.995", 3, "10.0"),  # the carry runs through
        ("0.99996", 4, "1.000"),
        ("999999.6", 6, "1.00000·10⁶"),  # a seventh digit would be made up
        ("235385266837019986", 3, "2.35·10¹⁷"),
        ("0.5", 3, "0.5"),
        ("765", 10, "765"),
        ("-0.0125", 10, "−0.0125"),
        ("1/3", 10, "0.3333333333"),
        ("2/3", 10, "0.6666666667"),
        ("-200/3", 4, "−66.67"),
        ("0", 10, "0"),
    ],
)
def test_as_people_write_it(value: str, digits: int, text: str) -> None:
    assert shown(Known(Fraction(value)), digits).text == text


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [
        ("1.5e-9", "1.5·10⁻⁹", "1.5e-9"),
        ("-1e-300", "−1·10⁻³⁰⁰", "-1e-300"),
        ("1e-6", "0.000001", "0.000001"),
        ("1e-7", "1·10⁻⁷", "1e-7"),
        ("1e21", "1·10²¹", "1e21"),
        ("1e20", "100000000000000000000", "100000000000000000000"),
        ("1e-15/7", "1.428571429·10⁻¹⁶", "1.428571429e-16"),
    ],
)
def test_very_large_and_very_small(value: str, text: str, plain: str) -> None:
    number, _, below = value.partition("/")
    result = shown(Known(Fraction(number) / int(below or 1)), 10)
    assert (result.text, result.plain) == (text, plain)


def test_a_number_that_ends_soon_is_written_out() -> None:
    value = Fraction("1020.0375625")
    assert shown(Known(value), 5).text == "1020.0"
    assert shown(Known(value), 5, full=11).text == "1020.0375625"
    assert shown(Known(value), 5, full=11).complete
    assert shown(Known(value), 5, full=10).text == "1020.0"
    assert not shown(Known(value), 5, full=10).complete
    assert shown(Known(Fraction(10**15)), 3).text == "1000000000000000"


def test_the_magnitude_is_that_of_the_first_digit() -> None:
    assert [shown(Known(Fraction(v)), 4).magnitude for v in ("1234", "0.05", "9.9999", "1")] == [3, -2, 1, 0]
