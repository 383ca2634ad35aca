"""Float64 near saturation: 1 − y is lost in an output that rounds to 1, and ln(1 − y) with it.

σ(38.25) is 1.0 in float64. So where an output comes that near to 1, the loss, its slope and the gradient
before the activation are worked out exactly from what went into the activation, and then made floats.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.exact import Exact, of_floats
from walkthrough.numbers.exact_arithmetic import ExactArithmetic
from walkthrough.numbers.grid import nearest_float
from walkthrough.trace.network import Network
from walkthrough.trace.passes import SampleReplay, backward_loss, backward_stage, forward_stage

_NEAR = 1 - 2.0**-8
"""Beyond this, 1 − y has lost more digits than sums and functions lose anyway."""


def saturated(network: Network, replay: SampleReplay[Array]) -> bool:
    """Whether the last layer is a function, and an output of it is too near to 1."""
    loss = network.loss
    if loss is None or not loss.equations or not network.layers:
        return False
    last = network.layers[-1]
    if last.sums or last.choices or last.parameters or last.constants:
        return False
    return bool((replay.tensors[last.z.name] > _NEAR).any())


def sharpen(network: Network, replay: SampleReplay[Array]) -> None:
    """The loss, its slope, and the gradient before the activation, where float64 has lost them."""
    if not saturated(network, replay):
        return
    last, loss = network.layers[-1], network.loss
    assert loss is not None
    for precision in (80, 320, 1280):
        given = {name: of_floats(replay.tensors[name]) for name in (last.x.name, "target")}
        exact: SampleReplay[Exact] = SampleReplay(given, {})
        arithmetic = ExactArithmetic(precision)
        try:
            forward_stage(last, exact, arithmetic)
            forward_stage(loss, exact, arithmetic)
            backward_loss(loss, exact, arithmetic)
            backward_stage(last, exact, arithmetic)
        except NeedsPrecision:
            continue
        for name in (loss.z.name, last.z.grad.name, last.x.grad.name):
            replay.tensors[name] = _floats(exact.tensors[name])
        return


def _floats(numbers: Exact) -> Array:
    """The nearest floats."""
    found = [
        nearest_float(Fraction(int(each), numbers.denominator)) for each in numbers.numerators.reshape(-1)
    ]
    return np.array(found, dtype=np.float64).reshape(numbers.numerators.shape)
