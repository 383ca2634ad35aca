"""Checking worksheets: gathered, marked, and reported one after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from walkthrough.case import Case
from walkthrough.document import Block
from walkthrough.marking.diagnosis.examiner import Examiners
from walkthrough.marking.marked_worksheets import MarkedSheet, Worksheet
from walkthrough.marking.reports.class_report import ClassTally
from walkthrough.marking.reports.results import csv_header, csv_rows, problem_table, sheet_as_json
from walkthrough.marking.reports.sheet_report import Report
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.sheet_files import Sheet, named_exercise, worksheet_of
from walkthrough.marking.worksheets.sheet_sources import SheetSource, gather, rows, sources
from walkthrough.trace.trace import CannotReplay
from walkthrough.words.problems import CaseError, Problem

Render: TypeAlias = Callable[[Iterable[Block]], Iterable[str]]
Tell: TypeAlias = Callable[[str], None]

# a few worksheets are reported on one by one, after what they have in common
_MOST_ONE_BY_ONE = 5
_MANY = 50


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `check` is asked for.

    `everything` lists every claim (`--all`); `hide_answers` says verdict and place only; `case` is the one
    that all worksheets must be about. `page` is called with whose worksheet it is and its own report. `text`
    and `markdown` are blocks, rendered by whoever knows the format.
    """

    everything: bool = False
    hide_answers: bool = False
    case: str | None = None
    format: Literal["text", "json", "markdown", "csv"] = "text"
    digits: int = 10
    progress: bool = True
    page: Callable[[str, Iterable[Block]], None] | None = None


class Checked:
    """The output of a check, piece by piece; `exit_status` is right once all of it has been read.

    0: nothing is wrong; 1: a claim is wrong; 2: a file could not be read. What could not be read is told as
    it is found, and kept in the output of JSON.
    """

    def __init__(
        self, paths: Sequence[str | Path], options: CheckOptions, render: Render, tell: Tell | None = None
    ) -> None:
        self.exit_status = 0
        self._paths = paths
        self._options = options
        self._render = render
        self._tell = tell or _tell
        self._exercises = Exercises(options.digits)
        self._examiners = Examiners()
        self._problems: list[Problem] = []
        self._read = {Path(path) for path in paths}
        self._report_on = Report(options.everything, options.hide_answers, options.digits)

    @property
    def files(self) -> frozenset[Path]:
        """What has been read so far: worksheets, their cases, and the files of these."""
        return frozenset(self._read)

    def __iter__(self) -> Iterator[str]:
        match self._options.format:
            case "json":
                return self._json()
            case "csv":
                return self._csv()
        return self._report()

    # --- marking ---------------------------------------------------------------------------------

    def marked(self) -> Iterator[tuple[MarkedSheet, Exercise]]:
        """Every worksheet that can be read, marked."""
        found, read = list(sources(self._paths, self._exercises)), 0
        with self._progress(found) as advance:
            for source in found:
                if isinstance(source, CaseError):
                    self._refuse(source)
                    continue
                if source.path is not None:
                    self._read.add(source.path)
                for sheet in gather(source, self._exercises, self._options.case):
                    if isinstance(sheet, CaseError):
                        self._refuse(sheet)
                    else:
                        if sheet.odd:
                            self._refuse(CaseError(sheet.odd))
                        yield from self._mark(sheet)
                    read += 1
                    advance()
        if not read and not self.exit_status:
            where = ", ".join(map(str, self._paths)) or "nothing"
            self._refuse(CaseError([Problem(where, None, "", "no worksheet is there to be marked")]))

    def _mark(self, sheet: Sheet) -> Iterator[tuple[MarkedSheet, Exercise]]:
        self._read.update(sheet.exercise.case.files)
        try:
            result = self._examiners.of(sheet.exercise).mark(sheet.worksheet)
        except CannotReplay as error:
            self._refuse(CaseError([Problem(sheet.worksheet.file, None, "", f"cannot be marked: {error}")]))
            return
        if result.first_wrong is not None:
            self.exit_status = max(self.exit_status, 1)
        if self._options.page is not None:
            whose = result.worksheet.student or Path(result.worksheet.file).stem
            blocks = self._report_on.blocks(result, sheet.exercise, self._examiners.of(sheet.exercise))
            self._options.page(whose, blocks)
        yield result, sheet.exercise

    def _refuse(self, error: CaseError) -> None:
        self.exit_status = 2
        if self._options.format == "json":
            self._problems.extend(error.problems)
        self._tell(str(error))

    def _progress(
        self, found: Sequence[SheetSource | CaseError]
    ) -> AbstractContextManager[Callable[[], None]]:
        """A bar on the terminal for many worksheets; nothing for a few, or without a terminal."""
        if not self._options.progress or sys.stderr is None or not sys.stderr.isatty():
            return nullcontext(lambda: None)
        if self._options.format in ("json", "csv") and sys.stdout is not None and sys.stdout.isatty():
            return nullcontext(lambda: None)  # the results themselves run over the screen
        total = sum(1 if isinstance(each, CaseError) else rows(each) for each in found)
        if total <= _MANY:
            return nullcontext(lambda: None)
        return _Bar(total)

    # --- output ----------------------------------------------------------------------------------

    def _json(self) -> Iterator[str]:
        yield '{"worksheets": ['
        between = "\n"
        for sheet, _ in self.marked():
            yield between + sheet_as_json(sheet, self._options.hide_answers)
            between = ",\n"
        yield "\n]" if between != "\n" else "]"
        if self._problems:
            yield ',\n"problems": ' + json.dumps(
                [problem_table(each) for each in self._problems], ensure_ascii=False
            )
        yield "}\n"

    def _csv(self) -> Iterator[str]:
        options = self._options
        yield csv_header(options.everything)
        for sheet, _ in self.marked():
            yield from csv_rows(sheet, options.everything, options.hide_answers)

    def _report(self) -> Iterator[str]:
        options = self._options
        tally = ClassTally(options.everything, options.hide_answers)
        few: list[tuple[MarkedSheet, Exercise]] = []
        for sheet, exercise in self.marked():
            tally.add(sheet, exercise)
            if tally.sheets <= _MOST_ONE_BY_ONE:
                few.append((sheet, exercise))
            else:
                few.clear()
        if tally.sheets > 1:
            yield from self._render(tally.blocks())
        for sheet, exercise in few:
            if tally.sheets > 1:
                yield "\n"
            yield from self._render(self._report_on.blocks(sheet, exercise, self._examiners.of(exercise)))


