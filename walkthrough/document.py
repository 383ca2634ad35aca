"""What is said, in a few kinds of block, for no format in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["=", "≈", "←"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part; `aside` stands at the far end of the line. Level 1 is the page's title."""

    text: str
    level: int = 2
    aside: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A general formula, what its letters mean, and the word under which it is derived."""

    formula: str
    letters: str = ""
    derivation: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers in rows and columns, such as an image; `marks` are drawn beside the numbers."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Grids beside each other with signs between them: x ⋆ g = ∂L/∂k."""

    grids: tuple[Grid, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image too large for numbers: shades from 0 (the smallest) to 1 (the largest)."""

    name: str
    shades: tuple[tuple[float, ...], ...]
    smallest: str
    largest: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms in the rows in which a person writes them; `−` before a term is its own sign."""

    rows: tuple[tuple[str, ...], ...]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Candidates in the rows of their window: max( … )."""

    rows: tuple[tuple[str, ...], ...]


Side: TypeAlias = str | Sum | Window


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a long sum with its subtotal, such as one channel: symbols → numbers → value."""

    name: str
    sides: tuple[tuple[Relation, Side], ...]


@dataclass(frozen=True, slots=True)
class Working:
    """One line of working: symbols → numbers → value, each with the relation before it.

    `cell` is the full name of the cell, `because` the reason or the rule in words. `groups`, if there are
    any, say the first sides (all symbols, all numbers) once more, part by part; whoever prints them
    prints only `closing` after them.
    """

    cell: str
    left: str
    sides: tuple[tuple[Relation, Side], ...]
    because: str = ""
    groups: tuple[Group, ...] = ()

    @property
    def closing(self) -> tuple[tuple[Relation, Side], ...]:
        """The sides that the groups have not said: the subtotals, and what they come to."""
        return self.sides[2:] if self.groups else self.sides


@dataclass(frozen=True, slots=True)
class Workings:
    """Like lines, which are laid out alike; `because` holds for all of them."""

    lines: tuple[Working, ...]
    because: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; columns of numbers are set flush right.

    `begins` are the columns with which a band may begin where a page is too narrow for all of them: a
    table that has them is several tables beside each other.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    begins: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of working of a large tensor, each on one row, however long; `because` holds for all."""

    texts: tuple[str, ...]
    because: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a number moves: values one after the other, as shares from `smallest` (0) to `largest` (1).

    `along` says what the axis counts, from 1.
    """

    name: str
    shares: tuple[float, ...]
    along: str
    smallest: str
    largest: str


Drawing: TypeAlias = Grid | Beside | Picture | Curve
Block: TypeAlias = Heading | Prose | Rule | Drawing | Working | Workings | Lines | Table
