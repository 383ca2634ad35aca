"""Worksheets: files in which somebody wrote down what they worked out by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from walkthrough.case import Case
from walkthrough.case.claims import Claim, read_claims
from walkthrough.case.tables.source import Source
from walkthrough.case.tables.values import found
from walkthrough.marking.marked_worksheets import Worksheet
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.formula_claims import read_formulas
from walkthrough.marking.worksheets.number_claims import read_number_claims
from walkthrough.marking.worksheets.size_names import sizes_among
from walkthrough.training.runs.step_names import is_run, step_name
from walkthrough.words.messages import one_line, printable, quoted, suggestion
from walkthrough.words.problems import CaseError, Problem

_KEYS = ("case", "step", "student", "name", "claims", "formulas")
_ENOUGH_PROBLEMS = 50
_LONGEST_LABEL = 120
_CLAIMS = re.compile(r"^[ \t]*\[claims\]", re.MULTILINE)
_KEY = re.compile(
    r"""^[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*=[ \t]*(?:(?:\"""|''')(\r?\n)?)?""",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet that has been read, and the exercise that it is about.

    `odd` is what is wrong with it although it can be marked: a claim for a cell that there is not.
    """

    worksheet: Worksheet
    exercise: Exercise
    odd: tuple[Problem, ...] = ()


def read_worksheet(
    toml: str, file: str, folder: Path, exercises: Exercises, case: str | None = None
) -> Sheet | None:
    """The worksheet that a TOML text is; None if it is a case file (`[[layers]]` and no `case`).

    Cases are looked for in `folder`; `case` is the one that all worksheets must be about, looked for in the
    current folder. Raises CaseError.
    """
    source = Source(file, toml)
    table = source.table
    if {"layers", "loss"} & table.keys() and "case" not in table:
        return None
    odd = list(_unknown_keys(source))
    exercise, name = _exercise(source, folder, exercises, case)
    if "claims" not in table and "formulas" not in table:
        raise CaseError([Problem(file, None, "", 'has no [claims], such as "conv[1,1]" = "765"')])
    claims = _table(source, "claims")
    raw = _quick(toml, claims) or list(read_claims(source, claims))
    raw_formulas = list(read_claims(source, _table(source, "formulas"), ("formulas",)))
    exercise = exercise.through(each.cell for each in raw)
    formulas = read_formulas(raw_formulas, exercise, file, odd)
    whose = table.get("student", table.get("name"))
    student = None if whose is None else label(whose) or None
    numbers, sizes = read_number_claims(raw, exercise, file, odd, toml), sizes_among(raw, exercise)
    if odd and not numbers and not formulas and not sizes:
        raise CaseError(odd)
    return Sheet(Worksheet(file, name, student, numbers, formulas, sizes), exercise, tuple(odd))


def own_claims(case: Case, file: str, exercises: Exercises) -> Sheet:
    """What the case's own source claims, as a worksheet; raises CaseError if it claims nothing."""
    if not case.claims and not case.formulas:
        raise CaseError([Problem(file, None, "", "is a case without [claims]: there is nothing to check")])
    exercise = exercises.of(case).through(each.cell for each in case.claims)
    name = case.name if case.path is None or exercises.is_shipped(file) else case.path.name
    shown = printable(file if case.path is None else str(case.path))
    odd: list[Problem] = []
    claims = read_number_claims(case.claims, exercise, shown, odd, case.toml)
    formulas = read_formulas(case.formulas, exercise, shown, odd)
    sizes = sizes_among(case.claims, exercise)
    return Sheet(Worksheet(file, name, None, claims, formulas, sizes), exercise, tuple(odd))


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
    exercise = exercise.through(claims)
    odd: list[Problem] = []
    numbers = read_number_claims(raw, exercise, "worksheet", odd)
    if odd:
        raise CaseError(odd)
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
    """The exercise that a worksheet names; what is wrong with it is said of the worksheet.

    Of what stands in the file that it names only the line is said: it may be somebody else's.
    """
    try:
        return exercises.named(said, folder)
    except CaseError as error:
        problem = error.problems[0]
        if problem.file == said:
            raise CaseError([Problem(file, line, key, problem.message)]) from None
        why = str(problem) if file == "--case" else _without_content(problem)
        raise CaseError([Problem(file, line, key, f"{quoted(said)} cannot be used: {why}")]) from None


def _without_content(problem: Problem) -> str:
    if not problem.file or problem.message.startswith(("is a worksheet", "has no [input]")):
        return problem.message
    where = "" if problem.line is None else f" (its line {problem.line})"
    return f"it makes no sense as a case{where}; `walkthrough show` says what is wrong"


def same_case(said: str, folder: Path, case: str) -> bool:
    """Whether a worksheet names the case that is marked; no file is opened to find out."""
    if said == case:
        return True
    if Path(said).name == Path(case).name and case.endswith(".toml"):
        return True  # the sheet came with another folder, and its own file of this name is not looked at
    try:
        return os.path.realpath(folder / said) == os.path.realpath(case)
    except (OSError, ValueError):
        return False


def another_case(said: str, case: str) -> str:
    """What is said of a worksheet on another case than the one that is marked."""
    return f"names {quoted(said)}, and what is marked here is {quoted(case)}; this worksheet is not marked"


def _as_text(value: Any) -> Any:
    return value if isinstance(value, (str, int, list)) else str(value)


def _unknown_keys(source: Source) -> Iterator[Problem]:
    """What stands beside the claims and means nothing; raises CaseError if there are no claims besides."""
    unknown = [key for key in source.table if key not in _KEYS][:_ENOUGH_PROBLEMS]
    problems = [
        Problem(source.file, source.line((key,)), key[:80], f"is not known here; {suggestion(key, _KEYS)}")
        for key in unknown
    ]
    if problems and not {"claims", "formulas"} & source.table.keys():
        raise CaseError(problems)
    yield from problems


def _table(source: Source, key: str) -> dict[str, Any]:
    table = source.table.get(key, {})
    if not isinstance(table, dict):
        message = f"found {found(table)}; expected a table, [{key}]"
        raise CaseError([Problem(source.file, source.line((key,)), key, message)])
    return table


def _exercise(source: Source, folder: Path, exercises: Exercises, case: str | None) -> tuple[Exercise, str]:
    """The exercise and its name, as the worksheet says it; the option `--case` binds."""
    said = _said_case(source)
    if case is not None and (said is None or (isinstance(said, str) and same_case(said, folder, case))):
        return named_exercise(case, Path(), exercises, "--case", None, ""), printable(case)
    if said is None:
        message = 'is missing; which exercise is it? Write case = "lecture-notes", or give --case'
        raise CaseError([Problem(source.file, 1, "case", message)])
    line = source.line(("case",)) if not isinstance(said, str) else None
    if not isinstance(said, str):
        raise CaseError([Problem(source.file, line, "case", f"found {found(said)}; expected a case's name")])
    if case is not None:
        problem = Problem(source.file, source.line(("case",)), "case", another_case(said, case))
        raise CaseError([problem])
    try:
        return exercises.named(said, folder), printable(said)
    except CaseError:
        return named_exercise(said, folder, exercises, source.file, source.line(("case",)), "case"), said


def _said_case(source: Source) -> Any:
    """What a worksheet calls its case; with a `step` beside it, that step of a training."""
    said, step = source.table.get("case"), source.table.get("step")
    if step is None or not isinstance(said, str):
        return said
    if not is_run(said) or not isinstance(step, int) or isinstance(step, bool) or step < 1:
        message = f'found {found(step)}; expected a step of a training, beside case = "run.npz"'
        raise CaseError([Problem(source.file, source.line(("step",)), "step", message)])
    return step_name(said, step)


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
