"""Grids in every way that a case file may give them.

As text, as nested arrays, as a single number, from a file, or drawn at random; and the shapes that a
kernel, a matrix of weights and an input make of what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from walkthrough.case.grids.grid_text import read_text
from walkthrough.case.tables.values import Misread, exact, found, refuse_unknown
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import times
from walkthrough.numbers.grid import GivenGrid, GridTooLarge
from walkthrough.numbers.written import Written

_HIGHEST_RANK = 4
_FORMS = (
    'expected rows of numbers: text, [[1, 2], [3, 4]], { file = "…" }, { random = "normal", … }, '
    "or their size alone, { shape = [6, 1, 5, 5] }"
)


def read_grid(value: Any, folder: Path) -> GivenGrid:
    """The grid that a TOML value stands for, in the rank in which it is written; raises Misread.

    A single number has the shape (1,). Files are looked for in `folder`.
    """
    if isinstance(value, dict):
        return _from_table(value, folder)
    if isinstance(value, list):
        return _from_lists(value)
    if isinstance(value, str) and value.strip():
        return read_text(value)
    if isinstance(value, str):
        raise Misread(f"is empty; {_FORMS}")
    return _grid_of([exact(value)], (1,))


def _from_table(table: dict[str, Any], folder: Path) -> GivenGrid:
    if "values" in table:
        refuse_unknown(table, ["values"])
        try:
            return read_grid(table["values"], folder)
        except Misread as error:
            raise Misread(str(error), ("values", *error.below), error.row) from None
    if "file" in table:
        from walkthrough.case.grids.grid_files import read_file

        refuse_unknown(table, ["file", "array"])
        return read_file(table, folder)
    if "random" in table:
        from walkthrough.case.grids.drawn_numbers import draw

        return draw(table)
    if "shape" in table:
        from walkthrough.case.grids.drawn_numbers import read_shape

        refuse_unknown(table, ["shape"])
        try:
            return GivenGrid.of_size(read_shape(table["shape"], limited=False))
        except Misread as error:
            raise Misread(str(error), ("shape", *error.below)) from None
    refuse_unknown(table, ["values", "file", "random", "shape"])
    raise Misread(f"is an empty table; {_FORMS}")


def _from_lists(nested: list[Any]) -> GivenGrid:
    shape: list[int] = []
    level: Any = nested
    while isinstance(level, list):
        if not level:
            raise Misread("has an empty list in it; expected numbers")
        shape.append(len(level))
        if len(shape) > _HIGHEST_RANK:
            raise Misread(
                f"is nested over {_HIGHEST_RANK} deep; expected [filter][channel][row][column] at most"
            )
        level = level[0]
    numbers: list[Written] = []
    _gather(nested, tuple(shape), (), numbers, {})
    return _grid_of(numbers, tuple(shape))


def _gather(
    nested: Any, shape: Shape, below: tuple[int, ...], numbers: list[Written], seen: dict[str, Written]
) -> None:
    """Appends the numbers in reading order; `below` is where in the lists this one stands."""
    if not isinstance(nested, list):
        raise Misread(
            f"found {found(nested)} among lists; expected a list of {shape[0]} like the first", below
        )
    if len(nested) != shape[0]:
        what = f"row {below[-1] + 1}" if below else "the list"
        raise Misread(
            f"{what} has {len(nested)} entries and the first has {shape[0]}; all rows must be equally long",
            below,
        )
    if len(shape) == 1:
        numbers.extend(_row(nested, below, seen))
        return
    for place, inner in enumerate(nested):
        _gather(inner, shape[1:], (*below, place), numbers, seen)


def _row(row: list[Any], below: tuple[int, ...], seen: dict[str, Written]) -> Iterator[Written]:
    """The numbers of a row; `seen` spares reading the same text again."""
    for place, number in enumerate(row):
        known = seen.get(number) if isinstance(number, str) else None
        try:
            known = known or exact(number)
            yield known
            if isinstance(number, str):
                seen[number] = known
        except Misread as error:
            raise Misread(str(error), (*below, place)) from None


def _grid_of(numbers: list[Written], shape: Shape) -> GivenGrid:
    try:
        return GivenGrid.of(numbers, shape)
    except GridTooLarge as error:
        raise Misread(str(error)) from None


# --- what a grid is used as --------------------------------------------------------------------


def as_kernel(grid: GivenGrid, axes: int = 2) -> GivenGrid:
    """filter × channel × the window's axes; of a lower rank it is a single filter, or one channel too."""
    rank = axes + 2
    if len(grid.shape) > rank:
        window = "row × column" if axes == 2 else "position"
        raise Misread(f"found {times(grid.shape)}; expected at most filter × channel × {window}")
    return grid.reshaped((1,) * (rank - len(grid.shape)) + grid.shape)


def as_matrix(grid: GivenGrid) -> GivenGrid:
    """output × input: a row for each output; a single row is one output."""
    if len(grid.shape) > 2:
        raise Misread(f"found {times(grid.shape)}; expected rows of numbers, one row for each output")
    return grid.reshaped((1, *grid.shape) if len(grid.shape) == 1 else grid.shape)


def input_shapes(written: Shape) -> list[Shape]:
    """The shapes that an input may be meant to have, likeliest first; the first that fits is taken.

    A single row (or number) is flat, or one channel of a row or a line, or a number for each channel. Rows
    and columns are an image of one channel, or the channels of a line; a single one may also be flat.
    """
    if len(written) == 1:
        return [written, (1, 1, *written), (1, *written), (*written, 1, 1)]
    if len(written) == 2:
        image = (1, *written)
        return [image, (max(written),), written] if min(written) == 1 else [image, written]
    return [written]
