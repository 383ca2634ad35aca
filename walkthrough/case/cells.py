"""Names of cells: `conv[2,3]` is a number that one can point at, `conv[2,3]#2` the same one in step 2.

Indices are counted from 1 in names, and from 0 in the cells that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from math import prod

from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.mathematics.windows import times
from walkthrough.words.messages import quoted, shortened, suggestion

_WORD = "[A-Za-z][A-Za-z0-9_]*"
# no number in it is longer than an int can be read from quickly
_NAME = re.compile(
    rf"\s*(?P<tensor>{_WORD}(?:\.{_WORD})*(?:@[1-9][0-9]{{0,8}})?)"
    r"\s*(?P<early>#[1-9][0-9]{0,8})?"
    r"\s*(?:\[\s*(?P<index>[0-9]{1,9}(?:\s*,\s*[0-9]{1,9})*)\s*\])?\s*"
    r"(?P<step>#[1-9][0-9]{0,8})?\s*"
)


class NoSuchCell(ValueError):
    """A name that no cell has; the message names the nearest one, or the indices that there are."""


def parse(name: str) -> tuple[str, tuple[int, ...] | None]:
    """The tensor and the index, counted from 1, in `conv.grad@2[1,3]`; None without an index.

    A step is part of the tensor's name, `conv#2` in `conv[1,3]#2`; the first one is not said. Raises
    NoSuchCell.
    """
    match = _NAME.fullmatch(name)
    if match is None or (match["early"] and match["step"]):
        raise NoSuchCell(f"{quoted(name)} is not the name of a cell; expected one such as conv.grad@2[1,3]#2")
    step = match["early"] or match["step"] or ""
    tensor = match["tensor"] + (step if step != "#1" else "")
    if match["index"] is None:
        return tensor, None
    return tensor, tuple(int(part) for part in match["index"].split(","))


def step_of(name: str) -> int:
    """The step that a name belongs to: 2 for `conv[1,3]#2`; 1 for a name that is none."""
    match = _NAME.fullmatch(name)
    said = match and (match["early"] or match["step"])
    return int(said[1:]) if said else 1


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
    base, sample, step = _parts(written)
    at = f"#{step}" if step > 1 else ""
    if written in shapes:
        return written
    if sample == 1 and f"{base}{at}" in shapes:
        return f"{base}{at}"
    if f"{base}{at}" in shapes:
        last = max(k or 1 for name, k, of in map(_parts, shapes) if (name, of) == (base, step))
        there = f"there are samples 1 to {last}" if last > 1 else f"there is only {base}{at}"
        raise NoSuchCell(f"there is no {written}; {there}")
    if step > 1 and base in shapes:
        last = max(of for name, _, of in map(_parts, shapes) if name == base)
        there = f"there are steps 1 to {last}" if last > 1 else f"there is only {base}"
        raise NoSuchCell(f"there is no {written}; {there}")
    raise NoSuchCell(f"there is no {quoted(written)} in this case; {suggestion(written, shapes)}")


def _parts(name: str) -> tuple[str, int | None, int]:
    """A tensor's own name, its sample (None: not said) and its step."""
    of_sample, _, step = name.partition("#")
    base, _, sample = of_sample.partition("@")
    return base, int(sample) if sample else None, int(step or 1)


def _cell(tensor: str, index: tuple[int, ...], shape: Shape) -> Cell:
    if not shape:
        raise NoSuchCell(f"{tensor} is a single number and takes no index")
    named = shortened(_indexed(tensor, _listed(index)))
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
    return f"expected {_indexed(tensor, ranges)}"


def cell_name(tensor: str, cell: Cell, shape: Shape) -> str:
    """The name of a cell: leading axes of size 1 are left out, but one index stays.

    `conv[2,3]` for the cell (0, 1, 2) of a 1×4×4, `dense[1]` for the only one of a (1,), and no
    index for a single number such as the loss. A step stands at the end: `conv[2,3]#2`.
    """
    if not shape:
        return tensor
    return _indexed(tensor, _listed(position + 1 for position in cell[_leading_ones(shape) :]))


def _indexed(tensor: str, index: str) -> str:
    """`conv@2[1,3]#2`: the index stands before the step."""
    own, mark, step = tensor.partition("#")
    return f"{own}[{index}]{mark}{step}"


def cell_names(tensor: str, shape: Shape) -> Iterator[str]:
    """The names of all cells of a tensor in reading order, one after the other: there may be millions."""
    if not shape:
        return iter((tensor,))
    axes = [[str(position + 1) for position in range(extent)] for extent in shape[_leading_ones(shape) :]]
    own, mark, step = tensor.partition("#")
    return (f"{own}[{','.join(index)}]{mark}{step}" for index in product(*axes))


def _leading_ones(shape: Shape) -> int:
    """How many leading axes a name leaves out."""
    for axis, extent in enumerate(shape[:-1]):
        if extent != 1:
            return axis
    return max(len(shape) - 1, 0)


def _listed(parts: Iterable[object]) -> str:
    return ",".join(map(str, parts))


# --- sizes -------------------------------------------------------------------------------------

SIZES = ("shape", "parameters", "multiplications", "receptive_field")
_SIZE = re.compile(rf"\s*([A-Za-z][A-Za-z0-9_]*)\.({'|'.join(SIZES)})\s*")
_LONGEST = 200


@lru_cache(maxsize=1024)
def size_name(name: str) -> tuple[str, str] | None:
    """The layer and the kind of size in `conv.shape`; None if it is no such name."""
    match = _SIZE.fullmatch(name) if len(name) < _LONGEST else None
    return (match[1], match[2]) if match else None
