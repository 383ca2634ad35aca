"""The reasons of a number as lines of text: each number under what it goes into."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.page.reasons import Reason

_Strokes = tuple[str, str, str]


def drawn(reason: Reason, width: int = 100, plain: bool = False) -> Iterator[str]:
    """The tree as lines of text, and how to see more of it."""
    yield from _drawn(reason, "", "", width, ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  "))
    if _is_cut(reason):
        yield from _folded(
            "…: --depth N goes back further, --routes N shows more, --all everything", "", "   ", width
        )


def _is_cut(reason: Reason) -> bool:
    return reason.further or bool(reason.left_out) or any(map(_is_cut, reason.sources))


def _drawn(reason: Reason, lead: str, below: str, width: int, strokes: _Strokes) -> Iterator[str]:
    text = f"{reason.cell}:  {reason.line}" if reason.cell else reason.line
    if reason.again:
        text += f"     (see {reason.again})"
    elif reason.further:
        text += "     …"
    if reason.because and not reason.again:
        text += f"     {reason.because}"
    inner = below + (strokes[2] if reason.sources or reason.left_out else "   ")
    yield from _folded(text, lead, inner + "   ", width)
    for number, source in enumerate(reason.sources):
        last = number == len(reason.sources) - 1 and not reason.left_out
        yield from _drawn(
            source, below + strokes[1 if last else 0], below + ("   " if last else strokes[2]), width, strokes
        )
    if reason.left_out:
        together = f", together {reason.together}" if reason.together else ""
        yield from _folded(
            f"… and {reason.left_out:,} more{together}", below + strokes[1], below + "      ", width
        )


def _folded(text: str, lead: str, indent: str, width: int) -> Iterator[str]:
    line = lead
    empty = True
    for word in text.split(" "):
        if not empty and len(line) + 1 + len(word) > max(width, len(indent) + 30):
            yield line.rstrip()
            line, empty = indent, True
        line += word if empty else f" {word}"
        empty = False
    yield line.rstrip()
