"""The whole screen as rows of text, for a terminal of any size: what is shown where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from rich.cells import cell_len, set_cell_size

from walkthrough.stepper.overlays import Overlay
from walkthrough.stepper.pictures.arranging import arranged, framed, needed
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.boards import Board, Mark
from walkthrough.stepper.pictures.drawing import is_shaded
from walkthrough.stepper.pictures.numbers import Numbers
from walkthrough.stepper.pictures.runs import Row, TextRun, cut, padded, plain
from walkthrough.stepper.said import Saying, saying
from walkthrough.stepper.walk import Walk
from walkthrough.words.messages import printable

WIDE = 110
"""Columns from which on the outline stands at the side."""
OUTLINE = 27
"""Columns of the outline."""
_MARKED = {Mark.WINDOW: "[ ] what goes in", Mark.WINNER: "( ) the largest", Mark.HERE: "« » at hand"}


@dataclass(frozen=True, slots=True)
class Status:
    """What else the screen says: what the witnesses found, a message, what the keys do."""

    verified: str = ""
    message: str = ""
    keys: tuple[tuple[str, str], ...] = ()


def screen(walk: Walk, boards: tuple[Board, ...], width: int, height: int, status: Status) -> list[Row]:
    """Just so many rows of just this width."""
    side = width >= WIDE
    inner = width - OUTLINE - 2 if side else width
    top = above(walk, inner, height, outline=not side)
    closing = [_verified(walk, status, inner)]
    room = height - 2 - len(top) - len(closing)
    body = _body(walk, boards, inner, max(room, 3))
    middle = [*top, *body, *closing]
    if side:
        middle = beside_outline(walk, middle, inner)
    rows = [_title(walk, width), *middle, keys_row(status, width)]
    return framed_rows(rows, width, height)


def beside_outline(walk: Walk, rows: list[Row], width: int) -> list[Row]:
    """Rows of this width with the outline beside them."""
    rule = TextRun("│ ", "dim")
    return [
        (*padded(left, OUTLINE), rule, *padded(right, width))
        for left, right in zip(_outline_column(walk, len(rows)), rows, strict=True)
    ]


def framed_rows(rows: list[Row], width: int, height: int) -> list[Row]:
    """Just so many rows of just this width, the first and the last of which are bars."""
    return [
        padded(row, width, "bar" if at in (0, len(rows) - 1) else "plain") for at, row in enumerate(rows)
    ][:height]


def numbers_of(walk: Walk) -> Numbers:
    """What stands in the boards."""
    return Numbers(walk.opened, walk.before, walk.own)


def boards_of(walk: Walk, at_work: AtWork) -> tuple[Board, ...]:
    """The boards of the number at hand; a worksheet's own numbers beside the right ones."""
    if walk.looked is not None:
        return at_work.used(walk.looked)
    boards = at_work.boards(walk.ref, walk.term, walk.hidden)
    if any(ref.tensor == walk.ref.tensor for ref in walk.own):
        boards = (*boards, replace(boards[-1], title="yours", name="", own=True))
    return boards


# --- the upper rows ------------------------------------------------------------------------------


def _title(walk: Walk, width: int) -> Row:
    case = walk.opened.case
    kinds = {"exact": "exact", "float": "float64", "decimals": f"{case.arithmetic.decimals} decimals"}
    said = [kinds[case.arithmetic.kind]]
    if walk.changes:
        count = len(walk.changes)
        said.insert(0, f"what if: {count} number{'s' if count > 1 else ''} changed")
    if walk.guess:
        said.insert(0, "guess")
    if walk.fold:
        said.insert(0, "zeros folded")
    aside = " · ".join(said)
    title = printable(case.title or case.name)
    room = max(width - len(aside) - 4, 1)
    if cell_len(title) > room:
        title = set_cell_size(title, room - 1).rstrip() + "…"
    gap = " " * max(width - cell_len(title) - len(aside) - 2, 1)
    return (TextRun(f" {title}{gap}{aside} ", "bar"),)


