"""A board as rows of text: numbers under each other between their marks, or shades where there are many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from walkthrough.stepper.pictures.boards import Board, Mark, Spot
from walkthrough.stepper.pictures.numbers import HIDDEN, WAITS, Numbers
from walkthrough.stepper.pictures.runs import Row, Style, TextRun, padded
from walkthrough.trace.steps.kinds import Ref

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

    def widths(self, top: int, bottom: int, left: int, right: int) -> list[int]:
        """The width of each of some columns, for these rows (up to, not including, the last ones)."""
        if self.shaded:
            return [1] * (right - left)
        if self.size[0] * self.size[1] <= MOST_NUMBERS:
            # for all rows: nothing moves while one goes on
            top, bottom = 0, self.size[0]
        return [self._column_width(top, bottom, x) for x in range(left, right)]

    def _column_width(self, top: int, bottom: int, x: int) -> int:
        known = self._widths.get((top, bottom, x))
        if known is None:
            # of all numbers, also of those still to come
            whole = replace(self.board, filled=None, blank=None)
            texts = (self.numbers.text(whole, self._spot(y, x), self.digits) for y in range(top, bottom))
            known = self._widths[top, bottom, x] = max((len(text) for text in texts), default=1)
        return known

    @cached_property
    def _widths(self) -> dict[tuple[int, int, int], int]:
        return {}

    @cached_property
    def natural(self) -> int:
        """The columns of text that it takes as a whole, its title included."""
        rows, columns = self.size
        if columns > 4 * MOST_COLUMNS:
            return 10_000
        body = _text_width(self.widths(0, min(rows, MOST_COLUMNS), 0, columns))
        return max(body, len(f"{self.board.title}  {self.board.name}"))

    @cached_property
    def least(self) -> int:
        """The columns of text without which it does not show what it is for."""
        top, bottom, left, right = self.window
        if right - left > 7:
            left, right = self.focus[2], min(self.focus[3], self.focus[2] + 3)
        if bottom - top > 20:
            top, bottom = self.focus[0], self.focus[0] + 20
        body = _text_width(self.widths(top, min(bottom + 1, self.size[0]), left, right + 1))
        return max(body, min(len(self.board.title), 16))

    # --- text ------------------------------------------------------------------------------------

    def rows(self, width: int, height: int) -> list[Row]:
        """It as rows of just this width, title first, and at most this many."""
        top, bottom = self._seen_rows(max(height - 1, 1))
        left, right = self._seen_columns(width, top, bottom)
        widths = self.widths(top, bottom, left, right)
        widths = [min(each, max(width - 2, 1)) for each in widths]
        drawn = [padded((TextRun(self._title(top, bottom, left, right, width), "title"),), width)]
        for y in range(top, bottom):
            drawn.append(padded(self._row(y, left, widths), width))
        return drawn

    def _seen_columns(self, width: int, top: int, bottom: int) -> tuple[int, int]:
        """The columns of it that fit, around what is marked."""
        columns = self.size[1]
        wanted = ((0, columns), (self.window[2], self.window[3] + 1), (self.focus[2], self.focus[3] + 1))
        left, right = self.focus[2], self.focus[2] + 1
        for first, last in wanted:
            if last - first <= width and _text_width(self.widths(top, bottom, first, last)) <= width:
                left, right = first, last
                break
        right_first = True
        for _ in range(2 * columns):
            grown = (left, right + 1) if right_first else (left - 1, right)
            other = (left - 1, right) if right_first else (left, right + 1)
            chosen = next((each for each in (grown, other) if self._fits(each, width, top, bottom)), None)
            if chosen is None:
                break
            left, right = chosen
            right_first = right < self.window[3] + 1 or not right_first
        return left, right

    def _fits(self, seen: tuple[int, int], width: int, top: int, bottom: int) -> bool:
        left, right = seen
        inside = left >= 0 and right <= self.size[1]
        return inside and _text_width(self.widths(top, bottom, left, right)) <= width

    def _seen_rows(self, room: int) -> tuple[int, int]:
        """The rows of it that fit, around what is marked."""
        size = self.size[0]
        room = min(room, size)
        first, last, *_ = self.window
        if last - first >= room:
            first, last = self.focus[0], min(self.focus[1], self.focus[0] + room - 1)
        start = max(0, min((first + last + 1 - room) // 2, size - room))
        return start, start + room

    def _title(self, top: int, bottom: int, left: int, right: int, width: int) -> str:
        """The title, with the rows and columns that are seen if not all are."""
        rows, columns = self.size
        seen = []
        y, x = self.first
        if (top, bottom) != (0, rows):
            first, last = max(top + y + 1, 1), min(bottom + y, self.board.rows)
            seen.append(f"rows {first}–{last} of {self.board.rows}")
        if (left, right) != (0, columns):
            first, last = max(left + x + 1, 1), min(right + x, self.board.columns)
            seen.append(f"columns {first}–{last} of {self.board.columns}")
        said = ", ".join(seen)
        brief = said.replace("rows ", "").replace("columns ", "").replace(", ", " × ")
        title, name = self.board.title, self.board.name
        for parts in ((title, name, said), (title, name, brief), (title, said), (title, brief), (title,)):
            text = "  ".join(part for part in parts if part)
            if len(text) <= width:
                return text
        return title

    def _row(self, y: int, left: int, widths: list[int]) -> Row:
        cells = [self._cell((y, left + at), width) for at, width in enumerate(widths)]
        runs: list[TextRun] = []
        before: Mark | None = None
        for cell in cells:
            sign, mark = _between(before, cell.mark)
            if self.shaded and sign == " ":
                # a pixel is two columns wide, so that it is about square
                runs.append(TextRun(cell.text * 2, cell.style, cell.ref))
            else:
                runs.append(TextRun(sign, _STYLES[mark] if mark else "plain", cell.ref))
                runs.append(TextRun(cell.text, cell.style, cell.ref))
            before = cell.mark
        sign, mark = _between(before, None)
        runs.append(TextRun(sign, _STYLES[mark] if mark else "plain"))
        return _joined(runs)

    def _cell(self, at: Spot, width: int) -> _Cell:
        spot = self._spot(*at)
        ref, mark = self.board.ref(spot), self.board.marks.get(spot)
        style = _STYLES[mark] if mark else self.numbers.style(self.board, spot)
        if self.shaded:
            return _Cell(self._shade(spot, ref), style, mark, ref)
        text = self.numbers.text(self.board, spot, self.digits)
        if len(text) > width:
            text = text[: width - 1] + "…"
        return _Cell(text.rjust(width), style, mark, ref)

    def _shade(self, spot: Spot, ref: Ref | None) -> str:
        """A pixel of an image; what is not worked out yet is a dot."""
        if ref is None:
            return "0"
        if ref.cell == self.board.blank:
            return HIDDEN
        if self.board.waits(ref):
            return WAITS
        return _SHADES[self._levels[spot[0]][spot[1]]]

    @cached_property
    def _levels(self) -> list[list[int]]:
        shades = self.numbers.opened.shades(self.board.tensor, self.board.outer)
        levels: list[list[int]] = (shades * (len(_SHADES) - 1) + 0.5).astype(int).tolist()
        return levels


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a cell, how, and which number it is."""

    text: str
    style: Style
    mark: Mark | None
    ref: Ref | None


def _text_width(widths: list[int]) -> int:
    """The columns of text that columns of these widths take, with the signs between them."""
    return sum(widths) + len(widths) + 1


def _between(before: Mark | None, after: Mark | None) -> tuple[str, Mark | None]:
    """The sign between two cells: one mark ends, or another begins; the weightier of them shows."""
    if before is after and before is Mark.WINDOW:
        return " ", Mark.WINDOW
    if before is not None and (after is None or _WEIGHT[before] >= _WEIGHT[after]):
        return before.value[1], before
    return (" ", None) if after is None else (after.value[0], after)


def _joined(runs: list[TextRun]) -> Row:
    """Neighbouring runs of one style that go to one place as one."""
    joined: list[TextRun] = []
    for run in runs:
        if joined and joined[-1].style == run.style and joined[-1].goes == run.goes:
            joined[-1] = TextRun(joined[-1].text + run.text, run.style, run.goes)
        else:
            joined.append(run)
    return tuple(joined)
