"""Layout: the right numbers, laid on one another wrongly."""

from __future__ import annotations

from math import prod

from walkthrough.mathematics.notation import Cell, Shape, ravel, unravel
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, named, sum_line, text
from walkthrough.slips._neighbours import beside
from walkthrough.slips._rereading import (
    kernel_axes,
    kernel_of,
    matrix_of,
    mirrored_kernel,
    one_by_one,
    one_by_one_unpadded,
    padded,
    place_letters,
    shifts,
    strides,
    transposed_kernel,
    transposed_weight,
    turned_kernel,
    unpadded,
    window_moved,
)
from walkthrough.slips._terms import (
    at_axis,
    biases,
    channels_of,
    how_turned,
    misread,
    moved_rows,
    summed,
    to_input,
)
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Given, Ref, Route, Sums
from walkthrough.workbook.reworked_steps import ONE, ReworkedRow, ReworkedStep, added, product_of

_MOST_OTHERS = 12
_MOST_CELLS = 150


@slip(common=8)
def kernel_flipped(own: ReworkedStep) -> Candidates:
    """The kernel turned by 180°: convolution for cross-correlation, or the other way round."""
    if kernel_of(own.structure) is not None and not to_input(own):
        yield from misread(own, "kernel-flipped", turned_kernel, f"the kernel is {how_turned(own)}")


@slip(common=3)
def kernel_transposed(own: ReworkedStep) -> Candidates:
    """The kernel with rows and columns exchanged."""
    if kernel_of(own.structure) is not None:
        yield from misread(
            own, "kernel-transposed", transposed_kernel, "the kernel's rows and columns are exchanged"
        )


@slip(common=3)
def kernel_mirrored(own: ReworkedStep) -> Candidates:
    """The kernel with left and right, or top and bottom, exchanged."""
    if kernel_of(own.structure) is not None and len(kernel_axes(own.structure)) == 2:
        for axis, sides in ((1, "left and right"), (0, "top and bottom")):
            said = f"{sides} of the kernel are exchanged"
            yield from misread(own, f"kernel-mirrored {sides}", mirrored_kernel(axis), said, 2)


@slip(common=2)
def kernel_rows_swapped(own: ReworkedStep) -> Candidates:
    """Two rows of the kernel exchanged."""
    kernel, axes = kernel_of(own.structure), kernel_axes(own.structure)
    if kernel is None or len(axes) != 2 or not isinstance(own.step, Sums):
        return
    axis, tensor = axes[0], kernel.tensor
    pairs = [(one, two) for two in range(tensor.shape[axis]) for one in range(two)][:_MOST_OTHERS]
    for pair in (
        pairs if any(tensor.name in (ref and ref.tensor for ref in row.refs) for row in own.rows) else ()
    ):
        swap = dict(zip(pair, pair[::-1], strict=True))
        rows = moved_rows(
            own,
            tensor.name,
            lambda cell, swap=swap: at_axis(cell, axis, swap.get(cell[axis], cell[axis])),  # type: ignore[misc]
        )
        said = f"rows {pair[0] + 1} and {pair[1] + 1} of the kernel are exchanged"
        yield from summed(own, rows, said, len(pairs), said)


@slip(common=3)
def other_kernel_used(own: ReworkedStep) -> Candidates:
    """Another filter's kernel, or that of another channel."""
    kernel = kernel_of(own.structure) or own.structure.matrix
    if kernel is None or not isinstance(own.step, Sums) or own.step.phase != "forward":
        return
    tensor, window = kernel.tensor, own.structure.window
    within = set(kernel_axes(own.structure)) if window is not None else {1 if _row_first(own) else 0}
    channels = set(window.channels) if window is not None else set()
    for axis, extent in enumerate(tensor.shape):
        if axis in within or not 1 < extent <= _MOST_OTHERS:
            continue
        yield from (
            _channel_exchanged(own, tensor.name, axis, extent)
            if axis in channels
            else _other_filter(own, tensor.name, axis, extent)
        )


