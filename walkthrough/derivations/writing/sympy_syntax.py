"""Formulas in SymPy's syntax, for programs that read them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from walkthrough.derivations.derivation_notation import BatchMean, placed
from walkthrough.derivations.writing.text_formulas import PRODUCT, QUOTIENT, TIGHT, Writer, positions
from walkthrough.mathematics.notation import Entry, Expression, Total


class SymPyWriter(Writer):
    """Formulas that SymPy reads: x[1,2], Derivative(L, x[1,2]), exp(z[1])."""

    minus = "-"
    times = "*"
    fractions: ClassVar[Mapping[Fraction, str]] = {}
    writes_out = True

    def entry(self, entry: Entry) -> str:
        """x[1,2], by its name."""
        shown = positions(entry, matrices=True)
        return f"{entry.tensor.name}[{','.join(shown)}]" if shown else entry.tensor.name

    def product(self, parts: tuple[Expression, ...]) -> str:
        """a*b."""
        return self.times.join(self.inside(part, PRODUCT + 1) for part in parts)

    def power(self, base: Expression, exponent: int) -> str:
        """b**2."""
        return f"{self.inside(base, TIGHT)}**{exponent}"

    def applied(self, function: str, to: Expression) -> tuple[str, int]:
        """exp(z), log(y); σ as what it stands for."""
        inside = self.text(to)
        if function == "sigmoid":
            return f"(1/(1 + exp(-{self.inside(to, TIGHT)})))", TIGHT
        return f"{'log' if function == 'ln' else function}({inside})", TIGHT

    def derivative(self, of: Expression, by: Entry) -> str:
        """Derivative(L, x[1,2])."""
        return f"Derivative({self.text(of)}, {self.entry(by)})"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """Piecewise((1, z > 0), (0, True))."""
        condition = f"Eq({left}, {right})" if relation == "=" else f"{left} {relation} {right}"
        return f"Piecewise((1, {condition}), (0, True))"

    def maximum(self, among: list[str]) -> str:
        """Max(a, b)."""
        return f"Max({', '.join(among)})"

    def total(self, of: Total) -> tuple[str, int]:
        """All its terms."""
        return self.formula(placed(of, {}, written_out=True))

    def mean(self, of: BatchMean) -> tuple[str, int]:
        """Sum(delta[s,1], (s, 1, B))/B."""
        count = self.entry(of.count)
        return f"Sum({self.text(of.body)}, ({of.over.name}, 1, {count}))/{count}", QUOTIENT
