"""The terms of a step as slips look at them: its bias, the rows of its kernel, its channels; and misread."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.mathematics.notation import Cell, entries, own_part
from walkthrough.slips import Candidate, Candidates, Told
from walkthrough.slips._lines import equals, sum_line, text
from walkthrough.slips._rereading import kernel_axes
from walkthrough.trace.steps.kinds import Choice, Ref, Sums
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep, added
from walkthrough.workbook.workbook import Change


def misread(own: ReworkedStep, key: str, change: Change, condition: str, places: int = 1) -> Candidates:
    """What the step gives when its layer's equations are misread."""
    if isinstance(own.step, Choice):
        yield from _window_misread(own, key, change, condition, places)
    if not isinstance(own.step, Sums):
        return
    outlines = own.book.reread(own.step, key, change)
    if outlines is None:
        return
    rows = own.filled(outlines)
    value = added(rows)
    if own.fits(value):
        yield Candidate(value, lambda: Told(condition, sum_line(rows, value)), None, places, key)


def _window_misread(own: ReworkedStep, key: str, change: Change, condition: str, places: int) -> Candidates:
    window = own.book.window(own.step, key, change)
    numbers = [own.number(ref) for ref in window or () if ref is not None]
    if not numbers:
        return
    value = max(numbers)

    def told() -> Told:
        return Told(condition, equals(f"max({', '.join(map(text, numbers))})", value, *numbers))

    if own.fits(value):
        yield Candidate(value, told, None, places, key)


def to_input(own: ReworkedStep) -> bool:
    """Whether the step is a gradient sent back to the layer's input."""
    return own.stage is not None and own.book.trace.place(own.ref.tensor).local == own.stage.x.grad.name


def how_turned(own: ReworkedStep) -> str:
    """What is done to a kernel whose order is the other one, in words."""
    return "turned by 180°" if len(kernel_axes(own.structure)) > 1 else "reversed"


# --- rows, biases and channels -----------------------------------------------------------------


def biases(own: ReworkedStep) -> list[ReworkedRow]:
    """The bias among the terms of a forward sum."""
    if not isinstance(own.step, Sums) or own.step.phase != "forward":
        return []
    names = {tensor.name for tensor in own.structure.added}
    return [
        row for row in own.rows if any(ref is not None and own_part(ref.tensor) in names for ref in row.refs)
    ]


def kernel_rows(own: ReworkedStep) -> list[tuple[str, list[ReworkedRow]]]:
    """The terms of a sum by the row of the kernel, of one channel and of all together."""
    if not isinstance(own.step, Sums):
        return []
    window = own.structure.window
    if window is None or window.kernel is None or own.step.phase != "forward":
        return _equal_rows(own, own.step.row)
    kernel, axes = window.kernel.tensor, kernel_axes(own.structure)
    if len(axes) < 2 or kernel.shape[axes[0]] == 1:
        return []
    groups: dict[str, list[ReworkedRow]] = {}
    channels = [axis for axis in window.channels if kernel.shape[axis] > 1][:1]
    for row in own.rows:
        name = own.book.beside(kernel.name, own.ref)
        ref = next((each for each in row.refs if each is not None and each.tensor == name), None)
        if ref is not None:
            named = f"row {ref.cell[axes[0]] + 1} of the kernel"
            groups.setdefault(named, []).append(row)
            for axis in channels:
                groups.setdefault(f"{named} for channel {ref.cell[axis] + 1}", []).append(row)
    return list(groups.items())


def _equal_rows(own: ReworkedStep, length: int) -> list[tuple[str, list[ReworkedRow]]]:
    """The terms in rows, as they stand on paper."""
    if not length or own.step.phase != "backward":
        return []
    rows = own.rows
    return [
        (f"row {at // length + 1} of the sum", rows[at : at + length]) for at in range(0, len(rows), length)
    ]


def channels_of(own: ReworkedStep) -> tuple[str, int]:
    """The tensor over whose channels a window's sum runs, and which of its axes they are; else no name."""
    stage, window = own.stage, own.structure.window
    if stage is None or window is None or window.kernel is None:
        return "", 0
    summed, tensor = (stage.z, stage.z.grad) if to_input(own) else (stage.x, stage.x)
    other = stage.x if to_input(own) else stage.z
    for equation in stage.equations:
        found = {entry.tensor: entry for entry in (equation.left, *(e for e, _ in entries(equation.right)))}
        if summed in found and other in found:
            inside = found[other].variables
            sliding = {each.axis for each in window.axes if window.entry.tensor == summed}
            for axis, position in enumerate(found[summed].index):
                if axis not in sliding and any(index not in inside for index, _ in position.coefficients):
                    return own.book.beside(tensor.name, own.ref), axis
    return "", 0


def moved_rows(own: ReworkedStep, tensor: str, moved: Callable[[Cell], Cell]) -> list[ReworkedRow]:
    """The terms of a sum with the entries of one tensor read in other places."""
    return own.filled(
        (
            coefficient,
            tuple(
                Ref(tensor, moved(ref.cell)) if ref is not None and ref.tensor == tensor else ref
                for ref in refs
            ),
        )
        for coefficient, refs in own.book.outlines(own.step)
    )


def summed(own: ReworkedStep, rows: list[ReworkedRow], said: str, places: int, key: str) -> Candidates:
    """What the step gives with other terms."""
    value = added(rows)
    if own.fits(value):
        yield Candidate(value, lambda: Told(said, sum_line(rows, value)), None, places, key)


def at_axis(cell: Cell, axis: int, there: int) -> Cell:
    """The cell with another position on one axis."""
    return (*cell[:axis], there, *cell[axis + 1 :])
