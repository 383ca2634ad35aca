from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.marking.worksheets.claimed_numbers import Commas, settled_commas, understand
from walkthrough.numbers.shown import Shown


def value(text: str, commas: Commas = "separate") -> Fraction | None:
    said = understand(text, commas)
    assert said.problem is None, said.problem
    return None if said.number is None else said.number.value


def problem(text: str, commas: Commas = "separate") -> str:
    said = understand(text, commas)
    assert said.number is None
    assert said.problem is not None
    return said.problem


@pytest.mark.parametrize(
    ("text", "number", "units"),
    [
        ("-2.55", Fraction(-51, 20), [Fraction(1, 100)]),
        ("−2.55", Fraction(-51, 20), [Fraction(1, 100)]),
        ("–3", Fraction(-3), [Fraction(1)]),
        ("\u00a0−\u202f3 ", Fraction(-3), [Fraction(1)]),
        ("- 3", Fraction(-3), [Fraction(1)]),
        ("\ufeff7\u200b", Fraction(7), [Fraction(1)]),
        ("0.10", Fraction(1, 10), [Fraction(1, 100)]),
        (".5", Fraction(1, 2), [Fraction(1, 10)]),
        ("1/3", Fraction(1, 3), []),
        ("−1 ⁄ 3", Fraction(-1, 3), []),
        ("25%", Fraction(1, 4), [Fraction(1, 100)]),
        ("33 %", Fraction(33, 100), [Fraction(1, 100)]),
        ("1.5e-3", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5×10⁻³", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5 × 10⁻³", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5·10^-3", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5*10^(−3)", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5x10^{-3}", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("1.5*10**-3", Fraction(3, 2000), [Fraction(1, 10_000)]),
        ("−10⁻³", Fraction(-1, 1000), [Fraction(1, 1000)]),
        ("10^2", Fraction(100), [Fraction(100)]),
        ("= 765", Fraction(765), [Fraction(1)]),
        ("≈0.93", Fraction(93, 100), [Fraction(1, 100)]),
        ("100", Fraction(100), [Fraction(1), Fraction(10)]),
        ("10", Fraction(10), [Fraction(1)]),
        ("−1300000", Fraction(-1300000), [Fraction(10) ** zeros for zeros in range(6)]),
        ("−1020", Fraction(-1020), [Fraction(1), Fraction(10)]),
        ("100.", Fraction(100), [Fraction(1)]),
        ("100.0", Fraction(100), [Fraction(1, 10)]),
        ("0", Fraction(0), [Fraction(1)]),
        ("0.00", Fraction(0), [Fraction(1, 100)]),
        ("50%", Fraction(1, 2), [Fraction(1, 100)]),
        ("1e3", Fraction(1000), [Fraction(1000)]),
    ],
)
def test_a_number_on_a_worksheet(text: str, number: Fraction, units: list[Fraction]) -> None:
    said = understand(text)
    assert said.problem is None
    assert said.number is not None
    assert said.number.value == number
    assert list(said.number.units) == units


@pytest.mark.parametrize(
    ("text", "number", "units"),
    [
        ("2½", Fraction(5, 2), []),
        ("-2 ½", Fraction(-5, 2), []),
        ("⅓", Fraction(1, 3), []),
        ("2 11/20", Fraction(51, 20), []),
        ("−2 11/20", Fraction(-51, 20), []),
        ("[2.55]", Fraction(51, 20), [Fraction(1, 100)]),
        ("z = 2.55", Fraction(51, 20), [Fraction(1, 100)]),
        ("conv[1,1] = 765", Fraction(765), [Fraction(1)]),
        ("∂L/∂z ≈ 0.93", Fraction(93, 100), [Fraction(1, 100)]),
        ("w_1^{new} = -94.6", Fraction(-473, 5), [Fraction(1, 10)]),
        ("2.55…", Fraction(51, 20), [Fraction(1, 100)]),
        ("2.55...", Fraction(51, 20), [Fraction(1, 100)]),
        ("2.55 (approx)", Fraction(51, 20), [Fraction(1, 100)]),
        ("(approx.) 2.55", Fraction(51, 20), [Fraction(1, 100)]),
        ("`2.55`", Fraction(51, 20), [Fraction(1, 100)]),
        ("approx. 2.55", Fraction(51, 20), [Fraction(1, 100)]),
        ("$2.55$", Fraction(51, 20), [Fraction(1, 100)]),
        ("$-2{,}5$", Fraction(-5, 2), [Fraction(1, 10)]),
        (r"\frac{1}{3}", Fraction(1, 3), []),
        (r"$-\tfrac13$", Fraction(-1, 3), []),
        (r"2.1 \cdot 10^{-3}", Fraction(21, 10_000), [Fraction(1, 10_000)]),
        ("2 · 10^-3", Fraction(1, 500), [Fraction(1, 1000)]),
        ("2.1E-3", Fraction(21, 10_000), [Fraction(1, 10_000)]),
        ("—94.6", Fraction(-473, 5), [Fraction(1, 10)]),
        ("－２.５５", Fraction(-51, 20), [Fraction(1, 100)]),
    ],
)
def test_a_number_as_people_type_it(text: str, number: Fraction, units: list[Fraction]) -> None:
    said = understand(text)
    assert said.problem is None
    assert said.number is not None
    assert (said.number.value, list(said.number.units)) == (number, units)


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1 020", ("1020", "1 and 020")), ("(2.55)", ("2.55", "−2.55")), ("z = 2.5 = 2.55", ("several", "="))],
)
def test_what_can_be_two_numbers_is_neither(text: str, readings: tuple[str, str]) -> None:
    assert all(reading in problem(text) for reading in readings)


