"""How parameters move in a step: an update rule's equations for each, and what is kept between steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import (
    Addition,
    Constant,
    Entry,
    Equation,
    Expression,
    Negative,
    Tensor,
    entries,
)
from walkthrough.numbers.arithmetic import Arithmetic
from walkthrough.numbers.written import Written
from walkthrough.trace.network import Network
from walkthrough.trace.passes import worked_out
from walkthrough.trace.stage import Stage
from walkthrough.updates import Parameter, UpdateRule

if TYPE_CHECKING:
    from walkthrough.case import Case

_BEFORE = ".before"


@dataclass(frozen=True)
class Move:
    """One parameter's update in one step: equations in order, the last of which gives `….new`."""

    stage: Stage
    parameter: Tensor
    equations: tuple[Equation, ...]

    @cached_property
    def before(self) -> tuple[Tensor, ...]:
        """What the step before has left beside the parameter: `conv.kernel.velocity.before`."""
        return _left_before(self.equations)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What is kept from the step before, and what this one works out."""
        return (*self.before, *(equation.left.tensor for equation in self.equations))

    @property
    def subtracted(self) -> Expression:
        """What is subtracted from the parameter: the α·∂L/∂w of w − α·∂L/∂w."""
        right = self.equations[-1].right
        assert isinstance(right, Addition)
        old, less = right.terms
        assert isinstance(old, Entry)
        assert isinstance(less, Negative)
        return less.of

    @property
    def constants(self) -> tuple[Constant, ...]:
        """The numbers of the rule: α, then the others as they are met."""
        rate = next(_constants(self.equations[-1].right))
        several = (each for equation in self.equations for each in _constants(equation.right))
        return tuple(dict.fromkeys((rate, *several)))

    def work_out(self, tensors: Mapping[str, Any], arithmetic: Arithmetic[Any]) -> dict[str, Any]:
        """The numbers of each equation, from the parameter, its gradient, and what is kept, by name."""
        found: dict[str, Any] = {}
        for equation in self.equations:
            known = {**tensors, **found}
            found[equation.left.tensor.name] = _number(equation, known, arithmetic)
        return found


def _left_before(equations: Iterable[Equation]) -> tuple[Tensor, ...]:
    read = (entry for equation in equations for entry, _ in entries(equation.right))
    return tuple(dict.fromkeys(entry.tensor for entry in read if entry.tensor.name.endswith(_BEFORE)))


def kept_words(rule: UpdateRule, rate: Written) -> tuple[str, ...]:
    """What a rule keeps beside every parameter, in its own words: `velocity`."""
    equations = rule.equations(Parameter(Tensor("w", (1,), "w"), rate, step=1))
    return tuple(after(each.name).removeprefix("w.") for each in _left_before(equations))


def before(name: str) -> str:
    """The quantity that a step finds: `….velocity` → `….velocity.before`."""
    return name + _BEFORE


def _constants(of: Expression) -> Iterator[Constant]:
    if isinstance(of, Constant):
        yield of
    for part in of.parts:
        yield from _constants(part)


def _number(equation: Equation, tensors: Mapping[str, Any], arithmetic: Arithmetic[Any]) -> Any:
    parts = readings.forward(equation)
    if parts is None or any(len(part.factors) != 1 for part in parts):
        return worked_out(equation, tensors, arithmetic)
    several = [tensors[part.factors[0].tensor.name] for part in parts]
    return arithmetic.combined(several, [part.coefficient for part in parts])


def moves(case: Case, network: Network, step: int) -> tuple[Move, ...]:
    """The updates of a step, in the order of the parameters; none without a loss or a learning rate."""
    if network.loss is None or case.learning_rate is None:
        return ()
    rule, rate = case.updating.rule, case.learning_rate
    return tuple(
        Move(stage, tensor, tuple(rule.equations(Parameter(tensor, rate, step))))
        for stage in network.layers
        for tensor in stage.parameters.values()
        if tensor.name not in case.updating.frozen
    )


def after(before: str) -> str:
    """The quantity that a step leaves for the next one: `….velocity.before` → `….velocity`."""
    return before.removesuffix(_BEFORE)
