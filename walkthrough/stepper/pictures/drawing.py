"""A board as rows of text: numbers under each other between their marks, or shades where there are many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from walkthrough.stepper.pictures.boards import Board, Mark, Spot
from walkthrough.stepper.pictures.numbers import HIDDEN, WAITS, Numbers
from walkthrough.stepper.pictures.runs import Row, Run, Style, padded

MOST_COLUMNS = 14
"""Columns of numbers that are still set as numbers; an image of more is shaded, as on a page."""
MOST_NUMBERS = 200
_SHADES = " ░▒▓█"
_STYLES: dict[Mark, Style] = {Mark.WINDOW: "window", Mark.WINNER: "winner", Mark.HERE: "here"}
_WEIGHT = {Mark.WINDOW: 0, Mark.WINNER: 1, Mark.HERE: 2}


def is_shaded(board: Board) -> bool:
    """Whether a board is an image of more numbers than one can read at a glance."""
    many = board.columns > MOST_COLUMNS or board.rows * board.columns > MOST_NUMBERS
    return many and len(board.shape) > 2 and not board.own


@dataclass(frozen=True)
class Drawing:
    """A board with its numbers in so many digits; rows and columns count from the frame's corner."""

    board: Board
    numbers: Numbers
    digits: int

    @cached_property
    def shaded(self) -> bool:
        """Whether it is an image too large for numbers."""
        return is_shaded(self.board)

    @cached_property
    def first(self) -> Spot:
        """The spot in its upper left corner."""
        return -self.board.frame.top, -self.board.frame.left

    @cached_property
    def size(self) -> Spot:
        """Its rows and columns, the frame included."""
        board = self.board
        rows = board.frame.top + board.rows + board.frame.bottom
        return rows, board.frame.left + board.columns + board.frame.right

    @cached_property
    def focus(self) -> tuple[int, int, int, int]:
        """The marked part of it: first and last row, first and last column, from its corner."""
        marked = [spot for spot, mark in self.board.marks.items() if mark is Mark.HERE]
        spots = [self._placed(spot) for spot in marked or self.board.marks] or [(0, 0)]
        ys, xs = [y for y, _ in spots], [x for _, x in spots]
        return min(ys), max(ys), min(xs), max(xs)

    @cached_property
    def window(self) -> tuple[int, int, int, int]:
        """All that is marked: first and last row, first and last column."""
        spots = [self._placed(spot) for spot in self.board.marks] or [(0, 0)]
        ys, xs = [y for y, _ in spots], [x for _, x in spots]
        return min(ys), max(ys), min(xs), max(xs)

    def _placed(self, spot: Spot) -> Spot:
        y, x = spot
        if self.board.turned:
            y, x = self.board.rows - 1 - y, self.board.columns - 1 - x
        return y - self.first[0], x - self.first[1]

    def _spot(self, y: int, x: int) -> Spot:
        y, x = y + self.first[0], x + self.first[1]
        if self.board.turned:
            y, x = self.board.rows - 1 - y, self.board.columns - 1 - x
        return y, x

    # --- widths ----------------------------------------------------------------------------------

    def cell_width(self, top: int, bottom: int, left: int, right: int) -> int:
        """The width of the widest number in a part of it (up to, not including, the last row and column)."""
        if self.shaded:
            return 1
        if self.size[0] * self.size[1] <= MOST_NUMBERS:
            return self._whole_width
        return self._width(top, bottom, left, right)

    @cached_property
    def _whole_width(self) -> int:
        # of all numbers, also of those still to come: nothing moves while they come
        return self._width(0, self.size[0], 0, self.size[1])

    def _width(self, top: int, bottom: int, left: int, right: int) -> int:
        whole = replace(self.board, filled=None, blank=None)
        return max(
            (
                len(self.numbers.text(whole, self._spot(y, x), self.digits))
                for y in range(top, bottom)
                for x in range(left, right)
            ),
            default=1,
        )

    @cached_property
    def natural(self) -> int:
        """The columns of text that it takes as a whole, its title included."""
        rows, columns = self.size
        if self.shaded:
            body = 2 * columns + 1
        elif columns > 4 * MOST_COLUMNS:
            return 10_000
        else:
            body = columns * (self.cell_width(0, rows, 0, columns) + 1) + 1
        return max(body, len(f"{self.board.title}  {self.board.name}"))

    @cached_property
    def least(self) -> int:
        """The columns of text without which it does not show what it is for."""
        top, bottom, left, right = self.window
        at_hand = self.focus
        if right - left > 7:
            left, right = at_hand[2], min(at_hand[3], at_hand[2] + 3)
        if bottom - top > 20:
            top, bottom = at_hand[0], at_hand[1]
        columns = right - left + 1
        width = self.cell_width(top, min(bottom, top + 20) + 1, left, right + 1)
        return max(columns * (width + 1) + 1, min(len(self.board.title), 16))

    # --- text ------------------------------------------------------------------------------------

    def rows(self, width: int, height: int) -> list[Row]:
        """It as rows of just this width, title first, and at most this many."""
        rows, columns = self.size
        top, bottom = self._seen(rows, max(height - 1, 1), self.focus[0], self.focus[1], 0)
        left, right = self._columns(width, top, bottom)
        cell = self.cell_width(top, bottom, left, right)
        cell = min(cell, max(width - 2, 1))
        drawn = [padded((Run(self._title(top, bottom, left, right, width), "title"),), width)]
        for y in range(top, bottom):
            drawn.append(padded(self._row(y, left, right, cell), width))
        return drawn

    def _columns(self, width: int, top: int, bottom: int) -> tuple[int, int]:
        """The columns of it that fit, around what is marked."""
        columns = self.size[1]
        count = columns
        for _ in range(6):
            left, right = self._seen(columns, count, self.focus[2], self.focus[3], 1)
            cell = self.cell_width(top, bottom, left, right)
            fits = max((width - 1) // (cell + 1), 1)
            if right - left <= fits:
                return left, right
            count = min(fits, count - 1)
        return self._seen(columns, count, self.focus[2], self.focus[3], 1)

    def _seen(self, size: int, room: int, first: int, last: int, axis: int) -> tuple[int, int]:
        """A part of this size that holds the marked places, the window around them if it can."""
        room = min(room, size)
        low, high = self.window[2 * axis], self.window[2 * axis + 1]
        if high - low < room:
            first, last = low, high
        start = (first + last + 1 - room) // 2
        if last - first + 1 > room:
            start = first
        start = max(0, min(start, size - room))
        return start, start + room

    def _title(self, top: int, bottom: int, left: int, right: int, width: int) -> str:
        """The title, with the rows and columns that are seen if not all are."""
        rows, columns = self.size
        seen = []
        y, x = self.first
        if (top, bottom) != (0, rows):
            seen.append(f"rows {top + y + 1}–{bottom + y} of {self.board.rows}")
        if (left, right) != (0, columns):
            seen.append(f"columns {left + x + 1}–{right + x} of {self.board.columns}")
        said = ", ".join(seen)
        brief = said.replace("rows ", "").replace("columns ", "").replace(", ", " × ")
        title, name = self.board.title, self.board.name
        for parts in ((title, name, said), (title, name, brief), (title, said), (title, brief), (title,)):
            text = "  ".join(part for part in parts if part)
            if len(text) <= width:
                return text
        return title

    def _row(self, y: int, left: int, right: int, cell: int) -> Row:
        marks = [self.board.marks.get(self._spot(y, x)) for x in range(left, right)]
        shades = self._shades(y, left, right) if self.shaded else None
        runs: list[Run] = []
        for at in range(right - left + 1):
            before = marks[at - 1] if at else None
            after = marks[at] if at < len(marks) else None
            text, mark = _between(before, after)
            style: Style = _STYLES[mark] if mark else "plain"
            ref = self.board.ref(self._spot(y, left + min(at, right - left - 1)))
            if shades is not None and text == " " and at < len(marks):
                text = shades[at]
                style = style if mark else self._pixel_style(y, left + at)
            runs.append(Run(text, style, ref))
            if at < len(marks):
                runs.append(self._cell(y, left + at, cell, after, shades[at] if shades else None, ref))
        return _joined(runs)

    def _cell(self, y: int, x: int, cell: int, mark: Mark | None, shade: str | None, ref: object) -> Run:
        spot = self._spot(y, x)
        style = _STYLES[mark] if mark else self.numbers.style(self.board, spot)
        at = self.board.ref(spot)
        if shade is not None:
            return Run(shade, style, at)
        text = self.numbers.text(self.board, spot, self.digits)
        if len(text) > cell:
            text = text[: cell - 1] + "…"
        return Run(text.rjust(cell), style, at)

    def _pixel_style(self, y: int, x: int) -> Style:
        return self.numbers.style(self.board, self._spot(y, x))

    def _shades(self, y: int, left: int, right: int) -> list[str]:
        """A row of an image in shades; what is not worked out yet is a dot."""
        board = self.board
        shades = self.numbers.opened.shades(board.tensor, board.outer)
        found = []
        for x in range(left, right):
            ref = board.ref(self._spot(y, x))
            if ref is None:
                found.append("0")
            elif ref.cell == board.blank:
                found.append(HIDDEN)
            elif board.waits(ref):
                found.append(WAITS)
            else:
                row, column = self._spot(y, x)
                found.append(_SHADES[round(float(shades[row, column]) * (len(_SHADES) - 1))])
        return found


def _between(before: Mark | None, after: Mark | None) -> tuple[str, Mark | None]:
    """The sign between two cells: one mark ends, or another begins; the weightier of them shows."""
    if before is after and before is Mark.WINDOW:
        return " ", Mark.WINDOW
    ends = [(before, 1)] if before else []
    begins = [(after, 0)] if after else []
    found = sorted([*ends, *begins], key=lambda each: -_WEIGHT[each[0]])
    if not found:
        return " ", None
    mark, side = found[0]
    return mark.value[side], mark


def _joined(runs: list[Run]) -> Row:
    """Neighbouring runs of one style that go to one place as one."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].style == run.style and joined[-1].goes == run.goes:
            joined[-1] = Run(joined[-1].text + run.text, run.style, run.goes)
        else:
            joined.append(run)
    return tuple(joined)
