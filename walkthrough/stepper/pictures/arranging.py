"""Boards side by side in the room that there is: fewer digits, stacked, or only the part that matters."""

from __future__ import annotations

from collections.abc import Sequence

from walkthrough.stepper.pictures.boards import Board
from walkthrough.stepper.pictures.drawing import Drawing
from walkthrough.stepper.pictures.numbers import Numbers
from walkthrough.stepper.pictures.runs import Row, TextRun, padded

_GAP = 3
_FEW = (6, 4, 3)


def arranged(boards: Sequence[Board], numbers: Numbers, width: int, height: int) -> list[Row]:
    """The boards as rows of at most this width, at most this many."""
    columns = _columns(boards, numbers, width, height)
    widths = _widths(columns, width)
    drawn = [_column(column, wide, height) for column, wide in zip(columns, widths, strict=True)]
    rows: list[Row] = []
    for at in range(max((len(each) for each in drawn), default=0)):
        row: list[TextRun] = []
        for column, wide in zip(drawn, widths, strict=True):
            if row:
                row.append(TextRun(" " * _GAP))
            row += column[at] if at < len(column) else (TextRun(" " * wide),)
        rows.append(tuple(row))
    return rows


def needed(boards: Sequence[Board]) -> int:
    """How many rows the tallest board takes, its title included."""
    return 1 + max((b.frame.top + b.rows + b.frame.bottom for b in boards), default=0)


def framed(boards: Sequence[Board]) -> int:
    """How many rows the tallest window takes, a row beside it and the title included."""
    rows = [[row for row, _ in board.marks] or [0] for board in boards]
    return 2 + max((max(each) - min(each) + 1 for each in rows), default=0)


_Column = list[Drawing]


def _columns(boards: Sequence[Board], numbers: Numbers, width: int, height: int) -> list[_Column]:
    """The boards in columns, in as many digits as fit; what is spare goes first."""
    digits = numbers.opened.digits
    for few in (digits, *(each for each in _FEW if each < digits)):
        columns = [[Drawing(board, numbers, few)] for board in boards]
        if _total(columns) <= width:
            return columns
        stacked = _stacked(columns, width, height)
        if _total(stacked) <= width:
            return stacked
    columns = [[Drawing(board, numbers, min(_FEW[-1], digits))] for board in boards]
    if sum(_least(column) for column in columns) + _GAP * (len(columns) - 1) > width:
        kept = [column for column in columns if not column[0].board.spare]
        columns = kept or columns
    return _stacked(columns, width, height)


def _stacked(columns: list[_Column], width: int, height: int) -> list[_Column]:
    """Neighbours on top of each other, as long as that is needed and there is room for it."""
    columns = [list(column) for column in columns]
    while _total(columns) > width:
        best = None
        for at in range(len(columns) - 1):
            pair = columns[at] + columns[at + 1]
            if _height(pair) <= height:
                saved = _natural(columns[at]) + _natural(columns[at + 1]) - _natural(pair)
                if best is None or saved > best[0]:
                    best = (saved, at)
        if best is None:
            return columns
        at = best[1]
        columns[at : at + 2] = [columns[at] + columns[at + 1]]
    return columns


def _widths(columns: list[_Column], width: int) -> list[int]:
    """How wide each column is: as wide as it likes, or what it needs and its share of what is left."""
    natural = [_natural(column) for column in columns]
    room = width - _GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    least = [min(_least(column), like) for column, like in zip(columns, natural, strict=True)]
    while sum(least) > room:  # there is room for nothing: the widest give way
        widest = max(range(len(least)), key=lambda at: least[at])
        if least[widest] <= 3:
            break
        least[widest] -= 1
    left = room - sum(least)
    while left > 0:
        wanting = [at for at in range(len(least)) if least[at] < natural[at]]
        if not wanting:
            break
        narrowest = min(wanting, key=lambda at: least[at])
        least[narrowest] += 1
        left -= 1
    return least


def _column(column: _Column, width: int, height: int) -> list[Row]:
    rows: list[Row] = []
    for drawing in column:
        if rows:
            rows.append(padded((), width))
        room = height - len(rows)
        rows += drawing.rows(width, room if drawing is column[-1] else min(room, drawing.size[0] + 1))
    return rows


def _total(columns: list[_Column]) -> int:
    return sum(_natural(column) for column in columns) + _GAP * (len(columns) - 1)


def _natural(column: _Column) -> int:
    return max(drawing.natural for drawing in column)


def _least(column: _Column) -> int:
    return max(drawing.least for drawing in column)


def _height(column: _Column) -> int:
    return sum(drawing.size[0] + 1 for drawing in column) + len(column) - 1
