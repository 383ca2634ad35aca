"""Loop indices told apart from the letters of tensors: no letter has two meanings in one formula."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.indices import Affine, Index, unique
from walkthrough.mathematics.notation import Entry, Equation, Expression, Largest, Same, Total, entries

_SPARE = ("u", "v", "w", "r", "s", "m", "n", "l", "h")


def told_apart(equation: Equation, taken: Collection[str]) -> Equation:
    """The equation, its loop indices renamed where a tensor of the stage has their letter.

    Indices that belong together (those of the output, those that are summed over) change together, so
    that rows and columns stay a pair: p, q become u, v.
    """
    own = equation.left.variables
    every = unique(
        (*own, *(index for entry, over in entries(equation.right) for index in (*entry.variables, *over)))
    )
    summed = tuple(index for index in every if index not in own)
    names = {index.name for index in every}
    spare = iter(name for name in _SPARE if name not in names and name not in taken)
    moved: dict[Index, Index] = {}
    for group in (own, summed):
        pair = [index for index in group if index.name not in ("c", "f")]
        clashing = {index for index in group if index.name in taken}
        for each in dict.fromkeys((*(pair if clashing & set(pair) else ()), *clashing)):
            moved[each] = Index(next(spare), each.extent)
    return renamed(equation, moved) if moved else equation


def renamed(equation: Equation, moved: Mapping[Index, Index]) -> Equation:
    """The same equation with other loop indices."""

    def of(expression: Expression) -> Expression:
        return _with_indices(expression, moved)

    left = _entry(equation.left, moved)
    derivatives = tuple((_entry(entry, moved), of(slope)) for entry, slope in equation.derivatives)
    computed = None if equation.computed is None else of(equation.computed)
    return Equation(left, of(equation.right), derivatives, computed)


def _with_indices(expression: Expression, moved: Mapping[Index, Index]) -> Expression:
    match expression:
        case Entry():
            return _entry(expression, moved)
        case Same(one, other):
            return Same(_position(one, moved), _position(other, moved))
        case Total(body, over):
            return Total(_with_indices(body, moved), tuple(moved.get(index, index) for index in over))
        case Largest(body, over, tie):
            return Largest(_entry(body, moved), tuple(moved.get(index, index) for index in over), tie)
    return rebuilt(expression, lambda part: _with_indices(part, moved))


def _entry(entry: Entry, moved: Mapping[Index, Index]) -> Entry:
    return Entry(entry.tensor, tuple(_position(position, moved) for position in entry.index), entry.flat)


def _position(position: Affine, moved: Mapping[Index, Index]) -> Affine:
    return Affine(
        tuple((moved.get(index, index), c) for index, c in position.coefficients), position.constant
    )
