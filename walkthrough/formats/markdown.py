"""Markdown: for notebooks, notes and repositories; windows and grids stay aligned in code blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from walkthrough.document import Block, Heading, Prose, Table
from walkthrough.formats.text import TextFormat, ascii_only

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|!~"})


def escaped(text: str) -> str:
    """Text in which nothing is markup."""
    return text.translate(_SPECIAL)


class MarkdownFormat:
    """Headings and tables as Markdown has them; everything that is aligned, as code."""

    def __init__(self, width: int = 100, plain: bool = False) -> None:
        self._text = TextFormat(width)
        self._plain = plain

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks as pieces of text."""
        for piece in self._pieces(blocks):
            yield ascii_only(piece) if self._plain else piece

    def _pieces(self, blocks: Iterable[Block]) -> Iterator[str]:
        code: list[Block] = []
        for block in blocks:
            if not isinstance(block, Heading | Prose | Table) and len(code) < 500:
                code.append(block)
                continue
            yield from self._code(code)
            code = []
            yield self._block(block)
        yield from self._code(code)

    def _code(self, blocks: list[Block]) -> Iterator[str]:
        if blocks:
            yield "```text\n" + "".join(self._text.render(blocks)) + "```\n\n"

    def _block(self, block: Block) -> str:
        match block:
            case Heading(text, level, aside, number):
                words = " ".join(part for part in (number, escaped(" ".join(text.split()))) if part)
                return f"{'#' * level} {words}{f' ({aside})' if aside else ''}\n\n"
            case Prose(text):
                return escaped(text) + "\n\n"
            case Table(header, rows, right):
                rule = ["---:" if at in right else "---" for at in range(len(header))]
                lines = [header, tuple(rule), *rows]
                texts = (" | ".join(c if line is lines[1] else escaped(c) for c in line) for line in lines)
                return "".join(f"| {text} |\n" for text in texts) + "\n"
        return "".join(self._code([block]))