def above(walk: Walk, width: int, height: int, outline: bool) -> list[Row]:
    """Where this is in the course, and the rule by which its numbers are worked out."""
    rows: list[Row] = [where(walk, width)]
    if outline:
        rows.append(_outline_row(walk, width))
    tensor = walk.ref.tensor
    for rule in walk.opened.rules(tensor)[: 1 if height < 30 else 3]:
        one = rule.formula + (f"     {rule.letters}" if rule.letters else "")
        said = one if len(one) + 3 <= width else rule.formula
        rows.append((TextRun(f"   {said}", "stage"),))
        if said != one and height >= 24:
            rows.append(cut((TextRun(f"      {rule.letters}", "dim"),), width))
    if height >= 30:
        rows.append(())
    return rows


def where(walk: Walk, width: int) -> Row:
    """Which part of the course this is, and how far in it."""
    ref = walk.ref
    name = walk.opened.name(ref)
    if walk.looked is not None:
        return cut(
            (TextRun(f" {name}", "stage"), TextRun("   a number, and what it goes into   Esc goes back")),
            width,
        )
    part = walk.part
    at = f"{part.unit} {walk.line - part.first + 1:,} of {part.size:,}"
    progress = f"line {walk.line + 1:,} of {walk.course.lines:,}"
    left = f" {part.title}"
    middle = f"   {part.phase}   {at}"
    right = f"{name}   {progress} "
    gap = width - len(left) - len(middle) - len(right)
    if gap < 2:
        right = f"{name} "
        gap = width - len(left) - len(middle) - len(right)
    if gap < 2:
        left = " " + part.title.split("    ")[0]
        gap = width - len(left) - len(middle) - len(right)
    runs = (TextRun(left, "stage"), TextRun(middle), TextRun(" " * max(gap, 1)), TextRun(right, "dim"))
    return cut(runs, width)


# --- the outline ---------------------------------------------------------------------------------


def _labels(walk: Walk) -> list[tuple[str, bool]]:
    here = walk.course.parts.index(walk.part)
    labels = []
    for number, part in enumerate(walk.course.parts):
        mark = "✓" if number < here else "▸" if number == here else " "
        labels.append((f"{mark}{part.tensor}", number == here))
    return labels


def _outline_row(walk: Walk, width: int) -> Row:
    """The parts around this one, in one row."""
    labels = _labels(walk)
    here = next(at for at, (_, now) in enumerate(labels) if now)
    first = last = here
    used = len(labels[here][0]) + 4
    while True:
        grown = False
        if last + 1 < len(labels) and used + len(labels[last + 1][0]) + 2 <= width:
            last += 1
            used += len(labels[last][0]) + 2
            grown = True
        behind = here - first < 2 or last == len(labels) - 1
        if first > 0 and behind and used + len(labels[first - 1][0]) + 2 <= width:
            first -= 1
            used += len(labels[first][0]) + 2
            grown = True
        if not grown:
            break
    runs: list[TextRun] = [TextRun("…" if first else " ", "dim")]
    for at in range(first, last + 1):
        text, now = labels[at]
        runs += [TextRun(f" {text} ", "now" if now else "dim", part=at)]
    if last < len(labels) - 1:
        runs.append(TextRun("…", "dim"))
    return cut(tuple(runs), width)