@pytest.mark.parametrize("text", ["", "  ", "?", " ? ", "=", "= ?", "\u00a0", "z = ?", "z ="])
def test_nothing_and_a_question_mark_are_blank(text: str) -> None:
    said = understand(text)
    assert (said.number, said.problem) == (None, None)


@pytest.mark.parametrize(
    ("text", "column"),
    [("abc", 1), ("12x", 3), ("  12x", 5), ("1 000", 2), ("= 1O5", 4), ("1'234", 2), ("1_000", 2), ("??", 1)],
)
def test_what_is_no_number_is_unreadable_with_its_column(text: str, column: int) -> None:
    said = understand(text)
    assert said.number is None
    assert said.problem is not None
    assert said.column == column


@pytest.mark.parametrize(
    "text", ["1e401", "1·10^401", "10^-9999999999", "1e999999999", "10⁻⁹⁹⁹⁹", "1/0", "٣", "nan"]
)
def test_what_cannot_be_worked_with_is_unreadable(text: str) -> None:
    assert problem(text)


# --- commas --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "commas"),
    [
        (["1", "2"], "separate"),
        (["2,55"], "decimal"),
        (["2,55", "1234"], "decimal"),
        (["0,123"], "decimal"),
        (["2,55", "0.5"], "separate"),
        (["1, 2, 3"], "separate"),
        (["1,234"], "open"),
        (["−1,234", "12,345,678"], "open"),
        (["1,234", "0,5"], "decimal"),
        (["1,2\n3,4"], "decimal"),
        ([".5", "1,2"], "separate"),
    ],
)
def test_what_commas_are_is_settled_once_for_a_sheet(texts: list[str], commas: Commas) -> None:
    assert settled_commas(texts) == commas


def test_decimal_commas() -> None:
    assert value("2,55", "decimal") == Fraction(51, 20)
    assert value("−,5", "decimal") == Fraction(-1, 2)
    assert value("12,5%", "decimal") == Fraction(1, 8)
    assert value("1,5·10⁻³", "decimal") == Fraction(3, 2000)
    assert value("1,234", "decimal") == Fraction(1234, 1000)
    assert understand("2,50", "decimal").number.units == (Fraction(1, 100),)  # type: ignore[union-attr]


def test_thousands_are_unreadable_and_never_guessed() -> None:
    assert "1.234 or 1234" in problem("1,234", "open")
    assert "between thousands" in problem("1,234")
    assert "between thousands" in problem("1,234.5")
    assert "between thousands" in problem("1,234,567", "decimal")
    assert "with a point" in problem("2,5")
    assert problem("1.234,5")
    assert problem("5,", "decimal")
    assert problem(",", "decimal")


# --- hostile -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "9" * 1_000_000,
        "0." + "1" * 1_000_000,
        "1," * 500_000,
        "9" * 500_000 + "," + "9" * 500_000,
        "=" * 1_000_000,
        " " * 1_000_000 + "x",
        "1" + " " * 1_000_000 + "/",
        "-" + " " * 1_000_000 + "x",
        "10^" + "9" * 1_000_000,
        "1·10^" + "(" * 1_000_000,
        "\x1b]0;" + "x" * 1_000_000,
        "[" * 1_000_000,
        "$" * 1_000_000,
        "\\frac{" * 100_000,
        "a" * 1_000_000 + " = 1 = 2",
    ],
)
@pytest.mark.parametrize("commas", ["separate", "decimal", "open"])
def test_a_long_text_is_refused_quickly_and_not_repeated(text: str, commas: Commas) -> None:
    started = time.monotonic()
    settled_commas([text])
    said = problem(text, commas)
    assert time.monotonic() - started < 2
    assert len(said) < 500
    assert said.isprintable()


def test_the_zeros_of_a_long_number_are_limited() -> None:
    said = understand("1" + "0" * 3_999)
    assert said.number is not None
    assert len(said.number.units) <= 401


@given(
    st.text(st.sampled_from("0123456789+-−.,eE/%×·x^ ⁻³10=≈?\u00a0"), max_size=14),
    st.sampled_from(["separate", "decimal", "open"]),
)
def test_any_text_is_a_number_or_blank_or_unreadable(text: str, commas: Commas) -> None:
    said = understand(text, commas)
    assert said.number is None or said.problem is None
    assert said.column >= 1


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**25), max_value=10**25, places=8))
def test_what_a_page_prints_can_be_copied_onto_a_sheet(number: object) -> None:
    exact = Fraction(str(number))
    digits = str(abs(exact.numerator) * (10**8 // exact.denominator))
    shown = Shown(exact < 0, digits, -8, True)
    assert value(shown.text) == exact
    assert value(shown.plain) == exact
