"""The kinds of step: a sum of products, the largest of a window, a gate, a function, an update."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from walkthrough.mathematics.notation import (
    Cell,
    Entry,
    Expression,
    Index,
)
from walkthrough.mathematics.readings import Slopes
from walkthrough.trace.network import Stage
from walkthrough.trace.trace import Trace
from walkthrough.words.representable import Representable

Phase: TypeAlias = Literal["forward", "loss", "backward", "update"]


class Ref(NamedTuple):
    """A number of the trace: a tensor under its full name, and a cell counted from 0.

    A tuple, because marking looks up millions of them, and a data class hashes ten times slower.
    """

    tensor: str
    cell: Cell


class Term(NamedTuple):
    """One multiply-add: coefficient · factor · factor (None: padding, which is 0)."""

    coefficient: Fraction
    factors: tuple[Ref | None, ...]


@dataclass(frozen=True, slots=True)
class Step(Representable):
    """How one number comes about; `stage` is the layer or the loss that it belongs to.

    `trace` is the one that it was found in, which knows its numbers.
    """

    ref: Ref
    phase: Phase
    stage: Stage | None
    trace: Trace | None = field(default=None, init=False, compare=False, repr=False)


class Given(Step):
    """A number that the case gives: an input, a parameter, a gradient from upstream."""


class Row(NamedTuple):
    """So many terms of a sum that stand in one row on paper, and the group that the row belongs to.

    A group is named by what it goes through: (("c", 2),) for the second channel, (("bias", 0),) for a bias.
    """

    terms: int
    group: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sums(Step):
    """A sum of products: conv, dense, average pool, their gradients; a copy is a sum of one entry.

    `row` says after how many terms a person begins a new line (the kernel's rows); 0: no shape. `rows` are
    all rows in which a person writes them, however long each is.
    """

    terms: tuple[Term, ...]
    row: int = 0
    rows: tuple[Row, ...] = ()

    @property
    def copy(self) -> bool:
        """Whether it is one entry, taken as it is."""
        return len(self.terms) == 1 and len(self.terms[0].factors) == 1 and self.terms[0].coefficient == 1


@dataclass(frozen=True, slots=True)
class Choice(Step):
    """The largest of a window: the candidates (None: padding), which won, and in which rows they lie."""

    candidates: tuple[Ref | None, ...]
    winner: int
    ties: tuple[int, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Gate(Step):
    """A gate: its operand goes on, times a slope on its side of 0; sign is −1, 0 or 1."""

    operand: Ref
    sign: int
    slopes: Slopes


@dataclass(frozen=True, slots=True)
class Formula(Step):
    """A function of entries, at one place of its loop indices; so is a loss, and its slope."""

    expression: Expression = field(repr=False)
    place: dict[Index, int]
    sample: int | None
    left: Entry


@dataclass(frozen=True, slots=True)
class Chain(Step):
    """Upstream × local derivative, for each output that the entry goes into."""

    terms: tuple[tuple[Ref, Expression, dict[Index, int]], ...]
    sample: int


@dataclass(frozen=True, slots=True)
class Share:
    """What comes back through one window (or gate): a share of the upstream gradient.

    `window` is the cell of the output, `winner` the entry that was largest there (None for a gate).
    """

    share: Fraction
    upstream: Ref
    window: Ref
    winner: Ref | None


@dataclass(frozen=True, slots=True)
class Route(Step):
    """A gradient sent back through a max pool or a gate: to the winners, times a slope.

    `slopes` are those of the gate, None for a pool.
    """

    shares: tuple[Share, ...]
    operand: Ref
    slopes: Slopes | None


@dataclass(frozen=True, slots=True)
class Mean(Step):
    """The mean over the samples of a batch."""

    over: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Update(Step):
    """old − rate × gradient; or, where there is momentum, old − rate × velocity."""

    old: Ref
    gradient: Ref
    rate: Fraction


AnyStep: TypeAlias = Given | Sums | Choice | Gate | Formula | Chain | Route | Mean | Update
