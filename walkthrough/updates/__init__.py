"""The shelf of update rules: one file each, named as in case files; and what an update rule is.

Its options are its fields, its mathematics is equations: what it keeps from step to step (a velocity,
moments) is a tensor beside the parameter, 0 before the first step. No rule knows another one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from walkthrough.mathematics.notation import Constant, Entry, Equation, Term
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.written import Written

if TYPE_CHECKING:
    from walkthrough.mathematics.notation import Tensor

__all__ = ["Parameter", "UpdateRule", "constant", "refuse_unless", "rest"]


@dataclass(frozen=True)
class Parameter:
    """A parameter in one step of its training, entry by entry: itself, its gradient, what is kept beside it.

    `rate` is the learning rate, `step` counts from 1.
    """

    tensor: Tensor
    rate: Written
    step: int

    @property
    def value(self) -> Entry:
        """w: the parameter before the update."""
        return self.tensor[self.tensor.positions()]

    @property
    def gradient(self) -> Entry:
        """∂L/∂w, the mean over the samples."""
        return self.tensor.grad[self.tensor.positions()]

    def beside(self, name: str, letter: str) -> Entry:
        """A quantity of this step: `conv.kernel.velocity`."""
        from walkthrough.mathematics.notation import Tensor

        own = Tensor(f"{self.tensor.name}.{name}", self.tensor.shape, letter)
        return own[self.tensor.positions()]

    def before(self, name: str, letter: str) -> Entry:
        """The same quantity as the step before left it: `conv.kernel.velocity.before`; 0 in the first."""
        return self.beside(f"{name}.before", letter)

    def moved(self, along: Term) -> Equation:
        """The update itself: w ← w − α · (what it moves along)."""
        return self.beside("new", self.tensor.symbol).equals(self.value - constant("α", self.rate) * along)


class UpdateRule(ABC):
    """How a parameter moves, once its gradient is known."""

    usual_rate: ClassVar[str]
    """The learning rate that frameworks take if none is given."""

    def check(self) -> None:  # noqa: B027  # a rule without options has none that is wrong
        """Raises DoesNotFit, naming the option, if a number lies where it makes no sense."""

    @abstractmethod
    def equations(self, of: Parameter) -> Iterator[Equation]:
        """What is worked out for a parameter, in order; the last equation is the update itself."""


def constant(letter: str, number: Written) -> Constant:
    """An option under the letter that textbooks give it."""
    return Constant(number.value, letter, number.shown)


def rest(letter: str, number: Written) -> Constant:
    """1 − β of a share β."""
    left = Written.of(1 - number.value)
    return Constant(left.value, f"(1 − {letter})", left.shown)


def refuse_unless(within: bool, key: str, number: Written, expected: str) -> None:
    """Raises DoesNotFit if an option's number is not within its bounds."""
    if not within:
        raise DoesNotFit(f"found {number.text}; expected {expected}", key)
