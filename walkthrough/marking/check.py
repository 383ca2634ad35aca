"""Checking worksheets: gathered, marked, and reported one after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from walkthrough.case import Case
from walkthrough.document import Block
from walkthrough.marking.bench import Batch, Bench, Wanted, side_by_side
from walkthrough.marking.diagnosis.examiner import Examiners
from walkthrough.marking.marked_worksheets import MarkedSheet, Worksheet
from walkthrough.marking.reports.class_report import ClassTally
from walkthrough.marking.reports.results import csv_header, csv_rows, problem_table, sheet_as_json
from walkthrough.marking.reports.sheet_report import SheetReport
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.sheet_files import Sheet, named_exercise, worksheet_of
from walkthrough.marking.worksheets.sheet_sources import SheetSource, gather, rows, sources
from walkthrough.words.problems import CaseError, Problem

Render: TypeAlias = Callable[[Iterable[Block]], Iterable[str]]
Tell: TypeAlias = Callable[[str], None]

# a few worksheets are reported on one by one, after what they have in common
_MOST_ONE_BY_ONE = 5
_MANY = 50
# to set up a bench takes as long as to mark a hundred worksheets
_WORTH_SEVERAL = 300
_MOST_BENCHES = 8


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `check` is asked for.

    `everything` lists every claim (`--all`); `hide_answers` says verdict and place only; `case` is the one
    that all worksheets must be about. `page` is called with whose worksheet it is and its own report. Many
    files are marked at several `benches`, processes of their own. `text` and `markdown` are blocks, rendered
    by whoever knows the format.
    """

    everything: bool = False
    hide_answers: bool = False
    case: str | None = None
    format: Literal["text", "json", "markdown", "latex", "html", "csv"] = "text"
    digits: int = 10
    progress: bool = True
    page: Callable[[str, Iterable[Block]], None] | None = None
    benches: int = 1


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
        self._bench = Bench(options.digits, options.case)
        self._problems: list[Problem] = []
        self._read = {Path(path) for path in paths}
        self._report_on = SheetReport(options.everything, options.hide_answers, options.digits)

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
        read = 0
        with self._progress(self._found) as advance:
            for source in self._found:
                if isinstance(source, CaseError):
                    self._refuse(source)
                    continue
                if source.path is not None:
                    self._read.add(source.path)
                for outcome in self._bench.marked(source):
                    if isinstance(outcome, CaseError):
                        self._refuse(outcome)
                    else:
                        self._note(*outcome)
                        yield outcome.sheet, outcome.exercise
                    read += 1
                    advance()
        self._refuse_nothing(read)

    def _note(self, sheet: MarkedSheet, exercise: Exercise) -> None:
        self._read.update(exercise.case.files)
        if sheet.first_wrong is not None:
            self.exit_status = max(self.exit_status, 1)
        if self._options.page is not None:
            whose = sheet.worksheet.student or Path(sheet.worksheet.file).stem
            blocks = self._report_on.blocks(sheet, exercise, self._bench.examiner(exercise))
            self._options.page(whose, blocks)

    def _refuse_nothing(self, read: int) -> None:
        if not read and not self.exit_status:
            where = ", ".join(map(str, self._paths)) or "nothing"
            self._refuse(CaseError([Problem(where, None, "", "no worksheet is there to be marked")]))

    @cached_property
    def _found(self) -> list[SheetSource | CaseError]:
        return list(sources(self._paths, self._bench.exercises))

    @cached_property
    def _benches(self) -> int:
        """How many benches are worth setting up: one, unless there are many worksheets."""
        files = sum(isinstance(each, SheetSource) for each in self._found)
        alone = self._options.page is not None or any(
            isinstance(each, SheetSource) and each.path is None for each in self._found
        )
        return 1 if alone or files < _WORTH_SEVERAL else min(self._options.benches, _MOST_BENCHES)

    def _batches(self, kind: Literal["json", "csv", "tally"]) -> Iterator[Batch]:
        """The worksheets marked at several benches, batch after batch."""
        options, read = self._options, 0
        wanted = Wanted(kind, options.digits, options.case, options.everything, options.hide_answers)
        files = []
        for source in self._found:
            if isinstance(source, CaseError):
                self._refuse(source)
            else:
                files.append(source)
                self._read.update([source.path] if source.path is not None else [])
        with self._progress(self._found) as advance:
            for batch in side_by_side(files, wanted, self._benches):
                for error in batch.errors:
                    self._refuse(error)
                self._read |= batch.files
                self.exit_status = max(self.exit_status, int(batch.wrong))
                for _ in range(batch.sheets + len(batch.errors)):
                    advance()
                read += batch.sheets + len(batch.errors)
                yield batch
        self._refuse_nothing(read)

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
        hide = self._options.hide_answers
        if self._benches > 1:
            pieces = (piece for batch in self._batches("json") for piece in batch.pieces)
        else:
            pieces = (sheet_as_json(sheet, hide) for sheet, _ in self.marked())
        for piece in pieces:
            yield between + piece
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
        if self._benches > 1:
            for batch in self._batches("csv"):
                yield from batch.pieces
            return
        for sheet, _ in self.marked():
            yield from csv_rows(sheet, options.everything, options.hide_answers)

    def _report(self) -> Iterator[str]:
        if self._options.format in ("html", "latex"):  # one page, which begins and ends once
            yield from self._render(block for blocks in self._reports() for block in blocks)
            return
        for number, blocks in enumerate(self._reports()):
            if number:
                yield "\n"
            yield from self._render(blocks)

    def _reports(self) -> Iterator[Iterable[Block]]:
        """What a class has in common, and then a few worksheets one by one."""
        options = self._options
        tally = ClassTally(options.everything, options.hide_answers)
        few: list[tuple[MarkedSheet, Exercise]] = []
        if self._benches > 1:
            for batch in self._batches("tally"):
                if batch.tally is not None:
                    tally.merge(batch.tally)
            yield tally.blocks()
            return
        for sheet, exercise in self.marked():
            tally.add(sheet, exercise)
            if tally.sheets <= _MOST_ONE_BY_ONE:
                few.append((sheet, exercise))
            else:
                few.clear()
        if tally.sheets > 1:
            yield tally.blocks()
        for sheet, exercise in few:
            yield self._report_on.blocks(sheet, exercise, self._bench.examiner(exercise))


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
