"""A fresh case: drawn, and drawn again until it is as good an exercise as the first one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from walkthrough import layers as layer_shelf
from walkthrough import losses as loss_shelf
from walkthrough.case import Case, CaseError
from walkthrough.case.grids.given_grids import read_grid
from walkthrough.case.reading import read_text
from walkthrough.case.tables.source import Source
from walkthrough.marking.diagnosis.blindspots import BlindSpots, blindspots, hidden_besides
from walkthrough.marking.diagnosis.played_exercises import is_small
from walkthrough.marking.fresh_cases.case_texts import case_text
from walkthrough.marking.fresh_cases.drawn_grids import drawn, drawn_constant, drawn_target
from walkthrough.marking.fresh_cases.pencil import Effort
from walkthrough.numbers.grid import GivenGrid
from walkthrough.trace.stage import Stage
from walkthrough.trace.trace import CannotReplay, Trace, replay
from walkthrough.words import shelf
from walkthrough.words.messages import one_line
from walkthrough.words.options import options

_KEPT = (
    "arithmetic",
    "learning_rate",
    "conventions",
    "update",
    "input",
    "samples",
    "layers",
    "loss",
)
"""What is kept of a case file; what its source claims is about other numbers."""
_MOST_DRAWN = 400
_MOST_PLAYED = 40
"""Slips are played in so many of those drawn; that takes longest."""
_GRIDS = ("grid", "kernel", "matrix")


class CannotDraw(ValueError):
    """No other numbers were found that are as good an exercise; str() says why."""


class FreshCases:
    """Other exercises of the same shape as a case, one for each seed.

    Each has no blind spot that the case lacks, and numbers that a pencil can work with: small ones, no
    sigmoid that saturates, no ReLU that stops everything, no tie, unless the case has them. A network that
    is too large to be worked out by hand is drawn, and not looked at.
    """

    def __init__(self, case: Case) -> None:
        case.refuse_sizes()
        if not case.samples:
            raise CannotDraw(f"{case.name} has no numbers of its own, so that there are no others to draw")
        self._case = case
        self._trace = replay(case)
        self._table = Source(case.file, case.toml).table
        self._fell_short: tuple[str, ...] = ()

    def of(self, seed: int) -> Case:
        """The fresh case of a seed, always the same; its text is `toml`. Raises CannotDraw."""
        played = 0
        for attempt in range(_MOST_DRAWN):
            relaxed = attempt >= _MOST_DRAWN // 2
            fresh = self._drawn(seed, attempt)
            trace = self._replayed(fresh) if fresh is not None else None
            if fresh is None or trace is None:
                continue
            if not is_small(trace.network):
                return fresh
            if not Effort.of(trace).at_most(self._effort, relaxed):
                continue
            if self._reveals_as_much(fresh):
                return fresh
            played += 1
            if played == _MOST_PLAYED:
                break
        raise CannotDraw(
            f"{self._case.name}: no other numbers were found that reveal every slip that these ones reveal; "
            "another --seed may find some"
        )

    # --- looking at one ----------------------------------------------------------------------------

    @cached_property
    def _effort(self) -> Effort:
        return Effort.of(self._trace)

    @cached_property
    def _hidden(self) -> BlindSpots:
        return blindspots(self._case)

    def _replayed(self, fresh: Case) -> Trace | None:
        same = all(one == two for one, two in zip(_grids(fresh), _grids(self._case), strict=True))
        if same:
            return None
        try:
            return replay(fresh)
        except CannotReplay:
            return None

    def _reveals_as_much(self, fresh: Case) -> bool:
        # where one falls short, so will others
        where = hidden_besides(fresh, self._hidden, self._fell_short)
        if where is not None:
            self._fell_short = (where, *(each for each in self._fell_short if each != where))
        return where is None

    # --- drawing one -------------------------------------------------------------------------------

    def _drawn(self, seed: int, attempt: int) -> Case | None:
        """What comes at an attempt; None if the numbers do not fit their layer or their loss."""
        case, chance = self._case, Random(f"{seed}/{attempt}")
        # a target that a loss takes may leave nothing else to draw
        drawing = _Drawing(case, self._trace.network.layers, chance, targets=attempt % 8 != 7)
        table = drawing.table(self._table)
        table = {"title": f"{case.title} (other numbers, seed {seed})", **table}
        heading = f"{one_line(case.name)} with other numbers, drawn with the seed {seed}"
        name = f"{case.name}-{seed}"
        try:
            return read_text(case_text(table, heading), name, name, Path(), None)
        except CaseError:
            return None


def fresh_case(case: Case, seed: int) -> Case:
    """Another exercise of the same shape; raises CannotDraw. Its text, for a file, is `toml`."""
    return FreshCases(case).of(seed)


class _Drawing:
    """Other numbers in every grid of a case file."""

    def __init__(self, case: Case, layers: Sequence[Stage], chance: Random, targets: bool) -> None:
        self._layers = layers
        self._chance = chance
        self._targets = targets
        self._folder = case.path.parent if case.path else Path()

    def table(self, table: dict[str, Any]) -> dict[str, Any]:
        """The tables of the case file, as TOML has them, with grids instead of what stood there."""
        kept = {key: table[key] for key in _KEPT if key in table}
        if "input" in kept:
            kept["input"] = self._image(kept["input"])
        if "samples" in kept:
            kept["samples"] = [self._sample(each) for each in kept["samples"]]
        if "layers" in kept:
            kept["layers"] = [
                self._typed(each, layer_shelf, stage.constants)
                for each, stage in zip(kept["layers"], self._layers, strict=True)
            ]
        if "loss" in kept:
            kept["loss"] = self._target(self._typed(kept["loss"], loss_shelf))
        return kept

    def _sample(self, sample: dict[str, Any]) -> dict[str, Any]:
        image = self._image(sample["input"])
        return self._target({**sample, "input": image.get("values", image)})

    def _image(self, value: Any) -> dict[str, Any]:
        other = self._seeded(value)
        return other or {"values": drawn(self._read(value), self._chance)}

    def _target(self, table: dict[str, Any]) -> dict[str, Any]:
        if "target" not in table or not self._targets:
            return table
        return {**table, "target": drawn_target(self._read(table["target"]), self._chance)}

    def _typed(self, table: dict[str, Any], package: Any, kept: Iterable[str] = ()) -> dict[str, Any]:
        """A layer or a loss with other numbers; of what is no parameter, a mask stays one."""
        wanted = options(shelf.load(package, table["type"]))
        return {
            key: self._option(value, key in kept) if key in wanted and wanted[key].kind in _GRIDS else value
            for key, value in table.items()
        }

    def _option(self, value: Any, constant: bool) -> Any:
        by_seed = self._seeded(value)
        if by_seed is not None:
            return by_seed
        grid = self._read(value)
        return drawn_constant(grid, self._chance) if constant else drawn(grid, self._chance)

    def _seeded(self, value: Any) -> dict[str, Any] | None:
        """A grid that is drawn at random anyway: by another seed."""
        if not isinstance(value, dict):
            return None
        if isinstance(value.get("values"), dict):
            inner = self._seeded(value["values"])
            return None if inner is None else {"values": inner}
        return {**value, "seed": self._chance.randrange(10**6)} if "random" in value else None

    def _read(self, value: Any) -> GivenGrid:
        return read_grid(value, self._folder)


def _grids(case: Case) -> Iterator[GivenGrid]:
    """What a case gives, sample by sample and layer by layer, without the targets."""
    yield from (sample.input for sample in case.samples)
    for each in case.layers:
        for name in options(type(each.layer)):
            grid = getattr(each.layer, name)
            if isinstance(grid, GivenGrid):
                yield grid
