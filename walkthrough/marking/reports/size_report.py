"""What is said of claimed sizes: how many are right, and of each wrong one the arithmetic and the slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from walkthrough.document import Block, Heading, Prose, Table
from walkthrough.marking.marked_worksheets import MarkedSheet, MarkedSize, VerdictWord

_MOST_DETAILED = 20


def size_table(marked: MarkedSize, hide_answers: bool = False) -> dict[str, Any]:
    """A claimed size as `check --json` has it."""
    table: dict[str, Any] = {
        "cell": marked.cell,
        "written": marked.written,
        "verdict": marked.verdict,
        "expected": None if hide_answers else marked.expected,
        "from_yours": None if hide_answers else marked.from_yours,
        "enough_digits": True,
        "line": marked.line,
        "slips": []
        if hide_answers
        else [
            {"slip": slip.slip, "at": marked.cell, "gives": slip.gives, "words": _words(marked, slip.words)}
            for slip in marked.slips
        ],
    }
    if marked.problem is not None:
        table["problem"] = marked.problem
    return table


def size_summary(sheet: MarkedSheet) -> Iterator[Block]:
    """How many sizes are right, and the first that is wrong."""
    if not sheet.sizes:
        return
    found, total = Counter(marked.verdict for marked in sheet.sizes), len(sheet.sizes)
    right = found["exact"]
    said = [f"{right} of {total} size{'s' * (total > 1)} {'is' if right == 1 else 'are'} right"]
    remarks: tuple[tuple[VerdictWord, str], ...] = (
        ("follows", "right from your own earlier sizes"),
        ("wrong", "wrong"),
        ("lucky", "lucky"),
        ("unreadable", "unreadable"),
        ("blank", "not filled in"),
    )
    for verdict, words in remarks:
        if found[verdict]:
            said.append(f"{found[verdict]} {words}")
    yield Prose("; ".join(said) + ".")
    first = next((marked for marked in sheet.sizes if marked.verdict == "wrong"), None)
    if first is not None:
        yield Prose(f"First wrong: {first.cell} = {first.written} (line {first.line}).")


def size_blocks(
    sizes: Sequence[MarkedSize], everything: bool = False, hide_answers: bool = False
) -> Iterator[Block]:
    """The wrong sizes one by one, what else is not right, and with `everything` a list of all."""
    wrong = [marked for marked in sizes if marked.verdict == "wrong"]
    for marked in [] if hide_answers else wrong[:_MOST_DETAILED]:
        yield Heading(f"{marked.cell} = {marked.written} is wrong", 3, f"line {marked.line}")
        yield Prose(f"Right: {marked.arithmetic}.")
        if marked.from_yours not in (None, marked.expected):
            yield Prose(f"From your own earlier sizes: {marked.from_yours}.")
        if not marked.slips:
            yield Prose("No common slip gives this size.")
        for slip in marked.slips:
            yield Prose(f"{_words(marked, slip.words)}.")
    for marked in sizes:
        if marked.verdict == "unreadable":
            yield Prose(f"{marked.cell} cannot be read (line {marked.line}): {marked.problem}.")
    if sizes and (everything or (hide_answers and wrong)):
        yield Heading("every size" if everything else "sizes")
        yield _table(sizes if everything else wrong, hide_answers)


def _words(marked: MarkedSize, words: str) -> str:
    return f"Your {marked.written} is what comes out if {words}"


def _table(sizes: Sequence[MarkedSize], hide_answers: bool) -> Table:
    header = (
        ("size", "written", "verdict", "line")
        if hide_answers
        else ("size", "written", "verdict", "right", "line")
    )
    rows = []
    for marked in sizes:
        row = [marked.cell, marked.written or "?", marked.verdict, str(marked.line)]
        if not hide_answers:
            row.insert(3, marked.expected)
        rows.append(tuple(row))
    return Table(header, tuple(rows), frozenset({len(header) - 1}))
