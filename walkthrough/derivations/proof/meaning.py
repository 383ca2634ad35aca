"""What an expression of a derivation means: a formula in letters that nothing else defines.

Definitions are put in, ∂a/∂b is worked out by differentiating what a stands for, and brackets are
1 or 0 as the case at hand says. Where the loss is not known, only its derivatives with respect to a
layer's output are given (∂L/∂z is g), and everything before it follows by the chain rule.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import floor
from typing import Generic, TypeVar

from walkthrough.derivations.derivation import Premises, ProofCase
from walkthrough.derivations.derivation_notation import (
    Atom,
    Bracket,
    Derivative,
    Maximum,
    all_entries,
    atom,
    placed,
    placed_entry,
)
from walkthrough.derivations.proof import polynomials
from walkthrough.derivations.proof.polynomials import Polynomial
from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.notation import Entry, Expression, Piecewise, Same, Tensor, Total

F = TypeVar("F")
"""A formula, of the kind that an algebra works with."""
S = TypeVar("S")
"""What is known on the way down to an entry."""


class NotOfThisKind(TypeError):
    """An expression that this algebra has no formula for."""


class FormulaKind(ABC, Generic[F]):
    """A kind of formula: collections of terms, or SymPy's expressions."""

    @abstractmethod
    def number(self, value: Fraction) -> F:
        """A constant."""

    @abstractmethod
    def letter(self, name: Atom) -> F:
        """A letter."""

    @abstractmethod
    def sum(self, several: Iterable[F]) -> F:
        """Their sum."""

    @abstractmethod
    def product(self, one: F, other: F) -> F:
        """Their product."""

    @abstractmethod
    def power(self, base: F, exponent: int) -> F:
        """The base times itself."""

    @abstractmethod
    def applied(self, function: str, to: tuple[F, ...]) -> F:
        """A function's value: `/` of two, exp, ln, … of one."""

    @abstractmethod
    def slopes(self, of: F) -> Mapping[Atom, F]:
        """The derivatives with respect to all letters in it."""

    @abstractmethod
    def substituted(self, of: F, meaning: Mapping[Atom, F]) -> F:
        """The formula with letters replaced."""


class TermSums(FormulaKind[Polynomial]):
    """Sums of products, as collections of terms."""

    def number(self, value: Fraction) -> Polynomial:
        """A constant."""
        return polynomials.constant(value)

    def letter(self, name: Atom) -> Polynomial:
        """A letter."""
        return polynomials.variable(name)

    def sum(self, several: Iterable[Polynomial]) -> Polynomial:
        """Their sum."""
        return polynomials.plus(several)

    def product(self, one: Polynomial, other: Polynomial) -> Polynomial:
        """Their product."""
        return polynomials.times(one, other)

    def power(self, base: Polynomial, exponent: int) -> Polynomial:
        """The base times itself."""
        return polynomials.power(base, exponent)

    def applied(self, function: str, to: tuple[Polynomial, ...]) -> Polynomial:
        """A division by a number is a sum of products; a maximum is a letter of its own."""
        if function == "/" and to[1].keys() == {()}:
            return polynomials.scaled(to[0], 1 / Fraction(to[1][()]))
        if function == "floor" and to[0].keys() <= {()}:
            return polynomials.constant(floor(to[0].get((), 0)))
        if function == "max" and all(len(each) <= 1 for each in to):
            # a letter of its own for the largest of these, in whatever order they are named
            names = sorted(repr(each) for each in to)
            return polynomials.variable((f"max {' '.join(names)}", ()))
        raise NotOfThisKind(function)

    def slopes(self, of: Polynomial) -> Mapping[Atom, Polynomial]:
        """Term by term."""
        return polynomials.slopes(of)

    def substituted(self, of: Polynomial, meaning: Mapping[Atom, Polynomial]) -> Polynomial:
        """The formula with letters replaced."""
        return polynomials.substituted(of, meaning)


class FormulaAlgebra(Algebra[F, S]):
    """How formulas of a kind are put together; what an entry is, is said elsewhere."""

    kind: FormulaKind[F]

    def number(self, of: Fraction) -> F:
        """A constant."""
        return self.kind.number(of)

    def added(self, terms: list[F]) -> F:
        """Their sum."""
        return self.kind.sum(terms)

    def multiplied(self, factors: list[F]) -> F:
        """Their product."""
        return reduce(self.kind.product, factors)

    def negative(self, of: F) -> F:
        """−1 times it."""
        return self.kind.product(self.kind.number(Fraction(-1)), of)

    def quotient(self, above: F, below: F) -> F:
        """A division."""
        return self.kind.applied("/", (above, below))

    def power(self, base: F, exponent: int) -> F:
        """The base times itself."""
        return self.kind.power(base, exponent)

    def applied(self, function: str, to: F) -> F:
        """A function's value."""
        return self.kind.applied(function, (to,))

    def unknown(self, of: Expression) -> F:
        """Raises NotOfThisKind."""
        raise NotOfThisKind(type(of).__name__)


