"""The walk as plain text: one line of text for each line of work, for screen readers, pipes and paper."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from walkthrough.case.cells import NoSuchCell
from walkthrough.document import Block, Lines, Working, Workings
from walkthrough.page.voice.one_row import in_one_row
from walkthrough.stepper.overlays import reasons
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.boards import Board, Mark
from walkthrough.stepper.places.course import CoursePart
from walkthrough.stepper.said import kept_back, notes
from walkthrough.stepper.walk import Walk
from walkthrough.stepper.whatif.changes import CannotChange, changed
from walkthrough.words.messages import printable

_MOST_READ_OUT = 200
"""Numbers of a slice that are read out; more of them nobody listens to."""
_MOST_LAID_OUT = 80
"""Lines of a part for each of which is said where its window lies."""
ASKED = (
    "Enter goes on, a name goes there (conv[2,3]), input[1,1] = 5 changes a number, w why, b guess, q ends"
)

Say = Callable[[str], None]


def said_all(walk: Walk) -> Iterator[str]:
    """Every line from here to the last one, a line of text each, and what begins a part."""
    if walk.looked is not None:
        yield line_said(walk)
    for part in walk.course.parts:
        if part.last < walk.line:
            continue
        first = max(part.first, walk.line)
        yield ""
        yield from part_said(walk, part)
        if part.size > _MOST_LAID_OUT:
            yield from _by_the_thousand(walk, part, first)
        else:
            at_work = AtWork(walk.opened)
            for line in range(first, part.last + 1):
                yield line_said(walk.at(line), at_work)


def _by_the_thousand(walk: Walk, part: CoursePart, first: int) -> Iterator[str]:
    """A large part, its lines put together from columns as `show` does it."""
    at = part.first
    for text in _texts(walk.opened.page.lines(part.tensor)):
        if at >= first:
            ref = walk.course.ref(at)
            own = walk.own.get(ref)
            says = "".join(f"; {each}" for each in own.says) if own else ""
            where = f"{part.unit} {at - part.first + 1} of {part.size}, {walk.opened.name(ref)}"
            yield f"{where}: {text}{says}"
        at += 1


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines of a part, each on one row, with what `show` says once for all of them."""
    for block in blocks:
        match block:
            case Lines(texts, because):
                reason = f"     {because}" if because else ""
                yield from (text + reason for text in texts)
            case Workings(lines, because):
                reason = f"     {because}" if because else ""
                yield from (_flat(line) + reason for line in lines)
            case Working():
                yield _flat(block)


def part_said(walk: Walk, part: CoursePart) -> Iterator[str]:
    """A part's title, its rule, and the tensors at work in it, row by row."""
    yield f"{part.title}, {part.phase}"
    for rule in walk.opened.rules(part.tensor):
        yield rule.formula + (f", {rule.letters}" if rule.letters else "")
    here = walk.at(part.first)
    for board in AtWork(walk.opened).boards(here.ref)[:-1]:
        yield from _board(walk, board)


def _board(walk: Walk, board: Board) -> Iterator[str]:
    size = "×".join(str(extent) for extent in (board.rows, board.columns))
    title = f"{board.title}, {board.name}"
    if board.rows * board.columns > _MOST_READ_OUT:
        yield f"{title}: {size} numbers"
        return
    for row in range(board.rows):
        refs = [board.ref((row, column)) for column in range(board.columns)]
        texts = "  ".join(walk.opened.text(ref) for ref in refs if ref is not None)
        yield f"{title}, row {row + 1}: {texts}" if board.rows > 1 else f"{title}: {texts}"


def line_said(walk: Walk, at_work: AtWork | None = None) -> str:
    """A line of work as one line of text: where it is, what lies where, the working, the reason."""
    opened = walk.opened
    line = opened.working(walk.ref, walk.fold)
    if walk.hidden:
        line = kept_back(line)
    where = opened.name(walk.ref)
    if walk.looked is None:
        part = walk.part
        where = f"{part.unit} {walk.line - part.first + 1} of {part.size}, {where}"
        if at_work is not None and part.unit == "window":
            where += _window(at_work.boards(walk.ref))
    text = f"{where}: {_flat(line)}"
    if not walk.hidden:
        text += "".join(f"; {note}" for note in notes(walk))
    return text


def _window(boards: tuple[Board, ...]) -> str:
    """Where the window lies: rows 2 to 4, columns 2 to 4 of x."""
    for board in boards[:-1]:
        spots = [spot for spot, mark in board.marks.items() if mark is not Mark.HERE]
        if spots and not board.spare:
            ys, xs = [y + 1 for y, _ in spots], [x + 1 for _, x in spots]
            letter = board.title.split(" ")[0]
            if (len(set(ys)), len(set(xs))) != (board.rows, board.columns):
                return f", rows {min(ys)} to {max(ys)} and columns {min(xs)} to {max(xs)} of {letter}"
    return ""


def _flat(line: Working) -> str:
    return in_one_row(line).text


# --- on Enter ------------------------------------------------------------------------------------


def asked(walk: Walk, say: Say) -> None:
    """A line at a time: Enter goes on, and a few words do what the keys do on the screen."""
    say(ASKED)
    part: CoursePart | None = None
    at_work = AtWork(walk.opened)
    while True:
        if walk.looked is None and walk.part is not part:
            part = walk.part
            say("")
            for text in part_said(walk, part):
                say(text)
        say(line_said(walk, at_work))
        while True:
            answer = sys.stdin.readline()
            if not answer or answer.strip() in ("q", "quit"):
                return
            if walk.ended and not walk.hidden and not answer.strip():
                say("this was the last line")
                return
            found = _answered(walk, answer.strip(), say)
            if found is not None:
                if found.opened is not walk.opened:
                    at_work = AtWork(found.opened)
                walk = found
                break


def _answered(walk: Walk, answer: str, say: Say) -> Walk | None:
    """Where an answer leads; None if nothing has changed."""
    if answer == "":
        return walk.leave() if walk.looked is not None else walk.forward()
    if answer == "w":
        from walkthrough.page.drawn_reasons import drawn

        for text in drawn(reasons(walk.opened, walk.ref), 1_000, plain=True):
            say(text)
        return None
    if answer in ("b", "z", "u"):
        return {"b": walk.guessing, "z": walk.folded, "u": walk.undone}[answer]()
    try:
        name, equals, number = answer.partition("=")
        ref = walk.course.find(name)
        if equals:
            return replace(walk, looked=ref).changed(*changed(walk.opened, ref, number))
        return walk.to(ref)
    except (NoSuchCell, CannotChange) as problem:
        say(printable(str(problem)))
        return None
