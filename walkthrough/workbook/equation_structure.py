"""What a stage's equations look like to somebody who may misread them: what slides, what is averaged.

A slip asks these questions and never for a layer's name, so that every layer that slides gets the slips
of windows, and every mean those of means. Plain functions of equations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeVar

from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Equation,
    Expression,
    Index,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Tensor,
    Total,
    entries,
)
from walkthrough.trace.network import Stage

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SlidingAxis:
    """An axis along which a window slides: at place i of `along`, `inside` begins at stride·i + start.

    `axis` counts those of the window's entry, `kernel_axis` those of the kernel (None: there is none).
    """

    axis: int
    along: Index
    inside: Index
    stride: int
    start: int
    kernel_axis: int | None = None


@dataclass(frozen=True, slots=True)
class SlidingWindow:
    """A window that slides: over the input, or (in a transposed convolution) over the output.

    `entry` is the one whose position moves, `kernel` the parameter's entry that lies on it (None: a pool),
    `channels` the kernel's axes that are summed over besides the window's own.
    """

    entry: Entry
    axes: tuple[SlidingAxis, ...]
    kernel: Entry | None
    channels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything that slips ask of a stage's equations; each answer is None, 0 or empty for no.

    `mean_of`: of how many entries an output is the mean. `loss_mean_of`: the same of a loss's terms.
    `square_factor`: what stands before a sum of squares. `added`: parameters that stand alone in a sum.
    `matrix`: the entry of a weight with a row per output and a column per input. `flattens`: whether the
    input is read in reading order. `sigmoid_of`: what a sigmoid is taken of. `slope_by_output`: whether
    the derivative of a function of one entry is stated with its output. `logarithm`: whether ln is taken.
    """

    window: SlidingWindow | None = None
    mean_of: int = 0
    loss_mean_of: int = 0
    square_factor: Fraction | None = None
    added: frozenset[Tensor] = frozenset()
    matrix: Entry | None = None
    flattens: bool = False
    sigmoid_of: Entry | None = None
    slope_by_output: bool = False
    logarithm: bool = False


UNSTRUCTURED = Structure()
"""Of what belongs to no stage."""


def structure_of(stage: Stage) -> Structure:
    """The structure of a stage's equations."""
    parameters = frozenset(stage.parameters.values())
    equations = stage.equations
    return Structure(
        window=_first(sliding_window(each, parameters) for each in equations),
        mean_of=_first(mean_of(each, parameters) for each in equations) or 0,
        loss_mean_of=_first(mean_of_terms(each) for each in equations) or 0,
        square_factor=_first(square_factor(each) for each in equations),
        added=frozenset(tensor for each in equations for tensor in standing_alone(each, parameters)),
        matrix=_first(matrix(each, parameters) for each in equations),
        flattens=any(flattens(each, stage.x) for each in equations),
        sigmoid_of=_first(sigmoid_of(each.right) for each in equations),
        slope_by_output=any(slope_by_output(each) for each in equations),
        logarithm=any(takes_logarithm(each.right) for each in equations),
    )


def _first(answers: Iterable[Answer | None]) -> Answer | None:
    return next((each for each in answers if each is not None), None)


# --- windows and weights -----------------------------------------------------------------------


def sliding_window(equation: Equation, parameters: Collection[Tensor]) -> SlidingWindow | None:
    """The window of an equation: somewhere a position is made of an index that moves and one within.

    Either an input's position depends on an output's index and on one that is summed over, or the output's
    own position depends on an input's index and on one of a parameter's. An index that moves a window has
    an axis to itself on the other side, which the number of a group of channels has not.
    """
    inside = [entry for entry, _ in entries(equation.right)]
    inputs = [entry for entry in inside if entry.tensor not in parameters]
    weights = [entry for entry in inside if entry.tensor in parameters]
    outside = set(equation.left.variables)
    for entry in inputs:
        axes = _sliding_axes(entry, _alone([equation.left]))
        if axes:
            return _with_kernel(entry, axes, weights, outside)
    axes = _sliding_axes(equation.left, _alone(inputs)) if weights else ()
    return _with_kernel(equation.left, axes, weights, outside) if axes else None


def _alone(several: Iterable[Entry]) -> set[Index]:
    """The indices that have an axis to themselves."""
    found = (position.alone for entry in several for position in entry.index if not entry.flat)
    return {index for index in found if index is not None}


def _sliding_axes(entry: Entry, moving: set[Index]) -> tuple[SlidingAxis, ...]:
    found = []
    for axis, position in enumerate(() if entry.flat else entry.index):
        along = [(index, c) for index, c in position.coefficients if index in moving]
        inside = [(index, c) for index, c in position.coefficients if index not in moving]
        if len(along) == len(inside) == 1:
            ((mover, stride),), ((within, step),) = along, inside
            start = position.constant + min(0, step * (within.extent - 1))
            found.append(SlidingAxis(axis, mover, within, stride, start))
    return tuple(found)


