"""A stage's equations, misread: what a whole layer looks like to somebody with one wrong idea of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from walkthrough.mathematics.folding import with_entries
from walkthrough.mathematics.notation import Affine, Entry, Equation, Shape
from walkthrough.trace.network import Stage
from walkthrough.workbook.equation_structure import SlidingAxis, Structure, structure_of
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
