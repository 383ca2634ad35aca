"""A stage's equations, misread: what a whole layer looks like to somebody with one wrong idea of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from walkthrough.mathematics.folding import with_entries
from walkthrough.mathematics.notation import Affine, Entry, Equation, Shape
from walkthrough.trace.network import Stage
from walkthrough.workbook.equation_structure import SlidingAxis, SlidingWindow, Structure, structure_of
from walkthrough.workbook.workbook import Change

Positions = tuple[Affine, ...]


def elsewhere(
    wanted: Callable[[Structure], Entry | None], move: Callable[[Structure, Entry], Positions | None]
) -> Change:
    """The change that reads (or writes) every entry of one tensor at another position; None: it has none."""

    def change(stage: Stage) -> tuple[Equation, ...] | None:
        structure = structure_of(stage)
        entry = wanted(structure)
        found: list[Entry] = []

        def moved(each: Entry) -> Entry:
            same = entry is not None and each.tensor == entry.tensor
            positions = move(structure, each) if same else None
            if positions is None:
                return each
            found.append(each)
            return replace(each, index=positions)

        changed = tuple(
            replace(equation, left=moved(equation.left), right=with_entries(equation.right, moved))
            for equation in stage.equations
        )
        return changed if found else None

    return change


def window_moved(move: Callable[[SlidingAxis, Affine], Affine | None]) -> Change:
    """The change that lays the window elsewhere on every axis along which it slides; None: where it is."""

    def moved(structure: Structure, entry: Entry) -> Positions | None:
        window = structure.window
        assert window is not None
        positions = list(entry.index)
        for each in window.axes:
            positions[each.axis] = move(each, positions[each.axis]) or positions[each.axis]
        return tuple(positions) if tuple(positions) != entry.index else None

    return elsewhere(sliding_entry, moved)


def kernel_moved(move: Callable[[Positions, Shape], Positions | None]) -> Change:
    """The change that reads the kernel otherwise; from its positions in the window, and how large that is."""

    def moved(structure: Structure, entry: Entry) -> Positions | None:
        axes = kernel_axes(structure)
        inside = move(
            tuple(entry.index[axis] for axis in axes), tuple(entry.tensor.shape[axis] for axis in axes)
        )
        if inside is None:
            return None
        positions = dict(enumerate(entry.index)) | dict(zip(axes, inside, strict=True))
        return tuple(positions[axis] for axis in range(len(positions)))

    return elsewhere(kernel_of, moved)


def sliding_entry(structure: Structure) -> Entry | None:
    """The entry on which a window slides."""
    return structure.window.entry if structure.window is not None else None


def kernel_of(structure: Structure) -> Entry | None:
    """The kernel's entry, if there is a window and a kernel lies in it."""
    return structure.window.kernel if structure.window is not None else None


def kernel_axes(structure: Structure) -> tuple[int, ...]:
    """The kernel's axes along which it slides, first the rows."""
    axes = structure.window.axes if structure.window is not None else ()
    return tuple(each.kernel_axis for each in axes if each.kernel_axis is not None)


def matrix_of(structure: Structure) -> Entry | None:
    """The entry of a weight that is a matrix."""
    return structure.matrix


# --- the misreadings ---------------------------------------------------------------------------


def _turned(positions: Positions, extents: Shape) -> Positions:
    return tuple(extent - 1 - position for position, extent in zip(positions, extents, strict=True))


turned_kernel = kernel_moved(_turned)


def _exchanged(positions: Positions, extents: Shape) -> Positions | None:
    """Rows and columns, where there are as many of one as of the other."""
    return positions[::-1] if len(extents) == 2 and extents[0] == extents[1] > 1 else None


transposed_kernel = kernel_moved(_exchanged)
transposed_weight = elsewhere(matrix_of, lambda _, entry: _exchanged(entry.index, entry.tensor.shape))


def mirrored_kernel(axis: int) -> Change:
    """The kernel with its first and last row (axis 0) or column (axis 1) exchanged, and so on inwards."""

    def mirrored(positions: Positions, extents: Shape) -> Positions | None:
        if len(extents) != 2 or extents[axis] < 2:
            return None
        there = extents[axis] - 1 - positions[axis]
        return (there, positions[1]) if axis == 0 else (positions[0], there)

    return kernel_moved(mirrored)


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


def shifts(window: SlidingWindow) -> list[tuple[dict[int, int], str]]:
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


def place_letters(window: SlidingWindow) -> str:
    """The letters of a window's place: (i,j), or i where there is one axis."""
    letters = ",".join("ijklmn"[: len(window.axes)])
    return f"({letters})" if len(window.axes) > 1 else letters


def strides(window: SlidingWindow) -> bool:
    return any(each.stride != 1 for each in window.axes)


def padded(window: SlidingWindow) -> bool:
    return any(each.start for each in window.axes)


def _slower(axis: SlidingAxis, position: Affine) -> Affine:
    return position - (axis.stride - 1) * axis.along


def _from_the_edge(axis: SlidingAxis, position: Affine) -> Affine:
    return position - axis.start


one_by_one = window_moved(_slower)
unpadded = window_moved(_from_the_edge)
one_by_one_unpadded = window_moved(lambda axis, position: _from_the_edge(axis, _slower(axis, position)))
