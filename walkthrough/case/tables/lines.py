"""In which line of a TOML file a value stands; tomllib does not say.

The file has been read by tomllib before, so this only has to find its way, not to judge.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress

from walkthrough.case.tables.values import KeyPath

# of more values than this, the line of what holds them is good enough
_MOST_PLACES = 200_000
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")


class TableLines:
    """The line of every value in a file, by its place."""

    def __init__(self, toml: str) -> None:
        self._toml = toml
        self._newlines = [at.start() for at in re.finditer("\n", toml)]
        self._starts: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}
        # a message without its line is better than none
        with suppress(RecursionError, ValueError, IndexError):
            self._read_all()

    def of(self, place: KeyPath) -> int | None:
        """The line in which the value at this place, or else what holds it, begins, from 1."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._starts:
                return self._line(self._starts[place[:length]])
        return None

    def offset(self, place: KeyPath) -> int | None:
        """Where in the text the value at this place, or its key, begins."""
        return self._starts.get(place)

    def row(self, place: KeyPath, row: int) -> int | None:
        """The line of the row-th line, from 0, of the text at this place."""
        start = self._starts.get((*place, "\n"))
        if start is None:
            return self.of(place)
        line = self._line(start) + row
        return line if line <= len(self._newlines) + 1 else self.of(place)

    def _line(self, offset: int) -> int:
        return bisect_right(self._newlines, offset - 1) + 1

    def _read_all(self) -> None:
        table: KeyPath = ()
        at = self._skip_blank(0)
        while at < len(self._toml):
            table, at = self._header(at) if self._toml[at] == "[" else (table, self._pair(at, table))
            at = self._skip_blank(at)

    def _skip_blank(self, at: int) -> int:
        match = _BLANK.match(self._toml, at)
        return match.end() if match else at

    def _key(self, at: int) -> tuple[KeyPath, int]:
        parts: list[str] = []
        while True:
            match = _KEY_PART.match(self._toml, at)
            if match is None:
                raise ValueError("no key")
            part = match[1]
            parts.append(str(tomllib.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part)
            at = match.end()
            if self._toml[at] != ".":
                return tuple(parts), at
            at += 1

    def _header(self, start: int) -> tuple[KeyPath, int]:
        brackets = 2 if self._toml.startswith("[[", start) else 1
        names, at = self._key(start + brackets)
        place: KeyPath = ()
        for name in names:
            # a table inside of [[…]] belongs to the last one so far
            place = (*place, self._tables[place] - 1) if place in self._tables else place
            place = (*place, name)
            self._starts.setdefault(place, start)
        if brackets == 2:
            self._tables[place] = self._tables.get(place, 0) + 1
            place = (*place, self._tables[place] - 1)
        elif place in self._tables:
            place = (*place, self._tables[place] - 1)
        self._starts.setdefault(place, start)
        return place, at + brackets

    def _pair(self, start: int, table: KeyPath) -> int:
        names, at = self._key(start)
        for length in range(1, len(names) + 1):
            self._starts.setdefault((*table, *names[:length]), start)
        return self._value(self._skip_blank(at + 1), (*table, *names))

    def _value(self, at: int, place: KeyPath) -> int:
        toml = self._toml
        if len(self._starts) < _MOST_PLACES:
            self._starts.setdefault(place, at)
        if toml.startswith(('"""', "'''"), at):
            return self._long_text(at, place)
        if toml[at] in "\"'":
            match = _KEY_PART.match(toml, at)
            if match is None:
                raise ValueError("no text")
            return match.end()
        if toml[at] == "[":
            return self._array(at, place)
        if toml[at] == "{":
            return self._inline_table(at, place)
        match = _PLAIN_VALUE.match(toml, at)
        return match.end() if match else at

    def _long_text(self, start: int, place: KeyPath) -> int:
        toml, mark = self._toml, self._toml[start : start + 3]
        content = start + 3
        if toml.startswith(("\n", "\r\n"), content):
            content = toml.index("\n", content) + 1
        self._starts[(*place, "\n")] = content
        end = toml.index(mark, start + 3)
        while mark == '"""' and self._escaped(end):
            end = toml.index(mark, end + 1)
        end += 3
        # up to two more quotation marks belong to the text
        while toml.startswith(mark[0], end) and end < len(toml):
            end += 1
        return end

    def _escaped(self, at: int) -> bool:
        backslashes = 0
        while self._toml[at - 1 - backslashes] == "\\":
            backslashes += 1
        return backslashes % 2 == 1

    def _array(self, at: int, place: KeyPath) -> int:
        at = self._skip_blank(at + 1)
        count = 0
        while self._toml[at] != "]":
            at = self._skip_blank(self._value(at, (*place, count)))
            count += 1
            if self._toml[at] == ",":
                at = self._skip_blank(at + 1)
        return at + 1

    def _inline_table(self, at: int, place: KeyPath) -> int:
        at = self._skip_blank(at + 1)
        while self._toml[at] != "}":
            at = self._skip_blank(self._pair(at, place))
            if self._toml[at] == ",":
                at = self._skip_blank(at + 1)
        return at + 1
