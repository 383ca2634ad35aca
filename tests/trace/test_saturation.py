"""Float64 near saturation: the loss is ln(1 + e^z) and the gradient y − t, also where y rounds to 1."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.case import read_case
from walkthrough.numbers.exact import Exact
from walkthrough.trace.trace import CannotReplay, replay
from walkthrough.trace.verification import Verification

CASE = """
arithmetic = "float"
[input]
values = "{z}"
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = "0"
"""


@pytest.mark.parametrize("z", [2, 6, 20, 36, 38.25, 40, 700])
def test_the_loss_is_softplus(z: float) -> None:
    trace = replay(read_case(CASE.format(z=z)))
    # ln(1 + e^z) = z + ln(1 + e^−z), which float64 has no trouble with
    assert float(trace.value("loss", 17)) == pytest.approx(z + math.log1p(math.exp(-z)), rel=1e-12)
    # y − t with t = 0
    assert float(trace.value("input.grad[1]", 17)) == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-12)
    assert all(check.agrees for check in Verification(trace).checks())


@pytest.mark.parametrize("z", [20, 50, 99, 150, 300, 350, 1e9])
def test_a_slope_that_is_all_but_0_is_as_small_as_it_is(z: float) -> None:
    """1 − tanh² = 1/cosh², which mpmath works out without losing a digit."""
    text = CASE.replace("sigmoid", "tanh").replace("binary_cross_entropy", "squared_error")
    trace = replay(read_case(text.format(z=z)))
    slope = mpmath.sech(z) ** 2
    assert float(trace.value("input.grad[1]", 17)) == pytest.approx(float(slope), rel=1e-12, abs=0)
    assert all(check.agrees for check in Verification(trace).checks())


@pytest.mark.parametrize("values", ["1e309 1", "1 -1e309"])
def test_what_goes_into_a_saturated_layer_may_be_beyond_float64(values: str) -> None:
    text = CASE.replace("{z}", values).replace('target = "0"', 'target = "0 0"')
    with pytest.raises(CannotReplay, match=r"input\[\d\] is beyond what float64 can hold"):
        replay(read_case(text)).refuse_infinite()


@pytest.mark.filterwarnings("error")
def test_the_logarithm_of_0_is_refused_without_a_warning() -> None:
    text = (
        CASE.replace("{z}", "-1 1").replace('"sigmoid"', '"relu"').replace('target = "0"', 'target = "1 0"')
    )
    with pytest.raises(CannotReplay, match=r"loss is beyond what float64 can hold: relu\[1\] is 0$"):
        replay(read_case(text.replace("binary_cross_entropy", "cross_entropy"))).refuse_infinite()


def test_what_float64_cannot_hold_is_said() -> None:
    """∂L/∂y = 1 + e^800 is beyond float64; the message names the cell."""
    trace = replay(read_case(CASE.format(z=800)))
    assert float(trace.value("loss")) == 800
    with pytest.raises(CannotReplay, match=r"sigmoid\.grad\[1\] is beyond what float64 can hold"):
        trace.value("sigmoid.grad[1]")


@pytest.mark.parametrize("z", [100, 3_000, -3_000, 30_000, 46_000, -46_000])
@pytest.mark.parametrize("target", [0, 1])
def test_exactly_however_far_it_saturates(z: int, target: int) -> None:
    """ln(1 + e^z) or ln(1 + e^(−z)), and y − t, by another library, digit by digit."""
    trace = replay(
        read_case(
            f"[input]\nvalues = '1 2'\n[[layers]]\ntype = 'dense'\nweight = '{z} 0'\n[[layers]]\n"
            f"type = 'sigmoid'\n[loss]\ntype = 'binary_cross_entropy'\ntarget = {target}"
        )
    )
    with mpmath.workdps(21_000):
        y = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        expected = {"loss": -mpmath.log(y if target else 1 - y), "dense.grad[1]": y - target}
        expected["sigmoid.grad[1]"] = (1 - target) / (1 - y) - target / y
        for cell, value in expected.items():
            found = mpmath.mpf(trace.value(cell, 12))
            assert abs(found - value) <= abs(value) * mpmath.mpf("5e-12"), cell


@given(
    numerator=st.integers(-(10**400), 10**400),
    power=st.integers(0, 450),
    radius=st.integers(1, 10**30),
    digits=st.integers(1, 60),
)
def test_a_shortened_enclosure_holds_the_whole_one(
    numerator: int, power: int, radius: int, digits: int
) -> None:
    numbers = Exact(np.array([numerator], dtype=object), 10**power, radius, np.array([True]))
    middle, reach = numbers.enclosure(0, digits)
    low, high = Fraction(numerator - radius, 10**power), Fraction(numerator + radius, 10**power)
    assert middle - reach <= low
    assert high <= middle + reach
    # and is not much wider than so many digits ask for
    room = abs(Fraction(numerator, 10**power)) / 10**digits
    assert reach <= 2 * (Fraction(radius, 10**power) + room)
