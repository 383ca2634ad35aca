"""A grid as a person types it: a line for each row, blanks or commas between the numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from walkthrough.case.tables.values import Misread
from walkthrough.numbers.grid import MOST_NUMBERS, GivenGrid, GridTooLarge
from walkthrough.numbers.written import NotANumber, Written, read_number

if TYPE_CHECKING:
    from typing import TypeAlias

    from walkthrough.mathematics.notation import Shape

    Row: TypeAlias = tuple[int, list[Written]]
    Block: TypeAlias = list[Row]

_FILTER_LINE = re.compile(r"-{3,}")


def read_text(text: str, row_mark: str = ";") -> GivenGrid:
    """The grid in a text, in the rank in which it is written; raises Misread with the line at fault.

    One row: n numbers. Several rows: row × column. Empty lines between: channel × row × column.
    Lines `---` between: filter × channel × row × column. All rows must be equally long, all
    channels and all filters of the same size.
    """
    filters = _filters(text, row_mark)
    if not any(filters):
        raise Misread("is empty; expected numbers, a line for each row")
    _refuse_ragged(filters)
    rows, columns = len(filters[0][0]), len(filters[0][0][0][1])
    shape: Shape = (len(filters), len(filters[0]), rows, columns)
    if len(filters) == 1:
        shape = shape[1:] if len(filters[0]) > 1 else shape[2:] if rows > 1 else shape[3:]
    numbers = [number for channels in filters for block in channels for _, row in block for number in row]
    try:
        return GivenGrid.of(numbers, shape)
    except GridTooLarge as error:
        raise Misread(str(error)) from None


def _filters(text: str, row_mark: str) -> list[list[Block]]:
    """The rows with their lines, in channels, in filters."""
    filters: list[list[Block]] = [[]]
    block: Block = []
    seen: dict[str, Written] = {}
    count = 0
    for at, line in enumerate(text.split("\n")):
        bare = line.strip()
        if _FILTER_LINE.fullmatch(bare) or not bare:
            if block:
                filters[-1].append(block)
                block = []
            if bare:
                if not filters[-1]:
                    raise Misread(
                        "a line --- stands between two filters, and there is nothing above it", row=at
                    )
                filters.append([])
            continue
        for row in _rows(line, row_mark):
            block.append((at, _numbers(row, at, seen)))
            count += len(block[-1][1])
        if count > MOST_NUMBERS:
            raise Misread(f"is over {MOST_NUMBERS:,} numbers, the most that a tensor may have")
    if block:
        filters[-1].append(block)
    if len(filters) > 1 and not filters[-1]:
        raise Misread("a line --- stands between two filters, and there is nothing below it", row=at)
    return filters


def _rows(line: str, row_mark: str) -> list[str]:
    if not row_mark:
        return [line]
    rows = line.split(row_mark)
    # a mark at the end of a line closes its last row
    return rows[:-1] if len(rows) > 1 and not rows[-1].strip() else rows


def _numbers(row: str, at: int, seen: dict[str, Written]) -> list[Written]:
    """The numbers of a row; `seen` spares reading the same text again."""
    numbers = []
    for word in _words(row, at):
        number = seen.get(word)
        if number is None:
            try:
                number = seen[word] = read_number(word)
            except NotANumber as error:
                raise Misread(str(error), row=at) from None
        numbers.append(number)
    return numbers


def _words(row: str, at: int) -> list[str]:
    if "," not in row:
        words = row.split()
    else:
        fields = [field.split() for field in row.split(",")]
        if not fields[-1]:
            fields.pop()
        if not all(fields):
            raise Misread("there is no number between two commas", row=at)
        words = [word for field in fields for word in field]
    if not words:
        raise Misread("a row is empty; expected numbers before and after a semicolon", row=at)
    return words


def _refuse_ragged(filters: list[list[Block]]) -> None:
    """Every row as long as the first, every channel and every filter of the same size."""
    first = filters[0][0]
    columns = len(first[0][1])
    for channels in filters:
        for block in channels:
            for count, (at, row) in enumerate(block, 1):
                if len(row) != columns:
                    raise Misread(
                        f"row {count} has {len(row)} number(s) and row 1 has {columns}; "
                        "all rows must be equally long",
                        row=at,
                    )
            if len(block) != len(first):
                raise Misread(
                    f"a channel has {len(block)} row(s) and the first has {len(first)}; "
                    "all channels must be of the same size",
                    row=block[0][0],
                )
        if len(channels) != len(filters[0]):
            raise Misread(
                f"a filter has {len(channels)} channel(s) and the first has {len(filters[0])}; "
                "all filters must have the same channels",
                row=channels[0][0][0] if channels else None,
            )
