"""Where a long line ends: a formula before a sign, never inside a factor; words between two words."""

from __future__ import annotations

from collections.abc import Callable


def wrapped(head: str, text: str, indent: str, width: int) -> list[str]:
    """A text after a head, broken where it must be: before a relation or a sign."""
    if len(head) + len(text) <= width:
        return [head + text]
    lines: list[str] = []
    line, empty = head, True
    for part in _broken(text, width - max(len(head), len(indent))):
        if not empty and len(line) + len(part) > width:
            lines.append(line)
            line = indent + part.lstrip()
        else:
            line += part
        empty = False
    return [*lines, line]


_DEEPEST = 3
"""Parentheses in parentheses that a line is still broken in."""
_SIGNS = (" + ", " − ", " - ", " = ", " ≈ ", " ~ ", " ← ")


def _broken(text: str, room: int, depth: int = 0) -> list[str]:
    """The text cut before its signs; a product that is too long before a ·, and never inside a factor."""
    found = _cut(text, depth, lambda at: text[at : at + 3] in _SIGNS)
    if depth >= _DEEPEST:
        return found
    return [part for each in found for part in (_product(each, room, depth) if len(each) > room else [each])]


def _product(text: str, room: int, depth: int) -> list[str]:
    """A term that is too long: its factors, and what is in parentheses if a factor alone is too long."""
    factors = _cut(text, depth, lambda at: text[at] in "·*" or text[at : at + 3] in (" · ", " * "))
    return [
        part for each in factors for part in (_broken(each, room, depth + 1) if len(each) > room else [each])
    ]


def _cut(text: str, depth: int, here: Callable[[int], bool]) -> list[str]:
    """The text cut at places that lie in at most so many parentheses."""
    pieces, start, inside = [], 0, 0
    for at, sign in enumerate(text):
        inside += (sign in "([") - (sign in ")]")
        if at > start and inside <= depth and here(at):
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]]


def folded(text: str, width: int, indent: str) -> list[str]:
    """Words folded at the width, every line indented."""
    lines: list[str] = []
    line = indent
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += word if line == indent else f" {word}"
    return [*lines, line]
