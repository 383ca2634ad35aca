"""A case file's text and what TOML makes of it; numbers stay as they were written."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from walkthrough.case.tables.values import Bare, KeyPath
from walkthrough.numbers.written import MOST_DIGITS
from walkthrough.words.problems import CaseError, Problem

if TYPE_CHECKING:
    from walkthrough.case.tables.lines import TableLines

LARGEST_FILE = 20_000_000
DEEPEST = 50
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
# a key of so many parts keeps tomllib busy for ever
_DEEP_KEY = re.compile(
    rf"""(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEEPEST}}}"""
)
_CELL_AS_KEY = re.compile(r"""\s*[A-Za-z][\w.@]*(\[[\d, ]+\]|@\d[\w.]*)\s*=""")


class Source:
    """The text of a TOML file: `table` is what it says, `line` and `row` where it says so.

    Raises CaseError if it is no TOML.
    """

    def __init__(self, file: str, toml: str) -> None:
        self.file = file
        self.toml = toml
        self.table: dict[str, Any] = self._parsed()
        self._refuse_depth()

    def line(self, place: KeyPath) -> int | None:
        """The line in which the value at this place, or else what holds it, begins."""
        return self._lines.of(place)

    def row(self, place: KeyPath, row: int) -> int | None:
        """The line in the file of the row-th line, from 0, of a text value."""
        return self._lines.row(place, row)

    @cached_property
    def _lines(self) -> TableLines:
        # looked at only when something is to be said about a line: most files are right
        from walkthrough.case.tables.lines import TableLines

        return TableLines(self.toml)

    def _parsed(self) -> dict[str, Any]:
        if _DEEP_KEY.search(self.toml):
            raise self._too_deep()
        try:
            return tomllib.loads(self.toml, parse_float=Bare.of)
        except tomllib.TOMLDecodeError as error:
            raise CaseError([self._syntax_problem(str(error))]) from None
        except RecursionError:
            raise self._too_deep() from None
        except ValueError as error:
            # Python itself refuses to read whole numbers of over 4,300 digits, and impossible dates
            long = re.search("[0-9_]{4300}", self.toml) if "digits" in str(error) else None
            if long:
                line = self.toml.count("\n", 0, long.start()) + 1
                said = f"a number of over {MOST_DIGITS:,} digits, the most that is read"
                raise CaseError([Problem(self.file, line, "", said)]) from None
            raise self._problem(f"has an impossible value: {error}") from None

    def _syntax_problem(self, said: str) -> Problem:
        at = _AT.search(said)
        message = f"TOML cannot be read here: {said[: at.start()] if at else said}"
        if at is None or at["line"] is None:
            return Problem(self.file, self.toml.count("\n") + 1, "", f"{message}, at the end of the file")
        line, column = int(at["line"]), int(at["column"])
        message += f", at column {column}"
        if _CELL_AS_KEY.match(self.toml.split("\n", line)[line - 1]):
            message += '; the name of a cell is written in quotation marks: "conv[1,1]" = …'
        return Problem(self.file, line, "", message, column)

    def _refuse_depth(self) -> None:
        """Deeper than anything that means something, and so deep that reading it could fail."""
        level: list[Any] = [self.table]
        for _ in range(DEEPEST):
            level = [
                inner
                for outer in level
                for inner in (outer.values() if isinstance(outer, dict) else outer)
                if isinstance(inner, (dict, list))
            ]
            if not level:
                return
        raise self._too_deep()

    def _too_deep(self) -> CaseError:
        return self._problem(f"is nested over {DEEPEST} levels deep, the most that is read")

    def _problem(self, message: str) -> CaseError:
        return CaseError([Problem(self.file, None, "", message)])


def decoded(content: bytes, file: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 as spreadsheets save it; raises CaseError."""
    if len(content) > LARGEST_FILE:
        raise CaseError([Problem(file, None, "", "is over 20 MB, the most that is read")])
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16").removeprefix("\ufeff")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = f"is not text in UTF-8 (byte {error.start + 1}); save it as UTF-8"
        raise CaseError([Problem(file, line, "", said)]) from None
