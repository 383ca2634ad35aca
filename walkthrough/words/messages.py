"""How messages speak: text from files made safe to print, and the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category

_LONGEST_QUOTE = 60
_LONGEST_NAME = 300
_LONGEST_LINE = 2_000
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """The text with everything invisible spelled out: a terminal or a page shows what is there.

    Control characters (C0 and C1), bidirectional and zero-width marks, line separators, lone
    surrogates and unassigned characters become `\\n`, `\\x1b`, `\\u202e`; blanks of any width stay.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or category(each) == "Zs" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return _SHORT_ESCAPES.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str) -> str:
    """A name, printable; one longer than any that people give shows only its beginning."""
    if len(text) > _LONGEST_NAME:
        return f"{printable(text[:_LONGEST_QUOTE])}… ({len(text)} characters)"
    return printable(text)


def bounded_line(line: str) -> str:
    """A line of a message, printable; words beyond any that people type show only their beginning."""
    if len(line) <= _LONGEST_LINE:
        return printable(line)
    return " ".join(shortened(word) for word in line.split(" "))[:_LONGEST_LINE]


def quoted(text: str) -> str:
    """The text in quotation marks, printable, and shortened if it is long."""
    if len(text) > _LONGEST_QUOTE:
        return f'"{printable(text[:_LONGEST_QUOTE])}…" ({len(text)} characters)'
    return f'"{printable(text)}"'


def one_line(text: str) -> str:
    """The text on a single line, printable."""
    return printable(" ".join(text.split()))


def suggestion(word: str, known: Iterable[str]) -> str:
    """What follows a word that is not known: the nearest right one, or all of them."""
    from difflib import get_close_matches  # nobody waits for it who writes every word right

    names = list(known)
    # difflib compares with everything, and a hostile word may be megabytes long
    near = get_close_matches(word[:100], names, n=2, cutoff=0.5)
    if near:
        return "did you mean " + " or ".join(f'"{shortened(name)}"' for name in near) + "?"
    if not names:
        return "nothing can stand here"
    return "expected one of " + ", ".join(f'"{shortened(name)}"' for name in names)
