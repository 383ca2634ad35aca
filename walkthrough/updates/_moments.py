"""What Adam and AdamW share: means of the gradient and of its square, and the correction of their start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from walkthrough.mathematics.notation import Equation, Expression, Power, Quotient, sqrt
from walkthrough.numbers.written import Written
from walkthrough.updates import Parameter, UpdateRule, constant, refuse_unless, rest
from walkthrough.words.options import option

Betas: TypeAlias = tuple[Written, Written]

_USUAL: Betas = (Written("0.9", Fraction(9, 10)), Written("0.999", Fraction(999, 1000)))


@dataclass(frozen=True)
class Moments(UpdateRule):
    """m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) in step t.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, algorithm 1.
    """

    usual_rate = "0.001"

    betas: Betas = option("two numbers", default=_USUAL)
    epsilon: Written = option("number", default=Written("1e-8", Fraction(1, 10**8)))

    def check(self) -> None:
        """Both β are shares; ε is not 0, as it may stand alone below a fraction line."""
        for beta in self.betas:
            refuse_unless(0 <= beta.value < 1, "betas", beta, "two numbers from 0, below 1")
        refuse_unless(self.epsilon.value > 0, "epsilon", self.epsilon, "a number above 0")

    def moments(self, of: Parameter, gradient: Expression) -> Iterator[Equation]:
        """Both moments, then both corrected."""
        kept = (("moment1", "m", gradient), ("moment2", "v", Power(gradient, 2)))
        letters = list(zip(("β₁", "β₂"), self.betas, kept, strict=True))
        for symbol, beta, (name, letter, what) in letters:
            before = constant(symbol, beta) * of.before(name, letter)
            yield of.beside(name, letter).equals(before + rest(symbol, beta) * what)
        for symbol, beta, (name, letter, _) in letters:
            missing = 1 - Power(constant(symbol, beta), of.step)
            corrected = of.beside(f"{name}_corrected", f"{letter}̂")
            yield corrected.equals(Quotient(of.beside(name, letter), missing))

    def along(self, of: Parameter) -> Quotient:
        """m̂/(√v̂ + ε)."""
        first, second = of.beside("moment1_corrected", "m̂"), of.beside("moment2_corrected", "v̂")
        return first / (sqrt(second) + constant("ε", self.epsilon))
