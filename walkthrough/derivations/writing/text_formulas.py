"""How formulas are written as text."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from walkthrough.derivations.derivation_notation import Bracket, Derivative, Maximum, Words
from walkthrough.derivations.general_notation import Between, LetteredEntry, LetteredSum
from walkthrough.mathematics.notation import (
    Affine,
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Total,
)

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾", Fraction(1, 3): "⅓"}
_NEVER_CLOSE = (Number, Derivative, Bracket)


def _is_power(of: Expression) -> bool:
    """Whether it ends in an exponent, after which a parenthesis would look like a part of it."""
    return isinstance(of, Applied) and of.function == "exp"


# how tightly a formula holds together: only what is looser than its place needs parentheses
SUM, SIGNED, PRODUCT, QUOTIENT, POWER, TIGHT = range(6)


def positions(entry: Entry, matrices: bool = False) -> list[str]:
    """The entry's indices counted from 1, leading axes of size 1 left out.

    Two axes of an image stay, and of a matrix if `matrices` says so.
    """
    shape = entry.tensor.shape
    keep = 2 if len(shape) > 2 or matrices else 1
    start = 0
    while start < len(shape) - keep and shape[start] == 1:
        start += 1
    return [_position(position) for position in entry.index[start:]]


def _position(position: Affine) -> str:
    if not position.coefficients:
        return str(position.constant + 1)
    if position.alone is not None:
        return position.alone.name
    raise ValueError("an index is a number or a letter here")


def few_digits(entry: Entry) -> bool:
    """Whether every index of the tensor has one digit, so that none needs to be told from the next."""
    return all(extent <= 9 for extent in entry.tensor.shape)


def _below(letters: str) -> str:
    """A letter as a subscript; c has none in Unicode."""
    lowered = letters.translate(_LETTERS)
    return lowered if lowered != letters else f"_{letters}"


class Writer:
    """Formulas as plain text: ∂L/∂x₁₂ = g₁₁·k₁₂ + g₁₂·k₁₁."""

    minus = "−"
    times = "·"
    plus = " + "
    fractions: ClassVar[Mapping[Fraction, str]] = _FRACTIONS
    writes_out = False
    """Whether Σ is written as all its terms."""

    def text(self, of: Expression) -> str:
        """The formula."""
        return self.formula(of)[0]

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
        if not isinstance(of, Sum):
            return [self.text(of)]
        # a Σ must not seem to go on over the terms that follow it
        *some, last = of.terms
        first, *rest = [*map(self._closed, some), last]
        return [self.inside(first, SIGNED), *(self._signed(term, term is last) for term in rest)]

    def _closed(self, term: Expression) -> Expression:
        """The term, with a Σ at its end set apart."""
        if isinstance(term, Product) and isinstance(term.factors[-1], Total) and not self.writes_out:
            return Product((*term.factors[:-1], Sum((term.factors[-1],))))
        return term

    # --- the parts of a formula, each with how tightly it holds together -----------------------------

    def formula(self, of: Expression) -> tuple[str, int]:
        """The formula, and how tightly it holds together."""
        match of:
            case Entry():
                return self.entry(of), TIGHT
            case Number(value):
                return self.number(value)
            case Sum():
                return "".join(self.terms(of)), SUM
            case Negative(part):
                return self.minus + self.last(part, PRODUCT), SIGNED
            case Product(parts):
                return self.product(parts), PRODUCT
            case Quotient(above, below):
                return self.quotient(above, below)
            case Power(base, exponent):
                return self.power(base, exponent), POWER
            case Applied(function, to):
                return self.applied(function, to)
            case Derivative(part, by):
                return self.derivative(part, by), TIGHT
            case Bracket(left, relation, right):
                return self.bracket(self.text(left), relation, self.text(right)), TIGHT
            case Maximum(among):
                return self.maximum([self.text(each) for each in among]), TIGHT
            case Total():
                return self.total(of)
            case LetteredEntry():
                return self.lettered_entry(of), TIGHT
            case LetteredSum():
                return self.lettered_sum(of)
            case Between(low, middle, high):
                return self.between(low, middle, high), SUM
        raise TypeError(f"no way to write {of}")

    def inside(self, of: Expression, least: int) -> str:
        """The formula, in parentheses if it is looser than its place."""
        text, tight = self.formula(of)
        return text if tight >= least else self.parenthesised(text)

    def last(self, of: Expression, least: int) -> str:
        """The same where nothing follows: Σ may then go on to the end."""
        goes_on = isinstance(of, Total | LetteredSum) and not self.writes_out
        return self.text(of) if goes_on else self.inside(of, least)

    def _signed(self, term: Expression, ends: bool) -> str:
        if isinstance(term, Negative):
            return f" {self.minus} {self.inside(term.of, PRODUCT)}"
        return self.plus + (self.last if ends else self.inside)(term, PRODUCT)

    def parenthesised(self, text: str) -> str:
        """(text)"""
        return f"({text})"

    def entry(self, entry: Entry) -> str:
        """x₁₂, or x[1,12] where indices have more digits, or p_c."""
        shown = positions(entry)
        symbol = entry.tensor.symbol
        if not shown:
            return symbol
        if len(shown) == 1 and not shown[0].isdigit():
            return symbol + _below(shown[0])
        if any(not each.isdigit() for each in shown):
            return f"{symbol}[{','.join(shown)}]"
        if few_digits(entry):
            return symbol + "".join(shown).translate(_SUBSCRIPTS)
        if len(shown) == 1:
            return symbol + shown[0].translate(_SUBSCRIPTS)
        return f"{symbol}[{','.join(shown)}]"

    def number(self, value: Fraction) -> tuple[str, int]:
        """2, −1, 1/4."""
        text = self.fractions.get(value) or str(value).replace("-", self.minus)
        return text, SIGNED if value < 0 else TIGHT if value.denominator == 1 else QUOTIENT

    def product(self, parts: tuple[Expression, ...]) -> str:
        """a·b, a(b − c) without a dot, and a/b · c/d with room around it."""
        text = self.inside(parts[0], PRODUCT + 1)
        for before, part in pairwise(parts):
            written = self.last(part, PRODUCT + 1) if part is parts[-1] else self.inside(part, PRODUCT + 1)
            if isinstance(part, Quotient) or isinstance(before, Quotient):
                text += f" {self.times} "
            elif not written.startswith("(") or isinstance(before, _NEVER_CLOSE) or _is_power(before):
                text += self.times
            text += written
        return text

    def quotient(self, above: Expression, below: Expression) -> tuple[str, int]:
        """a/b."""
        over = self.text(below) if isinstance(below, Total) else self.inside(below, POWER)
        return f"{self.inside(above, PRODUCT)}/{over}", QUOTIENT

    def power(self, base: Expression, exponent: int) -> str:
        """b²."""
        return self.inside(base, TIGHT) + str(exponent).translate(_SUPERSCRIPTS)

    def applied(self, function: str, to: Expression) -> tuple[str, int]:
        """e^z, ln y, σ(z)."""
        inside, tight = self.formula(to)
        if function == "exp":
            return f"e^{inside if tight == TIGHT else self.parenthesised(inside)}", POWER
        if function == "floor":
            return f"⌊{inside}⌋", TIGHT
        if function == "sigmoid":
            return f"σ({inside})", TIGHT
        if tight == TIGHT:
            return f"{function} {inside}", QUOTIENT
        return f"{function}({inside})", TIGHT

    def derivative(self, of: Expression, by: Expression) -> str:
        """∂L/∂x₁₂."""
        return f"∂{self.inside(of, POWER)}/∂{self.text(by)}"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """[z > 0]."""
        return f"[{left} {relation} {right}]"

    def maximum(self, among: list[str]) -> str:
        """max(a, b)."""
        return f"max({', '.join(among)})"

    def total(self, of: Total) -> tuple[str, int]:
        """Σ_n e^z_n."""
        letters = ",".join(index.name for index in of.over)
        return f"Σ{_below(letters)} {self.inside(of.body, PRODUCT)}", SIGNED

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

    def lettered_sum(self, of: LetteredSum) -> tuple[str, int]:
        """Σ g[f,i,j]·k[…]; over which letters is said beside it."""
        return f"Σ {self.inside(of.body, PRODUCT)}", SIGNED

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        """1 ≤ i+p−1 ≤ H."""
        return f"{self.place(low)} ≤ {self.place(of)} ≤ {self.place(high)}"


def split_level(symbol: str) -> tuple[str, str]:
    """z⁽¹⁾ as z and 1: the letter and the number of the layer that stands above it."""
    name, _, level = symbol.partition("⁽")
    return name, level.rstrip("⁾").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