class Meaning(FormulaAlgebra[F, str]):
    """The formulas that expressions stand for, in one of the cases of a chain.

    Its scope is a tensor whose letters stay letters, even if they are defined.
    """

    def __init__(self, kind: FormulaKind[F], premises: Premises, case: ProofCase) -> None:
        self.kind = kind
        self.premises = premises
        self.case = case
        self._nothing = kind.number(Fraction(0))
        self._loss = None if premises.loss is None else atom(premises.loss)
        self._entries: dict[tuple[Atom, str], F] = {}
        self._slopes: dict[tuple[Expression | Atom, str], Mapping[Atom, F]] = {}
        self._loss_slopes: dict[str, dict[Atom, F]] = {}

    def of(self, expression: Expression, unopened: str = "") -> F:
        """The formula. Raises NotOfThisKind."""
        return self.fold(expression, unopened)

    def entry(self, of: Entry, scope: str) -> F:
        """What it stands for, or its letter."""
        return self.named(atom(placed_entry(of, self.case.loops) if self.case.loops else of), scope)

    def named(self, name: Atom, unopened: str = "") -> F:
        """What an entry stands for, or its letter."""
        known = self._entries.get((name, unopened))
        if known is None:
            known = self._entries[name, unopened] = self._opened(name, unopened)
        return known

    def same(self, of: Same, scope: str) -> F:
        """1 or 0, where the case says what the indices are."""
        return self.fold(placed(of, self.case.loops), scope) if self.case.loops else self.unknown(of)

    def total(self, of: Total, scope: str) -> F:
        """All its terms."""
        return self.fold(placed(of, self.case.loops, written_out=True), scope)

    def piecewise(self, of: Piecewise, scope: str) -> F:
        """A piecewise formula is said with brackets in a derivation, which a case decides."""
        return self.unknown(of)

    def other(self, of: Expression, scope: str) -> F:
        """∂a/∂b worked out, a bracket as the case says, a maximum as it stands."""
        match of:
            case Derivative(inner, Entry() as by):
                there = placed_entry(by, self.case.loops)
                differentiated = (
                    atom(placed_entry(inner, self.case.loops)) if isinstance(inner, Entry) else inner
                )
                return self.slope(differentiated, atom(there), by.tensor, scope)
            case Bracket() if of in self.case.truths:
                return self.kind.number(Fraction(self.case.truths[of]))
            case Maximum(among):
                return self.kind.applied("max", tuple(self.fold(each, scope) for each in among))
        return self.unknown(of)

    def _opened(self, name: Atom, unopened: str) -> F:
        if name[0] != unopened:
            for meaning in (self.case.pieces, self.premises.definitions):
                if name in meaning:
                    return self.of(meaning[name], unopened)
        return self.kind.letter(name)

    def slope(self, of: Expression | Atom, by: Atom, tensor: Tensor, unopened: str = "") -> F:
        """∂of/∂by, of an entry or of any expression; `tensor` is the one that `by` is an entry of."""
        upstream = self.premises.upstream if of == self._loss else {}
        if by in upstream:
            return self.of(upstream[by], unopened)
        kept = self._to_keep(by)
        if upstream:
            slopes = self._slopes_of_loss(kept)
            slope = slopes.get(by, self._nothing)
        else:
            slope = self._total_slope(of, by, kept)
        if not kept:
            return slope
        opened = {atom(each): self.entry(each, unopened) for each in all_entries(tensor)}
        return self.kind.substituted(slope, opened)

    def _to_keep(self, by: Atom) -> str:
        """The tensor that has to stay letters while one differentiates with respect to an entry of it."""
        known = by in self.premises.definitions or by in self.case.pieces or by in self.premises.functions
        return by[0] if known else ""

    def _total_slope(self, of: Expression | Atom, by: Atom, unopened: str) -> F:
        """∂of/∂by; what `of` knows through a function comes with that function's slope (chain rule)."""
        slopes = self._slopes_of(of, unopened)
        if not self.premises.functions:
            return slopes.get(by, self._nothing)
        parts = [slopes[by]] if by in slopes else []
        for name, (inside, stated) in self.premises.functions.items():
            if name in slopes and name[0] != unopened:
                through = self._total_slope(atom(inside), by, unopened)
                parts.append(
                    self.kind.product(slopes[name], self.kind.product(self.of(stated, unopened), through))
                )
        return self.kind.sum(parts)

    def _slopes_of(self, of: Expression | Atom, unopened: str) -> Mapping[Atom, F]:
        known = self._slopes.get((of, unopened))
        if known is None:
            formula = self.of(of, unopened) if isinstance(of, Expression) else self.named(of, unopened)
            known = self._slopes[of, unopened] = self.kind.slopes(formula)
        return known

    def _slopes_of_loss(self, unopened: str) -> dict[Atom, F]:
        """Σ given ∂L/∂z · ∂z/∂each letter: the chain rule, over all z."""
        if unopened not in self._loss_slopes:
            found: dict[Atom, list[F]] = {}
            for name, given in self.premises.upstream.items():
                upstream = self.of(given)
                opened = self._opened(name, unopened)
                for by, slope in self.kind.slopes(opened).items():
                    found.setdefault(by, []).append(self.kind.product(upstream, slope))
            self._loss_slopes[unopened] = {by: self.kind.sum(parts) for by, parts in found.items()}
        return self._loss_slopes[unopened]
