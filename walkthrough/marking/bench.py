"""Where worksheets are marked: at one bench, or at as many as the machine has cores.

A further bench is a process of its own. It is given batches of worksheets and sends back what is said of
them, so that no marked worksheet travels, and none is kept.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from walkthrough.marking.diagnosis.examiner import Examiner, Examiners
from walkthrough.marking.marked_worksheets import MarkedSheet
from walkthrough.marking.reports.class_report import ClassTally
from walkthrough.marking.reports.results import csv_rows, sheet_as_json
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.sheet_sources import SheetSource, gather
from walkthrough.trace.trace import CannotReplay
from walkthrough.words.problems import CaseError, Problem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Outcome: TypeAlias = "MarkedOnBench | CaseError"
"""A marked worksheet, or what is wrong with one."""

_BATCH = 25
_SELDOM = 50_000
"""So many objects are made in a further bench before it looks for those that nobody needs any more."""
_WAITING = 2
"""Batches that a bench has before it, so that it never waits and nothing piles up."""


class MarkedOnBench(NamedTuple):
    """A marked worksheet and its exercise."""

    sheet: MarkedSheet
    exercise: Exercise


class Bench:
    """The exercises that worksheets name, opened once, and whoever marks them."""

    def __init__(self, digits: int, case: str | None) -> None:
        self.exercises = Exercises(digits)
        self._examiners = Examiners()
        self._case = case

    def marked(self, source: SheetSource) -> Iterator[Outcome]:
        """The worksheets of a source, marked, and what is wrong with others."""
        for sheet in gather(source, self.exercises, self._case):
            if isinstance(sheet, CaseError):
                yield sheet
                continue
            if sheet.odd:
                yield CaseError(sheet.odd)
            try:
                result = self._examiners.of(sheet.exercise).mark(sheet.worksheet)
            except CannotReplay as error:
                said = f"cannot be marked: {error}"
                yield CaseError([Problem(sheet.worksheet.file, None, "", said)])
                continue
            yield MarkedOnBench(result, sheet.exercise)

    def examiner(self, exercise: Exercise) -> Examiner:
        """Whoever marks the worksheets on an exercise."""
        return self._examiners.of(exercise)


# --- several benches -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of each worksheet: a row, a line of JSON, or that it is counted in a tally."""

    kind: Literal["json", "csv", "tally"]
    digits: int
    case: str | None
    everything: bool
    hide_answers: bool


@dataclass(slots=True)
class Batch:
    """What is said of a batch of worksheets."""

    pieces: list[str] = field(default_factory=list)
    tally: ClassTally | None = None
    errors: list[CaseError] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    sheets: int = 0
    wrong: bool = False


def side_by_side(found: Sequence[SheetSource], wanted: Wanted, benches: int) -> Iterator[Batch]:
    """The worksheets, marked at several benches; the batches come back in order."""
    from multiprocessing import get_context  # a single worksheet waits for none of it

    batches = [found[at : at + _BATCH] for at in range(0, len(found), _BATCH)]
    # a fresh process, which also Windows has: nothing is shared with this one
    context = get_context("spawn")
    ends: list[Connection] = []
    processes = []
    try:
        for _ in range(benches):
            end, other = context.Pipe()
            process = context.Process(target=_at_bench, args=(other, wanted), daemon=True)
            process.start()
            other.close()
            ends.append(end)
            processes.append(process)
        sent = 0
        for at in range(len(batches)):
            while sent < min(len(batches), at + benches * _WAITING):
                ends[sent % benches].send(batches[sent])
                sent += 1
            yield ends[at % benches].recv()
    finally:
        for end in ends:
            end.close()
        for process in processes:
            process.terminate()
            process.join()


def _at_bench(end: Connection, wanted: Wanted) -> None:
    """A process that marks what it is given, until nothing more comes."""
    gc.freeze()  # what is loaded now stays; looking through it again and again takes a twentieth of the time
    gc.set_threshold(_SELDOM)
    bench = Bench(wanted.digits, wanted.case)
    while True:
        try:
            end.send(_batch(bench, end.recv(), wanted))
        except (EOFError, OSError, KeyboardInterrupt):
            return


def _batch(bench: Bench, sources: Sequence[SheetSource], wanted: Wanted) -> Batch:
    said = Batch()
    if wanted.kind == "tally":
        said.tally = ClassTally(wanted.everything, wanted.hide_answers)
    exercises = set[Exercise]()
    for source in sources:
        for outcome in bench.marked(source):
            if isinstance(outcome, CaseError):
                said.errors.append(outcome)
                continue
            sheet, exercise = outcome
            said.sheets += 1
            said.wrong |= sheet.first_wrong is not None
            exercises.add(exercise)
            if wanted.kind == "json":
                said.pieces.append(sheet_as_json(sheet, wanted.hide_answers))
            elif wanted.kind == "csv":
                said.pieces.extend(csv_rows(sheet, wanted.everything, wanted.hide_answers))
            elif said.tally is not None:
                said.tally.add(sheet, exercise)
    said.files.update(file for exercise in exercises for file in exercise.case.files)
    return said
