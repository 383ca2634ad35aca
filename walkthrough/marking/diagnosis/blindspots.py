"""Blind spots: the slips that an exercise cannot reveal, because they leave its numbers as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from walkthrough.case import Case
from walkthrough.mathematics.notation import unravel
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import SlipKind, all_slips
from walkthrough.slips._lines import as_known, text
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import Given, Ref, Steps
from walkthrough.trace.trace import Trace, replay
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

_BITS = 256
_LARGE = 20_000
"""From so many multiply-adds on, only a few cells of each tensor are played, and not followed on."""
_FEW_CELLS = 12
_ALWAYS_THE_SAME = (
    {"stride-ignored", "windows-overlapped"},
    {"kernel-flipped", "kernel-not-rotated"},
    {"gate-ignored", "local-derivative-forgotten"},
)
"""Two names for one thing, whatever the numbers are."""

CellNumbers = dict[Ref, Quantity]


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A slip, made in every cell of a tensor, and the tensors whose numbers it changes.

    `changed` is empty if it leaves every number of the exercise as it is.
    """

    slip: str
    tensor: str
    about: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coincidence:
    """Slips that give the same numbers as one another in every cell of a tensor."""

    tensor: str
    slips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """What an exercise cannot reveal.

    `hidden` slips change no number at all; `unnoticed` ones change numbers on the way, but not the
    output or the loss. `whole` is False for a large network, of which only some cells were looked at.
    """

    case: str
    played: tuple[str, ...]
    hidden: tuple[BlindSpot, ...]
    unnoticed: tuple[BlindSpot, ...]
    coincide: tuple[Coincidence, ...]
    whole: bool = True

    @property
    def lines(self) -> list[str]:
        """As text, a line each."""
        return list(_lines(self))

    @property
    def table(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "case": self.case,
            "played": list(self.played),
            "hidden": [_entry(each) for each in self.hidden],
            "unnoticed": [_entry(each) for each in self.unnoticed],
            "coincide": [{"tensor": each.tensor, "slips": list(each.slips)} for each in self.coincide],
            "whole": self.whole,
        }


