"""Formulas in SymPy's syntax, for programs that read them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from walkthrough.derivations.derivation_notation import placed
from walkthrough.derivations.general_notation import Between, LetteredEntry, LetteredSum, conditions
from walkthrough.derivations.writing.text_formulas import POWER, PRODUCT, TIGHT, TextWriter, WrittenFormula
from walkthrough.derivations.writing.written_entries import positions
from walkthrough.mathematics.notation import Entry, Expression, Total


class SymPyWriter(TextWriter):
    """Formulas that SymPy reads: x[1,2], Derivative(L, x[1,2]), exp(z[1])."""

    minus = "-"
    fractions: ClassVar[Mapping[Fraction, str]] = {}
    writes_out = True

    def entry(self, of: Entry, scope: None) -> WrittenFormula:
        """x[1,2], by its name."""
        shown = positions(of, matrices=True)
        return WrittenFormula(f"{of.tensor.name}[{','.join(shown)}]" if shown else of.tensor.name, TIGHT)

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

    def lettered_sum(self, of: LetteredSum) -> WrittenFormula:
        """Sum(g[i]*k[m - i], (i, 1, U)), with 0 for terms that there are not."""
        ranges = ", ".join(f"({self.text(each)}, 1, {self.text(size)})" for each, size in of.over)
        return WrittenFormula(f"Sum({self._existing(of.body, of.conditions)}, {ranges})", TIGHT)

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        """(1 <= i) & (i <= H)."""
        place = self.text(of)
        return f"({self.text(low)} <= {place}) & ({place} <= {self.text(high)})"

    def multiplied(self, factors: list[WrittenFormula]) -> WrittenFormula:
        """a*b."""
        return WrittenFormula("*".join(self.inside(part, PRODUCT + 1) for part in factors), PRODUCT)

    def power(self, base: WrittenFormula, exponent: int) -> WrittenFormula:
        """b**2."""
        return WrittenFormula(f"{self.inside(base, TIGHT)}**{exponent}", POWER)

    def applied(self, function: str, to: WrittenFormula) -> WrittenFormula:
        """exp(z), log(y); σ as what it stands for."""
        if function == "sigmoid":
            return WrittenFormula(f"(1/(1 + exp(-{self.inside(to, TIGHT)})))", TIGHT)
        return WrittenFormula(f"{'log' if function == 'ln' else function}({to.text})", TIGHT)

    def derivative(self, of: WrittenFormula, by: str) -> str:
        """Derivative(L, x[1,2])."""
        return f"Derivative({of.text}, {by})"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """Piecewise((1, z > 0), (0, True))."""
        condition = f"Eq({left}, {right})" if relation == "=" else f"{left} {relation} {right}"
        return f"Piecewise((1, {condition}), (0, True))"

    def maximum(self, among: list[str]) -> str:
        """Max(a, b)."""
        return f"Max({', '.join(among)})"

    def total(self, of: Total, scope: None) -> WrittenFormula:
        """All its terms."""
        return self.fold(placed(of, {}, written_out=True), scope)
