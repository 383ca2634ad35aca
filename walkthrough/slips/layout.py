"""Layout: the right numbers, laid on one another wrongly."""

from __future__ import annotations

from walkthrough.mathematics.notation import Affine, Cell, Shape, entries, ravel, unravel
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, sum_line, text
from walkthrough.slips._rereading import (
    Positions,
    elsewhere,
    kernel_axes,
    kernel_moved,
    kernel_of,
    matrix_of,
    window_moved,
)
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import Choice, Ref, Route, Sums
from walkthrough.workbook.equation_structure import SlidingAxis, SlidingWindow
from walkthrough.workbook.reworked_steps import ReworkedStep, Row, added
from walkthrough.workbook.workbook import Change

_SHIFTS = {
    (0, 1): "to the right",
    (1, 0): "down",
    (0, -1): "to the left",
    (-1, 0): "up",
    (1, 1): "down and to the right",
    (-1, -1): "up and to the left",
    (1, -1): "down and to the left",
    (-1, 1): "up and to the right",
}


@slip(common=8)
def kernel_flipped(own: ReworkedStep) -> Candidates:
    """The kernel turned by 180°: convolution for cross-correlation, or the other way round."""
    if kernel_of(own.structure) is not None and not _to_input(own):
        yield from misread(own, "kernel-flipped", turned_kernel, f"the kernel is {how_turned(own)}")


@slip(common=3)
def kernel_transposed(own: ReworkedStep) -> Candidates:
    """The kernel with rows and columns exchanged."""
    if kernel_of(own.structure) is not None:
        yield from misread(
            own, "kernel-transposed", _transposed, "the kernel's rows and columns are exchanged"
        )


@slip(common=3)
def window_shifted(own: ReworkedStep) -> Candidates:
    """The window starts one pixel beside."""
    window = own.structure.window
    if window is not None:
        shifts = _shifts(window)
        for steps, where in shifts:
            change = window_moved(lambda each, position, steps=steps: position + steps.get(each.axis, 0))  # type: ignore[misc]
            said = f"the window starts one pixel further {where}"
            yield from misread(own, f"window-shifted {where}", change, said, len(shifts))


@slip(common=5)
def stride_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i,j), whatever the stride."""
    window = own.structure.window
    if window is not None and _strides(window):
        yield from misread(own, "stride-ignored", one_by_one, "the window moves one pixel at a time")
        if _padded(window):
            place = _place(window)
            start = f"window {place} starts at pixel {place}"
            yield from misread(own, "stride-ignored unpadded", _one_by_one_unpadded, start)


@slip(common=5)
def padding_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i·s, j·s) of the image without its padding."""
    window = own.structure.window
    if window is not None and _padded(window):
        yield from misread(
            own, "padding-ignored", _unpadded, "the window is laid on the image without its padding"
        )


@slip(common=3)
def channel_forgotten(own: ReworkedStep) -> Candidates:
    """One input channel left out."""
    if not isinstance(own.step, Sums) or not (own.step.phase == "forward" or _to_input(own)):
        return
    tensor, axis = _channels(own)
    channels: dict[int, list[Row]] = {}
    for row in own.rows if tensor else ():
        for ref in row.refs:
            if ref is not None and ref.tensor == tensor:
                channels.setdefault(ref.cell[axis], []).append(row)
    for channel, rows in channels.items() if len(channels) > 1 else ():
        value = own.right - added(rows)
        if own.fits(value):

            def told(rows: list[Row] = rows, channel: int = channel, value: object = value) -> Told:
                gone = set(map(id, rows))
                kept = [row for row in own.rows if id(row) not in gone]
                return Told(f"channel {channel + 1} is left out", sum_line(kept, value))

            yield Candidate(value, told, None, len(channels), f"without channel {channel + 1}")


@slip(common=4)
def column_major_flatten(own: ReworkedStep) -> Candidates:
    """Flattened column by column instead of row by row."""
    stage = own.stage
    if not own.structure.flattens or stage is None or len(stage.x.shape) < 2:
        return
    for key, column_first in (("maps", _by_maps), ("all", _by_all)):
        if key == "all" and len(stage.x.shape) > 2 and stage.x.shape[0] == 1:
            continue
        rows = _otherwise_flat(own, stage, column_first)
        value = added(rows)
        if own.fits(value):

            def told(rows: list[Row] = rows, value: object = value) -> Told:
                return Told("the map is flattened column by column", sum_line(rows, value))

            yield Candidate(value, told, None, 1, f"column-major-flatten {key}")


@slip(common=4)
def weight_transposed(own: ReworkedStep) -> Candidates:
    """Wᵀ for a square W, forwards or backwards."""
    if matrix_of(own.structure) is not None:
        yield from misread(own, "weight-transposed", _weight_transposed, "Wᵀ stands in the place of W")


# --- misreadings of a whole layer --------------------------------------------------------------


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


