"""The reasons of a number as lines of text: each number under what it goes into."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

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
    sources = reason.sources
    if not reason.cell and all(each.further or each.again for each in sources):
        # nothing more is said of the numbers in this product than what it says itself
        text += "".join(
            f"     {each.cell} {f'(see {each.again})' if each.again else '…'}" for each in sources
        )
        sources = ()
    inner = below + (strokes[2] if sources or reason.left_out else "   ")
    yield from _folded(text, lead, inner + "   ", width)
    groups = list(_grouped(sources))
    for number, (source, *others) in enumerate(groups):
        last = number == len(groups) - 1 and not reason.left_out
        stroke, inside = below + strokes[1 if last else 0], below + ("   " if last else strokes[2])
        if others:
            names = ", ".join(each.cell for each in (source, *others))
            yield from _folded(f"{names}     (see {source.again})", stroke, inside + "   ", width)
        else:
            yield from _drawn(source, stroke, inside, width, strokes)
    if reason.left_out:
        together = f", together {reason.together}" if reason.together else ""
        yield from _folded(
            f"… and {reason.left_out:,} more{together}", below + strokes[1], below + "      ", width
        )


def _grouped(sources: tuple[Reason, ...]) -> Iterator[list[Reason]]:
    """Each number by itself, but in one group those in a row that stand elsewhere already."""
    for again, several in groupby(sources, key=lambda each: each.again):
        if again:
            yield list(several)
        else:
            yield from ([each] for each in several)


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
