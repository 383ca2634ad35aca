"""A changed exercise that reveals more slips: one pixel, one kernel entry, one bias, or a few of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import gcd, lcm
from textwrap import wrap
from typing import Any

from flint import ctx

from walkthrough.case import Case
from walkthrough.marking.diagnosis.blindspots import BlindSpot, BlindSpots, blindspots
from walkthrough.marking.diagnosis.played_exercises import BITS, PlayedExercise
from walkthrough.marking.diagnosis.ripples import CellNumbers
from walkthrough.mathematics.notation import ravel, unravel
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.written import Written
from walkthrough.slips import SlipKind, all_slips
from walkthrough.slips._lines import text
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import CannotReplay

_WIDTH = 80
_MOST_CHANGES = 3
_MOST_TRIED, _MOST_MORE = 160, 20
"""So many changes of one number are tried for each that is made."""
_KEPT_SMALL = 64
"""A grid of more numbers than this is left as it is: nobody works it out by hand."""


@dataclass(frozen=True, slots=True)
class Change:
    """One number of an exercise, which becomes another one."""

    ref: Ref
    grid: str
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A changed case, which numbers are other ones, and what that reveals.

    `changed` names the changed grids as in case files, `reveals` the slips that the exercise could not show
    before, and `left` what the changed one still hides.
    """

    case: Case
    changes: tuple[Change, ...]
    changed: dict[str, GivenGrid]
    reveals: tuple[str, ...]
    left: BlindSpots
    names: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """As text, a line each: the numbers, and the grids ready for a case file."""
        return list(_lines(self))

    @property
    def table(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "changes": [
                {"cell": name, "before": _written(each.before), "after": _written(each.after)}
                for name, each in zip(self.names, self.changes, strict=True)
            ],
            "changed": {name: _rows(grid) for name, grid in self.changed.items()},
            "reveals": list(self.reveals),
            "left": self.left.table,
        }


def suggest(
    case: Case, known: BlindSpots | None = None, played: PlayedExercise | None = None
) -> Suggestion | None:
    """The case with one number changed (or two or three, if they reveal more still) that reveals most.

    `known` are its blind spots, if somebody has looked for them, `played` the case replayed. None if no
    number reveals anything, or nothing is hidden. What is returned was looked at whole.
    """
    exercise = played or PlayedExercise(case)
    before = known or blindspots(case, exercise)
    hidden = (*before.hidden, *before.unnoticed)
    if not hidden or not before.whole:
        return None
    with ctx.workprec(BITS):
        changes = _Search(exercise, hidden).changes()
    for several in (changes[:count] for count in range(len(changes), 0, -1)):
        changed, grids = _changed(case, several)
        try:
            after = blindspots(changed, PlayedExercise(changed, exercise))
        except CannotReplay:
            continue
        revealed = _named(hidden) - _named((*after.hidden, *after.unnoticed))
        if revealed:
            words = tuple(sorted({word for word, _ in revealed}))
            names = tuple(exercise.book.name(each.ref) for each in several)
            return Suggestion(changed, several, grids, words, after, names)
    return None


def _named(spots: Iterable[BlindSpot]) -> set[tuple[str, str]]:
    return {(spot.slip, spot.tensor) for spot in spots}


# --- one number after the other ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tried:
    """A change, all numbers that it changes, the spots that stay hidden, and how many numbers become 0."""

    change: Change
    moved: CellNumbers
    left: list[BlindSpot]
    zeros: int

    @property
    def worth(self) -> tuple[int, int]:
        """The fewer the better; where nothing comes through, other slips hide."""
        return len(self.left), self.zeros