def _outline_column(walk: Walk, height: int) -> list[Row]:
    """All parts, one under the other, under the phase that they belong to."""
    rows: list[tuple[Row, bool]] = []
    phase = ""
    for number, ((label, now), part) in enumerate(zip(_labels(walk), walk.course.parts, strict=True)):
        if part.phase != phase and not (part.phase == "loss" and phase == "forward"):
            phase = part.phase
            rows.append(((TextRun(f" {phase}", "title"),), False))
        count = f"{walk.line - part.first + 1}/{part.size}" if now else f"{part.size}"
        room = OUTLINE - 2 - len(count) - 1
        label = label if len(label) <= room else label[: room - 1] + "…"
        text = f" {label.ljust(room)} {count} "
        rows.append(((TextRun(text, "now" if now else "dim", part=number),), now))
    here = next(at for at, (_, now) in enumerate(rows) if now)
    start = max(0, min(here - height // 2, len(rows) - height))
    shown = [row for row, _ in rows[start : start + height]]
    return shown + [()] * (height - len(shown))


# --- boards and line -----------------------------------------------------------------------------


def _body(walk: Walk, boards: tuple[Board, ...], width: int, room: int) -> list[Row]:
    """The boards, what their marks mean, and the line; just so many rows."""
    # the window itself is always seen
    said = saying(walk, width, room - 1 - min(framed(boards), needed(boards)))
    wanted = len(said.rows) + len(said.below)
    most = max(room - 1 - min(5, room // 3), 0)
    # the rows of the boards beside the window give way to a long line, the window itself does not
    height = min(needed(boards), max(room * 3 // 5, room - 1 - wanted), most)
    if height + 1 + wanted > room:
        height = min(height, max(framed(boards), room - 1 - wanted))
    pictures = arranged(boards, numbers_of(walk), width - 3, height)
    rows: list[Row] = [(TextRun("   "), *row) for row in pictures[:height]]
    rows.append(legend(walk, boards, width))
    rows += _line(said, room - len(rows), width)
    return [*rows, *([()] * (room - len(rows)))][:room]


def legend(walk: Walk, boards: tuple[Board, ...], width: int) -> Row:
    """What the marks in the boards mean."""
    marks = [mark for mark in Mark if any(mark in board.marks.values() for board in boards)]
    framed = "the window" if walk.part.unit == "window" else _MARKED[Mark.WINDOW][4:]
    framed = "what it goes into" if walk.looked is not None else framed
    said = "   ".join(f"[ ] {framed}" if mark is Mark.WINDOW else _MARKED[mark] for mark in marks)
    if any(board.filled is not None and board.filled < prod(board.shape) for board in boards):
        said += "   · to come"
    if any(is_shaded(board) for board in boards):
        said += "   blank to █ rising"
    return cut((TextRun(f"   {said}", "dim"),), width)


def _line(said: Saying, room: int, width: int) -> list[Row]:
    """The line in so many rows: its beginning and its end, or the rows around the mark."""
    below = list(said.below)[: max(room - 2, 0)]
    space = room - len(below)
    rows = list(said.rows)
    if len(rows) > space:
        rows = _around(said, space, width)
    return [*rows, *below]


def _around(said: Saying, space: int, width: int) -> list[Row]:
    rows, at = list(said.rows), said.marked
    if space < 3:
        return rows[said.ends : said.ends + max(space, 0)]
    if at < 0:
        note = f"   … {len(rows) - space + 1} rows more; Enter opens the line, term by term"
        return [*rows[: space - 2], cut((TextRun(note, "dim"),), width), rows[said.ends]]
    start = max(0, min(at - space // 2, len(rows) - space))
    return rows[start : start + space]


# --- the last rows -------------------------------------------------------------------------------


def _verified(walk: Walk, status: Status, width: int) -> Row:
    if status.message:
        return cut((TextRun(f" {status.message}", "message"),), width)
    return cut((TextRun(f" {status.verified}", "dim"),), width)


def keys_row(status: Status, width: int) -> Row:
    """The keys, as many as there is room for; help and quit always."""
    keys = list(status.keys)
    while len(keys) > 2 and sum(len(key) + len(does) + 3 for key, does in keys) > width:
        del keys[-3]
    runs: list[TextRun] = []
    for key, does in keys:
        runs += [TextRun(f" {key}", "key"), TextRun(f" {does} ", "bar")]
    return tuple(runs)


def text_of(rows: list[Row]) -> str:
    """The screen as plain text."""
    return "\n".join(plain(row).rstrip() for row in rows) + "\n"


def with_overlay(rows: list[Row], overlay: Overlay, width: int, height: int) -> list[Row]:
    """The screen with a page over it, between the title and the keys."""
    page = [padded(row, width) for row in overlay.rows(width, height - 2)]
    return [rows[0], *page, rows[-1]][:height]