def _row_first(own: ReworkedStep) -> bool:
    """Whether a weight has a row per output."""
    matrix, stage = own.structure.matrix, own.stage
    assert matrix is not None
    assert stage is not None
    outside = {index for equation in stage.equations for index in equation.left.variables}
    return matrix.index[0].alone in outside


def _other_filter(own: ReworkedStep, tensor: str, axis: int, extent: int) -> Candidates:
    here = {
        ref.cell[axis] for row in own.rows for ref in row.refs if ref is not None and ref.tensor == tensor
    }
    what = "the kernel of filter" if own.structure.window is not None else "the weights of output"
    for other in range(extent):
        if here != {other}:
            rows = moved_rows(own, tensor, lambda cell, other=other: at_axis(cell, axis, other))  # type: ignore[misc]
            said = f"{what} {other + 1} are used" if "weights" in what else f"{what} {other + 1} is used"
            yield from summed(own, rows, said, extent - 1, said)


def _channel_exchanged(own: ReworkedStep, tensor: str, axis: int, extent: int) -> Candidates:
    """One channel under the kernel of another one; or two kernels exchanged."""
    for one in range(extent):
        for two in range(extent):
            if one == two:
                continue
            said = f"channel {one + 1} is laid under the kernel of channel {two + 1}"
            ways = [({one: two}, said)]
            if one < two:
                ways.append(
                    ({one: two, two: one}, f"the kernels of channels {one + 1} and {two + 1} are exchanged")
                )
            for swap, said in ways:
                rows = moved_rows(
                    own,
                    tensor,
                    lambda cell, swap=swap: at_axis(cell, axis, swap.get(cell[axis], cell[axis])),  # type: ignore[misc]
                )
                yield from summed(own, rows, said, extent * (extent - 1), said)


@slip(common=3)
def other_bias_used(own: ReworkedStep) -> Candidates:
    """Another bias: that of another filter, or of a neighbouring place."""
    for row in biases(own):
        ref = row.refs[0]
        assert ref is not None
        for other in _other_biases(own, ref):
            b = own.number(other)
            value = own.right - row.product + b
            if b == row.product or not own.fits(value):
                continue

            def told(
                b: Quantity = b, other: Ref = other, row: ReworkedRow = row, value: Quantity = value
            ) -> Told:
                line = equals(f"{text(own.right)} − {factor(row.product)} + {factor(b)}", value, own.right, b)
                return Told(
                    f"{own.book.name(other)}, which is {text(b)}, is added instead of {text(row.product)}",
                    line,
                )

            places = len(_other_biases(own, ref))
            yield Candidate(value, told, ref, places, f"{own.book.name(other)} everywhere")
            yield Candidate(value, told, ref, places, f"{own.book.name(other)} for {own.book.name(ref)}")


def _other_biases(own: ReworkedStep, ref: Ref) -> list[Ref]:
    shape = own.book.shape(ref.tensor)
    cells = [unravel(at, shape) for at in range(min(_MOST_OTHERS, prod(shape)))] if len(shape) == 1 else []
    if not cells:
        cells = [each.cell for each, _ in beside(own, ref)]
    return [Ref(ref.tensor, cell) for cell in cells if cell != ref.cell]


@slip(common=3)
def output_transposed(own: ReworkedStep) -> Candidates:
    """The whole map written with rows and columns exchanged."""
    shape = own.book.shape(own.ref.tensor)
    *outer, row, column = own.ref.cell if len(shape) > 1 else (0, 0)
    if len(shape) < 2 or shape[-1] != shape[-2] or row == column or _copied(own):
        return
    other = Ref(own.ref.tensor, (*outer, column, row))
    yield from _of_another(own, other, "the map is written with rows and columns exchanged", 1, "transposed")