def blindspots(case: Case) -> BlindSpots:
    """Every slip that can be one of a whole layer, played throughout it."""
    trace = replay(case)
    book = Workbook(Steps(trace))
    whole = sum(stage.multiply_adds for stage in trace.network.layers) <= _LARGE
    numbers = Operands(lambda ref: trace.known(ref.tensor, ref.cell).value)
    found: dict[tuple[str, str], list[_Seen]] = {}
    coincide: list[Coincidence] = []
    with ctx.workprec(_BITS):
        for tensor, place in trace.places.items():
            alike: dict[tuple[str, ...], dict[str, None]] = {}
            for play in _played(book, tensor, numbers, whole):
                seen = _seen(book, tensor, play, numbers, whole)
                found.setdefault((play.kind.word, place.local), []).append(seen)
                if play.changed:
                    alike.setdefault(tuple(map(text, play.values.values())), {})[play.kind.word] = None
            coincide += [Coincidence(tensor, tuple(group)) for group in alike.values() if _different(group)]
    # a slip that shows in one sample, or in one of its directions, is no blind spot
    spots = {key: several for key, several in found.items() if not any(seen.noticed for seen in several)}
    return BlindSpots(
        case.name,
        tuple({word: None for word, _ in found}),
        tuple(
            several[0].spot for several in spots.values() if not any(seen.spot.changed for seen in several)
        ),
        tuple(_most(several) for several in spots.values() if any(seen.spot.changed for seen in several)),
        tuple(coincide),
        whole,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A misreading, and whether anybody would notice it at the end."""

    spot: BlindSpot
    noticed: bool


def _seen(book: Workbook, tensor: str, play: _Play, numbers: Operands, whole: bool) -> _Seen:
    changed: tuple[str, ...] = ()
    noticed = play.changed
    if play.changed:
        after = _downstream(book, tensor, play.values, numbers) if whole else None
        changed = (tensor, *(after or ()))
        noticed = after is None or _at_the_end(book.trace, changed)
    return _Seen(BlindSpot(play.kind.word, tensor, play.kind.about, changed), noticed)


def _most(several: list[_Seen]) -> BlindSpot:
    return max((seen.spot for seen in several), key=lambda spot: len(spot.changed))


def _different(words: dict[str, None]) -> bool:
    return len(words) > 1 and set(words) not in _ALWAYS_THE_SAME


# --- playing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Play:
    """A misreading, cell by cell: what it gives, and what is right."""

    kind: SlipKind
    key: str
    values: CellNumbers
    changed: bool


def _played(book: Workbook, tensor: str, numbers: Operands, whole: bool) -> list[_Play]:
    """Every misreading of a tensor's steps; a cell that it does not concern keeps its number."""
    like = book.trace.network_tensor(tensor)
    step = 1 if whole else max(1, like.size // _FEW_CELLS)
    cells = [unravel(place, like.shape) for place in range(0, like.size, step)]
    workings = [reworked(book, Ref(tensor, cell), numbers) for cell in cells]
    workings = [each for each in workings if not isinstance(each.step, Given)]
    found: dict[tuple[str, str], _Play] = {}
    right: CellNumbers = {each.ref: each.right for each in workings}
    for own in workings:
        for kind, key, value in _misreadings(own):
            play = found.get((kind.word, key)) or _Play(kind, key, dict(right), False)
            play.values[own.ref] = value
            differs = play.changed or not _same(value, right[own.ref])
            found[kind.word, key] = _Play(kind, key, play.values, differs)
    return list(found.values())


def _misreadings(own: ReworkedStep) -> Iterator[tuple[SlipKind, str, Quantity]]:
    seen = set()
    for kind in all_slips():
        try:
            for candidate in kind.play(own):
                if candidate.everywhere and (kind.word, candidate.everywhere) not in seen:
                    seen.add((kind.word, candidate.everywhere))
                    yield kind, candidate.everywhere, candidate.value
        except ArithmeticError:
            continue


def _same(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers are the same, as far as many more digits than anybody writes can tell."""
    if isinstance(one, arb) or isinstance(other, arb):
        return bool((arb(one) - arb(other)).abs_lower() == 0)
    return bool(one == other)


# --- following a change ------------------------------------------------------------------------


def _downstream(
    book: Workbook, tensor: str, values: CellNumbers, numbers: Operands
) -> tuple[str, ...] | None:
    """The tensors of the forward pass that change after a tensor has; None if it is none of them."""
    trace = book.trace
    place = trace.places[tensor]
    stages = trace.network.stages
    start = next((at for at, stage in enumerate(stages) if stage.z.name == place.local), None)
    if start is None or place.sample is None:
        return None

    def own(ref: Ref) -> Fraction | None:
        value = changed.get(ref)
        return as_known(value).value if value is not None else trace.known(ref.tensor, ref.cell).value

    changed: CellNumbers = {ref: value for ref, value in values.items() if not _same(value, numbers(ref))}
    found = []
    for stage in stages[start + 1 :]:
        name = book.steps.full(stage.z.name, place.sample)
        before = len(changed)
        for ref, value in list(_recomputed(book, stage, name, own)):
            changed[ref] = value
        if len(changed) > before:
            found.append(name)
    return tuple(found)


def _recomputed(book: Workbook, stage: Stage, name: str, own: Any) -> Iterator[tuple[Ref, Quantity]]:
    """The cells of a stage's output whose numbers are others now."""
    if not stage.equations:
        return
    numbers = Operands(own)
    for cell in stage.z.cells():
        ref = Ref(name, cell)
        try:
            value = reworked(book, ref, numbers).right
        except ArithmeticError:
            continue
        right = book.trace.known(name, cell)
        if abs(as_known(value).value - right.value) > as_known(value).spread + right.spread:
            yield ref, value


def _at_the_end(trace: Trace, changed: tuple[str, ...]) -> bool:
    """Whether a change reaches a number that counts: the output, the loss, or what the source claims."""
    output = trace.network.output.name
    ends = {name for name, place in trace.places.items() if place.local in (output, "loss")}
    return bool(ends & set(changed))


# --- saying it ---------------------------------------------------------------------------------


def _entry(spot: BlindSpot) -> dict[str, Any]:
    return {"slip": spot.slip, "at": spot.tensor, "about": spot.about, "changed": list(spot.changed)}


def _lines(found: BlindSpots) -> Iterator[str]:
    if not found.whole:
        yield f"{found.case} is large: only about {_FEW_CELLS} cells of each tensor were played."
    if not found.hidden and not found.unnoticed:
        yield f"{found.case} reveals every slip that was played in it ({len(found.played)} kinds)."
    if found.hidden:
        nothing = "No number of this exercise" if found.whole else "None of these numbers"
        yield f"{nothing} changes if, throughout,"
        yield from (f"  {spot.slip:<28}{spot.tensor}   {spot.about}" for spot in found.hidden)
    if found.unnoticed:
        yield "Numbers on the way change, but neither the output nor the loss:"
        for spot in found.unnoticed:
            yield f"  {spot.slip:<28}{spot.tensor}   changes {', '.join(spot.changed)} only"
    if found.coincide:
        yield "These give the same numbers as one another:"
        yield from (f"  {each.tensor:<28}{', '.join(each.slips)}" for each in found.coincide)
