"""Layout: the right numbers, laid on one another wrongly."""

from __future__ import annotations

from walkthrough.mathematics.notation import Affine, Cell, Entry, Equation, Shape, ravel, unravel
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, sum_line, text
from walkthrough.slips._rereading import (
    Positions,
    elsewhere,
    input_of,
    kernel_of,
    weight_of,
    with_options,
)
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import Choice, Ref, Route, Sums
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
_WINDOWS = ("conv2d", "max_pool2d", "average_pool2d")


@slip(common=8)
def kernel_flipped(own: ReworkedStep) -> Candidates:
    """The kernel turned by 180°: convolution for cross-correlation, or the other way round."""
    if own.type == "conv2d" and not _to_input(own):
        yield from misread(own, "kernel-flipped", turned, "the kernel is turned by 180°")


@slip(common=3)
def kernel_transposed(own: ReworkedStep) -> Candidates:
    """The kernel with rows and columns exchanged."""
    if own.type == "conv2d":
        yield from misread(
            own, "kernel-transposed", _transposed, "the kernel's rows and columns are exchanged"
        )


@slip(common=3)
def window_shifted(own: ReworkedStep) -> Candidates:
    """The window starts one pixel beside."""
    if own.type in _WINDOWS:
        for (rows, columns), where in _SHIFTS.items():
            change = elsewhere(input_of, lambda entry, r=rows, c=columns: _shifted(entry, r, c))  # type: ignore[misc]
            said = f"the window starts one pixel further {where}"
            yield from misread(own, f"window-shifted {rows} {columns}", change, said, len(_SHIFTS))


@slip(common=5)
def stride_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i,j), whatever the stride."""
    if own.type in _WINDOWS:
        yield from misread(own, "stride-ignored", _one_by_one, "the window moves one pixel at a time")
        yield from misread(
            own, "stride-ignored unpadded", _one_by_one_unpadded, "window (i,j) starts at pixel (i,j)"
        )


@slip(common=5)
def padding_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i·s, j·s) of the image without its padding."""
    if own.type in _WINDOWS:
        yield from misread(
            own, "padding-ignored", _unpadded, "the window is laid on the image without its padding"
        )


@slip(common=3)
def channel_forgotten(own: ReworkedStep) -> Candidates:
    """One input channel left out."""
    if own.type != "conv2d" or not isinstance(own.step, Sums):
        return
    channels: dict[int, list[Row]] = {}
    for row in own.rows:
        if len(row.refs) == 2 and row.refs[0] is not None:
            channels.setdefault(row.refs[0].cell[0], []).append(row)
    if own.step.phase == "forward" or _to_input(own):
        for channel, rows in channels.items() if len(channels) > 1 else ():
            value = own.right - added(rows)
            if own.fits(value):

                def told(channel: int = channel, value: object = value) -> Told:
                    kept = [row for row in own.rows if row.refs[0] is None or row.refs[0].cell[0] != channel]
                    return Told(f"channel {channel + 1} is left out", sum_line(kept, value))

                yield Candidate(value, told, None, len(channels), f"without channel {channel + 1}")


@slip(common=4)
def column_major_flatten(own: ReworkedStep) -> Candidates:
    """Flattened column by column instead of row by row."""
    stage = own.stage
    if own.type not in ("flatten", "reshape", "dense") or stage is None or len(stage.x.shape) < 2:
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
    if own.type == "dense":
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


def _last_two(entry: Entry) -> tuple[Positions, Affine, Affine]:
    *before, row, column = entry.index
    return tuple(before), row, column


def _turned(entry: Entry) -> Positions:
    before, row, column = _last_two(entry)
    rows, columns = entry.tensor.shape[-2:]
    return (*before, rows - 1 - row, columns - 1 - column)


turned = elsewhere(kernel_of, _turned)


def _swapped(entry: Entry) -> Positions | None:
    before, row, column = _last_two(entry)
    rows, columns = entry.tensor.shape[-2:]
    return (*before, column, row) if rows == columns > 1 else None


_transposed = elsewhere(kernel_of, _swapped)
_weight_transposed = elsewhere(weight_of, _swapped)


def _shifted(entry: Entry, rows: int, columns: int) -> Positions:
    before, row, column = _last_two(entry)
    return (*before, row + rows, column + columns)


def _one_by_one(stage: Stage) -> tuple[Equation, ...] | None:
    stride = getattr(stage.of, "stride", None) or getattr(stage.of, "size", None)
    return with_options(stage, stride=(1, 1)) if stride != (1, 1) else None


def _unpadded(stage: Stage) -> tuple[Equation, ...] | None:
    return with_options(stage, padding=(0, 0))


def _one_by_one_unpadded(stage: Stage) -> tuple[Equation, ...] | None:
    if _one_by_one(stage) is None or _unpadded(stage) is None:
        return None
    return with_options(stage, stride=(1, 1), padding=(0, 0))


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
