"""Whether the lines of a block, as they are printed, are laid out alike; read off the text alone."""

from __future__ import annotations

import re

from walkthrough.document import Working, Workings
from walkthrough.formats.text import TextFormat

_RELATION = re.compile(r"(?<=\s)[=≈←](?=\s)")
_FIRST = re.compile(r"\s*[=≈←]\s")


def assert_alike(block: Workings, width: int) -> None:
    """Relations under each other, and what is beside the symbols in one line is beside them in all."""
    if not block.lines:
        return
    bare = Workings(tuple(Working(e.cell, e.left, e.sides, "", e.groups) for e in block.lines))
    text = "".join(TextFormat(width).render([bare]))
    if any(line.groups for line in block.lines):
        names = {match.start() for match in re.finditer(r"(?m)^.{3,}?(channel|filter|bias)", text)}
        assert len({text.rfind("\n", 0, at) - at for at in names}) <= 1, text
        return
    printed = rows_of(text, block.lines)
    assert len({relations(rows[0])[0] for rows in printed if relations(rows[0])}) <= 1, text
    full = [rows for rows, line in zip(printed, block.lines, strict=True) if len(line.sides) > 2]
    assert len({len(relations(rows[0])) > 1 for rows in full}) <= 1, f"beside and below:\n{text}"
    assert len({frozenset(own_rows(rows)) for rows in full}) <= 1, f"in other columns:\n{text}"
    if all(len(rows) == 1 for rows in printed):
        assert len({relations(rows[0])[1] for rows in full}) <= 1, f"not under each other:\n{text}"


def rows_of(text: str, lines: tuple[Working, ...]) -> list[list[str]]:
    """The rows of each line: a new one begins with a left side."""
    found: list[list[str]] = []
    lefts = [line.left for line in lines]
    for row in text.splitlines():
        if len(found) < len(lefts) and row.startswith(f"   {lefts[len(found)]} "):
            found.append([])
        if row.strip():
            found[-1].append(row)
    assert len(found) == len(lefts), text
    return found


def relations(row: str) -> list[int]:
    """The columns of the relations in a row, but not of those in parentheses."""
    return [match.start() for match in _RELATION.finditer(row)]


def own_rows(rows: list[str]) -> set[int]:
    """The columns of the relations that begin a row of their own."""
    return {match.end() - 2 for row in rows[1:] if (match := _FIRST.match(row))}
