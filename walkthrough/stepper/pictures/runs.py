"""What a row of the screen is made of: runs of text, each in a style, some of which one can click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from walkthrough.trace.steps.kinds import Ref

Style: TypeAlias = Literal[
    "plain", "dim", "title", "window", "winner", "here", "frame", "waits", "wrong", "changed", "key", "bar",
    "stage", "now", "message",
]  # fmt: skip
"""What a text is, not how it looks: that is the palette's to say."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A piece of a row; `goes` is the number that a click on it is about, `part` the part of the course."""

    text: str
    style: Style = "plain"
    goes: Ref | None = None
    part: int | None = None


Row: TypeAlias = tuple[TextRun, ...]


def width_of(row: Row) -> int:
    """How many columns a row takes."""
    return sum(len(run.text) for run in row)


def cut(row: Row, width: int) -> Row:
    """A row no wider than this; what is cut off is marked."""
    if width_of(row) <= width:
        return row
    kept: list[TextRun] = []
    room = width - 1
    for run in row:
        if len(run.text) >= room:
            kept.append(TextRun(run.text[:room], run.style, run.goes, run.part))
            break
        kept.append(run)
        room -= len(run.text)
    return (*kept, TextRun("…", "dim"))


def padded(row: Row, width: int, style: Style = "plain") -> Row:
    """A row of exactly this width."""
    row = cut(row, width)
    room = width - width_of(row)
    return (*row, TextRun(" " * room, style)) if room else row


def plain(row: Row) -> str:
    """The text of a row."""
    return "".join(run.text for run in row)
