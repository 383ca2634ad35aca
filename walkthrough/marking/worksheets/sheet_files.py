"""Worksheets: files in which somebody wrote down what they worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from walkthrough.case import Case
from walkthrough.case.claims import Claim, read_claims
from walkthrough.case.source import Source
from walkthrough.case.values import found
from walkthrough.marking.marked_worksheets import Worksheet
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.formula_claims import read_formulas
from walkthrough.marking.worksheets.number_claims import read_number_claims
from walkthrough.marking.worksheets.size_names import sizes_among
from walkthrough.words.messages import one_line, printable, quoted, suggestion
from walkthrough.words.problems import CaseError, Problem

_KEYS = ("case", "student", "claims", "formulas")
_LONGEST_LABEL = 120
_CLAIMS = re.compile(r"^[ \t]*\[claims\]", re.MULTILINE)
_KEY = re.compile(
    r"""^[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*=[ \t]*(?:(?:\"""|''')(\r?\n)?)?""",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet that has been read, and the exercise that it is about."""

    worksheet: Worksheet
    exercise: Exercise


def read_worksheet(
    toml: str, file: str, folder: Path, exercises: Exercises, case: str | None = None
) -> Sheet | None:
    """The worksheet that a TOML text is; None if it is a case file (`[[layers]]` and no `case`).

    Cases are looked for in `folder`; `case` is the one for a worksheet that names none, looked for in the
    current folder. Raises CaseError.
    """
    source = Source(file, toml)
    table = source.table
    if {"layers", "loss"} & table.keys() and "case" not in table:
        return None
    _refuse_unknown(source)
    exercise, name = _exercise(source, folder, exercises, case)
    if "claims" not in table and "formulas" not in table:
        raise CaseError([Problem(file, None, "", 'has no [claims], such as "conv[1,1]" = "765"')])
    claims = _table(source, "claims")
    raw = _quick(toml, claims) or list(read_claims(source, claims))
    raw_formulas = list(read_claims(source, _table(source, "formulas"), ("formulas",)))
    formulas = read_formulas(raw_formulas, exercise, file)
    student = label(table["student"]) or None if "student" in table else None
    numbers, sizes = read_number_claims(raw, exercise, file, toml), sizes_among(raw, exercise)
    return Sheet(Worksheet(file, name, student, numbers, formulas, sizes), exercise)


def own_claims(case: Case, file: str, exercises: Exercises) -> Sheet:
    """What the case's own source claims, as a worksheet; raises CaseError if it claims nothing."""
    if not case.claims and not case.formulas:
        raise CaseError([Problem(file, None, "", "is a case without [claims]: there is nothing to check")])
    exercise = exercises.of(case)
    name = case.name if case.path is None or exercises.is_shipped(file) else case.path.name
    shown = printable(file if case.path is None else str(case.path))
    claims = read_number_claims(case.claims, exercise, shown, case.toml)
    formulas = read_formulas(case.formulas, exercise, shown)
    sizes = sizes_among(case.claims, exercise)
    return Sheet(Worksheet(file, name, None, claims, formulas, sizes), exercise)


def worksheet_of(
    claims: Mapping[str, Any],
    case: Case | str | Path,
    student: str | None = None,
    exercises: Exercises | None = None,
) -> Sheet:
    """A worksheet from Python: `{"conv[1,1]": "765", "dense": "2.55"}`; raises CaseError."""
    exercises = exercises or Exercises()
    if isinstance(case, Case):
        exercise, name = exercises.of(case), case.name if case.path is None else str(case.path)
    else:
        name = str(case)
        exercise = named_exercise(name, Path(), exercises, "worksheet", None, "case")
    raw = [Claim(cell, _as_text(value), at, at) for at, (cell, value) in enumerate(claims.items(), 1)]
    numbers = read_number_claims(raw, exercise, "worksheet")
    return Sheet(Worksheet("", name, student, numbers, (), sizes_among(raw, exercise)), exercise)


def label(student: Any) -> str:
    """Whose worksheet it is, on one line and not too long."""
    text = one_line(student[: 4 * _LONGEST_LABEL]) if isinstance(student, str) else found(student)
    if isinstance(student, int) and not isinstance(student, bool) and student.bit_length() < 200:
        text = str(student)
    return text if len(text) <= _LONGEST_LABEL else text[:_LONGEST_LABEL] + "…"


def named_exercise(
    said: str, folder: Path, exercises: Exercises, file: str, line: int | None, key: str
) -> Exercise:
    """The exercise that a worksheet names; what is wrong with it is said of the worksheet."""
    try:
        return exercises.named(said, folder)
    except CaseError as error:
        problem = error.problems[0]
        if problem.file == said:
            raise CaseError([Problem(file, line, key, problem.message)]) from None
        message = f"{quoted(said)} cannot be used: {problem}"
        raise CaseError([Problem(file, line, key, message)]) from None


def _as_text(value: Any) -> Any:
    return value if isinstance(value, (str, int, list)) else str(value)


def _refuse_unknown(source: Source) -> None:
    problems = [
        Problem(source.file, source.line((key,)), key[:80], f"is not known here; {suggestion(key, _KEYS)}")
        for key in list(source.table)[:50]
        if key not in _KEYS
    ]
    if problems:
        raise CaseError(problems)


def _table(source: Source, key: str) -> dict[str, Any]:
    table = source.table.get(key, {})
    if not isinstance(table, dict):
        message = f"found {found(table)}; expected a table, [{key}]"
        raise CaseError([Problem(source.file, source.line((key,)), key, message)])
    return table


def _exercise(source: Source, folder: Path, exercises: Exercises, case: str | None) -> tuple[Exercise, str]:
    """The exercise and its name, as the worksheet says it, or else as the option `--case` does."""
    said = source.table.get("case")
    if said is None and case is not None:
        return named_exercise(case, Path(), exercises, "--case", None, ""), printable(case)
    if said is None:
        message = 'is missing; which exercise is it? Write case = "lecture-notes", or give --case'
        raise CaseError([Problem(source.file, 1, "case", message)])
    line = source.line(("case",)) if not isinstance(said, str) else None
    if not isinstance(said, str):
        raise CaseError([Problem(source.file, line, "case", f"found {found(said)}; expected a case's name")])
    try:
        return exercises.named(said, folder), printable(said)
    except CaseError:
        return named_exercise(said, folder, exercises, source.file, source.line(("case",)), "case"), said


def _quick(toml: str, claims: dict[str, Any]) -> list[Claim] | None:
    """The claims with their lines, where they stand as they usually do: below `[claims]`, a name a line.

    None if the names found in that way are not those that TOML finds.
    """
    table = _CLAIMS.search(toml)
    if table is None or not claims:
        return None
    raw: list[Claim] = []
    line, counted = 1, 0
    names = iter(claims.items())
    for match in _KEY.finditer(toml, table.end()):
        name, written = next(names, (None, None))
        if name is None:
            break
        if name != (match[1] or match[2] or match[3]) or isinstance(written, dict):
            return None
        line += toml.count("\n", counted, match.start())
        counted = match.start()
        raw.append(Claim(name, written, line, line + (match[4] is not None)))
    return raw if len(raw) == len(claims) else None
