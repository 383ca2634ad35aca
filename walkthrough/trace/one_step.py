"""One step of a trace, asked for by the name of its cell."""

from __future__ import annotations

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.trace.linked import linked
from walkthrough.trace.steps.kinds import AnyStep
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace


def step(trace: Trace, cell: str) -> AnyStep:
    """How a number comes about: `step(trace, "conv[1,1]")`, or `"conv[1,1]#2"` after an update.

    Raises NoSuchCell.
    """
    try:
        tensor, at = _found(trace, cell)
    except NoSuchCell:
        trace = linked(trace.steps[0], (cell,), trace.step)
        tensor, at = _found(trace, cell)
    if at is None:
        raise NoSuchCell(f"{tensor} has many cells; name one of them")
    return Steps(trace).step(tensor, at)


def _found(trace: Trace, cell: str) -> tuple[str, tuple[int, ...] | None]:
    return resolve(cell, {name: place.shape for name, place in trace.everything.items()})