class _Search:
    """The blind spots of an exercise, and changes of single numbers, each followed as far as it goes."""

    def __init__(self, exercise: PlayedExercise, hidden: Iterable[BlindSpot]) -> None:
        self._exercise = exercise
        self._spots = list(hidden)
        self._kinds: dict[str, SlipKind] = {kind.word: kind for kind in all_slips()}

    def changes(self) -> tuple[Change, ...]:
        """Changes of single numbers, each the one that reveals most after those before."""
        made: list[Change] = []
        base: CellNumbers = {}
        spots = self._spots
        while spots and len(made) < _MOST_CHANGES:
            best: _Tried | None = None
            enough = _MOST_TRIED
            for at, change in enumerate(self._candidates(spots, made)):
                if at == enough:
                    break
                tried = self._tried(base, change, spots)
                if len(tried.left) < len(spots) and (best is None or tried.worth < best.worth):
                    best = tried
                    # the first that reveals all may hide something else
                    enough = min(enough, at + _MOST_MORE) if not tried.left else enough
            if best is None:
                break
            base, spots = best.moved, best.left
            made.append(best.change)
        return tuple(made)

    def _tried(self, base: CellNumbers, change: Change, spots: list[BlindSpot]) -> _Tried:
        """What one more change reveals, and of how many numbers it makes a 0."""
        moved = self._with(base, change)
        left = [spot for spot in spots if not self._reveals(moved, spot)]
        before = self._exercise.numbers
        zeros = sum(bool(value == 0) - bool(before(ref) == 0) for ref, value in moved.items())
        return _Tried(change, moved, left, max(0, zeros))

    def _with(self, base: CellNumbers, change: Change) -> CellNumbers:
        ripples = self._exercise.ripples
        numbers = ripples.numbers.instead(base.get)
        return {**base, **ripples.after({change.ref: quantity(change.after)}, numbers)}

    def _reveals(self, moved: CellNumbers, spot: BlindSpot) -> bool:
        """Whether a slip shows once these numbers are others."""
        numbers = self._exercise.numbers.instead(moved.get)
        try:
            play = self._exercise.again(spot.tensor, self._kinds[spot.slip], spot.key, numbers)
        except ArithmeticError:
            return False
        return play.changed and self._exercise.noticed(spot.tensor, play, numbers)

    def _candidates(self, spots: list[BlindSpot], made: list[Change]) -> Iterator[Change]:
        """Changes of single numbers: kernels and biases first, then pixels; small ones first."""
        taken = {each.ref for each in made}
        wanted = {spot.tensor.partition("@")[0].partition(".")[0] for spot in spots}
        grids = sorted(
            _grids(self._exercise), key=lambda each: (each[0].partition(".")[0] not in wanted, each[2])
        )
        for name, tensor, _, grid in grids:
            shape = self._exercise.book.shape(tensor)
            for place, value in enumerate(grid.values()):
                ref = Ref(tensor, unravel(place, shape))
                for after in _others(value, _step(grid)) if ref not in taken else ():
                    yield Change(ref, name, value, after)


def _grids(exercise: PlayedExercise) -> Iterator[tuple[str, str, bool, GivenGrid]]:
    """The grids that may be changed: by the case file's name, the tensor's, and whether it is the input."""
    trace = exercise.book.trace
    for stage in trace.network.layers:
        roles = _changed_roles(exercise, stage)
        for role, tensor in stage.parameters.items():
            grid = trace.network.parameters[tensor.name]
            if role in roles and grid.size <= _KEPT_SMALL:
                yield tensor.name, tensor.name, False, grid
    for at, sample in enumerate(trace.case.samples):
        if sample.input.size <= _KEPT_SMALL:
            key = "input" if at == 0 else f"input@{at + 1}"
            yield key, trace.named("input", at), True, sample.input


def _changed_roles(exercise: PlayedExercise, stage: Stage) -> set[str]:
    """The parameters whose numbers are changed: a kernel that slides, and what is added alone (a bias)."""
    structure = exercise.book.structure(stage)
    kernel = structure.window.kernel if structure.window is not None else None
    changed = {*structure.added, *([kernel.tensor] if kernel is not None else [])}
    return {role for role, tensor in stage.parameters.items() if tensor in changed}