@slip(common=3, solves=True)
def cells_swapped(own: ReworkedStep) -> Candidates:
    """Results written in each other's place: two cells, or two rows or columns of the map."""
    shape = own.book.shape(own.ref.tensor)
    if not shape or _copied(own):
        return
    count = prod(shape) - 1
    for other in _others(own) if count < _MOST_CELLS else ():
        if not _fits_there(own, other):
            continue
        one, two = sorted((own.ref, other), key=lambda ref: ref.cell)
        said = f"{own.book.name(one)} and {own.book.name(two)} are written in each other's place"
        yield from _of_another(own, other, said, count, said)
        for axis, line in ((len(shape) - 2, "rows"), (len(shape) - 1, "columns")) if len(shape) > 1 else ():
            differing = [at for at in range(len(shape)) if one.cell[at] != two.cell[at]]
            if differing == [axis]:
                said = f"{line} {one.cell[axis] + 1} and {two.cell[axis] + 1} are exchanged"
                yield from _of_another(own, other, said, 2, f"{said} {one.cell[: len(shape) - 2]}")


def _copied(own: ReworkedStep) -> bool:
    """Whether the number is only taken over, or given."""
    return isinstance(own.step, Given) or (isinstance(own.step, Sums) and own.step.copy)


def _of_another(own: ReworkedStep, other: Ref, said: str, places: int, key: str) -> Candidates:
    """The right number of another cell, in this one."""
    try:
        value = own.right_of(other)
    except ArithmeticError:
        return
    if own.fits(value) and value != own.right:
        yield Candidate(value, lambda: Told(said, named(own, other, value)), None, places, key)


def _fits_there(own: ReworkedStep, other: Ref) -> bool:
    """Whether the right number of another cell is the one that is sought."""
    try:
        return own.fits(own.right_of(other))
    except ArithmeticError:
        return False


def _others(own: ReworkedStep) -> list[Ref]:
    """The other cells of the tensor; of a sheet, those in which this one's number stands."""
    tensor, sought = own.ref.tensor, own.sought
    if sought is None:
        cells = [Ref(tensor, cell) for cell in own.book.trace.network_tensor(tensor).cells()]
    else:
        cells = sought.page.standing_for(own.right, tensor)
    return [ref for ref in cells if ref.tensor == tensor and ref.cell != own.ref.cell]


@slip(common=3)
def padding_not_zero(own: ReworkedStep) -> Candidates:
    """The frame filled with ones, or with the border's own pixels, instead of zeros."""
    if not isinstance(own.step, Sums) or own.step.phase != "forward":
        return
    outlines = own.book.outlines(own.step)
    if not any(None in refs for _, refs in outlines):
        return
    ones = [
        row._replace(values=values, product=row.coefficient * product_of(values))
        for row in own.rows
        for values in [
            tuple(ONE if ref is None else value for ref, value in zip(row.refs, row.values, strict=True))
        ]
    ]
    yield from summed(own, ones, "the frame around the image is filled with ones", 2, "frame of ones")
    border = own.filled(own.book.bordered(own.step))
    said = "the frame around the image repeats the pixels at its border"
    yield from summed(own, border, said, 2, "frame of border pixels")


@slip(common=3)
def window_shifted(own: ReworkedStep) -> Candidates:
    """The window starts one pixel beside."""
    window = own.structure.window
    if window is not None:
        directions = shifts(window)
        for steps, where in directions:
            change = window_moved(lambda each, position, steps=steps: position + steps.get(each.axis, 0))  # type: ignore[misc]
            said = f"the window starts one pixel further {where}"
            yield from misread(own, f"window-shifted {where}", change, said, len(directions))


