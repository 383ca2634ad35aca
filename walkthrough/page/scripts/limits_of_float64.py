"""Where float64 cannot follow the hand calculation, or not for sure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from walkthrough.numbers.grid import GivenGrid
from walkthrough.page.records.choice_ledger import first_at_issue
from walkthrough.trace.trace import Trace
from walkthrough.witnesses import CannotFollow

_NEAR = Fraction(1, 10**7)
"""How near to 0 or 1 an output may be for float64 to have 9 digits of its logarithm."""
_DIGITS = 20


def refuse_saturated(trace: Trace) -> None:
    """Raises CannotFollow where a logarithm is taken of what float64 can hardly tell from 0."""
    kind, output = trace.case.loss_type, trace.network.output
    if not kind.endswith("cross_entropy"):
        return
    for step in trace.steps:
        for sample, each in enumerate(trace.case.samples):
            targets = list(each.target.values()) if each.target else []
            name = step.named(output.name, sample)
            for cell, target in zip(output.cells(), targets, strict=True):
                value = step.known(name, cell, _DIGITS).value
                of_one = kind == "binary_cross_entropy" and target != 1
                if (target and value < _NEAR) or (of_one and 1 - value < _NEAR):
                    end = 0 if value < _NEAR else 1
                    raise CannotFollow(
                        f"{step.cell_name(name, cell)} is so near to {end} that float64 has too few digits "
                        "left for its logarithm"
                    )


def undecided(trace: Trace) -> str:
    """The cells that stand at a kink or in a tie on paper; none where float64 rounds nothing given."""
    if all(map(_is_binary, _given(trace))):
        return ""
    names = []
    for sample in range(len(trace.case.samples)):
        for stage in trace.network.layers:
            for equation, _, _ in stage.choices:
                at = first_at_issue(trace, stage, equation, sample)
                if at is not None:
                    names.append(trace.cell_name(trace.named(stage.z.name, sample), at))
    return f"{', '.join(names)} {'stand' if names[1:] else 'stands'}" if names else ""


def _given(trace: Trace) -> Iterator[Fraction]:
    grids: list[GivenGrid] = [*trace.network.given.values(), *(sample.input for sample in trace.case.samples)]
    for grid in grids:
        yield from grid.values()


def _is_binary(value: Fraction) -> bool:
    """Whether float64 holds a number, and its sums with a few like it, as they are."""
    return value.denominator & (value.denominator - 1) == 0 and value.denominator <= 2**20
