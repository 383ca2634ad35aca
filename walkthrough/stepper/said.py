"""What is said of the number at hand: its line, with the term at hand marked in it, and what goes with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from walkthrough.document import Relation, Side, Sum, Window, Working
from walkthrough.formats.text import TextFormat
from walkthrough.page.voice.one_row import flat
from walkthrough.stepper.pictures.numbers import HIDDEN
from walkthrough.stepper.pictures.runs import Row, TextRun
from walkthrough.stepper.places.line_pieces import pieces, signed, term_line
from walkthrough.stepper.places.uses import uses
from walkthrough.stepper.walk import Walk
from walkthrough.trace.steps.kinds import Choice, Given, Ref, Sums

_MARK, _END = "\ue000", "\ue001"
_SHOWN = {_MARK: "«", _END: "»"}
_MOST_NAMED = 12
_SPARED = 3


@dataclass(frozen=True, slots=True)
class Saying:
    """The line, and what is said below it; `marked` is its row with the mark (−1: none), `ends` its last."""

    rows: tuple[Row, ...]
    below: tuple[Row, ...]
    marked: int
    ends: int


def saying(walk: Walk, width: int, room: int) -> Saying:
    """What is said of the number at hand, no wider than this; without its columns where there is no room."""
    line = walk.opened.working(walk.ref, walk.fold)
    below: list[str] = []
    if walk.hidden:
        line = kept_back(line)
    elif walk.term is not None and walk.looked is None:
        below += _term(walk, width)
        line = marked(line, walk)
    if not walk.hidden:
        below += notes(walk)
    said = tuple((TextRun(part, "message"),) for each in below for part in folded(each, width))
    text = laid_out(line, width, room - len(said))
    rows, at = _marked_rows(text)
    relation, value = line.sides[-1] if line.sides else ("=", "")
    closing = f"{relation} {value}" if isinstance(value, str) else ""
    ends = max((row for row, each in enumerate(text) if closing in each), default=len(text) - 1)
    return Saying(tuple(rows), said, at, ends)


def laid_out(line: Working, width: int, room: int) -> list[str]:
    """The rows of a line: as on a page, or, where that takes too many, one after the other."""
    text = _printed(line, width, 0)
    if len(text) <= room:
        return text
    for other in (_printed(line, width, _SPARED), _flowed(line, width)):
        if len(other) < len(text):
            text = other
        if len(text) <= room:
            break
    return text


def _flowed(line: Working, width: int) -> list[str]:
    """A line without its columns: terms one after the other, broken before a sign."""
    sides = "".join(f" {relation} {flat(side)}" for relation, side in line.sides)
    rows, row = [], f"   {line.left}"
    for part in re.split(r" (?=[+−=≈←] )", sides)[1:]:
        if len(row) + 1 + len(part) > width:
            rows.append(row)
            row = f"     {part}"
        else:
            row += f" {part}"
    reason = f"     {line.because}" if line.because else ""
    if len(row) + len(reason) <= width:
        return [*rows, row + reason]
    return [*rows, row, *folded(line.because, width, "       ")]


def _printed(line: Working, width: int, spared: int) -> list[str]:
    """The rows of a line as a page prints it, with so many columns of its margin given up."""
    printed = TextFormat(width + spared).render([line])
    return [row[spared:].rstrip() for piece in printed for row in piece.rstrip("\n").split("\n")]


def kept_back(line: Working) -> Working:
    """The line as far as it can be told without its value."""
    sides: tuple[tuple[Relation, Side], ...] = line.sides[: max(1, min(2, len(line.sides) - 1))]
    if len(line.sides) < 2:
        sides = ()
    return replace(line, sides=(*sides, ("=", HIDDEN)), because="", groups=())


def notes(walk: Walk) -> list[str]:
    """What goes with the line: what it was before a change, what somebody wrote, what it goes into."""
    said = []
    ref, before = walk.ref, walk.before
    if before is not None and not walk.opened.same(ref, before):
        said.append(f"changed: it was {before.text(ref)}")
    own = walk.own.get(ref)
    if own is not None:
        said += own.says
    if walk.looked is not None:
        said.append(goes_into(walk, walk.looked))
    return said


def goes_into(walk: Walk, ref: Ref) -> str:
    """What a number goes into."""
    found = uses(walk.opened, ref)
    if not found:
        return "it goes into nothing more on the way forward"
    names = [walk.opened.name(each) for each in found[:_MOST_NAMED]]
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"it goes into {len(found)} number{'s' if len(found) > 1 else ''}: {', '.join(names)}{more}"


def _term(walk: Walk, width: int) -> list[str]:
    assert walk.term is not None
    step = walk.opened.step(walk.ref)
    line = term_line(walk.opened, step, walk.term)
    said = f"term {walk.term + 1} of {walk.terms()}"
    if line.text:
        said += f":   {line.text}"
    one = f"{said}     {line.so_far}"
    return [one.rstrip()] if len(one) + 3 <= width or not line.so_far else [said, f"  {line.so_far}"]


# --- the term at hand in the line ----------------------------------------------------------------


def marked(line: Working, walk: Walk) -> Working:
    """The line with the term at hand between marks, wherever it stands in it."""
    step = walk.opened.step(walk.ref)
    at, count = walk.term, walk.terms()
    if at is None or isinstance(step, Given):
        return line
    if walk.fold and isinstance(step, Sums):
        values = [all(walk.opened.narration.value(ref) for ref in term) for term in pieces(walk.opened, step)]
        if not values[at]:
            return line
        at, count = sum(values[:at]), sum(values)
    whole = isinstance(step, Choice)
    sides: tuple[tuple[Relation, Side], ...] = tuple(
        (relation, _with_mark(side, at, count, whole)) for relation, side in line.sides
    )
    groups, seen = [], 0
    for group in line.groups:
        size = max((sum(map(len, side.rows)) for _, side in group.sides if isinstance(side, Sum)), default=1)
        inside = tuple((relation, _with_mark(side, at - seen, size, whole)) for relation, side in group.sides)
        groups.append(replace(group, sides=inside))
        seen += size
    return replace(line, sides=sides, groups=tuple(groups))


def _with_mark(side: Side, at: int, count: int, whole: bool) -> Side:
    if isinstance(side, str) or sum(map(len, side.rows)) != count or not 0 <= at < count:
        return side
    rows, seen = [], 0
    for row in side.rows:
        inside = 0 <= at - seen < len(row)
        rows.append(_marked_row(row, at - seen, whole) if inside else row)
        seen += len(row)
    return replace(side, rows=tuple(rows)) if isinstance(side, Sum) else Window(tuple(rows))


def _marked_row(row: Sequence[str], at: int, whole: bool) -> tuple[str, ...]:
    text = f"{_MARK}{row[at]}{_END}" if whole else signed(row[at], _MARK, _END)
    return (*row[:at], text, *row[at + 1 :])


def _marked_rows(text: list[str]) -> tuple[list[Row], int]:
    """The rows with marks as runs of their own, and the row with the second: the first with numbers."""
    rows: list[Row] = []
    found: list[int] = []
    for at, row in enumerate(text):
        runs: list[TextRun] = []
        rest = row
        while _MARK in rest and _END in rest:
            found.append(at)
            before, _, rest = rest.partition(_MARK)
            inside, _, rest = rest.partition(_END)
            runs += [TextRun(before), TextRun(f"{_SHOWN[_MARK]}{inside}{_SHOWN[_END]}", "here")]
        runs.append(TextRun(rest))
        rows.append(tuple(run for run in runs if run.text))
    return rows, found[min(1, len(found) - 1)] if found else -1


def folded(text: str, width: int, indent: str = "   ") -> list[str]:
    """Words folded at the width; runs of blanks inside stay."""
    if len(indent) + len(text) <= width:
        return [indent + text]
    lines, line = [], indent
    for word in text.split(" "):
        if len(line) + 1 + len(word) > width and line.strip():
            lines.append(line.rstrip())
            line = f"{indent}  "
        line += word if line in (indent, f"{indent}  ") else f" {word}"
    return [*lines, line]
