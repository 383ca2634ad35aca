"""What a source or a student claims: a cell's name and what is written there, not yet judged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from walkthrough.case.cells import NoSuchCell, size_name
from walkthrough.case.tables.source import Source
from walkthrough.case.tables.values import KeyPath
from walkthrough.words.messages import shortened
from walkthrough.words.problems import CaseError, Problem

_ENOUGH = 50


@dataclass(frozen=True)
class Claim:
    """A cell or a tensor and what is written for it, raw: a text, a whole number, a nested list.

    `line` is where it stands in the file; `rows_from` is the line of a text's first row. Numbers
    with a point stay as they were written, as text.
    """

    cell: str
    written: Any
    line: int
    rows_from: int


def read_claims(source: Source, table: Any, place: KeyPath = ("claims",)) -> Iterator[Claim]:
    """The claims in the order of the file.

    `dense.weight.new = …` without quotes is a table in a table to TOML, and meant as a name.
    """
    waiting = [(place, table)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(((*at, key), each) for key, each in reversed(value.items()))
            continue
        line = source.line(at) or 1
        yield Claim(".".join(map(str, at[len(place) :])), value, line, source.row(at, 0) or line)


def refuse_unknown(
    claims: Iterable[Claim],
    formulas: Iterable[Claim],
    file: str,
    find: Callable[[str], object],
    layers: Collection[str],
) -> None:
    """Raises CaseError for the claims on cells that are not there; `find` raises NoSuchCell for these.

    Sizes of `layers` can be claimed as well.
    """
    problems: list[Problem] = []
    for table, several in (("claims", claims), ("formulas", formulas)):
        for each in several:
            size = size_name(each.cell)
            if size is not None and size[0] in layers:
                continue
            try:
                find(each.cell)
            except NoSuchCell as error:
                key = f'{table}."{shortened(each.cell)}"'
                problems.append(Problem(file, each.line, key, str(error)))
            if len(problems) >= _ENOUGH:
                break
    if problems:
        raise CaseError(sorted(problems, key=lambda each: each.line or 0))