def _with_kernel(
    entry: Entry, axes: tuple[SlidingAxis, ...], weights: list[Entry], outside: set[Index]
) -> SlidingWindow:
    inside = {axis.inside for axis in axes}
    kernel = next((each for each in weights if inside & set(each.variables)), None)
    if kernel is None:
        return SlidingWindow(entry, axes, None)
    at = {index: axis for axis, position in enumerate(kernel.index) for index, _ in position.coefficients}
    laid = tuple(
        SlidingAxis(each.axis, each.along, each.inside, each.stride, each.start, at.get(each.inside))
        for each in axes
    )
    channels = tuple(axis for index, axis in at.items() if index not in inside and index not in outside)
    return SlidingWindow(entry, laid, kernel, channels)


def matrix(equation: Equation, parameters: Collection[Tensor]) -> Entry | None:
    """The entry of a weight with a row per output and a column per input, each read once."""
    outside = set(equation.left.variables)
    for entry, _ in entries(equation.right):
        indices = [position.alone for position in entry.index]
        if entry.tensor in parameters and len(indices) == 2 and None not in indices:
            row, column = indices
            if (row in outside) != (column in outside) and sliding_window(equation, parameters) is None:
                return entry
    return None


def standing_alone(equation: Equation, parameters: Collection[Tensor]) -> Iterable[Tensor]:
    """The parameters that stand alone in a sum, such as a bias."""
    for part in readings.forward(equation) or ():
        if len(part.factors) == 1 and part.factors[0].tensor in parameters:
            yield part.factors[0].tensor


# --- means, squares and reading order ----------------------------------------------------------


def mean_of(equation: Equation, parameters: Collection[Tensor]) -> int | None:
    """Of how many entries an output is the mean: 1/n times a sum of n of them, and nothing else."""
    parts = readings.forward(equation) or ()
    if len(parts) != 1 or len(parts[0].factors) != 1 or parts[0].factors[0].tensor in parameters:
        return None
    summed = [index for index in parts[0].variables if index not in equation.left.variables]
    count = prod(index.extent for index in summed)
    return count if summed and parts[0].coefficient * count == 1 else None


def mean_of_terms(equation: Equation) -> int | None:
    """Of how many terms a loss is the mean; a factor before squares is theirs, ½ for two of them too."""
    for coefficient, summed in _scaled_totals(equation.right):
        count = prod(index.extent for index in summed.over)
        if abs(coefficient) * count == 1 and not isinstance(summed.body, Power):
            return count
    return None


def square_factor(equation: Equation) -> Fraction | None:
    """What stands before a sum of squares."""
    squares = (
        coefficient
        for coefficient, summed in _scaled_totals(equation.right)
        if isinstance(summed.body, Power) and summed.body.exponent == 2
    )
    return next(squares, None)


def _scaled_totals(of: Expression, coefficient: Fraction = readings.ONE) -> Iterable[tuple[Fraction, Total]]:
    """The sums Σ in an expression, each with the number before it."""
    match of:
        case Total():
            yield coefficient, of
        case Negative(inner):
            yield from _scaled_totals(inner, -coefficient)
        case Addition(terms):
            for term in terms:
                yield from _scaled_totals(term, coefficient)
        case Product(factors):
            numbers = [each.value for each in factors if isinstance(each, Number)]
            others = [each for each in factors if not isinstance(each, Number)]
            if len(others) == 1:
                yield from _scaled_totals(others[0], coefficient * prod(numbers))


def flattens(equation: Equation, x: Tensor) -> bool:
    """Whether a sum, or a copy, reads its input in reading order or lays it out in that order."""
    parts = readings.forward(equation)
    if parts is None or equation.derivatives:
        return False
    read = [entry for part in parts for entry in part.factors if entry.tensor == x]
    laid_out = isinstance(equation.right, Entry) and any(
        len(position.coefficients) > 1 for position in equation.left.index
    )
    return any(entry.flat for entry in read) or (laid_out and bool(read))


# --- functions -----------------------------------------------------------------------


def sigmoid_of(of: Expression) -> Entry | None:
    """What a sigmoid is taken of: z, in 1/(1 + e^(−z))."""
    match of:
        case Quotient(Number(one), Addition((Number(other), Applied("exp", Negative(Entry() as z))))):
            return z if one == other == 1 else None
    return None


def slope_by_output(equation: Equation) -> bool:
    """Whether it is a function of one entry, whose derivative is stated with the output alone."""
    inside = {entry for entry, _ in entries(equation.right)}
    if len(inside) != 1 or len(equation.derivatives) != 1:
        return False
    ((_, slope),) = equation.derivatives
    return {entry for entry, _ in entries(slope)} == {equation.left}


def takes_logarithm(of: Expression) -> bool:
    """Whether a natural logarithm stands in it."""
    return (isinstance(of, Applied) and of.function == "ln") or any(map(takes_logarithm, of.parts))


def takes_power(of: Expression) -> bool:
    """Whether a power e^a stands in it."""
    return (isinstance(of, Applied) and of.function == "exp") or any(map(takes_power, of.parts))
