"""What a formula for any size means where its letters are numbers: an ordinary formula of a layer."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from walkthrough.derivations.derivation_notation import Atom, Bracket, Derivative, Maximum, at
from walkthrough.derivations.general_notation import LetteredEntry, LetteredSum, LetterValues
from walkthrough.derivations.proof.meaning import F, FormulaAlgebra, Meaning
from walkthrough.mathematics.notation import (
    Entry,
    Expression,
    Number,
    Piecewise,
    Product,
    Same,
    Tensor,
    Total,
)


class CountedMeaning(FormulaAlgebra[F, LetterValues]):
    """The formulas that general expressions stand for; its scope is what the letters are.

    `meaning` says what the entries of the `tensors` are. Outside of its tensor an entry is 0.
    """

    def __init__(self, meaning: Meaning[F], tensors: Mapping[str, Tensor]) -> None:
        self.kind = meaning.kind
        self.meaning = meaning
        self._tensors = tensors
        self._nothing = self.kind.number(Fraction(0))

    def fold(self, of: Expression, scope: LetterValues) -> F:
        """What an expression means; where a factor is 0, as most slopes are, nobody asks for the others."""
        if not isinstance(of, Product):
            return super().fold(of, scope)
        found: list[F] = []
        for factor in reversed(of.factors):
            found.insert(0, self.fold(factor, scope))
            if found[0] == self._nothing:
                return self._nothing
        return self.multiplied(found)

    def entry(self, of: Entry, scope: LetterValues) -> F:
        """A letter's number; any other entry is one of the layer."""
        name = of.tensor.name
        return self.number(Fraction(scope[name])) if name in scope else self.meaning.entry(of, "")

    def same(self, of: Same, scope: LetterValues) -> F:
        """In a general formula places are compared with a bracket."""
        return self.unknown(of)

    def total(self, of: Total, scope: LetterValues) -> F:
        """In a general formula sums go over letters."""
        return self.unknown(of)

    def piecewise(self, of: Piecewise, scope: LetterValues) -> F:
        """As in any derivation, it is said with brackets."""
        return self.unknown(of)

    def other(self, of: Expression, scope: LetterValues) -> F:
        """What only general formulas know, and what any derivation knows."""
        match of:
            case LetteredEntry():
                name = self._name(of, scope)
                return self.meaning.named(name) if name else self._nothing
            case LetteredSum(body, _, _):
                return self.kind.sum([self.fold(body, each) for each in of.places(scope)])
            case Derivative(inner, by):
                return self._slope(inner, by, scope)
            case Bracket(left, relation, right):
                return self._bracket(self._placed(left, scope), relation, self._placed(right, scope))
            case Maximum(among):
                return self.kind.applied("max", tuple(self.fold(each, scope) for each in among))
        return self.unknown(of)

    def _name(self, of: LetteredEntry, numbers: LetterValues) -> Atom | None:
        """Which entry it is; None outside of its tensor."""
        cell = of.cell(numbers)
        for place, extent in zip(cell, self._tensors[of.tensor.name].shape, strict=True):
            if not 0 <= place < extent:
                return None
        return of.tensor.name, cell

    def _placed(self, of: Expression, numbers: LetterValues) -> Expression:
        """The number of a letter, or an entry at its place."""
        if isinstance(of, LetteredEntry):
            name = self._name(of, numbers)
            return at(self._tensors[of.tensor.name], name[1]) if name else Number(Fraction(0))
        if isinstance(of, Entry) and of.tensor.name in numbers:
            return Number(Fraction(numbers[of.tensor.name]))
        return of

    def _slope(self, of: Expression, by: Expression, numbers: LetterValues) -> F:
        if isinstance(by, LetteredEntry) and isinstance(of, Entry | LetteredEntry):
            known = self._name(by, numbers)
            if known is not None:
                inner = self._name(of, numbers) if isinstance(of, LetteredEntry) else (of.tensor.name, ())
                return (
                    self.meaning.slope(inner, known, self._tensors[by.tensor.name])
                    if inner
                    else self._nothing
                )
        return self.meaning.of(Derivative(self._placed(of, numbers), self._placed(by, numbers)))

    def _bracket(self, left: Expression, relation: str, right: Expression) -> F:
        """Of two places, [i = j], it is decided here; of entries by the case."""
        if isinstance(left, Number) and isinstance(right, Number) and relation == "=":
            return self.number(Fraction(left == right))
        return self.meaning.of(Bracket(left, relation, right))
