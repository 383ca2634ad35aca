"""What a hand calculation writes down on the way to a number: e^z, their sum, y(1 − y), α·gradient.

Nothing here is computed unless somebody asks for it. What there is follows from the equations: every
e^a in a layer's formula, the Σ that it is divided by, the slope of what works entry by entry, each
output's term of the loss; and of every gradient −∂L/∂z and rate × gradient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from walkthrough.mathematics import readings
from walkthrough.mathematics.folding import totals
from walkthrough.mathematics.letters import written
from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Equation,
    Expression,
    Index,
    Negative,
    Number,
    Piecewise,
    Product,
    Quotient,
    Tensor,
    Total,
    entries,
    unique,
)
from walkthrough.trace.moves import Move
from walkthrough.trace.network import Network
from walkthrough.trace.stage import Stage

Where: TypeAlias = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True)
class Way:
    """A tensor of numbers on the way, and the equation that gives it from others.

    `tensor` has its name, shape and letter; `stage` is the layer or loss whose calculation it belongs to.
    Of `.delta` and `.step` the equation is a multiple of one entry.
    """

    tensor: Tensor
    equation: Equation
    stage: Stage
    where: Where

    @property
    def multiple(self) -> tuple[Fraction, Tensor] | None:
        """Coefficient and tensor, if every number is a multiple of one other number."""
        products = readings.forward(self.equation)
        if self.where not in ("backward", "update") or products is None or len(products) != 1:
            return None
        (part,) = products
        return (part.coefficient, part.factors[0].tensor) if len(part.factors) == 1 else None


def ways(network: Network, moves: Iterable[Move]) -> dict[str, Way]:
    """Everything that may be written down on the way, by its name in a sample."""
    found = {}
    for stage in network.stages:
        for way in _of_stage(stage, stage is network.loss):
            found[way.tensor.name] = way
    if network.loss is None:
        return found
    last = network.layers[-1] if network.layers else network.loss
    owners = [(network.input, network.layers[0] if network.layers else network.loss)]
    owners += [(stage.z, stage) for stage in network.layers]
    owners += [(tensor, stage) for stage in network.layers for tensor in stage.parameters.values()]
    for tensor, stage in owners:
        delta = _negative(tensor, "delta", f"δ{tensor.symbol}")
        found[delta.left.tensor.name] = Way(delta.left.tensor, delta, stage or last, "backward")
    for move in moves:
        step = _step(move)
        found[step.left.tensor.name] = Way(step.left.tensor, step, move.stage, "update")
    return found


_MINUS = "−"


def _step(move: Move) -> Equation:
    """What an update subtracts; of plain gradient descent rate × gradient."""
    tensor = move.parameter
    symbol = written(move.subtracted, lambda entry: entry.tensor.symbol).replace(" · ", "·")
    own = Tensor(f"{tensor.name}.step", tensor.shape, symbol)
    return own[tensor.positions()].equals(move.subtracted)


def _negative(tensor: Tensor, word: str, symbol: str) -> Equation:
    at = tensor.positions()
    own = Tensor(f"{tensor.name}.{word}", tensor.shape, symbol)
    return own[at].equals(Negative(tensor.grad[at]))


# --- a layer's, and the loss's -----------------------------------------------------------------------


def _of_stage(stage: Stage, judges: bool) -> Iterator[Way]:
    if not stage.equations or stage.sums:
        return
    if judges:
        yield from _terms(stage)
        return
    for equation in stage.equations:
        yield from _powers(stage, equation)
        yield from _sums(stage, equation)
    yield from _slopes(stage)


def _powers(stage: Stage, equation: Equation) -> Iterator[Way]:
    """e^z, for each number that a power is taken of."""
    for power in _exponentials(equation.right):
        variables = _variables(power.to)
        (inside, *more) = entries(power.to)
        if more:
            continue
        name = f"{stage.name}.exp"
        sign = _MINUS if isinstance(power.to, Negative) else ""
        own = Tensor(name, inside[0].tensor.shape, f"e^{sign}{inside[0].tensor.symbol}")
        left = Entry(own, inside[0].index, inside[0].flat)
        if set(variables) == set(left.variables):
            yield Way(own, Equation(left, power), stage, "forward")
            return


def _sums(stage: Stage, equation: Equation) -> Iterator[Way]:
    """The Σ by which something is divided."""
    right = equation.right
    if isinstance(right, Quotient) and isinstance(right.below, Total) and not _variables(right.below):
        symbol = f"Σe^{stage.x.symbol}" if any(_exponentials(right.below)) else "Σ"
        own = Tensor(f"{stage.name}.sum", (), symbol)
        yield Way(own, own[()].equals(right.below), stage, "forward")


def _slopes(stage: Stage) -> Iterator[Way]:
    """The local derivative, of what works entry by entry."""
    own = Tensor(f"{stage.name}.slope", stage.z.shape, f"∂{stage.z.symbol}/∂{stage.x.symbol}")
    gate = stage.gate
    if gate is not None:
        above, below, share = Number(gate.above), Number(gate.below), Fraction(0)
        if gate.above != gate.below:
            share = (gate.at_zero - gate.below) / (gate.above - gate.below)
        left = Entry(own, stage.equations[0].left.index, stage.equations[0].left.flat)
        yield Way(own, Equation(left, Piecewise(gate.entry, above, below, share)), stage, "backward")
        return
    if len(stage.equations) != 1 or len(stage.equations[0].derivatives) != 1:
        return
    equation = stage.equations[0]
    ((entry, slope),) = equation.derivatives
    if entry.tensor == stage.x and entry.index == equation.left.index:
        left = Entry(own, equation.left.index, equation.left.flat)
        yield Way(own, Equation(left, slope), stage, "backward")


def _terms(stage: Stage) -> Iterator[Way]:
    """Each output's share of the loss, before their mean or sum."""
    right = stage.equations[0].right
    sums = totals(right)
    if len(stage.equations) != 1 or len(sums) != 1 or len(sums[0].over) != 1:
        return
    share = Fraction(1, sums[0].over[0].extent) if stage.judge.mean else Fraction(1)
    term = _alone(right, sums[0], share)
    if term is None:
        return
    own = Tensor(f"{stage.name}.term", (sums[0].over[0].extent,), stage.z.symbol)
    yield Way(own, own[sums[0].over].equals(term), stage, "loss")


def _alone(of: Expression, total: Total, share: Fraction) -> Expression | None:
    """A formula with a single Σ in it, for one of its terms; the factor 1/n of a mean is left out."""
    match of:
        case Total():
            return total.body
        case Negative(inner):
            found = _alone(inner, total, share)
            return None if found is None else Negative(found)
        case Product((Number(value), *rest)) if len(rest) == 1:
            found = _alone(rest[0], total, share)
            if found is None:
                return None
            return found if value == share != 1 else Number(value) * found
    return None


def _exponentials(of: Expression) -> Iterator[Applied]:
    if isinstance(of, Applied) and of.function == "exp":
        yield of
    for part in of.parts:
        yield from _exponentials(part)


def _variables(of: Expression) -> tuple[Index, ...]:
    """The loop indices that an expression is left to depend on."""
    return unique(index for entry, over in entries(of) for index in entry.variables if index not in over)
