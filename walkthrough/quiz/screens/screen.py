"""The quiz as rows of text in the stepper's look, for a terminal of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size

from walkthrough.document import Working
from walkthrough.mathematics.notation import Cell
from walkthrough.quiz.fading import Support
from walkthrough.quiz.hints import blanked, formula
from walkthrough.quiz.hunting.hunt import Hunt
from walkthrough.quiz.quiz import AskedNumber, Over, Quiz, ShownLine
from walkthrough.quiz.summary import counted, summary
from walkthrough.stepper.pictures.arranging import arranged, framed, needed
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.boards import Board, Mark
from walkthrough.stepper.pictures.runs import Row, Style, TextRun, cut
from walkthrough.stepper.said import folded, laid_out
from walkthrough.stepper.screen import (
    OUTLINE,
    WIDE,
    Status,
    above,
    beside_outline,
    framed_rows,
    keys_row,
    legend,
    numbers_of,
)
from walkthrough.stepper.walk import Walk
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import printable

_SEEN_AT_A_GLANCE = 200
"""Numbers of a board; in a larger one the window is marked, because nobody would find it."""
_MOST_REPLIED = 6
_GAP = 3
_STYLES: dict[bool | None, Style] = {True: "title", False: "wrong", None: "message"}


@dataclass(frozen=True, slots=True)
class Replied:
    """A line that was said of an answer; `right` is None where it is neither right nor wrong."""

    text: str
    right: bool | None = None


def quiz_rows(
    quiz: Quiz,
    at_work: AtWork,
    replied: Sequence[Replied],
    keys: tuple[tuple[str, str], ...],
    size: tuple[int, int],
) -> list[Row]:
    """The screen of a quiz: the tensors at work, what stands of the line, and what was said last."""
    width, height = size
    side = width >= WIDE
    inner = width - OUTLINE - 2 if side else width
    walk = Walk(quiz.opened, quiz.course, _line_of(quiz))
    top = above(walk, inner, height, outline=not side)
    said = _replies(replied, inner)
    room = max(height - 2 - len(top) - len(said), 3)
    body = _over(quiz) if isinstance(quiz.scene, Over) else _body(quiz, walk, at_work, inner, room)
    middle = [*top, *body[:room], *said]
    middle += [()] * (height - 2 - len(middle))
    if side:
        middle = beside_outline(walk, middle, inner)
    done = [turn for turn in quiz.turns if turn.done]
    aside = f"quiz · {counted(done)}" if done else f"quiz · {quiz.fade}"
    bar = title_row(quiz.opened.case.title, aside, width)
    return framed_rows([bar, *middle, keys_row(Status(keys=keys), width)], width, height)


def _line_of(quiz: Quiz) -> int:
    """The line at hand: the last one of what is filled in."""
    if isinstance(quiz.scene, Over):
        return quiz.course.lines - 1
    return quiz.scene.last if isinstance(quiz.scene, ShownLine) else quiz.scene.line


def title_row(title: str, aside: str, width: int) -> Row:
    """The uppermost row."""
    title, room = printable(title), max(width - cell_len(aside) - 4, 1)
    if cell_len(title) > room:
        title = set_cell_size(title, room - 1).rstrip() + "…"
    gap = " " * max(width - cell_len(title) - cell_len(aside) - 2, 1)
    return (TextRun(f" {title}{gap}{aside} ", "bar"),)


def _replies(replied: Sequence[Replied], width: int) -> list[Row]:
    """What was said last, the beginning of it where there is too much; an empty row before it."""
    rows: list[Row] = []
    for each in replied:
        style = _STYLES[each.right]
        for line in folded(_narrow(each.text), width - 1, ""):
            text = line.lstrip()
            rows.append((TextRun(" " * (1 + len(line) - len(text))), TextRun(text, style)))
    return [(), *rows[:_MOST_REPLIED]] if rows else []


def _narrow(text: str) -> str:
    """A text of which each sign takes one column, whatever was typed: a row would be too long otherwise."""
    return text if text.isascii() else "".join(sign if cell_len(sign) == 1 else "□" for sign in text)


def _over(quiz: Quiz) -> list[Row]:
    rows: list[Row] = [(), (TextRun("   that was the last number", "stage"),), ()]
    return rows + [(TextRun(f"   {line}"),) for line in summary(quiz)]


def _body(quiz: Quiz, walk: Walk, at_work: AtWork, width: int, room: int) -> list[Row]:
    """The boards, what their marks mean, and what stands of the line."""
    boards = _boards(quiz, walk, at_work)
    least = min(framed(boards), needed(boards))
    line = [*_line(quiz, walk, width, max(room - 2 - least, 1))]
    height = max(min(needed(boards), room - 2 - len(line)), min(least, room - 3))
    rows: list[Row] = [
        (TextRun("   "), *row) for row in arranged(boards, numbers_of(walk), width - 3, height)[:height]
    ]
    rows.append(legend(walk, boards, width))
    left = room - len(rows)
    if len(line) > left:
        more = (TextRun(f"   … {len(line) - left + 1} rows more", "dim"),)
        line = [*line[: max(left - 2, 0)], more, line[-1]][:left]
    return rows + line


def _boards(quiz: Quiz, walk: Walk, at_work: AtWork) -> tuple[Board, ...]:
    """The tensors at work, of which no mark tells what is asked.

    Where nothing of the line stands there, the window is to be found as well.
    """
    if isinstance(quiz.scene, ShownLine) and quiz.scene.filled:
        return tuple(replace(board, marks={}) for board in at_work.boards(walk.ref))
    if not isinstance(quiz.scene, AskedNumber) or quiz.stands is Support.WHOLE:
        return at_work.boards(walk.ref)
    *read, made = at_work.boards(walk.ref, None, blank=True)
    bare = quiz.stands is Support.BARE
    return (*(_undecided(board, bare) for board in read), made)


def _undecided(board: Board, bare: bool) -> Board:
    if bare and board.rows * board.columns <= _SEEN_AT_A_GLANCE:
        return replace(board, marks={})
    # which entry was the largest is for somebody to find
    marks = {spot: Mark.WINDOW if mark is Mark.WINNER else mark for spot, mark in board.marks.items()}
    return replace(board, marks=marks)


def _line(quiz: Quiz, walk: Walk, width: int, room: int) -> Iterator[Row]:
    scene, opened, ref = quiz.scene, quiz.opened, walk.ref
    line: Working | None = None
    if isinstance(scene, ShownLine):
        if scene.filled:
            count = scene.last - scene.line + 1
            said = (
                f"{count:,} numbers of {walk.part.tensor} are filled in"
                if count > 1
                else (f"{opened.name(ref)} is filled in")
            )
            yield (TextRun(f"   {said}", "message"),)
            return
        yield (TextRun("   an example", "title"),)
        line = opened.working(ref)
    elif quiz.stands is Support.WHOLE:
        line = opened.working(ref)
    elif quiz.stands is Support.NUMBERS:
        line = blanked(opened, ref)
    elif quiz.stands is Support.FORMULA:
        yield from ((TextRun(each),) for each in folded(formula(opened, ref), width))
    if line is not None:
        yield from ((TextRun(each),) for each in laid_out(line, width, room))


# --- find the mistake ----------------------------------------------------------------------------


def hunt_rows(
    hunt: Hunt, top: int, replied: Sequence[Replied], keys: tuple[tuple[str, str], ...], size: tuple[int, int]
) -> tuple[list[Row], int]:
    """The screen of a sheet, from its row `top` on; and that row, as far down as it can be."""
    width, height = size
    said = _replies(replied, width)
    room = max(height - 3 - len(said), 3)
    sheet = _sheet(hunt, width - 2)
    top = max(0, min(top, len(sheet) - room))
    shown: list[Row] = [(TextRun(" "), *row) for row in sheet[top : top + room]]
    if said and len(shown) < room:
        shown = shown[:-1]  # a sheet ends with an empty row
    below: list[Row] = [()] * (height - 3 - len(shown) - len(said))
    more = len(sheet) - top - room
    aside = f"   {more} rows more: PgDn" if more > 0 else "   PgUp: back" if top else ""
    head = cut(
        (TextRun(" one number is wrong, and carried on rightly", "stage"), TextRun(aside, "dim")), width
    )
    bar = title_row(hunt.opened.case.title, "find the mistake", width)
    rows = [bar, head, *shown, *said, *below, keys_row(Status(keys=keys), width)]
    return framed_rows(rows, width, height), top


def _sheet(hunt: Hunt, width: int) -> list[Row]:
    """Every tensor as a small grid under its name, as many beside each other as fit."""
    rows: list[Row] = []
    beside: list[list[str]] = []
    for box in _boxes(hunt):
        if beside and sum(len(each[0]) + _GAP for each in [*beside, box]) - _GAP > width:
            rows += _in_rows(beside)
            beside = []
        beside.append(box)
    return rows + (_in_rows(beside) if beside else [])


def _boxes(hunt: Hunt) -> Iterator[list[str]]:
    """Each slice of each tensor: its title, and its rows, all of one width."""
    for tensor, letter, given in hunt.tensors():
        slices: dict[Cell, list[list[str]]] = {}
        for first, texts in hunt.rows(tensor):
            slices.setdefault(first.cell[:-2], []).append(texts)
        for outer, table in slices.items():
            number = Ref(tensor, (*outer, *([0] * (len(hunt.opened.shape(tensor)) - len(outer)))))
            name = (
                hunt.opened.name(number).partition("[")[2].split(",")[: len(outer)] if len(slices) > 1 else []
            )
            title = (
                f"{letter} {tensor}" + (f"[{','.join(name)}]" if name else "") + (" given" if given else "")
            )
            widest = max(len(text) for row in table for text in row)
            lines = ["  ".join(text.rjust(widest) for text in row) for row in table]
            across = max(len(title), *map(len, lines))
            yield [each.ljust(across) for each in (title, *lines)]


def _in_rows(boxes: list[list[str]]) -> list[Row]:
    tall = max(map(len, boxes))
    rows: list[Row] = []
    for at in range(tall):
        row: list[TextRun] = []
        for box in boxes:
            text = box[at] if at < len(box) else " " * len(box[0])
            row += [TextRun(" " * _GAP)] if row else []
            row.append(TextRun(text, "title" if at == 0 else "plain"))
        rows.append(tuple(row))
    return [*rows, ()]
