"""Names of cells: `conv[2,3]` is a number that one can point at.

Indices are counted from 1 in names, and from 0 in the cells that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from math import prod

from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.mathematics.windows import times
from walkthrough.words.messages import quoted, shortened, suggestion

_WORD = "[A-Za-z][A-Za-z0-9_]*"
# no number in it is longer than an int can be read from quickly
_NAME = re.compile(
    rf"\s*(?P<tensor>{_WORD}(?:\.{_WORD})*(?:@[1-9][0-9]{{0,8}})?)"
    r"\s*(?:\[\s*(?P<index>[0-9]{1,9}(?:\s*,\s*[0-9]{1,9})*)\s*\])?\s*"
)


class NoSuchCell(ValueError):
    """A name that no cell has; the message names the nearest one, or the indices that there are."""


def parse(name: str) -> tuple[str, tuple[int, ...] | None]:
    """The tensor and the index, counted from 1, in `conv.grad@2[1,3]`; None without an index.

    Raises NoSuchCell.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise NoSuchCell(f"{quoted(name)} is not the name of a cell; expected one such as conv.grad@2[1,3]")
    if match["index"] is None:
        return match["tensor"], None
    return match["tensor"], tuple(int(part) for part in match["index"].split(","))


def resolve(name: str, shapes: Mapping[str, Shape]) -> tuple[str, Cell | None]:
    """The tensor and the cell, counted from 0, that a name stands for; None for a whole tensor.

    `shapes` has every tensor that there is. Leading axes of size 1 may be left out, `@1` may stand
    or not, and a tensor with a single cell needs no index. Raises NoSuchCell.
    """
    written, index = parse(name)
    tensor = _tensor(written, shapes)
    shape = shapes[tensor]
    if index is None:
        return tensor, (0,) * len(shape) if prod(shape) == 1 else None
    return tensor, _cell(tensor, index, shape)


def _tensor(written: str, shapes: Mapping[str, Shape]) -> str:
    base, _, sample = written.partition("@")
    if written in shapes:
        return written
    if sample == "1" and base in shapes:
        return base
    if base in shapes and not sample and f"{base}@1" in shapes:
        return f"{base}@1"
    if base in shapes:
        last = max(int(each.partition("@")[2] or 1) for each in shapes if each.partition("@")[0] == base)
        there = f"there are samples 1 to {last}" if last > 1 else f"there is only {base}"
        raise NoSuchCell(f"there is no {written}; {there}")
    raise NoSuchCell(f"there is no {quoted(written)} in this case; {suggestion(written, shapes)}")


def _cell(tensor: str, index: tuple[int, ...], shape: Shape) -> Cell:
    if not shape:
        raise NoSuchCell(f"{tensor} is a single number and takes no index")
    named = shortened(f"{tensor}[{_listed(index)}]")
    left_out = len(shape) - len(index)
    if left_out < 0 or any(extent != 1 for extent in shape[:left_out]):
        raise NoSuchCell(
            f"{named} has {len(index)} index(es) and {tensor} is {times(shape)}; {_allowed(tensor, shape)}"
        )
    full = (1,) * left_out + index
    if any(not 1 <= position <= extent for position, extent in zip(full, shape, strict=True)):
        raise NoSuchCell(f"{named} lies outside: {tensor} is {times(shape)}; {_allowed(tensor, shape)}")
    return tuple(position - 1 for position in full)


def _allowed(tensor: str, shape: Shape) -> str:
    ranges = _listed(f"1…{extent}" if extent > 1 else "1" for extent in shape[_leading_ones(shape) :])
    return f"expected {tensor}[{ranges}]"


def cell_name(tensor: str, cell: Cell, shape: Shape) -> str:
    """The name of a cell: leading axes of size 1 are left out, but one index stays.

    `conv[2,3]` for the cell (0, 1, 2) of a 1×4×4, `dense[1]` for the only one of a (1,), and no
    index for a single number such as the loss.
    """
    if not shape:
        return tensor
    return f"{tensor}[{_listed(position + 1 for position in cell[_leading_ones(shape) :])}]"


def cell_names(tensor: str, shape: Shape) -> list[str]:
    """The names of all cells of a tensor in reading order."""
    if not shape:
        return [tensor]
    axes = [[str(position + 1) for position in range(extent)] for extent in shape[_leading_ones(shape) :]]
    return [f"{tensor}[{','.join(index)}]" for index in product(*axes)]


def _leading_ones(shape: Shape) -> int:
    """How many leading axes a name leaves out."""
    for axis, extent in enumerate(shape[:-1]):
        if extent != 1:
            return axis
    return max(len(shape) - 1, 0)


def _listed(parts: Iterable[object]) -> str:
    return ",".join(map(str, parts))