def check_command(
    paths: Sequence[str | Path], options: CheckOptions, render: Render, tell: Tell | None = None
) -> Checked:
    """Marks worksheets, folders of them, tables of a class, and cases for their own claims.

    `render` sets blocks in the format asked for; `tell` is told what could not be read (the default: on
    standard error).
    """
    return Checked(paths, options, render, tell)


def check(
    *worksheets: str | Path | Worksheet | Mapping[str, Any],
    case: str | Path | Case | None = None,
    digits: int = 10,
) -> tuple[MarkedSheet, ...]:
    """Your worksheets, marked: files, folders, tables of a class, shipped cases, or numbers from Python.

    `check({"dense": "2.55"}, case="lecture-notes")` marks numbers from Python; `case` is the exercise that
    all worksheets must be about. Raises CaseError if one cannot be read.
    """
    exercises, examiners = Exercises(digits), Examiners()
    return tuple(
        examiners.of(sheet.exercise).mark(sheet.worksheet)
        for each in worksheets
        for sheet in _sheets(each, case, exercises)
    )


def _sheets(
    given: str | Path | Worksheet | Mapping[str, Any], case: str | Path | Case | None, exercises: Exercises
) -> Iterator[Sheet]:
    """What is given as worksheets; raises CaseError."""
    if isinstance(given, Worksheet):
        if isinstance(case, Case):
            yield Sheet(given, exercises.of(case))
        else:
            folder, file = Path(given.file).parent, given.file or "worksheet"
            yield Sheet(given, named_exercise(given.case, folder, exercises, file, None, "case"))
        return
    if isinstance(given, Mapping):
        if case is None:
            message = 'is missing: check(…, case="lecture-notes")'
            raise CaseError([Problem("worksheet", None, "case", message)])
        yield worksheet_of(given, case, exercises=exercises)
        return
    name = case.name if isinstance(case, Case) else None if case is None else str(case)
    if isinstance(case, Case):
        exercises.of(case)
    for source in sources([given], exercises):
        for sheet in [source] if isinstance(source, CaseError) else gather(source, exercises, name):
            if isinstance(sheet, CaseError):
                raise sheet
            if sheet.odd:
                raise CaseError(sheet.odd)
            yield sheet


class _Bar(AbstractContextManager[Callable[[], None]]):
    """A progress bar on standard error."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("marking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._task = self._bar.add_task("marking", total=total)

    def __enter__(self) -> Callable[[], None]:
        self._bar.start()
        return lambda: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _tell(message: str) -> None:
    print(message, file=sys.stderr)