@slip(common=5)
def stride_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i,j), whatever the stride."""
    window = own.structure.window
    if window is not None and strides(window):
        yield from misread(own, "stride-ignored", one_by_one, "the window moves one pixel at a time")
        if padded(window):
            place = place_letters(window)
            start = f"window {place} starts at pixel {place}"
            yield from misread(own, "stride-ignored unpadded", one_by_one_unpadded, start)


@slip(common=5)
def padding_ignored(own: ReworkedStep) -> Candidates:
    """Window (i,j) starts at (i·s, j·s) of the image without its padding."""
    window = own.structure.window
    if window is not None and padded(window):
        yield from misread(
            own, "padding-ignored", unpadded, "the window is laid on the image without its padding"
        )


@slip(common=3)
def channel_forgotten(own: ReworkedStep) -> Candidates:
    """One input channel left out."""
    if not isinstance(own.step, Sums) or not (own.step.phase == "forward" or to_input(own)):
        return
    tensor, axis = channels_of(own)
    channels: dict[int, list[ReworkedRow]] = {}
    for row in own.rows if tensor else ():
        for ref in row.refs:
            if ref is not None and ref.tensor == tensor:
                channels.setdefault(ref.cell[axis], []).append(row)
    for channel, rows in channels.items() if len(channels) > 1 else ():
        value = own.right - added(rows)
        if own.fits(value):

            def told(rows: list[ReworkedRow] = rows, channel: int = channel, value: object = value) -> Told:
                gone = set(map(id, rows))
                kept = [row for row in own.rows if id(row) not in gone]
                return Told(f"channel {channel + 1} is left out", sum_line(kept, value))

            yield Candidate(value, told, None, len(channels), f"without channel {channel + 1}")


@slip(common=3)
def channels_averaged(own: ReworkedStep) -> Candidates:
    """The mean over the channels instead of their sum."""
    if not isinstance(own.step, Sums) or own.step.phase != "forward":
        return
    tensor, axis = channels_of(own)
    count = own.book.shape(tensor)[axis] if tensor else 1
    if count > 1:
        bias = added(biases(own))
        value = bias + (own.right - bias) / count
        if own.fits(value):
            left = f"{factor(own.right - bias)}/{count}" + (f" + {factor(bias)}" if biases(own) else "")
            line = equals(left, value, own.right, bias)
            said = f"the mean over the {count} channels is taken instead of their sum"
            yield Candidate(value, lambda: Told(said, line), None, 1, "channels averaged")


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

            def told(rows: list[ReworkedRow] = rows, value: object = value) -> Told:
                return Told("the map is flattened column by column", sum_line(rows, value))

            yield Candidate(value, told, None, 1, f"column-major-flatten {key}")


@slip(common=4)
def weight_transposed(own: ReworkedStep) -> Candidates:
    """Wᵀ for a square W, forwards or backwards."""
    if matrix_of(own.structure) is not None:
        yield from misread(own, "weight-transposed", transposed_weight, "Wᵀ stands in the place of W")


# --- flattening --------------------------------------------------------------------------------


def _by_maps(cell: Cell, shape: Shape) -> int:
    """The place of a cell when each map is read column by column."""
    *before, row, column = cell
    *outer, rows, columns = shape
    return ravel((*before, column, row), (*outer, columns, rows))


def _by_all(cell: Cell, shape: Shape) -> int:
    """The place of a cell when the first index runs fastest, as in Fortran and MATLAB."""
    return ravel(cell[::-1], shape[::-1])


def _otherwise_flat(own: ReworkedStep, stage: Stage, place: object) -> list[ReworkedRow]:
    """The step's terms when the layer's input is read in another order."""
    shape = stage.x.shape
    assert callable(place)
    there = {place(unravel(at, shape), shape): unravel(at, shape) for at in range(stage.x.size)}
    if to_input(own):
        # the gradient comes from the place at which this entry was put
        other = Ref(own.ref.tensor, unravel(place(own.ref.cell, shape), shape))
        step = own.book.step(other)
        return own.filled(own.book.outlines(step)) if not isinstance(step, Route) else []
    name = own.book.beside(stage.x.name, own.ref)
    changed = []
    for coefficient, refs in own.book.outlines(own.step):
        moved = tuple(
            Ref(name, there[ravel(ref.cell, shape)]) if ref is not None and ref.tensor == name else ref
            for ref in refs
        )
        changed.append((coefficient, moved))
    return own.filled(changed)