def _others(value: Fraction, step: Fraction) -> Iterator[Fraction]:
    """Other numbers near one that stands there, of the same kind; the smallest changes first."""
    found = [value + step, value - step, -value, value + 2 * step, value - 2 * step]
    yield from dict.fromkeys(each for each in found if each != value)


def _step(grid: GivenGrid) -> Fraction:
    """What all numbers of a grid are multiples of: 255 in an image of 0 and 255; 1 if all are 0."""
    values = [value for value in grid.values() if value]
    if not values:
        return Fraction(1)
    below = lcm(*(value.denominator for value in values))
    return Fraction(gcd(*(int(value * below) for value in values)), below)


def _changed(case: Case, changes: Iterable[Change]) -> tuple[Case, dict[str, GivenGrid]]:
    """The case with these numbers, and the grids in which they stand."""
    grids: dict[str, GivenGrid] = {}
    for change in changes:
        base, _, role = change.grid.partition(".")
        if not role:
            at = int(change.grid.partition("@")[2] or 1) - 1
            samples = list(case.samples)
            grid = _with_one(samples[at].input, change)
            samples[at] = replace(samples[at], input=grid)
            case = replace(case, samples=tuple(samples), claims=())
        else:
            named = next(each for each in case.layers if each.name == base)
            assert role in {each.name for each in fields(named.layer)}  # type: ignore[arg-type]  # a dataclass
            grid = _with_one(getattr(named.layer, role), change)
            layer = replace(named.layer, **{role: grid})  # type: ignore[type-var]
            layers = tuple(replace(each, layer=layer) if each is named else each for each in case.layers)
            case = replace(case, layers=layers, claims=())
        grids[change.grid] = grid
    return case, grids


def _with_one(grid: GivenGrid, change: Change) -> GivenGrid:
    """The grid with one number changed; it may be written without its leading axes of size 1."""
    cell = change.ref.cell[len(change.ref.cell) - len(grid.shape) :]
    numbers = [Written.of(each) for each in grid.values()]
    numbers[ravel(cell, grid.shape)] = Written.of(change.after)
    return GivenGrid.of(numbers, grid.shape)


# --- saying it ---------------------------------------------------------------------------------


def _rows(grid: GivenGrid) -> list[list[str]]:
    width = grid.shape[-1] if grid.shape else 1
    texts = [grid.text(place).replace("−", "-") for place in range(grid.size)]
    return [texts[at : at + width] for at in range(0, len(texts), width)]


def _text(grid: GivenGrid) -> str:
    """The grid as a case file has it: an empty line between channels, --- between filters."""
    rows = _rows(grid)
    width = max(len(each) for row in rows for each in row)
    lines: list[str] = []
    per_channel = grid.shape[-2] if len(grid.shape) > 1 else 1
    per_filter = per_channel * grid.shape[-3] if len(grid.shape) > 3 else 0
    for at, row in enumerate(rows):
        if at and per_filter and at % per_filter == 0:
            lines.append("---")
        elif at and at % per_channel == 0:
            lines.append("")
        lines.append(" ".join(each.rjust(width) for each in row))
    return "\n".join(lines)


def _written(value: Fraction) -> str:
    return text(quantity(value)).replace("−", "-")


def _lines(found: Suggestion) -> Iterator[str]:
    said = [
        f"{name} = {text(quantity(each.after))} instead of {text(quantity(each.before))}"
        for name, each in zip(found.names, found.changes, strict=True)
    ]
    yield from wrap(
        f"With {' and '.join(said)} the exercise also reveals {', '.join(found.reveals)}:", _WIDTH
    )
    for name, grid in found.changed.items():
        yield ""
        yield f'{name} = """'
        yield from _text(grid).split("\n")
        yield '"""'
    left = (*found.left.hidden, *found.left.unnoticed)
    if left:
        yield ""
        yield "It still cannot reveal"
        yield from (f"  {spot.slip} ({spot.tensor})" for spot in left)
