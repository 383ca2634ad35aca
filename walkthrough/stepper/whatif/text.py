"""The text of a case file with other numbers in it; everything else stays as somebody wrote it.

What comes out is read again by whoever saves it, so this only has to find its way, not to judge.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from walkthrough.case.tables.lines import TableLines
from walkthrough.case.tables.values import KeyPath
from walkthrough.numbers.grid import GivenGrid
from walkthrough.stepper.whatif.places import Grids

_NUMBER = re.compile(r"[^\s,;]+")
_BARE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_BARE_VALUE = re.compile(r"[-+0-9.eE_a-zA-Z]+")
_KEY_END = re.compile(r"""(?:[^="'\n]|"[^"\n]*"|'[^'\n]*')*=[ \t]*""")


class CannotPlace(ValueError):
    """A value that stands in the file in a way that it cannot be changed in."""


def with_grids(toml: str, grids: Mapping[str, Grids]) -> str:
    """The text with the changed numbers of each grid."""
    for changed in grids.values():
        toml = _with_grid(toml, changed)
    return toml


def _with_grid(toml: str, changed: Grids) -> str:
    place = changed.place
    value = _value_at(tomllib.loads(toml), place)
    if isinstance(value, dict) and set(value) == {"values"}:
        place, value = (*place, "values"), value["values"]
    if isinstance(value, dict):
        return _written_out(toml, place, value, changed.grid)
    start, end = _span(toml, place)
    text = toml[start:end]
    numbers = list(_numbers_in(text, isinstance(value, str)))
    if len(numbers) != changed.grid.size:
        return toml[:start] + _as_text(changed.grid) + toml[end:]
    for at in sorted(changed.numbers, reverse=True):
        first, last = numbers[at]
        new = changed.numbers[at]
        if not isinstance(value, str):
            new = new if _BARE.fullmatch(new) else json.dumps(new)
        text = text[:first] + _of_width(new, last - first) + text[last:]
    return toml[:start] + text + toml[end:]


def _of_width(new: str, width: int) -> str:
    return new.rjust(width)


def _value_at(table: Any, place: KeyPath) -> Any:
    for part in place:
        table = table[part]
    return table


def _span(toml: str, place: KeyPath) -> tuple[int, int]:
    """Where in the text a value begins and ends."""
    start = TableLines(toml).offset(place)
    match = None if start is None else _KEY_END.match(toml, start)
    if start is None or match is None:
        raise CannotPlace(f"{'.'.join(map(str, place))} stands in the file in a way that cannot be changed")
    return match.end(), _end(toml, match.end())


def _end(toml: str, at: int) -> int:
    """Where the value that begins here ends."""
    for mark in ('"""', "'''"):
        if toml.startswith(mark, at):
            return toml.index(mark, at + 3) + 3
    if toml[at] in "\"'":
        return toml.index(toml[at], at + 1) + 1
    if toml[at] in "[{":
        return _closed(toml, at)
    match = re.compile(r"[^,\]}\n#]*").match(toml, at)
    assert match is not None
    return match.start() + len(match[0].rstrip())


def _closed(toml: str, at: int) -> int:
    """Where the bracket that opens here is closed."""
    depth = 0
    while True:
        sign = toml[at]
        if sign in "\"'":
            at = _end(toml, at)
            continue
        if sign == "#":
            at = toml.index("\n", at)
        depth += (sign in "[{") - (sign in "]}")
        at += 1
        if not depth:
            return at


def _numbers_in(text: str, written: bool) -> Iterator[tuple[int, int]]:
    """Where each number of a grid stands, in reading order."""
    if written:
        mark = 3 if text.startswith(('"""', "'''")) else 1
        for match in _NUMBER.finditer(text, mark, len(text) - mark):
            if not re.fullmatch("-{3,}", match[0]):
                yield match.span()
        return
    at = 0
    while at < len(text):
        if text[at] == "#":
            at = text.index("\n", at)
        elif text[at] in "\"'":
            end = _end(text, at)
            yield at, end
            at = end
        elif bare := _BARE_VALUE.match(text, at):
            yield bare.span()
            at = bare.end()
        else:
            at += 1


# --- grids that were not written number by number ------------------------------------------------


def _written_out(toml: str, place: KeyPath, value: dict[str, Any], grid: GivenGrid) -> str:
    """A grid that was drawn, or read from a file, with all its numbers."""
    lines = TableLines(toml)
    start = lines.offset(place)
    match = None if start is None else _KEY_END.match(toml, start)
    if start is not None and match is not None and toml[match.end() : match.end() + 1] == "{":
        end = _closed(toml, match.end())
        return toml[: match.end()] + _as_text(grid) + toml[end:]
    spans = sorted(_span(toml, (*place, key)) for key in value)
    starts = sorted(offset for key in value if (offset := lines.offset((*place, key))) is not None)
    if len(starts) != len(spans):
        raise CannotPlace(f"{'.'.join(map(str, place))} stands in the file in a way that cannot be changed")
    for number in reversed(range(len(spans))):
        new = f"values = {_as_text(grid)}" if number == 0 else ""
        toml = toml[: starts[number]] + new + toml[spans[number][1] :]
    return toml


def _as_text(grid: GivenGrid) -> str:
    """A grid as text: a line for each row, an empty line between channels, --- between filters."""
    shape = (1,) * (4 - len(grid.shape)) + grid.shape
    filters, channels, rows, columns = shape
    texts = [grid.text(at).replace("−", "-") for at in range(grid.size)]
    lines: list[str] = []
    at = 0
    for filter_ in range(filters):
        if filter_:
            lines.append("---")
        for channel in range(channels):
            if channel:
                lines.append("")
            for _ in range(rows):
                lines.append(" ".join(texts[at : at + columns]))
                at += columns
    return '"""\n' + "\n".join(lines) + '\n"""'


# --- files that the case names -------------------------------------------------------------------


def with_files(toml: str, old: Path, new: Path) -> str:
    """The text with the names of its grids' files as they are seen from another folder."""
    if old.resolve() == new.resolve():
        return toml
    for place, name in _files(tomllib.loads(toml), ()):
        if Path(name).is_absolute():
            continue
        start, end = _span(toml, place)
        seen = os.path.relpath((old / name).resolve(), new.resolve())
        toml = toml[:start] + json.dumps(seen, ensure_ascii=False) + toml[end:]
    return toml


def _files(value: Any, place: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every `file = …` in a case, and where it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield (*place, "file"), value["file"]
        for key, each in value.items():
            yield from _files(each, (*place, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _files(each, (*place, at))
