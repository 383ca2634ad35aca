"""A derivation: chains of equalities with their reasons, and what may be taken for granted in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from walkthrough.derivations.derivation_notation import Atom, Bracket, Words
from walkthrough.mathematics.notation import Entry, Expression, Index, Tensor

GridRows: TypeAlias = tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class ProofCase:
    """One of the cases in which a chain has to hold.

    Values of its letters (counted from 0), which piece of a maximum or a ReLU is in force, and
    which brackets are therefore true.
    """

    loops: Mapping[Index, int] = field(default_factory=dict)
    pieces: Mapping[Atom, Expression] = field(default_factory=dict)
    truths: Mapping[Bracket, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Premises:
    """What a derivation starts from.

    `definitions` say what an entry stands for. `upstream` names the loss's derivatives that are
    given: ∂L/∂z₁₁ is g₁₁. `functions` names what an entry is a function of, with a slope that another
    rule has proved: o is σ(z), with the slope o(1 − o). All else is a letter that may be any number.
    """

    definitions: Mapping[Atom, Expression] = field(default_factory=dict)
    upstream: Mapping[Atom, Expression] = field(default_factory=dict)
    loss: Entry | None = None
    functions: Mapping[Atom, tuple[Entry, Expression]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Equality:
    """One more equality: `= right`, and why.

    `assuming` replaces entries, as Σy = 1 does y₃. `given` says under which condition alone it holds.
    One that `defines` says what something stands for: there is nothing to prove.
    """

    right: Expression
    because: Words = ()
    assuming: Mapping[Atom, Expression] = field(default_factory=dict)
    given: str = ""
    defines: bool = False


@dataclass(frozen=True, slots=True)
class Equalities:
    """left = a = b = c, to be proved in every one of its cases; `premises` if it has its own.

    `given` is a condition for all its lines. Where the cases are numbers of a range, it is `counted`. It is
    `general` if it is no entry of these sizes, but what holds for any.
    """

    left: Expression
    steps: tuple[Equality, ...]
    cases: tuple[ProofCase, ...] = (ProofCase(),)
    premises: Premises | None = None
    given: str = ""
    counted: bool = False
    general: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """Numbers for the letters of a general formula, and what it has to agree with there."""

    numbers: Mapping[str, int]
    tensors: Mapping[str, Tensor]
    premises: Premises
    cases: tuple[ProofCase, ...] = (ProofCase(),)


@dataclass(frozen=True, slots=True)
class GeneralEqualities:
    """left = a = b for any size, strides and places; counted: compared in every instance."""

    left: Expression
    steps: tuple[Equality, ...]
    instances: Callable[[], Iterable[Instance]]
    given: str = ""
    general: bool = True


@dataclass(frozen=True, slots=True)
class PartTitle:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few, with formulas in them."""

    words: Words


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Grids side by side with signs between them: the padded gradient ⋆ the turned kernel."""

    parts: tuple[GridRows | str, ...]


DerivationBlock: TypeAlias = Equalities | GeneralEqualities | PartTitle | Paragraph | SideBySide


@dataclass(frozen=True, slots=True)
class Derivation:
    """A rule's derivation for given sizes, as the rule's file wrote it: nothing is proved yet."""

    rule: str
    title: str
    sizes: str
    premises: Premises
    blocks: tuple[DerivationBlock, ...]


HowProved: TypeAlias = Literal["definition", "terms", "sympy", "counted", "points", ""]
"""How a line is known to be right: it says what something stands for, or it was shown term by term, by
SymPy, for all numbers of a range, at random points; or not at all."""


@dataclass(frozen=True, slots=True)
class ProvedLine:
    """One line of a derivation: left = right, because, and whether that was proved.

    Without a `left` it goes on from the line before.
    """

    left: Expression | None
    right: Expression
    because: Words
    proof: HowProved
    given: str = ""

    @property
    def proved(self) -> bool:
        """Whether the equality was shown to hold."""
        return self.proof != ""


@dataclass(frozen=True, slots=True)
class ProvedEqualities:
    """A chain's lines, each with its proof: from ∂L/∂x₁₂ to the formula for it."""

    lines: tuple[ProvedLine, ...]
    general: bool = False


ProvedBlock: TypeAlias = ProvedEqualities | PartTitle | Paragraph | SideBySide


@dataclass(frozen=True, slots=True)
class Proved:
    """A derivation with the verdict on each of its lines."""

    rule: str
    title: str
    sizes: str
    blocks: tuple[ProvedBlock, ...]

    @property
    def lines(self) -> Iterator[ProvedLine]:
        """All lines in order."""
        for block in self.blocks:
            if isinstance(block, ProvedEqualities):
                yield from block.lines

    @property
    def holds(self) -> bool:
        """Whether every line was proved."""
        return all(line.proved for line in self.lines)
