"""A case: one worked example, with its numbers, its layers, its loss, and what its source claims."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from walkthrough.case.claims import Claim
from walkthrough.case.heading import ArithmeticKind, read_arithmetic
from walkthrough.case.layers import NamedLayer, output_shapes
from walkthrough.case.samples import Sample
from walkthrough.case.start import Start
from walkthrough.case.tables.source import Source
from walkthrough.case.tables.values import KeyPath
from walkthrough.case.updates import Updating
from walkthrough.layers import Conventions
from walkthrough.losses import Loss
from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.written import Written
from walkthrough.words.problems import CaseError, Problem
from walkthrough.words.representable import Representable

if TYPE_CHECKING:
    from walkthrough.case.training import Training

_MOST_NAMED = 5


@dataclass(frozen=True)
class Case(Representable):
    """One worked example, read and validated.

    `samples` is empty if it is trained on other data; `batch` says that they were written as
    `[[samples]]`. `claims` and `formulas` are as they stand in the file. `title` and
    `source` are on one line and printable; `toml` is the whole file, unchanged, and `file` what messages
    call it. `start` is what a training has left, if it is a step of one. `by_size` are the places where
    the size of a grid stands instead of its numbers.
    """

    name: str
    title: str
    source: str
    arithmetic: ArithmeticKind
    learning_rate: Written | None
    conventions: Conventions
    samples: tuple[Sample, ...]
    batch: bool
    layers: tuple[NamedLayer, ...]
    loss: Loss | None
    loss_type: str
    claims: tuple[Claim, ...] = field(hash=False)
    training: Training | None = field(hash=False)
    path: Path | None
    toml: str = field(repr=False)
    formulas: tuple[Claim, ...] = field(default=(), hash=False)
    updating: Updating = Updating()
    file: str = ""
    by_size: tuple[Problem, ...] = field(default=(), hash=False)
    start: Start = field(default=Start(), hash=False)

    def refuse_sizes(self) -> None:
        """Raises CaseError if the numbers of a grid are missing, because only its size is given."""
        if self.by_size:
            first, others = self.by_size[0], [problem.key for problem in self.by_size[1:]]
            more = f" (and {', '.join(others[:_MOST_NAMED])}{' …' if others[_MOST_NAMED:] else ''})"
            said = (
                f"{first.message}{more if others else ''}; its numbers are needed here, `sizes` does without"
            )
            raise CaseError([replace(first, message=said)])

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it was read from: its own, and those of its grids."""
        return () if self.path is None else (self.path, *self.grid_files.values())

    @property
    def grid_files(self) -> dict[str, Path]:
        """The files of its grids, by the names that stand in the case."""
        folder = Path() if self.path is None else self.path.parent
        return {name: folder / name for name in _named_files(tomllib.loads(self.toml))}

    def in_arithmetic(self, words: str) -> Case:
        """The same case in another arithmetic: exact, float or "4 decimals"; raises Misread."""
        return replace(self, arithmetic=read_arithmetic(words))

    def problem(self, place: KeyPath, key: str, message: str) -> Problem:
        """Something that is wrong at a place of the file, such as ("layers", 1), counted from 0."""
        return Problem(self.file, Source(self.file, self.toml).line(place), key, message)

    def output_shapes(self, shape: Shape | None = None) -> tuple[Shape, ...]:
        """What comes out of each layer, for an input of this shape (the first sample's, if none is given).

        Raises LayerDoesNotFit, a ValueError.
        """
        return tuple(output_shapes(self.layers, self.samples[0].input.shape if shape is None else shape))


def _named_files(value: Any) -> Iterator[str]:
    """Every `file = …` in a case, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for each in value.values():
            yield from _named_files(each)
    elif isinstance(value, list):
        for each in value:
            yield from _named_files(each)
