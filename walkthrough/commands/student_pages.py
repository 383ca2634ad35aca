"""A page for each student in a folder: Markdown, a web page or LaTeX to hand back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walkthrough.document import Block

_OTHER = re.compile(r"[^\w-]+")
_LONGEST = 60
_SUFFIXES = {"html": "html", "latex": "tex"}


class StudentPages:
    """The pages of a class in one folder, each under its student's name; `read` is never written over.

    `format` is html, latex, or anything else for Markdown.
    """

    def __init__(self, folder: Path, read: Sequence[Path], format: str = "markdown") -> None:
        self._folder = folder
        self._read = read
        self._format = format
        self._names: dict[str, int] = {}

    def write(self, whose: str, blocks: Iterable[Block]) -> None:
        """One student's page; two of one name have two pages. Raises CannotWrite."""
        from walkthrough.commands.files import CannotWrite, write_file

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            said = problem.strerror or problem
            raise CannotWrite(f"{self._folder} cannot be made: {said}") from None
        file = self._folder / f"{self._name(whose)}.{_SUFFIXES.get(self._format, 'md')}"
        write_file(self._pieces(blocks), file, lambda: frozenset(self._read))

    def _pieces(self, blocks: Iterable[Block]) -> Iterator[str]:
        if self._format == "html":
            from walkthrough.formats.html import HtmlFormat

            return HtmlFormat().render(blocks)
        if self._format == "latex":
            from walkthrough.formats.latex import LatexFormat

            return LatexFormat().render(blocks)
        from walkthrough.formats.markdown import MarkdownFormat

        return MarkdownFormat().render(blocks)

    def _name(self, whose: str) -> str:
        name = _OTHER.sub("-", whose).strip("-")[:_LONGEST] or "worksheet"
        # some file systems do not tell small letters from capitals
        times = self._names[name.casefold()] = self._names.get(name.casefold(), 0) + 1
        return name if times == 1 else self._name(f"{name}-{times}")
