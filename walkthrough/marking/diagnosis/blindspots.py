"""Blind spots: the slips that an exercise cannot reveal, because they leave its numbers as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import Any, TypeAlias

from flint import ctx

from walkthrough.case import Case
from walkthrough.marking.diagnosis.played_exercises import BITS, FEW_CELLS, Play, PlayedExercise
from walkthrough.numbers.quantities import same_numbers
from walkthrough.trace.places import Place

_WIDTH = 80
_MOST_LISTED = 6
_ALWAYS_THE_SAME = (
    {"stride-ignored", "windows-overlapped"},
    {"kernel-flipped", "kernel-not-rotated"},
    {"gate-ignored", "local-derivative-forgotten"},
    {"kernel-transposed", "output-transposed"},
    {"weight-transposed", "output-transposed"},
    {"kernel-mirrored", "kernel-rows-swapped"},
    {"channel-forgotten", "one-filter-only"},
)
"""Two names for one thing, whatever the numbers are."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A slip, made in every cell of a tensor, and the tensors whose numbers it changes.

    `changed` is empty if it leaves every number of the exercise as it is. `key` tells misreadings apart that
    have one word.
    """

    slip: str
    tensor: str
    about: str
    changed: tuple[str, ...] = ()
    key: str = field(default="", compare=False)


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


def blindspots(case: Case, played: PlayedExercise | None = None) -> BlindSpots:
    """Every slip that can be one of a whole layer, played throughout it; `played` is the case replayed."""
    exercise = played or PlayedExercise(case)
    found: _Found = {}
    coincide: list[Coincidence] = []
    with ctx.workprec(BITS):
        for tensor, place in exercise.book.trace.places.items():
            alike: dict[tuple[float, ...], dict[str, None]] = {}
            for play in _played(exercise, tensor, place, found):
                if play.changed:
                    alike.setdefault(same_numbers(tuple(play.values.values())), {})[play.kind.word] = None
            coincide += [Coincidence(tensor, tuple(group)) for group in alike.values() if _different(group)]
        spots = _unseen(found)
        unnoticed = [several for several in spots if any(seen.play.changed for seen in several)]
        followed = tuple(_most([_followed(exercise, seen) for seen in several]) for several in unnoticed)
    return BlindSpots(
        case.name,
        tuple({word: None for word, _ in found}),
        tuple(several[0].spot for several in spots if several not in unnoticed),
        followed,
        tuple(coincide),
        exercise.whole,
    )


def hidden_besides(case: Case, known: BlindSpots, first: Iterable[str] = ()) -> str | None:
    """Where this exercise cannot reveal a slip that another, of the same layers, can: the tensor's own name.

    `known` are the blind spots of the other. The tensors in `first` are looked at first; None if there is
    no such slip.
    """
    exercise = PlayedExercise(case)
    allowed = {(spot.slip, spot.tensor) for spot in (*known.hidden, *known.unnoticed)}
    several: dict[str, list[Place]] = {local: [] for local in first}
    for place in exercise.book.trace.places.values():
        several.setdefault(place.local, []).append(place)
    with ctx.workprec(BITS):
        for local, places in several.items():
            found: _Found = {}
            for place in places:
                for _ in _played(exercise, place.name, place, found):
                    pass
            if any((seen[0].spot.slip, seen[0].spot.tensor) not in allowed for seen in _unseen(found)):
                return local
    return None


def _played(exercise: PlayedExercise, tensor: str, place: Place, found: _Found) -> Iterator[Play]:
    """Every misreading of a tensor, and what is seen of it."""
    if place.sample and not _still_hidden(found, place.local):
        return  # the first sample has shown every slip
    for play in exercise.plays(tensor):
        found.setdefault((play.kind.word, place.local), []).append(_seen(exercise, tensor, play))
        yield play


def _unseen(found: _Found) -> list[list[_Seen]]:
    """What nobody notices: a slip that shows in one sample, or in one of its directions, is no blind spot."""
    return [several for several in found.values() if not any(seen.noticed for seen in several)]


def _still_hidden(found: _Found, local: str) -> bool:
    """Whether a slip in a tensor has not shown in any sample so far."""
    return any(
        not any(seen.noticed for seen in several) for (_, where), several in found.items() if where == local
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A misreading, and whether anybody would notice it at the end."""

    spot: BlindSpot
    play: Play
    noticed: bool


_Found: TypeAlias = dict[tuple[str, str], list[_Seen]]
"""What was seen of each slip in each tensor, by its name in a sample."""


def _seen(exercise: PlayedExercise, tensor: str, play: Play) -> _Seen:
    noticed = play.changed and exercise.noticed(tensor, play)
    return _Seen(BlindSpot(play.kind.word, tensor, play.kind.about, (), play.key), play, noticed)


def _followed(exercise: PlayedExercise, seen: _Seen) -> BlindSpot:
    """The spot with all that it changes: gradients and updates as well."""
    return replace(seen.spot, changed=exercise.changes(seen.spot.tensor, seen.play))


def _most(several: list[BlindSpot]) -> BlindSpot:
    return max(several, key=lambda spot: len(spot.changed))


def _different(words: dict[str, None]) -> bool:
    return len(words) > 1 and set(words) not in _ALWAYS_THE_SAME


# --- saying it ---------------------------------------------------------------------------------


def _entry(spot: BlindSpot) -> dict[str, Any]:
    return {"slip": spot.slip, "at": spot.tensor, "about": spot.about, "changed": list(spot.changed)}


def _listed(changed: tuple[str, ...]) -> str:
    """Tensors by name, as many as fit a line or two."""
    if len(changed) <= _MOST_LISTED:
        return ", ".join(changed)
    return f"{', '.join(changed[:_MOST_LISTED])} and {len(changed) - _MOST_LISTED} more"


def _spot(spot: BlindSpot, said: str) -> list[str]:
    return _folded(f"  {spot.slip:<28}{spot.tensor:<16}  {said}", 48)


def _folded(line: str, indent: int) -> list[str]:
    """A line, and what does not fit it under its last column."""
    return wrap(line, _WIDTH, subsequent_indent=" " * indent, drop_whitespace=True, break_on_hyphens=False)


def _lines(found: BlindSpots) -> Iterator[str]:
    if not found.whole:
        yield f"{found.case} is large: only about {FEW_CELLS} cells of each tensor were played."
    if not found.hidden and not found.unnoticed:
        yield f"{found.case} reveals every slip that was played in it ({len(found.played)} kinds)."
    if found.hidden:
        nothing = "No number of this exercise" if found.whole else "None of these numbers"
        yield f"{nothing} changes if, throughout,"
        for spot in found.hidden:
            yield from _spot(spot, spot.about)
    if found.unnoticed:
        yield "Neither the output nor the loss changes, only what is named here:"
        for spot in found.unnoticed:
            yield from _spot(spot, f"changes {_listed(spot.changed)}")
    if found.coincide:
        yield "These give the same numbers as one another:"
        for each in found.coincide:
            yield from _folded(f"  {each.tensor:<28}{', '.join(each.slips)}", 30)
