"""How formulas are written as text."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, NamedTuple

from walkthrough.derivations.derivation_notation import Bracket, Derivative, Maximum, Words
from walkthrough.derivations.general_notation import Between, LetteredEntry, LetteredSum
from walkthrough.derivations.writing.written_entries import few_digits, positions
from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Piecewise,
    Product,
    Quotient,
    Same,
    Total,
)

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾", Fraction(1, 3): "⅓"}
_NEVER_CLOSE = (Number, Derivative, Bracket)

# how tightly a formula holds together: only what is looser than its place needs parentheses
SUM, SIGNED, PRODUCT, QUOTIENT, POWER, TIGHT = range(6)


class WrittenFormula(NamedTuple):
    """A formula's text, how tightly it holds together, and what it says.

    `after_minus` is what a sum writes after the minus of a negative term.
    """

    text: str
    tight: int
    of: Expression = Number(Fraction(0))
    after_minus: str = ""


def _is_power(of: Expression) -> bool:
    """Whether it ends in an exponent, after which a parenthesis would look like a part of it."""
    return isinstance(of, Applied) and of.function == "exp"


def _below(letters: str) -> str:
    """A letter as a subscript; c has none in Unicode."""
    lowered = letters.translate(_LETTERS)
    return lowered if lowered != letters else f"_{letters}"


class TextWriter(Algebra[WrittenFormula, None]):
    """Formulas as plain text: ∂L/∂x₁₂ = g₁₁·k₁₂ + g₁₂·k₁₁."""

    minus = "−"
    times = "·"
    plus = " + "
    fractions: ClassVar[Mapping[Fraction, str]] = _FRACTIONS
    writes_out = False
    """Whether Σ is written as all its terms."""

    def text(self, of: Expression) -> str:
        """The formula."""
        return self.fold(of, None).text

    def words(self, words: Words) -> str:
        """A sentence with formulas in it."""
        return "".join(self.plain(word) if isinstance(word, str) else self.inline(word) for word in words)

    def plain(self, text: str) -> str:
        """Text that is no formula."""
        return text

    def inline(self, of: Expression) -> str:
        """A formula in a sentence; its blanks are none at which a line may end."""
        return self.text(of).replace(" ", "\u00a0")

    def terms(self, of: Expression) -> list[str]:
        """The formula in pieces between which a line may be broken, each with its sign."""
        if not isinstance(of, Addition):
            return [self.text(of)]
        return self.joined([self.fold(term, None) for term in of.terms])

    def joined(self, terms: list[WrittenFormula]) -> list[str]:
        """A sum's terms, each with its sign; a Σ must not seem to go on over the terms that follow it."""
        first, *rest = [*map(self._closed, terms[:-1]), terms[-1]]
        return [self.inside(first, SIGNED), *(self._signed(term, term is terms[-1]) for term in rest)]

    def _closed(self, term: WrittenFormula) -> WrittenFormula:
        """The term, with a Σ at its end set apart."""
        if isinstance(term.of, Product) and self._goes_on(term.of.factors[-1]):
            return self.fold(Product((*term.of.factors[:-1], Addition((term.of.factors[-1],)))), None)
        return term

    def _goes_on(self, of: Expression) -> bool:
        """Whether it is a Σ, which seems to take in all that follows."""
        return isinstance(of, Total | LetteredSum) and not self.writes_out

    def _signed(self, term: WrittenFormula, ends: bool) -> str:
        if isinstance(term.of, Negative):
            return f" {self.minus} {term.after_minus}"
        return self.plus + (self.last if ends else self.inside)(term, PRODUCT)

    def inside(self, part: WrittenFormula, least: int) -> str:
        """A part's text, in parentheses if it is looser than its place."""
        return part.text if part.tight >= least else self.parenthesised(part.text)

    def last(self, part: WrittenFormula, least: int) -> str:
        """The same where nothing follows: Σ may then go on to the end."""
        return part.text if self._goes_on(part.of) else self.inside(part, least)

    def parenthesised(self, text: str) -> str:
        """(text)"""
        return f"({text})"

    # --- each kind of formula ------------------------------------------------------------------------

    def fold(self, of: Expression, scope: None) -> WrittenFormula:
        """The formula, written."""
        return super().fold(of, scope)._replace(of=of)

    def number(self, of: Fraction) -> WrittenFormula:
        """2, −1, 1/4."""
        text = self.fractions.get(of) or str(of).replace("-", self.minus)
        return WrittenFormula(text, SIGNED if of < 0 else TIGHT if of.denominator == 1 else QUOTIENT)

    def entry(self, of: Entry, scope: None) -> WrittenFormula:
        """x₁₂, or x[1,12] where indices have more digits, or p_c."""
        shown = positions(of)
        symbol = of.tensor.symbol
        if not shown:
            text = symbol
        elif len(shown) == 1 and not shown[0].isdigit():
            text = symbol + _below(shown[0])
        elif all(each.isdigit() for each in shown) and (few_digits(of) or len(shown) == 1):
            text = symbol + "".join(shown).translate(_SUBSCRIPTS)
        else:
            text = f"{symbol}[{','.join(shown)}]"
        return WrittenFormula(text, TIGHT)

    def added(self, terms: list[WrittenFormula]) -> WrittenFormula:
        """a + b − c."""
        return WrittenFormula("".join(self.joined(terms)), SUM)

    def negative(self, of: WrittenFormula) -> WrittenFormula:
        """−a."""
        return WrittenFormula(
            self.minus + self.last(of, PRODUCT), SIGNED, after_minus=self.inside(of, PRODUCT)
        )

    def multiplied(self, factors: list[WrittenFormula]) -> WrittenFormula:
        """a·b, a(b − c) without a dot, and a/b · c/d with room around it."""
        text = self.inside(factors[0], PRODUCT + 1)
        for before, part in pairwise(factors):
            written = (self.last if part is factors[-1] else self.inside)(part, PRODUCT + 1)
            if isinstance(part.of, Quotient) or isinstance(before.of, Quotient):
                text += f" {self.times} "
            elif not written.startswith("(") or isinstance(before.of, _NEVER_CLOSE) or _is_power(before.of):
                text += self.times
            text += written
        return WrittenFormula(text, PRODUCT)

    def quotient(self, above: WrittenFormula, below: WrittenFormula) -> WrittenFormula:
        """a/b."""
        over = below.text if self._goes_on(below.of) else self.inside(below, POWER)
        return WrittenFormula(f"{self.inside(above, PRODUCT)}/{over}", QUOTIENT)

    def power(self, base: WrittenFormula, exponent: int) -> WrittenFormula:
        """b²."""
        return WrittenFormula(self.inside(base, TIGHT) + str(exponent).translate(_SUPERSCRIPTS), POWER)

    def applied(self, function: str, to: WrittenFormula) -> WrittenFormula:
        """e^z, ln y, σ(z), √a."""
        match function:
            case "exp":
                return WrittenFormula(f"e^{self.inside(to, TIGHT)}", POWER)
            case "floor":
                return WrittenFormula(f"⌊{to.text}⌋", TIGHT)
            case "sigmoid":
                return WrittenFormula(f"σ({to.text})", TIGHT)
            case "sqrt":
                return WrittenFormula(f"√{self.inside(to, TIGHT)}", POWER)
        if to.tight == TIGHT:
            return WrittenFormula(f"{function} {to.text}", QUOTIENT)
        return WrittenFormula(f"{function}({to.text})", TIGHT)

    def same(self, of: Same, scope: None) -> WrittenFormula:
        """A derivation writes [i = j] for it."""
        raise TypeError(f"a derivation has brackets for this: {of}")

    def piecewise(self, of: Piecewise, scope: None) -> WrittenFormula:
        """A derivation writes brackets for it too."""
        raise TypeError(f"a derivation has brackets for this: {of}")

    def total(self, of: Total, scope: None) -> WrittenFormula:
        """Σ_n e^z_n."""
        letters = ",".join(index.name for index in of.over)
        return self._sum(f"Σ{_below(letters)} ", of.body)

    def _sum(self, sigma: str, body: Expression) -> WrittenFormula:
        return WrittenFormula(sigma + self.inside(self.fold(body, None), PRODUCT), SIGNED)

    def other(self, of: Expression, scope: None) -> WrittenFormula:
        """What only a derivation writes."""
        match of:
            case Derivative(part, by):
                return WrittenFormula(self.derivative(self.fold(part, None), self.text(by)), TIGHT)
            case Bracket(left, relation, right):
                return WrittenFormula(self.bracket(self.text(left), relation, self.text(right)), TIGHT)
            case Maximum(among):
                return WrittenFormula(self.maximum([self.text(each) for each in among]), TIGHT)
            case LetteredEntry():
                return WrittenFormula(self.lettered_entry(of), TIGHT)
            case LetteredSum():
                return self.lettered_sum(of)
            case Between(low, middle, high):
                return WrittenFormula(self.between(low, middle, high), SUM)
        raise TypeError(f"no way to write {of}")

    def derivative(self, of: WrittenFormula, by: str) -> str:
        """∂L/∂x₁₂."""
        return f"∂{self.inside(of, POWER)}/∂{by}"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """[z > 0]."""
        return f"[{left} {relation} {right}]"

    def maximum(self, among: list[str]) -> str:
        """max(a, b)."""
        return f"max({', '.join(among)})"

    def lettered_entry(self, of: LetteredEntry) -> str:
        """x[c, s₁(i−1)+p, j], or g[f,i,j] where all places are letters."""
        shown = [self.place(each) for each in of.index]
        return f"{self.name(of.tensor.symbol or of.tensor.name)}[{self.between_places(shown).join(shown)}]"

    def name(self, symbol: str) -> str:
        """A tensor's letter."""
        return symbol

    def place(self, of: Expression) -> str:
        """A place, close together: s₁(i−1)+p."""
        return self.text(of).replace(" ", "")

    def between_places(self, shown: list[str]) -> str:
        """A comma, with room after it if a place is more than a letter."""
        return "," if all(len(each) == 1 for each in shown) else ", "

    def lettered_sum(self, of: LetteredSum) -> WrittenFormula:
        """Σ g[f,i,j]·k[…]; over which letters is said beside it."""
        return self._sum("Σ ", of.body)

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        """1 ≤ i+p−1 ≤ H."""
        return f"{self.place(low)} ≤ {self.place(of)} ≤ {self.place(high)}"
