"""One equation, read in several ways: by its left side forwards, by any factor backwards.

A sum of products is a table of multiply-adds. Each row of the table names an entry of the output
and the entries whose product goes into it. Grouped by the output, the rows are the forward pass;
grouped by one of the factors, with the output's gradient in that factor's place, they are that
factor's gradient (the chain rule). So convolution's three sums are one table, grouped three ways.

The indices are affine in the loop indices, so the rows of a group are found by arithmetic when
somebody asks for them; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from walkthrough.mathematics.notation import (
    Addition,
    Affine,
    Cell,
    Entry,
    Equation,
    Expression,
    Index,
    Largest,
    Negative,
    Number,
    Piecewise,
    Product,
    Tensor,
    Total,
    ravel,
    unique,
    unravel,
)

ZERO, ONE = Fraction(0), Fraction(1)

LoopPlace: TypeAlias = tuple[int, ...]
"""Values of a part's loop indices, in the order of its `variables`."""


@dataclass(frozen=True, slots=True)
class Part:
    """Σ coefficient · factors (· local), over all loop indices, each product going to `target`.

    `local` is the stated derivative of a function, `∂left/∂entry`; sums of products have none.
    """

    target: Entry
    coefficient: Fraction
    factors: tuple[Entry, ...]
    variables: tuple[Index, ...]
    local: Expression | None = None

    def places(self, cell: Cell) -> list[LoopPlace]:
        """The loop's places whose products go to this cell, in the order in which a person writes."""
        goal = (ravel(cell, self.target.tensor.shape),) if self.target.flat else cell
        groups, turn = _independent(self.target.index, self.variables)
        found = []
        for choice in product(*[group.solutions(goal) for group in groups]):
            flat = [value for group in choice for value in group]
            found.append(tuple([flat[at] for at in turn]))
        found.sort()
        return found

    def cells(self, entry: Entry) -> Callable[[LoopPlace], Cell | None]:
        """The cell that an entry means at a place of the loop; None where it lies in the padding."""
        at = {index: position for position, index in enumerate(self.variables)}
        rules = [
            (position.constant, [(at[index], c) for index, c in position.coefficients])
            for position in entry.index
        ]
        shape = entry.tensor.shape
        extents = (entry.tensor.size,) if entry.flat else shape

        def cell(place: LoopPlace) -> Cell | None:
            found = []
            for (constant, steps), extent in zip(rules, extents, strict=True):
                value = constant
                for position, coefficient in steps:
                    value += coefficient * place[position]
                if not 0 <= value < extent:
                    return None
                found.append(value)
            return unravel(found[0], shape) if entry.flat else tuple(found)

        return cell


@dataclass(frozen=True, slots=True)
class Slopes:
    """A gate: one entry goes on, times a constant on either side of 0 (1 and 0 for a ReLU).

    `at_zero` is the slope where the entry is exactly 0: a convention.
    """

    entry: Entry
    above: Fraction
    below: Fraction
    at_zero: Fraction


def passing(of: Expression) -> Entry | None:
    """The entry that a right side lets through: the largest of a window, or what a gate is given."""
    if isinstance(of, Largest):
        return of.body
    gate = slopes(of)
    return None if gate is None else gate.entry


def slopes(of: Expression) -> Slopes | None:
    """The slopes of a piecewise formula that is a gate; None if it is none."""
    if not isinstance(of, Piecewise) or not isinstance(of.sign, Entry):
        return None
    above, below = _slope(of.above, of.sign), _slope(of.below, of.sign)
    if above is None or below is None:
        return None
    return Slopes(of.sign, above, below, (1 - of.share) * below + of.share * above)


def _slope(of: Expression, entry: Entry) -> Fraction | None:
    """The c of c·entry; 0 for the number 0."""
    if of == Number(Fraction(0)):
        return Fraction(0)
    products = _products(of)
    if products is None or len(products) != 1:
        return None
    ((coefficient, factors, _),) = products
    return coefficient if factors == (entry,) else None


