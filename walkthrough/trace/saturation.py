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

NEAR_1 = 1 - 2.0**-8
"""Beyond this, 1 − y has lost more digits than sums and functions lose anyway."""
_BITS = 64
"""So many binary digits of a number are certain before it is made a float, which has 53."""
_NOTHING = Fraction(1, 2 ** (1074 + _BITS))
"""Beside this every float but 0 is large."""


def saturated(network: Network, replay: SampleReplay[Array]) -> bool:
    """Whether the last layer is a function, and an output of it is too near to 1."""
    loss = network.loss
    if loss is None or not loss.equations or not network.layers:
        return False
    last = network.layers[-1]
    if last.sums or last.choices or last.parameters or last.constants:
        return False
    given = replay.tensors[last.x.name]  # what is beyond float64 is refused, not sharpened
    return bool((replay.tensors[last.z.name] > NEAR_1).any() and np.isfinite(given).all())


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
        lost = {name: exact.tensors[name] for name in (loss.z.name, last.z.grad.name, last.x.grad.name)}
        if all(map(_certain, lost.values())):
            replay.tensors.update({name: _floats(numbers) for name, numbers in lost.items()})
            return


def _certain(numbers: Exact) -> bool:
    """Whether every float is: the enclosure is narrow beside its number, or all of it is 0 to a float."""
    reach = Fraction(numbers.radius, numbers.denominator)
    return reach < _NOTHING or all(
        numbers.known(cell) or abs(numbers.fraction(cell)) > reach * 2**_BITS
        for cell in np.ndindex(numbers.numerators.shape)
    )


def _floats(numbers: Exact) -> Array:
    """The nearest floats."""
    found = [
        nearest_float(Fraction(int(each), numbers.denominator)) for each in numbers.numerators.reshape(-1)
    ]
    return np.array(found, dtype=np.float64).reshape(numbers.numerators.shape)
