"""The tensors at work in a step, side by side: what it reads, framed, and what it makes, filling in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from walkthrough.mathematics.notation import Shape, ravel
from walkthrough.stepper.pictures.boards import Board, Frame, Mark, Spot, outer_of, spot_of
from walkthrough.stepper.pictures.windows import Laying, laying, refs_of
from walkthrough.stepper.places.line_pieces import Piece, pieces
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.places.uses import uses
from walkthrough.trace.steps.kinds import AnyStep, Choice, Ref, Route, Sums


class AtWork:
    """The boards of any step of a case."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._laying = lru_cache(200)(self._laid)

    def boards(self, ref: Ref, term: int | None = None, blank: bool = False) -> tuple[Board, ...]:
        """The boards of the step that works out a number; `term` is the term at hand."""
        step = self.opened.step(ref)
        terms = pieces(self.opened, step)
        found = [*self._read(step, terms, term), self._output(ref, blank)]
        return tuple(found)

    def used(self, ref: Ref) -> tuple[Board, ...]:
        """A number, and everything of the next stage that it goes into."""
        opened = self.opened
        found = [self._plain(ref, {spot_of(ref): Mark.HERE})]
        read_by = uses(opened, ref)
        if read_by:
            outer = outer_of(read_by[0])
            marks = {spot_of(each): Mark.WINDOW for each in read_by if outer_of(each) == outer}
            found.append(self._plain(read_by[0], marks))
        return tuple(found)

    # --- what is read ----------------------------------------------------------------------------

    def _read(self, step: AnyStep, terms: tuple[Piece, ...], term: int | None) -> list[Board]:
        here = terms[term] if term is not None and term < len(terms) else None
        like = self._like(terms, here)
        lies = self._laying(step.ref.tensor) if isinstance(step, Sums | Choice) else None
        boards: list[Board] = []
        if isinstance(step, Route):
            boards.append(self._way_back(step))
        for tensor in _tensors(terms):
            shown = like.get(tensor)
            if shown is None or any(board.tensor == tensor for board in boards):
                continue
            marks = {
                spot_of(each): Mark.WINDOW
                for each in refs_of(terms, tensor)
                if outer_of(each) == outer_of(shown)
            }
            if isinstance(step, Choice):
                winner = step.candidates[step.winner]
                assert winner is not None
                marks[spot_of(winner)] = Mark.WINNER
            for each in here or ():
                if each is not None and each.tensor == tensor and len(terms) > 1:
                    marks[spot_of(each)] = Mark.HERE
            board = self._plain(shown, marks, step)
            alone = isinstance(step, Sums) and all(
                len(piece) == 1 for piece in terms for ref in piece if ref and ref.tensor == tensor
            )
            boards.append(replace(board, spare=alone and len(boards) > 0))
        if lies is not None:
            boards = self._laid_out(step, terms, term, lies, boards, like)
        return boards

    def _like(self, terms: tuple[Piece, ...], here: Piece | None) -> dict[str, Ref]:
        """For each tensor a number in the slice to be shown: that of the term at hand, or of the first."""
        found: dict[str, Ref] = {}
        order = [*([here] if here else []), *terms]
        first = next((piece for piece in order if any(piece)), ())
        beside = [piece for piece in terms if _meets(piece, first)]
        for piece in [first, *beside, *terms]:
            for ref in piece:
                if ref is not None:
                    found.setdefault(ref.tensor, ref)
        return found

    def _plain(self, ref: Ref, marks: dict[Spot, Mark], step: AnyStep | None = None) -> Board:
        shape, outer = self.opened.shape(ref.tensor), outer_of(ref)
        short = isinstance(step, Sums) and len(step.terms) > 1
        return Board(
            self._title(ref.tensor, short), self._name(ref.tensor, outer), ref.tensor, shape, outer, marks
        )

    def _title(self, tensor: str, short: bool) -> str:
        letter, brief = self.opened.letter(tensor), self.opened.letter(tensor, short=True)
        return f"{brief} = {letter}" if short and brief != letter else letter

    def _name(self, tensor: str, outer: tuple[int, ...]) -> str:
        shape = self.opened.shape(tensor)[: len(outer)]
        place = [str(at + 1) for at, extent in zip(outer, shape, strict=True) if extent > 1]
        return tensor + (f"[{','.join(place)}]" if place else "")

    def _way_back(self, step: Route) -> Board:
        """What a gradient goes back to: the window, its winner, and the number at hand."""
        marks: dict[Spot, Mark] = {}
        for share in step.shares:
            choice = self.opened.step(share.window)
            if isinstance(choice, Choice):
                window = [each for each in choice.candidates if each is not None]
                marks |= {spot_of(each): Mark.WINDOW for each in window if spot_of(each) not in marks}
                if share.winner is not None:
                    marks[spot_of(share.winner)] = Mark.WINNER
        if marks.get(spot_of(step.operand)) is not Mark.WINNER:
            marks[spot_of(step.operand)] = Mark.HERE
        return self._plain(step.operand, marks)

    def _output(self, ref: Ref, blank: bool) -> Board:
        shape = self.opened.shape(ref.tensor)
        board = self._plain(ref, {spot_of(ref): Mark.HERE})
        filled = ravel(ref.cell, shape) + 1
        return replace(board, filled=filled, blank=ref.cell if blank else None)

    # --- windows ---------------------------------------------------------------------------------

    def _laid(self, tensor: str) -> Laying | None:
        """How the factors of a tensor's steps lie on each other, asked of a step in its middle."""
        shape = self.opened.shape(tensor)
        step = self.opened.step(Ref(tensor, tuple(extent // 2 for extent in shape)))
        row = _row(step)
        shapes: dict[str, Shape] = self.opened.shapes
        parameters = {each.name for each in self.opened.trace.network.parameter_tensors}
        return laying(pieces(self.opened, step), row, shapes, parameters)

    def _laid_out(
        self,
        step: AnyStep,
        terms: tuple[Piece, ...],
        term: int | None,
        lies: Laying,
        boards: list[Board],
        like: dict[str, Ref],
    ) -> list[Board]:
        """The boards with the whole window, also where it lies on padding or on a frame of zeros."""
        here = terms[term] if term is not None and term < len(terms) else None
        chosen = here if here is not None and len(here) > (lies.laid or 0) else None
        chosen = chosen or next((piece for piece in terms if len(piece) > (lies.laid or 0)), None)
        base = lies.base(terms, chosen)
        frame = self._frame(step.ref.tensor, lies)
        below = next((ref for piece in terms if (ref := _slot(piece, lies.below))), None)
        if base is None or below is None:
            return boards
        found = []
        for board in boards:
            if board.tensor == below.tensor:
                board = self._below(step, board, lies, base, frame)
                if here is not None and lies.below < len(here) and here[lies.below] is None:
                    pairs = {at: on for at, _, on in lies.pairs(terms, chosen)}
                    if term in pairs:
                        spot = lies.below_at(base, pairs[term])
                        board = replace(board, marks={**board.marks, spot: Mark.HERE})
            elif lies.laid is not None and lies.turned:
                on = _slot(chosen or (), lies.laid)
                if on is not None and on.tensor == board.tensor:
                    board = replace(board, turned=True, title=f"{board.title} turned 180°")
            found.append(board)
        return found

    def _below(self, step: AnyStep, board: Board, lies: Laying, base: Spot, frame: Frame) -> Board:
        covered = dict.fromkeys(lies.spots(base), Mark.WINDOW)
        title = f"{board.title} framed by 0" if frame != Frame() else board.title
        return replace(board, marks={**covered, **board.marks}, frame=frame, title=title)

    def _frame(self, tensor: str, lies: Laying) -> Frame:
        """How much of padding the windows of a tensor meet: asked of its first and its last."""
        shape = self.opened.shape(tensor)
        most = Frame()
        for cell in ((0,) * len(shape), tuple(extent - 1 for extent in shape)):
            step = self.opened.step(Ref(tensor, cell))
            terms = pieces(self.opened, step)
            first = next(
                (piece for piece in terms if len(piece) > (lies.laid or 0) and None not in piece), None
            )
            base = lies.base(terms, first)
            below = next((ref for piece in terms if (ref := _slot(piece, lies.below))), None)
            if base is None or below is None:
                continue
            board = self._plain(below, {})
            out = lies.overhang(base, board.rows, board.columns)
            most = Frame(
                max(most.top, out.top),
                max(most.left, out.left),
                max(most.bottom, out.bottom),
                max(most.right, out.right),
            )
        return most


def _row(step: AnyStep) -> int:
    return step.row if isinstance(step, Sums | Choice) else 0


def _slot(piece: Sequence[Ref | None], slot: int) -> Ref | None:
    return piece[slot] if slot < len(piece) else None


def _meets(piece: Piece, first: Piece) -> bool:
    """Whether two terms read the same slice of some tensor."""
    return any(
        one is not None and two is not None and one.tensor == two.tensor and outer_of(one) == outer_of(two)
        for one, two in zip(piece, first, strict=False)
    )


def _tensors(terms: tuple[Piece, ...]) -> list[str]:
    """The tensors that are read, in the order of the factors; what stands alone comes after them."""
    most = max((len(piece) for piece in terms), default=0)
    full = [piece for piece in terms if len(piece) == most]
    found = dict.fromkeys(ref.tensor for slot in range(most) for piece in full if (ref := piece[slot]))
    return list(found | dict.fromkeys(ref.tensor for piece in terms for ref in piece if ref))
