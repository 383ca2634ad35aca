"""One layout for a block of like lines: the first in which its widest member fits.

Symbols, numbers and what they come to stand beside each other; or what they come to stands in a row of its
own; or all of them do. What is told of one line is told of all of them in the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from walkthrough.document import Side, Sum, Window, Working
from walkthrough.formats._arranged_sides import Arrangement, piece
from walkthrough.words.line_breaks import folded, wrapped

INDENT = "   "
_APART = 5
"""Columns between a line and its remark."""
_NARROWEST = 32
"""Columns in which a remark is still folded beside its line."""

_UNBROKEN = 1_000_000
"""A width in which no row needs to be broken."""


class PlacedRow(NamedTuple):
    """A row of text, and a remark at its end."""

    text: str
    aside: str = ""


class _OpenLine(NamedTuple):
    """A line to be placed: what stands before it, its sides, and a remark."""

    lead: str
    sides: tuple[tuple[str, Side], ...]
    because: str = ""

    @property
    def first(self) -> tuple[tuple[str, Side], ...]:
        """The symbols."""
        return self.sides[:1]

    @property
    def second(self) -> tuple[tuple[str, Side], ...]:
        """The numbers."""
        return self.sides[1:2] if len(self.sides) > 2 else ()

    @property
    def tail(self) -> tuple[tuple[str, Side], ...]:
        """What they come to."""
        return self.sides[2:] if len(self.sides) > 2 else self.sides[1:]


Layout = Callable[[list[_OpenLine], Arrangement, int], list[list[str]]]


def laid_out(workings: tuple[Working, ...], width: int) -> Iterator[PlacedRow]:
    """The lines of a block, with empty rows between them if one of them has several rows."""
    if any(working.groups for working in workings):
        yield from _grouped(workings, width)
        return
    lines = [_OpenLine(INDENT + each.left, each.sides, each.because) for each in workings]
    blocks = _chosen(_level(lines), width)
    apart = max(len(rows) for rows in blocks) > 1
    placed = _remarked(lines, blocks, width)
    for number, rows in enumerate(placed):
        if apart and number:
            yield PlacedRow("")
        yield from rows


def _level(lines: list[_OpenLine]) -> list[_OpenLine]:
    """The relations under each other."""
    longest = max(len(line.lead) for line in lines)
    return [_OpenLine(line.lead.ljust(longest), line.sides, line.because) for line in lines]


def _chosen(lines: list[_OpenLine], width: int) -> list[list[str]]:
    """The rows of each line, in the first layout that fits all of them."""
    for arrangement, layouts in _arrangements(lines):
        for layout in layouts:
            blocks = layout(lines, arrangement, width)
            if all(len(row) <= width for rows in blocks for row in rows):
                return blocks
    return _wrapped(lines, width)


def _arrangements(lines: list[_OpenLine]) -> Iterator[tuple[Arrangement, tuple[Layout, ...]]]:
    """Windows keep their rows. Overlaps of many shapes stand in one row each, if all of them do."""
    sides = [side for line in lines for _, side in (*line.first, *line.second)]
    shapes = {tuple(map(len, side.rows)) for side in sides if not isinstance(side, str)}
    several = {shape for shape in shapes if len(shape) > 1}
    if not several:
        yield Arrangement(), (_across, _tail_below, _three_rows, _each_alone)
        return
    if len(shapes) > 1 and not any(isinstance(side, Window) for side in sides):
        yield Arrangement(flat=True), (_across, _tail_below)
    yield Arrangement(), (_across, _tail_below, _stacked)
    longest = max(max(shape) for shape in several)
    yield Arrangement(most=-(-longest // 2)), (_numbers_broken, _stacked)
    # rather than in bits, each product stands in a row of its own, its numbers beside its symbols
    yield Arrangement(most=1), (_across, _tail_below, _stacked)


def _remarked(lines: list[_OpenLine], blocks: list[list[str]], width: int) -> Iterator[list[PlacedRow]]:
    """Remarks beside the lines, under each other and folded; or below them, if there is little room."""
    column = max(len(row) for rows in blocks for row in rows) + _APART
    longest = max((len(line.because) for line in lines), default=0)
    beside = width - column >= min(longest, _NARROWEST)
    for line, rows in zip(lines, blocks, strict=True):
        if not line.because:
            yield [PlacedRow(row) for row in rows]
        elif beside:
            remarks = [text.strip() for text in folded(line.because, width - column, "")]
            height = max(len(rows), len(remarks))
            texts = [*rows, *[""] * (height - len(rows))]
            remarks += [""] * (height - len(remarks))
            yield [
                PlacedRow(text.ljust(column) if remark else text, remark)
                for text, remark in zip(texts, remarks, strict=True)
            ]
        else:
            under = folded(line.because, width, " " * min(len(line.lead) + 3, 12))
            yield [*(PlacedRow(row) for row in rows), *(PlacedRow("", text) for text in under)]


# --- layouts -------------------------------------------------------------------------------------


def _across(lines: list[_OpenLine], arrangement: Arrangement, width: int) -> list[list[str]]:
    """Symbols, numbers and result beside each other."""
    blocks = _columns(lines, arrangement)
    column = max(len(row) for rows in blocks for row in rows)
    for line, rows in zip(lines, blocks, strict=True):
        if line.tail:
            rows[-1] = f"{rows[-1].ljust(column)}{_joined(line.tail)}"
    return blocks


def _tail_below(lines: list[_OpenLine], arrangement: Arrangement, width: int) -> list[list[str]]:
    """What they come to in a row of its own, under the relation before the numbers."""
    if not any(line.second for line in lines):
        return [[" " * (width + 1)]]  # there is nothing to put below: it does not fit
    blocks = _columns(lines, arrangement)
    column = _second_column(lines, arrangement)
    for line, rows in zip(lines, blocks, strict=True):
        if line.tail:
            rows.append(" " * (column - 1) + _joined(line.tail))
    return blocks


def _stacked(
    lines: list[_OpenLine], arrangement: Arrangement, width: int, symbols: Arrangement | None = None
) -> list[list[str]]:
    """Each in rows of its own, the relations under each other; the symbols perhaps arranged otherwise."""
    blocks = []
    for line in lines:
        pad = " " * len(line.lead)
        rows = []
        for start, side, how in ((line.lead, line.first, symbols), (pad, line.second, None)):
            for relation, each in side:
                rows += _rows(f"{start} {relation} ", pad, each, how or arrangement)
        if line.tail:
            rows += wrapped(pad, _joined(line.tail), f"{pad} ", width)
        blocks.append(rows)
    return blocks


def _numbers_broken(lines: list[_OpenLine], arrangement: Arrangement, width: int) -> list[list[str]]:
    """The same with only the rows of the numbers broken."""
    return _stacked(lines, arrangement, width, Arrangement())


def _three_rows(lines: list[_OpenLine], arrangement: Arrangement, width: int) -> list[list[str]]:
    """The same for lines of which none is a window: what they come to is not broken."""
    return _stacked(lines, arrangement, _UNBROKEN)


def _each_alone(lines: list[_OpenLine], arrangement: Arrangement, width: int) -> list[list[str]]:
    """Every side in a row of its own; the result ends the last one, if it does so everywhere."""
    alone, ended = [], []
    for line in lines:
        pad = " " * len(line.lead)
        rows = [f"{pad} {relation} {_flat(side)}" for relation, side in line.sides] or [line.lead]
        rows[0] = line.lead + rows[0][len(pad) :]
        alone.append(rows)
        ended.append([*rows[:-2], f"{rows[-2]} {rows[-1].strip()}"] if len(rows) > 2 else rows)
    return ended if all(len(row) <= width for rows in ended for row in rows) else alone


def _wrapped(lines: list[_OpenLine], width: int) -> list[list[str]]:
    """The last resort: every side in a row of its own, and long rows broken before a sign."""
    blocks = []
    for line in lines:
        pad = " " * len(line.lead)
        rows: list[str] = []
        for number, (relation, side) in enumerate(line.sides):
            text = _flat(side)
            ends = number == len(line.sides) - 1 and number > 1
            if ends and len(rows[-1]) + len(text) + 3 <= width:
                rows[-1] += f" {relation} {text}"
                continue
            start = line.lead if number == 0 else pad
            rows += wrapped(f"{start} {relation} ", text, f"{pad} ", width)
        blocks.append(rows or [line.lead])
    return blocks


def _columns(lines: list[_OpenLine], arrangement: Arrangement) -> list[list[str]]:
    """Symbols and numbers beside each other, in columns over all lines."""
    column = _second_column(lines, arrangement)
    blocks = []
    for line in lines:
        pad = " " * len(line.lead)
        rows = [line.lead]
        for relation, side in line.first:
            rows = _rows(f"{line.lead} {relation} ", pad, side, arrangement)
        for relation, side in line.second:
            right = _rows(f"{relation} ", "", side, arrangement, "")
            rows += [""] * (len(right) - len(rows))
            for at, text in enumerate(right):
                rows[at] = f"{rows[at].ljust(column)}{text}"
        blocks.append(rows)
    return blocks


def _second_column(lines: list[_OpenLine], arrangement: Arrangement) -> int:
    """Where the relation before the numbers stands."""
    heights, widths = [1], [0]
    for line in lines:
        for _, side in line.first:
            texts = piece(side, arrangement)
            heights.append(len(texts))
            widths.append(len(line.lead) + 3 + max(map(len, texts)))
    return max(widths) + (3 if max(heights) > 1 else 1)


def _rows(start: str, pad: str, side: Side, arrangement: Arrangement, before: str = " ") -> list[str]:
    """A side after its relation; the rows of a sum begin with a +."""
    joint = "+" if isinstance(side, Sum) else " "
    return [
        (start if at == 0 else f"{pad}{before}{joint} ") + text
        for at, text in enumerate(piece(side, arrangement))
    ]


def _flat(side: Side) -> str:
    return piece(side, Arrangement(flat=True))[0]


def _joined(sides: tuple[tuple[str, Side], ...]) -> str:
    return "".join(f" {relation} {_flat(side)}" for relation, side in sides)


# --- groups --------------------------------------------------------------------------------------


def _grouped(workings: tuple[Working, ...], width: int) -> Iterator[PlacedRow]:
    """Sums of several channels: each channel with its subtotal, then what they come to."""
    names = max((len(group.name) for each in workings for group in each.groups), default=0)
    lefts = max(len(each.left) for each in workings)
    margin = INDENT + " " * (lefts + 4)
    parts: list[_OpenLine] = []
    for each in workings:
        for number, group in enumerate(each.groups):
            left = each.left if number == 0 else ""
            first, *rest = group.sides
            lead = f"{INDENT}{left.ljust(lefts)}    {group.name.ljust(names)}"
            parts.append(_OpenLine(lead, ((" ", first[1]), *rest)))
    closing = _chosen([_OpenLine(margin + each.left, each.closing or each.sides) for each in workings], width)
    lines = [_OpenLine("", (), each.because) for each in workings]
    placed = iter(_chosen(parts, width) if parts else [])
    blocks = []
    for each, end in zip(workings, closing, strict=True):
        rows = [row for _ in each.groups for row in next(placed)]
        if not each.groups:
            end = [f"{INDENT}{each.left}" + end[0][len(margin) + len(each.left) :], *end[1:]]
        blocks.append([*rows, *end])
    for number, remarked in enumerate(_remarked(lines, blocks, width)):
        if number:
            yield PlacedRow("")
        yield from remarked