@dataclass(frozen=True, slots=True)
class _Group:
    """Loop indices that share positions, such as a window's row and the kernel's row.

    `positions` are the places in the cell that they decide, with the constant of each. `rows` say of each
    index in turn, for every position: its coefficient, and how far the indices after it can still move it.
    """

    extents: tuple[int, ...]
    positions: tuple[tuple[int, int], ...]
    rows: tuple[tuple[tuple[int, int, int], ...], ...]

    def solutions(self, goal: Cell) -> list[LoopPlace]:
        """All values of the indices for which every position is where it is wanted."""
        return self._solved(0, [goal[at] - constant for at, constant in self.positions])

    def _solved(self, depth: int, left: list[int]) -> list[LoopPlace]:
        """`left` is what the indices from this one on have yet to come to."""
        if depth == len(self.extents):
            return [] if any(left) else [()]
        row = self.rows[depth]
        low, high = 0, self.extents[depth] - 1
        for (coefficient, least, most), wanted in zip(row, left, strict=True):
            if coefficient:  # only the values that the others can still complete
                ends = (wanted - most, wanted - least) if coefficient > 0 else (wanted - least, wanted - most)
                low, high = max(low, -(-ends[0] // coefficient)), min(high, ends[1] // coefficient)
        found: list[LoopPlace] = []
        for value in range(low, high + 1):
            after = [wanted - each[0] * value for each, wanted in zip(row, left, strict=True)]
            found += [(value, *others) for others in self._solved(depth + 1, after)]
        return found


@lru_cache(maxsize=1_000)
def _independent(
    index: tuple[Affine, ...], variables: tuple[Index, ...]
) -> tuple[tuple[_Group, ...], tuple[int, ...]]:
    """The loop indices in groups that can be solved one by one, rows apart from columns; and their turns."""
    groups: list[tuple[tuple[Index, ...], tuple[int, ...]]] = []
    for at, position in enumerate(index):
        inside = {each for each, _ in position.coefficients}
        joined = [group for group in groups if inside & set(group[0])]
        groups = [group for group in groups if group not in joined]
        names = unique((*(v for group, _ in joined for v in group), *(v for v, _ in position.coefficients)))
        groups.append((names, (*(each for _, several in joined for each in several), at)))
    bound = {each for group, _ in groups for each in group}
    groups += [((each,), ()) for each in variables if each not in bound]
    order = [each for group, _ in groups for each in group]
    return tuple(_group(index, *each) for each in groups), tuple(order.index(each) for each in variables)


def _group(index: tuple[Affine, ...], variables: tuple[Index, ...], positions: tuple[int, ...]) -> _Group:
    rows = []
    for depth, variable in enumerate(variables):
        after = {*variables[depth + 1 :]}
        row = []
        for at in positions:
            own = sum(c for each, c in index[at].coefficients if each == variable)
            rest = Affine(tuple((each, c) for each, c in index[at].coefficients if each in after))
            row.append((own, *rest.span))
        rows.append(tuple(row))
    extents = tuple(each.extent for each in variables)
    return _Group(extents, tuple((at, index[at].constant) for at in positions), tuple(rows))


# --- readings ----------------------------------------------------------------------------------


def forward(equation: Equation) -> tuple[Part, ...] | None:
    """The equation's table of multiply-adds, by its left side; None if it is no sum of products."""
    products = _products(equation.right)
    if products is None:
        return None
    return tuple(
        Part(
            equation.left,
            coefficient,
            factors,
            unique((*equation.left.variables, *over, *(v for f in factors for v in f.variables))),
        )
        for coefficient, factors, over in products
    )


def backward(equation: Equation, tensor: Tensor) -> tuple[Part, ...]:
    """The gradient with respect to a tensor on the right: upstream × local, summed (chain rule).

    For a sum of products the local derivative is what else stands in the product; a function states
    it. Largest-of-a-window has its own rule, and no part here.
    """
    upstream = Entry(equation.left.tensor.grad, equation.left.index, equation.left.flat)
    parts = []
    for part in forward(equation) or ():
        for position, factor in enumerate(part.factors):
            if factor.tensor == tensor:
                others = part.factors[:position] + part.factors[position + 1 :]
                target = Entry(tensor.grad, factor.index, factor.flat)
                parts.append(Part(target, part.coefficient, (upstream, *others), part.variables))
    for entry, local in equation.derivatives:
        if entry.tensor == tensor:
            target = Entry(tensor.grad, entry.index, entry.flat)
            variables = unique((*upstream.variables, *entry.variables))
            parts.append(Part(target, ONE, (upstream,), variables, local))
    return tuple(parts)


def _products(of: Expression) -> list[tuple[Fraction, tuple[Entry, ...], tuple[Index, ...]]] | None:
    """An expression as a sum of coefficient · entries, or None if it is something else."""
    match of:
        case Number(value):
            return [(value, (), ())]
        case Entry():
            return [(Fraction(1), (of,), ())]
        case Negative(inner):
            products = _products(inner)
            return products and [(-c, factors, over) for c, factors, over in products]
        case Total(body, over):
            products = _products(body)
            return products and [(c, factors, (*over, *more)) for c, factors, more in products]
        case Addition(terms):
            parts = [_products(term) for term in terms]
            return None if None in parts else [product for part in parts for product in part or ()]
        case Product(factors):
            coefficient = ONE
            entries: tuple[Entry, ...] = ()
            indices: tuple[Index, ...] = ()
            for factor in factors:
                found = _products(factor)
                if found is None or len(found) != 1:
                    return None
                ((own, more, inside),) = found
                coefficient, entries, indices = coefficient * own, (*entries, *more), (*indices, *inside)
            return [(coefficient, entries, indices)]
    return None
