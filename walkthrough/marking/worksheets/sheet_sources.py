"""Gathering worksheets: from files, folders, the tables of a class, and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from walkthrough.case import Case, load, read_case
from walkthrough.case.tables.source import LARGEST_FILE, decoded
from walkthrough.marking.worksheets.class_lists import is_class_list, read_class
from walkthrough.marking.worksheets.exercises import Exercises
from walkthrough.marking.worksheets.sheet_files import (
    Sheet,
    another_case,
    own_claims,
    read_worksheet,
    same_case,
)
from walkthrough.words.messages import suggestion
from walkthrough.words.problems import CaseError, Problem

Gathered: TypeAlias = Sheet | CaseError
"""A worksheet, or what is wrong with it: the others are marked all the same."""

STANDARD_INPUT = "standard input"


@dataclass(frozen=True, slots=True)
class SheetSource:
    """Where worksheets are: a file, standard input, or a shipped case for its own claims.

    `passed_over` says that it was found in a folder, where what is no worksheet is no mistake.
    """

    name: str
    path: Path | None
    shipped: bool = False
    passed_over: bool = False


def sources(paths: Iterable[str | Path], exercises: Exercises) -> Iterator[SheetSource | CaseError]:
    """What there is to read, folders opened: their worksheets sorted by name, hidden files left out."""
    for each in paths:
        name = str(each)
        if name == "-":
            yield SheetSource(STANDARD_INPUT, None)
        elif isinstance(each, str) and exercises.is_shipped(name):
            yield SheetSource(name, None, shipped=True)
        else:
            yield from _of_path(Path(each), exercises)


def gather(found: SheetSource, exercises: Exercises, case: str | None = None) -> Iterator[Gathered]:
    """The worksheets of a source, one after the other; `case` is the one that all must be about."""
    try:
        yield from _gather(found, exercises, case)
    except CaseError as error:
        yield error


def rows(found: SheetSource) -> int:
    """About how many worksheets a source has, without reading it."""
    if found.path is None or found.path.suffix.lower() not in (".csv", ".tsv"):
        return 1
    try:
        with found.path.open("rb") as file:
            return max(file.read(LARGEST_FILE).count(b"\n") - 1, 1)
    except OSError:
        return 1


def _of_path(path: Path, exercises: Exercises) -> Iterator[SheetSource | CaseError]:
    try:
        if not path.is_dir():
            if not path.exists():
                message = f"is neither a file nor a shipped case; {_near(path, exercises)}"
                yield CaseError([Problem(str(path), None, "", message)])
            else:
                yield SheetSource(str(path), path)
            return
        with os.scandir(path) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.lower().endswith((".toml", ".csv", ".tsv"))
                and not entry.name.startswith(".")
                and entry.is_file()
            )
    except (OSError, ValueError) as error:
        yield CaseError([Problem(str(path), None, "", f"cannot be read: {_said(error)}")])
        return
    if not names:
        message = "is a folder without worksheets (.toml, or .csv for a class)"
        yield CaseError([Problem(str(path), None, "", message)])
    for name in names:
        yield SheetSource(str(path / name), path / name, passed_over=True)


def _gather(found: SheetSource, exercises: Exercises, case: str | None) -> Iterator[Gathered]:
    if found.shipped:
        if case is not None and case != found.name:
            raise CaseError([Problem(found.name, None, "", another_case(found.name, case))])
        yield own_claims(load(found.name), found.name, exercises)
        return
    text = _text(found)
    folder = Path() if found.path is None else found.path.parent
    suffix = "" if found.path is None else found.path.suffix.lower()
    if suffix in (".csv", ".tsv") or (suffix != ".toml" and is_class_list(text)):
        if not found.passed_over or is_class_list(text):
            yield from read_class(text, found.name, folder, exercises, case)
        return
    sheet = read_worksheet(text, found.name, folder, exercises, case)
    if sheet is not None:
        yield sheet
    elif not found.passed_over:
        if case is not None and found.path is not None and not same_case(found.name, Path(), case):
            raise CaseError([Problem(found.name, None, "", another_case(found.name, case))])
        yield own_claims(_case(found, text), found.name, exercises)


def _case(found: SheetSource, text: str) -> Case:
    return read_case(text, found.name) if found.path is None else load(found.path)


def _text(found: SheetSource) -> str:
    """What stands in the file; raises CaseError."""
    try:
        if found.path is None:
            if sys.stdin is None or sys.stdin.closed:
                raise CaseError([Problem(found.name, None, "", "is closed")])
            return decoded(sys.stdin.buffer.read(LARGEST_FILE + 1), found.name)
        with found.path.open("rb") as file:
            return decoded(file.read(LARGEST_FILE + 1), found.name)
    except (OSError, ValueError) as error:
        raise CaseError([Problem(found.name, None, "", f"cannot be read: {_said(error)}")]) from None


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _near(path: Path, exercises: Exercises) -> str:
    """The nearest right name: a shipped case, or a file in the same folder."""
    known: Sequence[str] = sorted(exercises.shipped)
    try:
        beside = [str(each) for each, _ in zip(path.parent.iterdir(), range(1_000), strict=False)]
    except (OSError, ValueError):
        beside = []
    return suggestion(str(path), [*known, *beside] if beside and len(beside) < 200 else known)