def _to_input(own: ReworkedStep) -> bool:
    """Whether the step is a gradient sent back to the layer's input."""
    return own.stage is not None and own.book.trace.places[own.ref.tensor].local == own.stage.x.grad.name


def how_turned(own: ReworkedStep) -> str:
    """What is done to a kernel whose order is the other one, in words."""
    return "turned by 180°" if len(kernel_axes(own.structure)) > 1 else "reversed"


def _turned(positions: Positions, extents: Shape) -> Positions:
    return tuple(extent - 1 - position for position, extent in zip(positions, extents, strict=True))


turned_kernel = kernel_moved(_turned)


def _exchanged(positions: Positions, extents: Shape) -> Positions | None:
    """Rows and columns, where there are as many of one as of the other."""
    return positions[::-1] if len(extents) == 2 and extents[0] == extents[1] > 1 else None


_transposed = kernel_moved(_exchanged)
_weight_transposed = elsewhere(matrix_of, lambda _, entry: _exchanged(entry.index, entry.tensor.shape))


def _shifts(window: SlidingWindow) -> list[tuple[dict[int, int], str]]:
    """The places one step beside: how far each axis moves, and where to in words."""
    axes = [each.axis for each in window.axes]
    if len(axes) == 2:
        return [(dict(zip(axes, steps, strict=True)), where) for steps, where in _SHIFTS.items()]
    if len(axes) == 1:
        return [({axes[0]: columns}, where) for (rows, columns), where in _SHIFTS.items() if not rows]
    return [
        ({axis: step}, f"{where} along axis {axis + 1}")
        for axis in axes
        for step, where in ((1, "on"), (-1, "back"))
    ]


def _place(window: SlidingWindow) -> str:
    """The letters of a window's place: (i,j), or i where there is one axis."""
    letters = ",".join("ijklmn"[: len(window.axes)])
    return f"({letters})" if len(window.axes) > 1 else letters


def _strides(window: SlidingWindow) -> bool:
    return any(each.stride != 1 for each in window.axes)


def _padded(window: SlidingWindow) -> bool:
    return any(each.start for each in window.axes)


def _slower(axis: SlidingAxis, position: Affine) -> Affine:
    return position - (axis.stride - 1) * axis.along


def _from_the_edge(axis: SlidingAxis, position: Affine) -> Affine:
    return position - axis.start


one_by_one = window_moved(_slower)
_unpadded = window_moved(_from_the_edge)
_one_by_one_unpadded = window_moved(lambda axis, position: _from_the_edge(axis, _slower(axis, position)))


def _channels(own: ReworkedStep) -> tuple[str, int]:
    """The tensor over whose channels a window's sum runs, and which of its axes they are; else no name."""
    stage, window = own.stage, own.structure.window
    if stage is None or window is None or window.kernel is None:
        return "", 0
    summed, tensor = (stage.z, stage.z.grad) if _to_input(own) else (stage.x, stage.x)
    other = stage.x if _to_input(own) else stage.z
    for equation in stage.equations:
        found = {entry.tensor: entry for entry in (equation.left, *(e for e, _ in entries(equation.right)))}
        if summed in found and other in found:
            inside = found[other].variables
            sliding = {each.axis for each in window.axes if window.entry.tensor == summed}
            for axis, position in enumerate(found[summed].index):
                if axis not in sliding and any(index not in inside for index, _ in position.coefficients):
                    return own.book.steps.full(tensor.name, own.book.sample(own.ref)), axis
    return "", 0


# --- flattening --------------------------------------------------------------------------------


def _by_maps(cell: Cell, shape: Shape) -> int:
    """The place of a cell when each map is read column by column."""
    *before, row, column = cell
    *outer, rows, columns = shape
    return ravel((*before, column, row), (*outer, columns, rows))


def _by_all(cell: Cell, shape: Shape) -> int:
    """The place of a cell when the first index runs fastest, as in Fortran and MATLAB."""
    return ravel(cell[::-1], shape[::-1])


def _otherwise_flat(own: ReworkedStep, stage: Stage, place: object) -> list[Row]:
    """The step's terms when the layer's input is read in another order."""
    shape = stage.x.shape
    assert callable(place)
    there = {place(unravel(at, shape), shape): unravel(at, shape) for at in range(stage.x.size)}
    if _to_input(own):
        # the gradient comes from the place at which this entry was put
        other = Ref(own.ref.tensor, unravel(place(own.ref.cell, shape), shape))
        step = own.book.step(other)
        return own.filled(own.book.outlines(step)) if not isinstance(step, Route) else []
    name = own.book.steps.full(stage.x.name, own.book.sample(own.ref))
    changed = []
    for coefficient, refs in own.book.outlines(own.step):
        moved = tuple(
            Ref(name, there[ravel(ref.cell, shape)]) if ref is not None and ref.tensor == name else ref
            for ref in refs
        )
        changed.append((coefficient, moved))
    return own.filled(changed)
