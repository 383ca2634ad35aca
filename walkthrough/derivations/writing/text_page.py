"""A proved derivation as text: signs below each other, reasons on the right."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from walkthrough.derivations.derivation import (
    GridRows,
    Paragraph,
    PartTitle,
    Proved,
    ProvedBlock,
    ProvedEqualities,
    ProvedLine,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import Words
from walkthrough.derivations.writing.how_proved import how, tick, verdict
from walkthrough.derivations.writing.text_formulas import TextWriter

Several = TypeVar("Several")

_GAP = "   "
_BREAKS = re.compile(r"(?= [+−\-·*] )|(?<=[^ ])(?=[·*])|(?=/\()")
"""Where a term that is longer than a line may be broken: before a sign."""
_BETWEEN_PLACES = re.compile(r"(?<=,)(?= )")
"""Where an entry that is longer than a line may be broken."""
_WRITER = TextWriter()
_PROSE_WIDTH = 88
_JOINT = "\x1f"
"""A blank at which no line ends, in any set of signs."""


@dataclass(frozen=True)
class TextPage:
    """How wide, and in which signs: `said` is how a terminal without ∂ says it."""

    width: int
    said: Callable[[str], str]

    def page(self, proved: Proved) -> str:
        """The page, with never more than one empty line between two parts."""
        page = "\n".join(self._lines(proved)).replace(_JOINT, " ")
        return re.sub(r"\n{3,}", "\n\n", page) + "\n"

    def _lines(self, proved: Proved) -> Iterator[str]:
        yield from textwrap.wrap(self.said(proved.title), self.width)
        if proved.sizes:
            yield from textwrap.wrap(self.said(f"{proved.rule}: {proved.sizes}"), self.width)
        for block in proved.blocks:
            yield from self._block(block)
        yield from ("", *textwrap.wrap(self.said(verdict(proved)), min(self.width, _PROSE_WIDTH)))

    def _block(self, block: ProvedBlock) -> Iterator[str]:
        match block:
            case PartTitle(text):
                title = textwrap.wrap(self.said(text), self.width)
                yield from ("", *title, self.said("─") * max(map(len, title)), "")
            case Paragraph(words):
                yield from ("", *textwrap.wrap(self._words(words), min(self.width, _PROSE_WIDTH)), "")
            case SideBySide(parts):
                yield from ("", *self._side_by_side(parts), "")
            case ProvedEqualities(lines):
                apart = ("",) if len(lines) > 1 else ()
                yield from (*apart, *self._equalities(lines), *apart)

    def _words(self, words: Words) -> str:
        return self.said(_WRITER.words(words).replace("\u00a0", _JOINT))

    # --- grids ---------------------------------------------------------------------------------------

    def _side_by_side(self, parts: tuple[GridRows | str, ...]) -> list[str]:
        """Grids side by side if they fit, otherwise one below the other."""
        blocks = [[self.said(part)] if isinstance(part, str) else self._grid(part) for part in parts]
        height = max(map(len, blocks))
        if sum(len(block[0]) + 3 for block in blocks) > self.width - 3:
            return [f"   {line}" for block in blocks for line in block]
        centred = [
            [" " * len(block[0])] * ((height - len(block)) // 2)
            + block
            + [" " * len(block[0])] * (height - len(block) - (height - len(block)) // 2)
            for block in blocks
        ]
        return [("   " + "   ".join(row)).rstrip() for row in zip(*centred, strict=True)]

    def _grid(self, rows: GridRows) -> list[str]:
        """A grid; of one that is wider than the page, its first and last rows and columns."""
        texts = [[self.said(_WRITER.text(each)) for each in row] for row in rows]
        widest = max(len(text) for row in texts for text in row)
        room = (self.width - 8) // (widest + 2)
        if len(texts[0]) > room:
            texts = [_ends(row, room, self.said("…")) for row in texts]
            texts = _ends(texts, room, [self.said("…")] * len(texts[0]))
        edge = self.said("│")
        return [f"{edge} " + "  ".join(text.center(widest) for text in row) + f" {edge}" for row in texts]

    # --- chains --------------------------------------------------------------------------------------

    def _equalities(self, lines: tuple[ProvedLine, ...]) -> Iterator[str]:
        """A chain of equalities: signs below each other, reasons on the right or, if long, beneath."""
        assert lines[0].left is not None
        left = self.said(_WRITER.text(lines[0].left))
        for line in lines:
            before = left if line.left is not None else " " * len(left)
            because = self._words((*line.because, how(line)))
            start = f"{self.said(tick(line)):1} {before} = "
            formula = _folded(list(map(self.said, _WRITER.terms(line.right))), self.width - len(start))
            texts = [start + formula[0], *(" " * (len(start) - 2) + each for each in formula[1:])]
            yield from self._with_reason(texts, because, len(start))

    def _with_reason(self, texts: list[str], because: str, indent: int) -> list[str]:
        """The reason at the end of the line, or on a line of its own; a long one beneath the formula."""
        if not because:
            return texts
        room = self.width - len(texts[-1]) - len(_GAP)
        if len(because) <= room:
            return [*texts[:-1], texts[-1] + because.rjust(self.width - len(texts[-1]))]
        if len(because) <= self.width - indent:
            return [*texts, because.rjust(self.width)]
        indent = min(indent, self.width // 3)
        return [*texts, *(" " * indent + each for each in textwrap.wrap(because, self.width - indent))]


def _ends(several: list[Several], room: int, between: Several) -> list[Several]:
    """The first and the last of several, if they are more than there is room for."""
    if len(several) <= room:
        return several
    last = (room - 1) // 2
    return [*several[: room - 1 - last], between, *several[len(several) - last :]]


def _folded(terms: list[str], room: int) -> list[str]:
    """The terms in rows that fit; a row that goes on begins with its sign."""
    rows: list[str] = []
    for term in terms:
        for piece in _pieces(term, room):
            if rows and len(rows[-1]) + len(piece) <= room:
                rows[-1] += piece
            else:
                rows.append(piece.lstrip())
    return rows


def _pieces(term: str, room: int) -> Iterator[str]:
    """A term in as few pieces as fit: whole, broken before its signs, and last within an entry."""
    if len(term.strip()) <= room:
        yield term
        return
    for piece in _BREAKS.split(term):
        yield from [piece] if len(piece) <= room else _BETWEEN_PLACES.split(piece)
