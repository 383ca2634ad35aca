"""What stands at the top of a page: title, source, how to read its numbers, and conventions that are met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from walkthrough.document import Block, Heading, Prose
from walkthrough.mathematics.letters import rational
from walkthrough.mathematics.notation import unravel
from walkthrough.page.records.choice_ledger import first_at_issue
from walkthrough.trace.saturation import NEAR_1, saturated
from walkthrough.trace.trace import Trace


def opening(trace: Trace, digits: int, symbolic: bool = False) -> Iterator[Block]:
    """The first lines of a page; without numbers there is nothing to say of them."""
    case = trace.case
    yield Heading(case.title or case.name, 1)
    if case.source:
        yield Prose(f"Source: {case.source}.")
    if symbolic:
        return
    said = {
        "exact": f"Exact numbers: = is exact, ≈ is rounded half-up to {digits} significant digits.",
        "float": "Float64, as a computer reckons: every number is rounded to 53 binary digits, and shown "
        "in the fewest decimal digits that tell it from the next one.",
        "decimals": f"By hand: every line is rounded half-up to {case.arithmetic.decimals} decimals "
        "and carried on rounded.",
    }
    yield Prose(said[case.arithmetic.kind], case.arithmetic.kind != "exact")
    yield from _conventions(trace)
    if cell := _nearly_1(trace):
        yield Prose(
            f"An output near to 1, where 1 − y loses its digits ({cell}): the loss, its slope and the "
            "gradient before the last layer are worked out exactly from what goes into that layer, and then "
            "rounded.",
            True,
        )


def _conventions(trace: Trace) -> Iterator[Block]:
    """What textbooks disagree about, where this case really meets it."""
    tie, zero = _met(trace)
    conventions = trace.case.conventions
    if tie:
        how = {
            "first": "the first in reading order wins",
            "split": "they share the gradient equally",
            "all": "each of them gets the whole gradient",
        }[conventions.max_tie]
        yield Prose(
            f"Equal largest entries in a window ({tie}): {how} (max_tie = {conventions.max_tie}).", True
        )
    if zero:
        yield Prose(f"{zero} (relu_at_zero = {rational(conventions.relu_at_zero)}).", True)


def _met(trace: Trace) -> tuple[str, str]:
    """The first cells where a tie, or a kink at exactly 0, decides something."""
    tie = zero = ""
    for sample in range(len(trace.case.samples)):
        for stage in trace.network.layers:
            for equation, _, _ in stage.choices:
                at_issue = first_at_issue(trace, stage, equation, sample)
                if at_issue is None:
                    continue
                cell = trace.cell_name(trace.named(stage.z.name, sample), at_issue)
                if stage.gate is None:
                    tie = tie or cell
                else:
                    slope = rational(stage.gate.at_zero)
                    zero = zero or f"A kink met at exactly 0 ({cell}): the slope taken there is {slope}"
    return tie, zero


def _nearly_1(trace: Trace) -> str:
    """The first output that float64 cannot tell well enough from 1."""
    if trace.case.arithmetic.kind != "float":
        return ""
    output = trace.network.output
    for sample, replay in enumerate(trace.run().samples):
        numbers: Any = replay.tensors[output.name]
        near = np.flatnonzero((numbers > NEAR_1) & (numbers <= 1))
        if near.size and saturated(trace.network, replay):
            return trace.cell_name(trace.named(output.name, sample), unravel(int(near[0]), output.shape))
    return ""
