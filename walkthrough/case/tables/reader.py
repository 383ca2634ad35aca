"""Going through a case file and noting everything that is wrong with it, not only the first thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from walkthrough.case.tables.source import Source
from walkthrough.case.tables.values import KeyPath, Misread, found
from walkthrough.words.messages import shortened
from walkthrough.words.problems import CaseError, Problem

Read = TypeVar("Read")
# nobody mends more at once, and a hostile file may have millions
_ENOUGH = 50


class Reader:
    """A file being read: its source, the folder where its grids' files are, its problems so far."""

    def __init__(self, source: Source, folder: Path) -> None:
        self.source = source
        self.folder = folder
        self.problems: list[Problem] = []
        self.sizes: list[Problem] = []

    def refuse(self, place: KeyPath, message: str, row: int | None = None) -> None:
        """Notes a problem; `row` is the line at fault of a text value, from 0."""
        line = self.source.line(place) if row is None else self.source.row(place, row)
        self.problems.append(Problem(self.source.file, line, key_name(place), message))
        if len(self.problems) >= _ENOUGH:
            self.done()

    def by_size(self, place: KeyPath) -> None:
        """Notes that only the size of a grid is given: enough to count with, and no more."""
        said = "only its size is given"
        self.sizes.append(Problem(self.source.file, self.source.line(place), key_name(place), said))

    def read(self, place: KeyPath, read: Callable[..., Read], *arguments: Any) -> Read | None:
        """What `read` makes of the arguments; if it cannot, the problem is noted and None returned."""
        try:
            return read(*arguments)
        except Misread as error:
            self.refuse((*place, *error.below), str(error), error.row)
            return None

    def table(self, place: KeyPath, value: Any, known: Iterable[str]) -> dict[str, Any]:
        """A table without its unknown keys, which are refused; empty if it is no table at all."""
        if not isinstance(value, dict):
            header = f"[{key_name(place)}]"
            self.refuse(place, f"found {found(value)}; expected a table, {header}")
            return {}
        names = list(known)
        for key in value:
            if key not in names:
                from walkthrough.case.tables.neighbours import unknown_key

                self.refuse((*place, key), unknown_key(key, names))
        return {key: each for key, each in value.items() if key in names}

    def tables(self, place: KeyPath, value: Any) -> list[Any]:
        """The tables of a `[[…]]`; a problem is noted if it was written in another way."""
        if isinstance(value, list):
            return value
        self.refuse(place, f"found {found(value)}; expected a table each, headed [[{key_name(place)}]]")
        return []

    def done(self) -> None:
        """Raises CaseError if anything is wrong, in the order of the file."""
        if self.problems:
            raise CaseError(sorted(self.problems, key=lambda each: each.line or 0))


def key_name(place: KeyPath) -> str:
    """A place as people write it, counted from 1: `layers[2].kernel`."""
    name = ""
    for part in place:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        elif part.replace("_", "").replace("-", "").isalnum():
            name += f".{shortened(part)}" if name else shortened(part)
        else:
            name += f'."{part[:80]}"' if name else f'"{part[:80]}"'
    return name
