"""What a layer's equations may be: checked once, when the layer takes its place in a network.

An equation is of one of three kinds. A sum of products, of constants, entries of the input, of the
parameters and of what is given: its gradients follow from how it is written. The largest of a window or
a gate (one entry, times a constant on either side of 0): what it lets through, its gradient comes back
through. A function of entries, which states its derivative with respect to each that has a gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Equation,
    Expression,
    Index,
    Largest,
    entries,
    ravel,
    unique,
)
from walkthrough.trace.stage import Stage

_RESERVED = ("g", "L", "α")
"""Letters with a meaning on every page: the gradient of an output, the loss, the learning rate."""
_MOST_CELLS = 10_000
"""Up to here it is counted that each cell of the output has one formula."""
FUNCTIONS = ("exp", "ln", "ln1p", "tanh", "sqrt")


class NotPossible(TypeError):
    """A layer whose equations cannot be worked through; the message is for whoever wrote the layer."""


def check(stage: Stage) -> None:
    """Raises NotPossible, naming the stage and the remedy, if its equations are of no possible kind."""
    for problem in _problems(stage):
        raise NotPossible(f"{stage.type} ({stage.name}): {problem}")


def _problems(stage: Stage) -> Iterator[str]:
    yield from _letters(stage)
    known = {tensor.name for tensor in (*stage.inputs, *stage.constants.values(), stage.z)}
    learned = {tensor.name for tensor in stage.inputs}
    if stage.name == "loss":
        known |= {"target"}
    kinds = set()
    for equation in stage.equations:
        yield from _left(stage, equation)
        yield from _right(equation, known)
        kind = _kind(equation)
        kinds.add(kind)
        if kind == "function":
            yield from _function(equation, learned)
        elif kind == "passing":
            yield from _passing(stage, equation)
        summed = kind == "passing" or readings.forward(equation) is not None
        if equation.derivatives and summed and stage.name != "loss":
            what = "a gate" if kind == "passing" else "a sum of products"
            yield f"{what} states a derivative; leave it out, it follows from how it is written"
    if len(kinds) > 1:
        yield "its equations are of several kinds; let them all be sums, or all functions"
    if "passing" in kinds and len(stage.equations) > 1:
        yield "a largest of a window, or a gate, must be its only equation"
    yield from _covered(stage)
    if stage.name != "loss":
        yield from _unread(stage)


def _kind(equation: Equation) -> str:
    if readings.passing(equation.right) is not None:
        return "passing"
    return "function" if equation.derivatives or readings.forward(equation) is None else "sum"


def _letters(stage: Stage) -> Iterator[str]:
    tensors = (stage.x, stage.z, *stage.parameters.values(), *stage.constants.values())
    letters = [tensor.symbol for tensor in tensors]
    for tensor in tensors[2:]:
        if letters.count(tensor.symbol) > 1 or tensor.symbol in _RESERVED:
            yield (
                f"the letter {tensor.symbol} of {tensor.name} has another meaning on its page; "
                "declare one in `letters`"
            )


def _unread(stage: Stage) -> Iterator[str]:
    """Whatever has a gradient must stand on the right of an equation."""
    if not stage.equations:
        yield "it has no equation; how does its output come about?"
    read = {entry.tensor.name for equation in stage.equations for entry, _ in entries(equation.right)}
    for tensor in stage.inputs:
        if stage.equations and tensor.name not in read:
            what = "its input" if tensor.name == stage.x.name else tensor.name
            yield f"no equation reads {what}, so that no gradient goes to it"


def _left(stage: Stage, equation: Equation) -> Iterator[str]:
    left = equation.left
    if left.tensor.name != stage.z.name:
        yield f"an equation's left side is an entry of {left.tensor.name}; it must be one of its output"
    names = [index.name for index in _indices(equation)]
    for name in names:
        if names.count(name) > 1:
            yield f"two loop indices of one equation are called {name}"


def _right(equation: Equation, known: set[str]) -> Iterator[str]:
    for entry, _ in entries(equation.right):
        if entry.tensor.name not in known:
            yield f"it reads {entry.tensor.name}, which is neither its input nor a number of its own"


def _function(equation: Equation, learned: set[str]) -> Iterator[str]:
    stated = {entry.tensor.name for entry, _ in equation.derivatives}
    for entry, _ in entries(equation.right):
        if entry.tensor.name in learned and entry.tensor.name not in stated:
            yield (
                f"it is a function of {entry.tensor.name} and states no derivative with respect to it; "
                "give `derivatives`"
            )
        if not _inside(entry):
            yield f"a function of {entry.tensor.name} reaches beyond it, where there is no number"
    if isinstance(equation.right, Largest) or _within(equation.right):
        yield "a largest of a window stands within a formula; let it be an equation of its own"
    for slope in (equation.right, *(slope for _, slope in equation.derivatives)):
        for function in _applied(slope):
            if function not in FUNCTIONS:
                yield f"{function} is no known function; there are {', '.join(FUNCTIONS)}"


def _passing(stage: Stage, equation: Equation) -> Iterator[str]:
    entry = readings.passing(equation.right)
    assert entry is not None
    if entry.tensor.name != stage.x.name:
        yield f"it lets an entry of {entry.tensor.name} through; it must be one of its input"
    if stage.parameters:
        yield "a largest of a window, or a gate, has no parameters"


def _covered(stage: Stage) -> Iterator[str]:
    """Of functions and choices every cell of the output needs just one; sums add up where they meet."""
    if not stage.equations or _kind(stage.equations[0]) == "sum":
        return
    if len(stage.equations) == 1 and _is_every_cell(stage.equations[0].left):
        return
    found: set[int] = set()
    for equation in stage.equations:
        left = equation.left
        if not _inside(left):
            yield "an equation's left side reaches beyond the output"
            return
        if stage.z.size > _MOST_CELLS:
            return
        for place in product(*(range(index.extent) for index in left.variables)):
            at = dict(zip(left.variables, place, strict=True))
            cell = tuple(position.at(at) for position in left.index)
            number = cell[0] if left.flat else ravel(cell, stage.z.shape)
            if number in found:
                yield "two of its equations, or two places of one, give the same cell of the output"
                return
            found.add(number)
    if len(found) < stage.z.size:
        yield f"its equations give {len(found)} of the output's {stage.z.size} cells"


def _is_every_cell(left: Entry) -> bool:
    """Whether each index is a letter of its own that goes along the whole axis: z[c,i,j]."""
    extents = (left.tensor.size,) if left.flat else left.tensor.shape
    letters = [position.alone for position in left.index]
    return len({*letters}) == len(letters) and all(
        letter is not None and letter.extent == extent
        for letter, extent in zip(letters, extents, strict=True)
    )


def _inside(entry: Entry) -> bool:
    extents = (entry.tensor.size,) if entry.flat else entry.tensor.shape
    spans = (position.span for position in entry.index)
    return all(low >= 0 and high < extent for (low, high), extent in zip(spans, extents, strict=True))


def _indices(equation: Equation) -> tuple[Index, ...]:
    inside = ((*entry.variables, *over) for entry, over in entries(equation.right))
    return unique((*equation.left.variables, *(index for several in inside for index in several)))


def _within(of: Expression) -> bool:
    return any(isinstance(part, Largest) or _within(part) for part in of.parts)


def _applied(of: Expression) -> Iterator[str]:
    if isinstance(of, Applied):
        yield of.function
    for part in of.parts:
        yield from _applied(part)
