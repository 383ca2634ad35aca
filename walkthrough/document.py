"""What is said, in a few kinds of block, for no format in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["=", "≈", "←"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part; `aside` stands at the far end of the line. Level 1 is the page's title.

    `given` says that it repeats numbers of the case, which somebody may change on a page.
    """

    text: str
    level: int = 2
    aside: str = ""
    number: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence or a few; `given` says that it tells of numbers of the case, which a page may change."""

    text: str
    given: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A general formula, what its letters mean, and the word under which it is derived."""

    formula: str
    letters: str = ""
    derivation: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers in rows and columns, such as an image; `marks` are drawn beside the numbers.

    `cells` are the full names of the numbers, where they have some. With `boxes` each number stands in a
    box of its own, with room to write into: an empty text is a box that somebody fills in.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, ...], ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Grids beside each other with signs between them: x ⋆ g = ∂L/∂k; without signs, to save room only."""

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
class Compared:
    """The right line, and the same with somebody's own numbers, which `words` introduce."""

    right: Working
    words: str
    own: Working

    @property
    def apart(self) -> tuple[Working | Prose, ...]:
        """One after the other."""
        return (self.right, Prose(self.words), self.own)


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
    """Lines of working of a large tensor, each on one row, however long; `because` holds for all.

    `cells` are the full names of the numbers that they end with.
    """

    texts: tuple[str, ...]
    because: str = ""
    cells: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Omitted:
    """Lines of a large tensor that a page works out when somebody opens them; `because` holds for all."""

    tensor: str
    count: int
    because: str = ""


Positions: TypeAlias = tuple[tuple[int, ...], ...]
"""For each axis a constant, then pairs of loop index and coefficient: (−1, 0, 1, 2, 1) is i₀ + i₂ − 1."""

Formula: TypeAlias = tuple["str | int | Formula | Positions", ...]
"""A formula as a word and what it is of, such as `("product", ("entry", 0, …), ("number", "1/2"))`."""


Form: TypeAlias = tuple["str | Formula", ...]
"""A formula as it is written: texts, and what stands in the gaps between them."""


Pattern: TypeAlias = tuple["str | int | tuple[int, int, int]", ...]
"""A line with gaps: texts, 0 for the subscript, and three numbers for a number: of which part of the formula
it is (counted from 0, each part before its own parts), with how many digits more than the result it is
written, and 1 if it is worked out from numbers as they are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One equation as it is read for one tensor: the formula is added to `target` at every place of its loop.

    `extents` are how far each loop index goes, counted from 0; the first `outer` of them are the loop's own,
    the others those of sums in the formula. In the formula an entry is `("entry", tensor, positions)`, and 0
    outside its tensor. A single position, where there are several axes, counts in reading order.

    `forms` are the formula as it is written, or each of its terms; terms of one `row` stand in one row of a
    line. `ends` says with how many decimals a number ends: so many, and so many times as many as its entries
    have at most; None if it may not end.
    """

    target: Positions
    extents: tuple[int, ...]
    formula: Formula
    outer: int
    forms: tuple[Form, ...] = ()
    row: Positions = ()
    ends: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A tensor of a network: its numbers as they are shown (none: it is only on the way), and its equations.

    It is `given` by the case, or `told` in lines of its own, or neither: taken over from the step before.
    `lines` are its lines of working where a page must be able to open them and cannot put them together; a
    table of sums it can: `relations` are the signs before the numbers and before the value of each line,
    `operands` the numbers as they stand in other tensors' lines, if that is otherwise, `between` the sign
    between the symbols of two factors, `short` whether g is written for an upstream gradient, and `special`
    are the lines of single places that are written otherwise. `sign` stands behind the left side of a line.

    The lines of a formula of numbers at the same place come by `patterns`, one for each place, whose number
    is a sign of `codes`, counted from #. The numbers of a `worked` tensor are not carried but follow from its
    equation, rounded half-up, except for `special_numbers`.
    """

    name: str
    letter: str
    shape: tuple[int, ...]
    given: bool
    told: bool
    numbers: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    operands: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    special: tuple[tuple[int, str], ...] = ()
    between: str = ""
    short: bool = False
    sign: Relation = "="
    patterns: tuple[Pattern, ...] = ()
    codes: str = ""
    worked: bool = False
    special_numbers: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Equations:
    """A whole case as something to calculate with, in the order of computation.

    So many `digits` are shown, and `guard` more of numbers that others are worked out with.
    """

    quantities: tuple[Quantity, ...]
    digits: int = 10
    guard: int = 6


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a program, to stand as they are; `language` names it as its own world does."""

    text: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Branch:
    """A number (or, without a cell, a product) in one row, and under it what it is made of."""

    cell: str
    line: str
    remark: str = ""
    branches: tuple[Branch, ...] = ()


Drawing: TypeAlias = Grid | Beside | Picture | Curve
Block: TypeAlias = (
    Heading
    | Prose
    | Rule
    | Drawing
    | Working
    | Compared
    | Workings
    | Lines
    | Omitted
    | Table
    | Equations
    | Branch
    | Code
)
