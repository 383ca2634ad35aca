"""A class in one table: a row for each student, a column for each cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from walkthrough.case.cells import NoSuchCell
from walkthrough.case.claims import Claim
from walkthrough.marking.marked_worksheets import Worksheet
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.number_claims import read_number_claims
from walkthrough.marking.worksheets.sheet_files import Sheet, label, named_exercise
from walkthrough.marking.worksheets.size_names import is_size, sizes_among
from walkthrough.words.messages import printable
from walkthrough.words.problems import CaseError, Problem

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_QUOTED = re.compile(r'"[^"]*"|\[[^\[\]]*\]')
_NAMED = ("student", "case")


def is_class_list(text: str) -> bool:
    """Whether a text is the table of a class: its first line has a column `student`."""
    _, header = _header(text)
    return "student" in header


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
                yield table.sheet(row, line)
            # a line `sep=;`, and the header itself
            table.started = table.started or _is_header(row)
    except csv.Error as error:
        yield CaseError([Problem(file, reader.line_num, "", f"cannot be read as a table: {error}")])


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
        self._unknown: dict[int, dict[int, str]] = {}

    def refuse_header(self) -> None:
        """Raises CaseError for what is wrong with the columns, whatever stands in them."""
        problems = []
        if "student" not in self.header:
            problems.append('has no column "student"')
        if "case" not in self.header and self.case is None:
            problems.append('has no column "case"; add one, or say which exercise it is with --case')
        cells = [name for name in self.header if name not in ("", *_NAMED)]
        twice = sorted({name for name in self.header if name and self.header.count(name) > 1})[:5]
        problems.extend(f'has two columns "{printable(name[:80])}"' for name in twice)
        if not cells:
            problems.append('has no column for a cell, such as "conv[1,1]"')
        if problems:
            raise CaseError(Problem(self.file, 1, "", problem) for problem in problems)
        if "case" not in self.header and self.case is not None:
            unknown = self._unknown_cells(self._exercise(self.case, 1))
            if unknown:
                raise CaseError(Problem(self.file, 1, "", message) for message in unknown.values())

    def sheet(self, row: list[str], line: int) -> Sheet | CaseError:
        """The worksheet in a row."""
        try:
            return self._sheet(row, line)
        except CaseError as error:
            return error

    def _sheet(self, row: list[str], line: int) -> Sheet:
        if any(field.strip() for field in row[len(self.header) :]):
            counted = f"has {len(row)} fields, and the header {len(self.header)}"
            remedy = (
                "a decimal comma needs semicolons between the columns, or quotation marks around the number"
            )
            raise CaseError([Problem(self.file, line, "", f"{counted}; {remedy}")])
        fields = row + [""] * (len(self.header) - len(row))
        own = fields[self.header.index("case")].strip() if "case" in self.header else ""
        said: str | None = own or self.case
        if said is None:
            raise CaseError([Problem(self.file, line, "case", "is missing in this row")])
        exercise = self._exercise(said, line, own=bool(own))
        unknown = self._unknown_cells(exercise)
        raw = []
        for place, (name, field) in enumerate(zip(self.header, fields, strict=False)):
            if name in _NAMED:
                continue
            if place not in unknown and name:
                raw.append(Claim(name, field, line, line))
            elif field.strip():
                message = unknown.get(place, "stands in a column without a name")
                raise CaseError([Problem(self.file, line, "", message)])
        student = label(fields[self.header.index("student")]) or None
        claims = read_number_claims(raw, exercise, self.file)
        sizes = sizes_among(raw, exercise)
        return Sheet(Worksheet(self.file, printable(said), student, claims, (), sizes), exercise)

    def _exercise(self, said: str, line: int, own: bool = False) -> Exercise:
        if own:
            return named_exercise(said, self.folder, self.exercises, self.file, line, "case")
        return named_exercise(said, Path(), self.exercises, "--case", None, "")

    def _unknown_cells(self, exercise: Exercise) -> dict[int, str]:
        """Which columns are no cells of an exercise, and what to say of them."""
        known = self._unknown.get(id(exercise))
        if known is None:
            known = self._unknown[id(exercise)] = {}
            for place, name in enumerate(self.header):
                if name and name not in _NAMED and not is_size(name, exercise):
                    try:
                        exercise.place(name)
                    except NoSuchCell as error:
                        known[place] = f'column "{printable(name[:80])}": {error}'
        return known


def _header(text: str) -> tuple[str, list[str]]:
    """What separates the columns, and their names."""
    separator = _SEPARATOR_LINE.match(text)
    lines = text[separator.end() if separator else 0 :].lstrip("\r\n").splitlines()
    line = lines[0] if lines else ""
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
        if joined and joined[-1].count("[") > joined[-1].count("]"):
            joined[-1] += delimiter + name
        else:
            joined.append(name)
    return joined


def _is_header(row: list[str]) -> bool:
    return any(_name(field) == "student" for field in row)
