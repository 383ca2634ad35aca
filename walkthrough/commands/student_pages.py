"""A page for each student, as Markdown in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from walkthrough.document import Block

_OTHER = re.compile(r"[^\w-]+")
_LONGEST = 60


class StudentPages:
    """The pages of a class in one folder, each under its student's name; `read` is never written over."""

    def __init__(self, folder: Path, read: Sequence[Path]) -> None:
        self._folder = folder
        self._read = read
        self._names: dict[str, int] = {}

    def write(self, whose: str, blocks: Iterable[Block]) -> None:
        """One student's page; two of one name have two pages. Raises CannotWrite."""
        from walkthrough.commands.files import CannotWrite, write_file
        from walkthrough.formats.markdown import MarkdownFormat

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            said = problem.strerror or problem
            raise CannotWrite(f"{self._folder} cannot be made: {said}") from None
        pieces = MarkdownFormat().render(blocks)
        write_file(pieces, self._folder / f"{self._name(whose)}.md", lambda: frozenset(self._read))

    def _name(self, whose: str) -> str:
        name = _OTHER.sub("-", whose).strip("-")[:_LONGEST] or "worksheet"
        # some file systems do not tell small letters from capitals
        times = self._names[name.casefold()] = self._names.get(name.casefold(), 0) + 1
        return name if times == 1 else self._name(f"{name}-{times}")
