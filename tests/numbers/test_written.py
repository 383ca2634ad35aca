from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.numbers.written import NotANumber, Written, digits, read_number


def number_or_column(text: str) -> Written | int:
    try:
        return read_number(text)
    except NotANumber as refused:
        return refused.column


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("-3", Fraction(-3), Fraction(1)),
        ("+3", Fraction(3), Fraction(1)),
        ("765", Fraction(765), Fraction(1)),
        ("0.10", Fraction(1, 10), Fraction(1, 100)),
        (".5", Fraction(1, 2), Fraction(1, 10)),
        ("5.", Fraction(5), Fraction(1)),
        ("1/3", Fraction(1, 3), None),
        ("-1/3", Fraction(-1, 3), None),
        ("2.1e-3", Fraction(21, 10_000), Fraction(1, 10_000)),
        ("1e3", Fraction(1000), Fraction(1000)),
        ("1.50E+2", Fraction(150), Fraction(1)),
        ("25%", Fraction(1, 4), Fraction(1, 100)),
        ("25 %", Fraction(1, 4), Fraction(1, 100)),
        ("33.5%", Fraction(335, 1000), Fraction(1, 1000)),
        ("007", Fraction(7), Fraction(1)),
        ("-0", Fraction(0), Fraction(1)),
        ("\u00a0 7\u202f", Fraction(7), Fraction(1)),
    ],
)
def test_a_number_is_exactly_what_is_written(text: str, value: Fraction, unit: Fraction | None) -> None:
    number = read_number(text)
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize("minus", "-\u2212\u2012\u2013\ufe63\uff0d")
def test_every_minus_is_a_minus_also_in_an_exponent(minus: str) -> None:
    assert read_number(f"{minus}2e{minus}1").value == Fraction(-1, 5)
    assert read_number(f"{minus}2").text == "-2"


def test_a_page_prints_a_true_minus_and_no_plus() -> None:
    assert read_number("-0.10").shown == "−0.10"
    assert read_number("+3").shown == "3"
    assert read_number("2.1e-3").shown == "2.1e−3"


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "nothing is written"),
        ("  ", 1, "nothing is written"),
        ("abc", 1, '"abc" is not a number'),
        ("1O5", 2, '"O" (character 2) does not belong'),
        (" 12x", 4, '"x" (character 4) does not belong'),
        ("1,5", 2, "decimals are written with a point"),
        ("1 000", 2, "blank"),
        ("-", 1, "no digits"),
        (".", 1, '"." is not a number'),
        ("%", 1, '"%" is not a number'),
        ("e0", 1, '"e0" is not a number'),
        ("-.e0", 2, '"-.e0" is not a number'),
        ("nan", 1, "not a number"),
        ("-inf", 1, "not a number"),
        ("1/0", 3, "divides by 0"),
        ("1/-3", 2, '"/"'),
        ("0x10", 2, '"x"'),
        ("1_000", 2, '"_"'),
        ("1e401", 3, "exponent beyond ±400"),
        ("1e-9999999999", 3, "exponent beyond ±400"),
        ("٣", 1, "not a number"),
        ("1²", 2, "does not belong"),
        ("__import__('os')", 1, "not a number"),
    ],
)
def test_what_is_no_number_is_refused_where_it_stops_being_one(text: str, column: int, said: str) -> None:
    with pytest.raises(NotANumber, match=re.escape(said)) as refused:
        read_number(text)
    assert refused.value.column == column


def test_digits_and_exponents_have_limits_that_are_named() -> None:
    assert read_number("9" * 4000).value == 10**4000 - 1
    assert read_number("1e400").value == 10**400
    assert read_number("1e-0400").value == Fraction(1, 10**400)
    for text in ("9" * 4001, "0." + "1" * 4000, "1/" + "3" * 4000, "7" * 5_000_000):
        with pytest.raises(NotANumber, match="4,000 digits"):
            read_number(text)


def test_a_hostile_text_is_not_repeated_in_full_and_not_obeyed() -> None:
    with pytest.raises(NotANumber) as refused:
        read_number("\x1b[2J\u202e" + "x" * 1_000_000)
    said = str(refused.value)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < 400


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-3, "-3"),
        (Fraction(1, 10), "0.1"),
        (Fraction(-51, 20), "-2.55"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 400), "-0.0025"),
        (0, "0"),
    ],
)
def test_an_exact_value_is_written_as_a_decimal_where_it_ends(value: int | Fraction, text: str) -> None:
    assert Written.of(value).text == text


def test_a_value_longer_than_python_prints_is_still_written() -> None:
    assert digits(10**5000) == "1" + "0" * 5000
    assert Written.of(-(10**5000)).text == "-1" + "0" * 5000


@given(st.fractions())
def test_what_is_written_of_a_value_is_read_as_that_value(value: Fraction) -> None:
    assert read_number(Written.of(value).text) == Written.of(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=12))
def test_decimals_agree_with_the_decimal_module(value: Decimal) -> None:
    number = read_number(format(value, "f"))
    assert number.value == Fraction(value)
    assert number.unit == Fraction(1, 10**12)


_NUMBERLIKE = st.text(st.sampled_from("0123456789+-.eE/%, −\u00a0_xnaif"), max_size=12)


@given(st.one_of(st.text(), _NUMBERLIKE))
def test_any_text_is_refused_or_is_worth_what_python_says(text: str) -> None:
    number = number_or_column(text)
    if isinstance(number, int):
        assert 1 <= number <= len(text) + 1
        return
    plain = "".join(text.replace("−", "-").split())
    percent = plain.endswith("%")
    assert number.value == Fraction(plain.removesuffix("%")) / (100 if percent else 1)
    assert number.text.isascii()
    assert number.text.isprintable()
