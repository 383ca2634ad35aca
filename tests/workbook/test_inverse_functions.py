"""Functions undone: forwards with Python's own mathematics, and back again."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp as power_of_e
from math import tanh as hyperbolic_tangent

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.mathematics.notation import Expression, Tensor, exp, ln, tanh, total
from walkthrough.mathematics.notation import indices as loop
from walkthrough.workbook.inverse_functions import inverse

(N,) = loop("n", (3,))
Z = Tensor("z", (3,))[N]
FUNCTIONS: list[tuple[Expression, Callable[[float], float], bool]] = [
    (1 / (1 + exp(-Z)), lambda z: 1 / (1 + power_of_e(-z)), True),
    (1 / (1 + exp(Z)), lambda z: 1 / (1 + power_of_e(z)), False),
    (tanh(Z), hyperbolic_tangent, True),
    (Fraction(-3, 2) * tanh(Z) + 5, lambda z: 5 - 1.5 * hyperbolic_tangent(z), False),
    (exp(2 * Z - 1), lambda z: power_of_e(2 * z - 1), True),
]


@pytest.mark.parametrize(("written", "forwards", "rising"), FUNCTIONS)
@given(z=st.floats(-3, 3))
def test_what_went_in_comes_back(
    written: Expression, forwards: Callable[[float], float], rising: bool, z: float
) -> None:
    undone = inverse(written)
    assert undone is not None
    assert undone.entry == Z
    assert undone.rising == rising
    value = Fraction(forwards(z))
    back = undone.of(fmpq(value.numerator, value.denominator))
    assert float(back.mid()) == pytest.approx(z, abs=1e-9)


@pytest.mark.parametrize("value", [fmpq(0), fmpq(1), fmpq(-1, 2), fmpq(3, 2)])
def test_a_sigmoid_never_gives_what_is_not_between_0_and_1(value: fmpq) -> None:
    undone = inverse(1 / (1 + exp(-Z)))
    assert undone is not None
    assert undone.of(value) is None


def test_what_has_no_simple_inverse() -> None:
    assert inverse(Z * (1 - Z)) is None
    assert inverse(1 / Z) is None
    assert inverse(0 * Z) is None
    assert inverse(exp(Z) / total(exp(Z), over=(N,))) is None
    assert inverse(Z + ln(Z)) is None
