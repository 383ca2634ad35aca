"""How much an exercise asks of whoever works it out with a pencil."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from walkthrough.trace.stage import Stage
from walkthrough.trace.steps.kinds import Choice, Gate
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

_TWO_DIGITS = Fraction(99)
_SATURATED = Fraction(4)
"""σ(4) ≈ 0.982: from there on a gradient has nothing left to say."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What makes an exercise hard to work out, or not worth it.

    `largest` number of the forward pass; `saturation`, the largest that goes into a function such as the
    sigmoid; `undecided`: equal largest entries of a window, and gates that stand at 0 exactly; `dead`:
    the tensors of which all numbers are 0.
    """

    largest: Fraction
    saturation: Fraction
    undecided: int
    dead: frozenset[str]

    @classmethod
    def of(cls, trace: Trace) -> Effort:
        """The effort that a case takes."""
        sizes = {name: [abs(value) for value in _values(trace, name)] for name in trace.places}
        forward = [trace.network.input.name, *(stage.z.name for stage in trace.network.layers)]
        largest = saturation = Fraction(0)
        for name, place in trace.places.items():
            if place.local in forward:
                largest = max(largest, *sizes[name])
        for sample in range(len(trace.case.samples)):
            for stage in filter(_is_function, trace.network.layers):
                saturation = max(saturation, *sizes[trace.named(stage.x.name, sample)])
        dead = frozenset(name for name, values in sizes.items() if not any(values))
        return cls(largest, saturation, _undecided(Steps(trace)), dead)

    def at_most(self, other: Effort, relaxed: bool) -> bool:
        """Whether it is no more than another's, and sums have two digits; `relaxed`: as many as there."""
        return (
            self.largest <= (max(other.largest, _TWO_DIGITS) if relaxed else _TWO_DIGITS)
            and self.saturation <= max(other.saturation, _SATURATED)
            and self.undecided <= other.undecided
            and self.dead <= other.dead
        )


def _values(trace: Trace, tensor: str) -> list[Fraction]:
    from walkthrough.mathematics.notation import Tensor

    cells = Tensor(tensor, trace.place(tensor).shape).cells()
    return [trace.known(tensor, cell).value for cell in cells]


def _is_function(stage: Stage) -> bool:
    """Whether a layer is a function of its entries, such as the sigmoid; not a sum, a gate or a pool."""
    return any(equation.derivatives for equation in stage.equations)


def _undecided(steps: Steps) -> int:
    count = 0
    for sample in range(len(steps.trace.case.samples)):
        for stage in steps.trace.network.layers:
            if not stage.choices:
                continue
            for step in steps.tensor(steps.trace.named(stage.z.name, sample)):
                if isinstance(step, Choice):
                    count += len(step.ties) > 1
                elif isinstance(step, Gate):
                    count += step.sign == 0
    return count
