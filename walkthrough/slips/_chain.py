"""Gradients on their way back: the links of the chain, gates and windows, and whose share a term is."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.mathematics.notation import Entry, Tensor
from walkthrough.mathematics.readings import Slopes
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Told
from walkthrough.slips._lines import equals, factor, sum_line, text
from walkthrough.slips._terms import to_input
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Choice, Ref, Route, Share, Sums
from walkthrough.workbook.reworked_steps import ZERO, ReworkedRow, ReworkedStep

# --- links of the chain ------------------------------------------------------------------------


def product_backwards(own: ReworkedStep) -> bool:
    """Whether the step sends a gradient back through a sum of products."""
    return (
        isinstance(own.step, Sums)
        and own.step.phase == "backward"
        and any(len(row.refs) > 1 for row in own.rows)
    )


def added_up(numbers: list[Quantity]) -> Quantity:
    result: Quantity = ZERO
    for number in numbers:
        result = result + number
    return result


def sum_of(numbers: list[Quantity], value: Quantity) -> str:
    if len(numbers) == 1:
        return ""
    return equals(
        " + ".join(factor(each) if at else text(each) for at, each in enumerate(numbers)), value, *numbers
    )


def only_one(rows: list[ReworkedRow]) -> Ref | None:
    return rows[0].refs[0] if len(rows) == 1 else None


def weight_of(rows: list[ReworkedRow]) -> Ref | None:
    return rows[0].refs[-1] if len(rows) == 1 else None


def renamed(ref: Ref | None, names: dict[str, str]) -> Ref | None:
    return Ref(names[ref.tensor], ref.cell) if ref is not None and ref.tensor in names else ref


# --- gates and windows -------------------------------------------------------------------------


def gate_of(own: ReworkedStep) -> tuple[Share, Slopes] | None:
    """The gate that the gradient comes through, a ReLU's for example, and its slopes."""
    step = own.step
    if isinstance(step, Route) and step.slopes is not None and len(step.shares) == 1:
        return step.shares[0], step.slopes
    return None


def pooled(own: ReworkedStep) -> bool:
    """Whether the gradient comes through a max pool."""
    return isinstance(own.step, Route) and bool(own.step.shares) and own.step.shares[0].winner is not None


def windows_of(own: ReworkedStep) -> list[tuple[ReworkedRow, Share]]:
    assert isinstance(own.step, Route)
    return list(zip(own.rows, own.step.shares, strict=True))


def window_size(own: ReworkedStep, share: Share) -> int:
    choice = own.book.step(share.window)
    assert isinstance(choice, Choice)
    return len(choice.candidates)


# --- whose share it is -------------------------------------------------------------------------


def telling(said: str, rows: list[ReworkedRow], value: Quantity) -> Callable[[], Told]:
    """A sentence, and the terms that add up to what was written."""
    return lambda: Told(said, sum_line(rows, value))


def own_entries(stage: Stage) -> tuple[Entry, Entry]:
    """What a function of one entry is taken of, and what comes out."""
    (equation,) = stage.equations
    ((entry, _),) = equation.derivatives
    return entry, equation.left


def parameter_of(own: ReworkedStep) -> Tensor | None:
    """The parameter whose gradient the step is, in one sample; None if it is none."""
    stage = own.stage
    if stage is None or not isinstance(own.step, Sums) or own.step.phase != "backward":
        return None
    local = own.book.trace.place(own.ref.tensor).local
    return next((tensor for tensor in stage.parameters.values() if tensor.grad.name == local), None)


def last_window(own: ReworkedStep) -> list[ReworkedRow]:
    """The terms of the last window in which an entry lies; none if it lies in one only."""
    if isinstance(own.step, Route):
        return own.rows[-1:] if len(own.rows) > 1 else []
    if not to_input(own) or own.structure.window is None or not isinstance(own.step, Sums):
        return []
    placed = [(place, row) for row in own.rows if (place := _window_of(own, row)) is not None]
    places = {place for place, _ in placed}
    return [row for place, row in placed if place == max(places)] if len(places) > 1 else []


def _window_of(own: ReworkedStep, row: ReworkedRow) -> tuple[int, ...] | None:
    """Where the window of a term lies in the output."""
    window, stage = own.structure.window, own.stage
    assert window is not None
    assert stage is not None
    along = {axis.along for axis in window.axes}
    left = stage.equations[0].left
    axes = [axis for axis, position in enumerate(left.index) if position.alone in along]
    upstream = row.refs[0]
    return None if upstream is None or not axes else tuple(upstream.cell[axis] for axis in axes)


def shares_of_filters(own: ReworkedStep) -> dict[int, list[ReworkedRow]]:
    """The terms of an input's gradient by the filter (or the output) that they come back through."""
    stage = own.stage
    if stage is None or not to_input(own) or not isinstance(own.step, Sums) or not stage.parameters:
        return {}
    window = own.structure.window
    along = set() if window is None else {axis.along for axis in window.axes}
    left = stage.equations[0].left
    axes = [axis for axis, position in enumerate(left.index) if position.alone not in (*along, None)]
    found: dict[int, list[ReworkedRow]] = {}
    for row in own.rows if axes else ():
        if row.refs[0] is not None:
            found.setdefault(row.refs[0].cell[axes[0]], []).append(row)
    return found if len(found) > 1 else {}
