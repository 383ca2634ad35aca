"""Sides of a line as rows of text: sums and windows with their columns under each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from walkthrough.document import Side, Sum, Window

SideRows = tuple[tuple[str, ...], ...]


class Arrangement(NamedTuple):
    """How the rows of a sum or a window are set: as they are, all in one row, or at most so many a row."""

    flat: bool = False
    most: int = 0

    def of(self, rows: SideRows) -> SideRows:
        """The rows in this arrangement; a row that is broken is broken into equal parts."""
        if self.flat:
            return (tuple(text for row in rows for text in row),)
        if not self.most:
            return rows
        return tuple(part for row in rows for part in _parts(row, self.most))


def _parts(row: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    count = -(-len(row) // most)
    size = -(-len(row) // count)
    return [row[at : at + size] for at in range(0, len(row), size)]


def piece(side: Side, arrangement: Arrangement) -> Sequence[str]:
    """A side as lines of text, columns under each other."""
    return (side,) if isinstance(side, str) else _arranged(side, arrangement)


@lru_cache(maxsize=1_000)
def _arranged(side: Sum | Window, arrangement: Arrangement) -> Sequence[str]:
    # of a line it is asked several times, until a layout is found in which it has room
    match side:
        case Window(rows):
            rows = arrangement.of(rows)
            if len(rows) == 1:
                return (f"max( {'  '.join(rows[0])} )",)
            widths = _widths(rows)
            texts = ["  ".join(t.rjust(w) for t, w in zip(row, widths, strict=False)) for row in rows]
            return (f"max( {texts[0]}", *(f"     {text}" for text in texts[1:-1]), f"     {texts[-1]} )")
        case Sum(rows, before, after):
            return tuple(_sum(arrangement.of(rows), before, after))


def _sum(rows: SideRows, before: str, after: str) -> list[str]:
    """Rows of terms; the + between two rows is set by whoever places them."""
    if len(rows) == 1:
        return [before + signed(rows[0]) + after]
    widths = _widths(rows)
    texts = [" + ".join(text.rjust(width) for text, width in zip(row, widths, strict=False)) for row in rows]
    texts = [(before if at == 0 else " " * len(before)) + text for at, text in enumerate(texts)]
    texts[-1] += after
    return texts


def signed(terms: tuple[str, ...]) -> str:
    """a + b − c: a term that begins with a minus is subtracted."""
    text = terms[0]
    for term in terms[1:]:
        text += f" {term[0]} {term[1:]}" if term[:1] in ("−", "-") else f" + {term}"
    return text


def _widths(rows: SideRows) -> list[int]:
    columns = max(len(row) for row in rows)
    return [max(len(row[at]) for row in rows if at < len(row)) for at in range(columns)]
