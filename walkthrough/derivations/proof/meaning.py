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
from walkthrough.mathematics.notation import (
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

F = TypeVar("F")
"""A formula, of the kind that an algebra works with."""


class NotOfThisKind(TypeError):
    """An expression that this algebra has no formula for."""


class Algebra(ABC, Generic[F]):
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


class TermSums(Algebra[Polynomial]):
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
            return polynomials.scaled(to[0], 1 / to[1][()])
        if function == "floor" and to[0].keys() <= {()}:
            return polynomials.constant(to[0].get((), Fraction(0)).__floor__())
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


class Meaning(Generic[F]):
    """The formulas that expressions stand for, in one of the cases of a chain."""

    def __init__(self, algebra: Algebra[F], premises: Premises, case: ProofCase) -> None:
        self.algebra = algebra
        self.premises = premises
        self.case = case
        self._entries: dict[tuple[Atom, str], F] = {}
        self._slopes: dict[tuple[Expression, str], Mapping[Atom, F]] = {}
        self._loss_slopes: dict[str, dict[Atom, F]] = {}

    def of(self, expression: Expression, unopened: str = "") -> F:
        """The formula; letters of the tensor `unopened` stay letters, even if they are defined.

        Raises NotOfThisKind.
        """
        algebra = self.algebra
        match expression:
            case Entry():
                return self._entry(expression, unopened)
            case Number(value):
                return algebra.number(value)
            case Sum(parts):
                return algebra.sum([self.of(part, unopened) for part in parts])
            case Product(parts):
                return reduce(algebra.product, [self.of(part, unopened) for part in parts])
            case Negative(part):
                return algebra.product(algebra.number(Fraction(-1)), self.of(part, unopened))
            case Power(base, exponent):
                return algebra.power(self.of(base, unopened), exponent)
            case Quotient(above, below):
                return algebra.applied("/", (self.of(above, unopened), self.of(below, unopened)))
            case Applied(function, to):
                return algebra.applied(function, (self.of(to, unopened),))
            case Maximum(among):
                return algebra.applied("max", tuple(self.of(each, unopened) for each in among))
            case Total():
                return self.of(placed(expression, self.case.loops, written_out=True), unopened)
            case Derivative(of, Entry() as by):
                return self._derivative(of, self._placed(by), unopened)
            case Bracket():
                return self._truth(expression)
        raise NotOfThisKind(type(expression).__name__)

    def _placed(self, entry: Entry) -> Entry:
        return placed_entry(entry, self.case.loops) if self.case.loops else entry

    def _entry(self, entry: Entry, unopened: str) -> F:
        name = atom(self._placed(entry))
        known = self._entries.get((name, unopened))
        if known is None:
            known = self._entries[name, unopened] = self._opened(name, unopened)
        return known

    def _opened(self, name: Atom, unopened: str) -> F:
        if name[0] != unopened:
            for meaning in (self.case.pieces, self.premises.definitions):
                if name in meaning:
                    return self.of(meaning[name], unopened)
        return self.algebra.letter(name)

    def _truth(self, bracket: Bracket) -> F:
        truths = self.case.truths
        if bracket not in truths:
            raise NotOfThisKind("a bracket that this case does not decide")
        return self.algebra.number(Fraction(int(truths[bracket])))

    def _derivative(self, of: Expression, by: Entry, unopened: str) -> F:
        name = atom(by)
        nothing = self.algebra.number(Fraction(0))
        if of == self.premises.loss and self.premises.upstream:
            if name in self.premises.upstream:
                return self.of(self.premises.upstream[name], unopened)
            slope = self._slopes_of_loss(self._to_keep(by)).get(name, nothing)
        else:
            slope = self._total_slope(of, name, self._to_keep(by))
        if not self._to_keep(by):
            return slope
        opened = {atom(each): self._entry(each, unopened) for each in all_entries(by.tensor)}
        return self.algebra.substituted(slope, opened)

    def _to_keep(self, by: Entry) -> str:
        """The tensor that has to stay letters while one differentiates with respect to an entry of it."""
        name = atom(by)
        known = (self.premises.definitions, self.case.pieces, self.premises.functions)
        return name[0] if any(name in each for each in known) else ""

    def _total_slope(self, of: Expression, by: Atom, unopened: str) -> F:
        """∂of/∂by; what `of` knows through a function comes with that function's slope (chain rule)."""
        algebra = self.algebra
        slopes = self._slopes_of(of, unopened)
        parts = [slopes[by]] if by in slopes else []
        for name, (inside, stated) in self.premises.functions.items():
            if name in slopes and name[0] != unopened:
                through = self._total_slope(inside, by, unopened)
                parts.append(
                    algebra.product(slopes[name], algebra.product(self.of(stated, unopened), through))
                )
        return algebra.sum(parts)

    def _slopes_of(self, of: Expression, unopened: str) -> Mapping[Atom, F]:
        if (of, unopened) not in self._slopes:
            self._slopes[of, unopened] = self.algebra.slopes(self.of(of, unopened))
        return self._slopes[of, unopened]

    def _slopes_of_loss(self, unopened: str) -> dict[Atom, F]:
        """Σ given ∂L/∂z · ∂z/∂each letter: the chain rule, over all z."""
        if unopened not in self._loss_slopes:
            found: dict[Atom, list[F]] = {}
            for name, given in self.premises.upstream.items():
                upstream = self.of(given)
                opened = self._opened(name, unopened)
                for by, slope in self.algebra.slopes(opened).items():
                    found.setdefault(by, []).append(self.algebra.product(upstream, slope))
            self._loss_slopes[unopened] = {by: self.algebra.sum(parts) for by, parts in found.items()}
        return self._loss_slopes[unopened]
