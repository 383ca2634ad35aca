"""Formulas in SymPy's syntax, for programs that read them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from walkthrough.derivations.derivation_notation import placed
from walkthrough.derivations.general_notation import Between, LetteredEntry, LetteredSum, conditions
from walkthrough.derivations.writing.text_formulas import POWER, PRODUCT, QUOTIENT, TIGHT, Writer, positions
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

    def line(self, of: Expression) -> str:
        """One side of a line: 0 where an entry in it does not exist."""
        return self._existing(of, conditions(of))

    def _existing(self, of: Expression, where: tuple[Between, ...]) -> str:
        if not where:
            return self.text(of)
        holds = " & ".join(map(self.text, where))
        return f"Piecewise(({self.text(of)}, {holds}), (0, True))"

    def lettered_entry(self, of: LetteredEntry) -> str:
        """x[c,s1*(i - 1) + p,j]."""
        return f"{of.tensor.name}[{','.join(map(self.text, of.index))}]"

    def lettered_sum(self, of: LetteredSum) -> tuple[str, int]:
        """Sum(g[i]*k[m - i], (i, 1, U)), with 0 for terms that there are not."""
        ranges = ", ".join(f"({self.text(each)}, 1, {self.text(size)})" for each, size in of.over)
        return f"Sum({self._existing(of.body, of.conditions)}, {ranges})", TIGHT

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        """(1 <= i) & (i <= H)."""
        place = self.text(of)
        return f"({self.text(low)} <= {place}) & ({place} <= {self.text(high)})"

    def product(self, parts: tuple[Expression, ...]) -> str:
        """a*b."""
        return self.times.join(self.inside(part, PRODUCT + 1) for part in parts)

    def quotient(self, above: Expression, below: Expression) -> tuple[str, int]:
        """a/b; a sum below is written out, and in parentheses."""
        return f"{self.inside(above, PRODUCT)}/{self.inside(below, POWER)}", QUOTIENT

    def power(self, base: Expression, exponent: int) -> str:
        """b**2."""
        return f"{self.inside(base, TIGHT)}**{exponent}"

    def applied(self, function: str, to: Expression) -> tuple[str, int]:
        """exp(z), log(y); σ as what it stands for."""
        inside = self.text(to)
        if function == "sigmoid":
            return f"(1/(1 + exp(-{self.inside(to, TIGHT)})))", TIGHT
        return f"{'log' if function == 'ln' else function}({inside})", TIGHT

    def derivative(self, of: Expression, by: Expression) -> str:
        """Derivative(L, x[1,2])."""
        return f"Derivative({self.text(of)}, {self.text(by)})"

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
