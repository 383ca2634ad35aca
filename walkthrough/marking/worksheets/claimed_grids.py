"""A grid on a worksheet: numbers laid out as on paper, `?` where nothing is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

from walkthrough.case.tables.values import found
from walkthrough.marking.worksheets.claimed_numbers import TIMES, Commas
from walkthrough.marking.worksheets.typed_grids import (
    bracketed,
    cells_between_tabs,
    compact_list,
    in_thousands,
    plain_rows,
)
from walkthrough.marking.worksheets.typed_numbers import EQUALS_SIGNS
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import times
from walkthrough.numbers.written import digits

GridLine: TypeAlias = tuple[int, list[str]]
"""The line of the text, from 0, and what stands in it."""

_LONGEST_REMEMBERED = 400
_FILTER_LINE = re.compile(r"-{3,}")
# a number may have blanks in it: after a mark, around a ×, before a %
_SPACIOUS = re.compile(rf"(?:[{EQUALS_SIGNS}][^\S\n]*)?\S+(?:[^\S\n]+[{TIMES}][^\S\n]*10\S*)?(?:[^\S\n]+%)?")
_SEVERAL = re.compile(r"\([^()\s;,][^()]*[\s;,][^()]*\)")
_NEEDS_CARE = re.compile(rf"[{EQUALS_SIGNS}{TIMES}%]")
_THOUSANDS = re.compile(r"\D?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class WrittenGrid:
    """The words of a grid in reading order, each with its line from 0.

    `shape` has four axes, filter × channel × row × column; None if the rows are not equally long.
    """

    shape: Shape | None
    words: tuple[str, ...]
    lines: tuple[int, ...]
    described: str
    doubt: str = ""
    """Why its numbers cannot be told from each other; empty if they can."""


def read_claimed_grid(text: str, commas: Commas) -> WrittenGrid:
    """The grid in a text: a line or `;` per row, empty lines between channels, `---` between filters."""
    return _remembered(text, commas) if len(text) <= _LONGEST_REMEMBERED else _read_grid(text, commas)


def _read_grid(text: str, commas: Commas) -> WrittenGrid:
    commas = "separate" if compact_list(text) else commas
    lists = bracketed(text, commas != "separate") if "[" in text else None
    if lists is not None:
        return read_lists(lists)
    filters = [[block for block in blocks if block] for blocks in _filters(plain_rows(text), commas)]
    filters = [blocks for blocks in filters if blocks]
    rows = [row for blocks in filters for block in blocks for row in block]
    words = tuple(word for _, row in rows for word in row)
    lines = tuple(at for at, row in rows for _ in row)
    shape = _shape(filters)
    doubt = next((each for each in (in_thousands(row) for _, row in rows) if each), "")
    return WrittenGrid(shape, words, lines, _as_written(shape) if shape else _ragged(filters), doubt)


# a class writes the same grids again and again
_remembered = lru_cache(maxsize=2_048)(_read_grid)


def read_lists(value: list[Any]) -> WrittenGrid:
    """The grid in nested arrays."""
    shape = _list_shape(value)
    words = tuple(word_of(each) for each in _leaves(value))
    described = f"is {in_words(shape)}" if shape else "has rows of different lengths"
    if shape is not None:
        shape = (1,) * (4 - len(shape)) + shape if len(shape) <= 4 else None
    return WrittenGrid(shape, words, (0,) * len(words), described)


def word_of(value: Any) -> str:
    """What is written for a single number, bare or in quotation marks."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return digits(value)
    return found(value)


def fits(written: Shape | None, shape: Shape) -> bool:
    """Whether a grid is laid out as the tensor is; leading axes of size 1 may be left out.

    What is flat may stand in a column as well, and a number for each channel (channel × 1 × 1) in a row.
    """
    if written is None or len(shape) > 4:
        return False
    if written == (1,) * (4 - len(shape)) + shape:
        return True
    count = max(shape, default=1)
    flat = len(shape) == 1 or (len(shape) == 3 and shape[1:] == (1, 1))
    return flat and written in ((1, 1, 1, count), (1, 1, count, 1))


