"""Float64 near saturation: the loss is ln(1 + e^z) and the gradient y − t, also where y rounds to 1."""

from __future__ import annotations

import math

import pytest

from walkthrough.case import read_case
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


def test_what_float64_cannot_hold_is_said() -> None:
    """∂L/∂y = 1 + e^800 is beyond float64; the message names the cell."""
    trace = replay(read_case(CASE.format(z=800)))
    assert float(trace.value("loss")) == 800
    with pytest.raises(CannotReplay, match=r"sigmoid\.grad\[1\] is beyond what float64 can hold"):
        trace.value("sigmoid.grad[1]")
