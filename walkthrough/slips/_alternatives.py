"""What may be taken for a function, a derivative or a loss: the others on the shelves, and a few by hand.

Nothing here knows a name: an alternative is an equation, and a new layer or loss is one at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from walkthrough import layers, losses
from walkthrough.layers import Conventions, Entrywise
from walkthrough.losses import Loss
from walkthrough.mathematics.folding import with_entries
from walkthrough.mathematics.letters import at_place, written
from walkthrough.mathematics.notation import Entry, Equation, Expression, Power, Tensor, exp, expression
from walkthrough.mathematics.readings import slopes
from walkthrough.numbers.formulas import Quantity, value_at
from walkthrough.slips._lines import text
from walkthrough.slips._sides import sides_taken
from walkthrough.trace.network import Stage
from walkthrough.words import shelf

_Z = Tensor("z", (1,), "z")
_Y = Tensor("y", (1,), "y")
z, y = _Z[0], _Y[0]


@dataclass(frozen=True, slots=True)
class OtherFunction:
    """A function that is taken for another one: its formula in z (and the output y), and how it is called."""

    formula: Expression
    said: str
    instead: str
    places: int = 1

    def value(self, of: Quantity, output: Quantity | None = None) -> Quantity:
        """The function of a number; raises ArithmeticError where it has none."""
        return value_at(self.formula, {}, lambda entry, _: of if entry.tensor is _Z else output)

    def text(self, of: Quantity, output: Quantity | None = None) -> str:
        """The same as it is written: 1/(1 + e^(−2.55))."""
        gate = slopes(self.formula)
        if gate is not None and not gate.below and not of > 0:
            return f"max(0, {text(of)})"
        taken = sides_taken(self.formula, lambda part: OtherFunction(part, "", "").value(of, output))
        return written(taken, lambda entry: text(of if entry.tensor is _Z else output), numeric=True)


def other_functions(stage: Stage | None) -> tuple[OtherFunction, ...]:
    """What may be taken for a stage's function of one entry."""
    return () if stage is None else _other_functions(stage.type, _own(stage))


@cache
def _other_functions(own: str, formula: Expression | None) -> tuple[OtherFunction, ...]:
    shelved = [(each.equation.right, each.word) for each in _shelved() if each.word != own]
    found = [OtherFunction(right, word, own, 1) for right, word in shelved if right != formula]
    return (*found, *(OtherFunction(each, _named(each), own, len(_BY_HAND)) for each in _BY_HAND))


def _own(stage: Stage) -> Expression | None:
    """The stage's own formula, in z alone."""
    if len(stage.equations) != 1 or stage.parameters:
        return None
    return _in_letters(stage.equations[0].right, stage.x, stage.z)


def _in_letters(of: Expression, x: Tensor, output: Tensor) -> Expression:
    letters = {x: z, output: y}
    return with_entries(of, lambda entry: letters.get(entry.tensor, entry))


_BY_HAND = (exp(z), exp(-z), 1 / (1 + z), 1 - exp(-z), 1 + exp(-z), 1 / (1 - exp(-z)), 1 / exp(z))
"""Powers that are left standing, or put together wrongly."""


@dataclass(frozen=True, slots=True)
class _Shelved:
    word: str
    equation: Equation


@cache
def _shelved() -> tuple[_Shelved, ...]:
    """Every function on the shelf of layers that works entry by entry, with its usual options."""
    found = []
    for word in shelf.names(layers):
        kind: Any = shelf.load(layers, word)
        layer = _with_defaults(kind) if issubclass(kind, Entrywise) else None
        if layer is not None:
            equations = list(layer.equations(_Z, _Y, Conventions()))
            if len(equations) == 1:
                placed = dict.fromkeys(equations[0].left.variables, 0)
                found.append(_Shelved(word, _placed(equations[0], placed)))
    return tuple(found)


def _placed(equation: Equation, place: dict[Any, int]) -> Equation:
    derivatives = tuple((entry, at_place(slope, place)) for entry, slope in equation.derivatives)
    left = at_place(equation.left, place)
    assert isinstance(left, Entry)
    return Equation(left, at_place(equation.right, place), derivatives)


def _with_defaults(kind: Callable[[], Any]) -> Any:
    """One of a kind with its usual options; None if it has options without them."""
    try:
        return kind()
    except TypeError:
        return None


def _named(formula: Expression) -> str:
    return written(formula, lambda entry: entry.tensor.symbol)


# --- derivatives -------------------------------------------------------------------------------


def other_slopes(stage: Stage) -> tuple[OtherFunction, ...]:
    """What may be taken for the derivative of a stage's function of one entry, stated with its output."""
    (equation,) = stage.equations
    ((_, slope),) = equation.derivatives
    return _other_slopes(stage.type, _in_letters(slope, stage.x, stage.z))


@cache
def _other_slopes(own: str, slope: Expression) -> tuple[OtherFunction, ...]:
    instead = f"the derivative {_named(slope)}"
    shelved = [
        (derivative, each.word)
        for each in _shelved()
        for _, derivative in each.equation.derivatives
        if each.word != own
    ]
    found = [
        OtherFunction(formula, f"that of {word}, {_named(formula)},", instead) for formula, word in shelved
    ]
    alternatives = [_with_input(slope), *_SLOPES_BY_HAND]
    others = [each for each in dict.fromkeys(alternatives) if each not in (slope, *(f for f, _ in shelved))]
    return (*found, *(OtherFunction(each, _named(each), instead, len(others)) for each in others))


def _with_input(slope: Expression) -> Expression:
    """The same with z in the place of the output: z(1 − z)."""
    return with_entries(slope, lambda entry: z if entry.tensor is _Y else entry)


_SLOPES_BY_HAND = (
    expression(y),
    1 - y,
    y * (1 + y),
    1 - Power(y, 2),
    y * (1 - y),
    Power(y, 2),
    1 - Power(z, 2),
    exp(-z),
    1 / (1 + exp(-z)),
)


# --- losses ------------------------------------------------------------------------------------


@cache
def other_losses(own: str) -> tuple[tuple[str, Loss], ...]:
    """Every other loss on the shelf that needs a target, with its usual options."""
    found = []
    for word in shelf.names(losses):
        kind: Any = shelf.load(losses, word)
        loss = _with_defaults(kind) if kind.needs_target else None
        if loss is not None and word != own:
            found.append((word, loss))
    return tuple(found)