def in_words(shape: Shape) -> str:
    """A shape as people say it: 4×4, a row of 4."""
    shape = without_ones(shape)
    return f"a row of {shape[0]}" if len(shape) == 1 else times(shape)


def without_ones(shape: Shape) -> Shape:
    """The shape as people think of it: a single map is rows × columns."""
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return shape


def laid_out(shape: Shape, words: list[str]) -> list[str]:
    """The lines of a grid, aligned: what `read_grid` reads as a tensor of this shape."""
    width = max(map(len, words), default=0)
    full = (1,) * (4 - len(shape)) + shape
    lines: list[str] = []
    at = iter(words)
    for filter_, channel in product(range(full[0]), range(full[1])):
        if channel:
            lines.append("")
        elif filter_:
            lines.append("---")
        for _ in range(full[2]):
            lines.append(" ".join(next(at).rjust(width) for _ in range(full[3])))
    return lines


# --- reading text ------------------------------------------------------------------------------


def _filters(text: str, commas: Commas) -> Iterator[list[list[GridLine]]]:
    """The rows in channels, in filters."""
    block: list[GridLine] = []
    blocks = [block]
    for at, line in enumerate(text.split("\n")):
        bare = line.strip()
        if bare[:1] == "[" and bare[-1] == "]":
            bare = bare[1:-1].strip()  # [1020, 1275]
        elif bare[:1] == "(" and bare[-1] == ")" and _SEVERAL.fullmatch(bare):
            bare = bare[1:-1].strip()  # (1020, 1275): a tuple; (1020) alone may be −1020
        if not bare:
            if block:
                block = []
                blocks.append(block)
        elif bare[0] == "-" and _FILTER_LINE.fullmatch(bare):
            yield blocks
            block = []
            blocks = [block]
        elif ";" in bare:
            pieces = bare.removesuffix(";").split(";")
            block.extend((at, _words(piece, commas)) for piece in pieces)
        else:
            block.append((at, cells_between_tabs(line.strip(" \r")) or _words(bare, commas)))
    yield blocks


def _words(row: str, commas: Commas) -> list[str]:
    if "," in row and commas == "separate":
        return _between_commas(row)
    if _NEEDS_CARE.search(row):
        return _SPACIOUS.findall(row)
    return row.split()


def _between_commas(row: str) -> list[str]:
    parts = row.split()
    if len(parts) > 1 and any(_THOUSANDS.fullmatch(part) for part in parts):
        # blanks separate these numbers, so that the comma is within one; it will be said to be unreadable
        return parts
    fields = row.split(",")
    if not fields[-1].strip():
        fields.pop()
    return [word for field in fields for word in (_words(field, "decimal") or [""])]


# --- shapes ------------------------------------------------------------------------------------


def _shape(filters: list[list[list[GridLine]]]) -> Shape | None:
    if not filters:
        return None
    channels, rows, columns = len(filters[0]), len(filters[0][0]), len(filters[0][0][0][1])
    for blocks in filters:
        if len(blocks) != channels:
            return None
        for block in blocks:
            if len(block) != rows or any(len(row) != columns for _, row in block):
                return None
    return len(filters), channels, rows, columns


def _as_written(shape: Shape) -> str:
    """A written shape in words: 4 numbers in one row are a row of 4."""
    shape = without_ones(shape)
    return f"is {in_words(shape[1:] if len(shape) == 2 and shape[0] == 1 else shape)}"


def _ragged(filters: list[list[list[GridLine]]]) -> str:
    lengths = [len(row) for blocks in filters for block in blocks for _, row in block]
    if not lengths:
        return "is empty"
    shown = ", ".join(map(str, lengths[:8])) + (" …" if len(lengths) > 8 else "")
    if len(set(lengths)) > 1:
        return f"has rows of {shown} numbers"
    return f"has {len(lengths)} rows of {lengths[0]}, unevenly divided by empty lines or ---"


def _list_shape(value: Any) -> Shape | None:
    if not isinstance(value, list):
        return ()
    if not value:
        return None
    inner = _list_shape(value[0])
    if inner is None or any(_list_shape(each) != inner for each in value[1:]):
        return None
    return (len(value), *inner)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield value
