"""A class in one table: a row for each student, a column for each cell."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from walkthrough.case.cells import NoSuchCell
from walkthrough.case.claims import Claim
from walkthrough.marking.marked_worksheets import Worksheet
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.number_claims import read_number_claims
from walkthrough.marking.worksheets.sheet_files import (
    Sheet,
    another_case,
    label,
    named_exercise,
    same_case,
)
from walkthrough.marking.worksheets.size_names import is_size, sizes_among
from walkthrough.words.messages import printable
from walkthrough.words.problems import CaseError, Problem

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_QUOTED = re.compile(r'"[^"]*"|\[[^\[\]]*\]')
_NAMED = ("student", "name", "case")
_WHOSE = ("student", "name")
_LONGEST_NAME = 200
_ENOUGH_UNKNOWN = 15


def is_class_list(text: str) -> bool:
    """Whether a text is the table of a class: its first line has a column `student`, or `name`."""
    _, header = _header(text)
    return any(name in header for name in _WHOSE)


def read_class(
    text: str, file: str, folder: Path, exercises: Exercises, case: str | None = None
) -> Iterator[Sheet | CaseError]:
    """A worksheet for each row, or what is wrong with the row; raises CaseError if no row can be read."""
    delimiter, header = _header(text)
    table = _ClassList(file, folder, exercises, case, header)
    table.refuse_header()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if table.started and any(field.strip() for field in row):
                yield from table.sheet(row, line)
            # a line `sep=;`, and the header itself
            table.started = table.started or _is_header(row)
    except csv.Error as error:
        yield CaseError([Problem(file, reader.line_num, "", f"cannot be read as a table: {error}")])


@dataclass(slots=True)
class _Columns:
    """Which columns are cells of an exercise; and which are none, as long as nobody was told so."""

    cells: tuple[int, ...]
    unknown: list[int]
    told: int = 0


class _ClassList:
    """The table of a class being read; `header` are its columns' names."""

    def __init__(
        self, file: str, folder: Path, exercises: Exercises, case: str | None, header: Sequence[str]
    ) -> None:
        self.file = file
        self.folder = folder
        self.exercises = exercises
        self.case = case
        self.header = header
        self.started = False
        self._places = {name: at for at, name in reversed(list(enumerate(header)))}
        self._columns: dict[Exercise, _Columns] = {}

    def refuse_header(self) -> None:
        """Raises CaseError for what is wrong with the columns, whatever stands in them."""
        problems = []
        if not any(name in self._places for name in _WHOSE):
            problems.append('has no column "student"')
        if "case" not in self._places and self.case is None:
            problems.append('has no column "case"; add one, or say which exercise it is with --case')
        twice = sorted(name for name, times in Counter(self.header).items() if name and times > 1)[:5]
        problems.extend(f'has two columns "{printable(name[:80])}"' for name in twice)
        if not any(name not in ("", *_NAMED) for name in self.header):
            problems.append('has no column for a cell, such as "conv[1,1]"')
        if problems:
            raise CaseError(Problem(self.file, 1, "", problem) for problem in problems)

    def sheet(self, row: list[str], line: int) -> Iterator[Sheet | CaseError]:
        """The worksheet in a row, or what is wrong with it."""
        try:
            yield self._sheet(row, line)
        except CaseError as error:
            yield error

    def _sheet(self, row: list[str], line: int) -> Sheet:
        if any(field.strip() for field in row[len(self.header) :]):
            counted = f"has {len(row)} fields, and the header {len(self.header)}"
            remedy = (
                "a decimal comma needs semicolons between the columns, or quotation marks around the number"
            )
            raise CaseError([Problem(self.file, line, "", f"{counted}; {remedy}")])
        fields = row + [""] * (len(self.header) - len(row))
        said, exercise = self._exercise(fields, line)
        columns = self._columns_of(exercise)
        odd = list(self._odd(columns, fields, exercise, line))
        raw = [Claim(self.header[at], fields[at], line, line) for at in columns.cells]
        whose = next(label(fields[self._places[name]]) for name in _WHOSE if name in self._places)
        claims = read_number_claims(raw, exercise, self.file, odd)
        if odd and not claims:
            raise CaseError(odd)
        sizes = sizes_among(raw, exercise)
        worksheet = Worksheet(self.file, printable(said), whose or None, claims, (), sizes)
        return Sheet(worksheet, exercise, tuple(odd))

    def _exercise(self, fields: list[str], line: int) -> tuple[str, Exercise]:
        """What the row is about, and the exercise; the option `--case` binds."""
        own = fields[self._places["case"]].strip() if "case" in self._places else ""
        if self.case is not None:
            if own and not same_case(own, self.folder, self.case):
                raise CaseError([Problem(self.file, line, "case", another_case(own, self.case))])
            return self.case, named_exercise(self.case, Path(), self.exercises, "--case", None, "")
        if not own:
            raise CaseError([Problem(self.file, line, "case", "is missing in this row")])
        return own, named_exercise(own, self.folder, self.exercises, self.file, line, "case")

    def _columns_of(self, exercise: Exercise) -> _Columns:
        known = self._columns.get(exercise)
        if known is None:
            cells: list[int] = []
            unknown: list[int] = []
            for at, name in enumerate(self.header):
                if name not in _NAMED:
                    known_name = bool(name) and (is_size(name, exercise) or exercise.has(name))
                    (cells if known_name else unknown).append(at)
            known = self._columns[exercise] = _Columns(tuple(cells), unknown)
        return known

    def _odd(
        self, columns: _Columns, fields: Sequence[str], exercise: Exercise, line: int
    ) -> Iterator[Problem]:
        """Columns that are no cells although something stands in them: each is told of once."""
        used = [at for at in columns.unknown if fields[at].strip()]
        if not used:
            return
        for at in used[: max(_ENOUGH_UNKNOWN - columns.told, 0)]:
            name = self.header[at]
            if not name:
                yield Problem(self.file, line, "", "stands in a column without a name")
                continue
            try:
                exercise.place(name)
            except NoSuchCell as error:
                yield Problem(
                    self.file, 1 if self.case else line, "", f'column "{printable(name[:80])}": {error}'
                )
        columns.told += len(used)
        if columns.told > _ENOUGH_UNKNOWN:
            more = columns.told - _ENOUGH_UNKNOWN
            yield Problem(self.file, 1, "", f"{more:,} more columns are no cells of this case")
            columns.unknown = []
        else:
            columns.unknown = [at for at in columns.unknown if at not in used]


def _header(text: str) -> tuple[str, list[str]]:
    """What separates the columns, and their names."""
    separator = _SEPARATOR_LINE.match(text)
    lines = text[separator.end() if separator else 0 :].lstrip("\r\n").split("\n", 1)
    line = lines[0].rstrip("\r")
    outside = _QUOTED.sub("", line)
    delimiter = separator[1] if separator else next((each for each in ";\t" if each in outside), ",")
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except (csv.Error, TypeError):
        return ",", []
    return delimiter, [_name(each) for each in _joined(names, delimiter)]


def _name(field: str) -> str:
    name = field.strip()
    return name.lower() if name.lower() in _NAMED else name


def _joined(names: list[str], delimiter: str) -> list[str]:
    """The names; `conv[1,1]` without quotation marks has been cut in two at its comma."""
    joined: list[str] = []
    for name in names:
        last = joined[-1] if joined else ""
        if len(last) < _LONGEST_NAME and last.count("[") > last.count("]"):
            joined[-1] += delimiter + name
        else:
            joined.append(name)
    return joined


def _is_header(row: list[str]) -> bool:
    return any(_name(field) in _WHOSE for field in row)
