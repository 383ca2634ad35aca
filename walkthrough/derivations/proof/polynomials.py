"""Polynomials as collections of terms: two sums of products are equal if they have the same terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from walkthrough.derivations.derivation_notation import Atom

Monomial: TypeAlias = tuple[Atom, ...]
"""Its factors in order; a square has its factor twice."""

Coefficient: TypeAlias = int | Fraction
"""How often a term stands there: nearly always a whole number, and then an int, which is added at once."""

Polynomial: TypeAlias = dict[Monomial, Coefficient]

MOST_TERMS = 20_000


class TooManyTerms(ValueError):
    """A product that would have more terms than anybody reads."""


def constant(number: Coefficient) -> Polynomial:
    """A number as a polynomial; 0 has no terms."""
    return {(): _plain(number)} if number else {}


def variable(name: Atom) -> Polynomial:
    """A letter as a polynomial."""
    return {(name,): 1}


def plus(several: Iterable[Polynomial]) -> Polynomial:
    """The sum; terms that cancel are gone."""
    result: Polynomial = {}
    for each in several:
        for monomial, coefficient in each.items():
            _add(result, monomial, coefficient)
    return result


def scaled(polynomial: Polynomial, by: Coefficient) -> Polynomial:
    """Every term times a number."""
    if by == 1:
        return polynomial
    return {monomial: _plain(coefficient * by) for monomial, coefficient in polynomial.items()} if by else {}


def times(one: Polynomial, other: Polynomial, most: int = MOST_TERMS) -> Polynomial:
    """The product, term by term; raises TooManyTerms."""
    if not one or not other:
        return {}
    if len(one) * len(other) > 4 * most:
        raise TooManyTerms
    result: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            monomial = tuple(sorted(left + right)) if left and right else left or right
            _add(result, monomial, a * b)
        if len(result) > most:
            raise TooManyTerms
    return result


def _add(terms: Polynomial, monomial: Monomial, coefficient: Coefficient) -> None:
    """One more term; 0 times something is no term."""
    if monomial in terms:
        coefficient += terms[monomial]
    if coefficient:
        terms[monomial] = _plain(coefficient)
    else:
        terms.pop(monomial, None)


def _plain(number: Coefficient) -> Coefficient:
    return number if number.denominator != 1 else number.numerator


def power(base: Polynomial, exponent: int, most: int = MOST_TERMS) -> Polynomial:
    """The base times itself; raises TooManyTerms."""
    result = constant(1)
    for _ in range(exponent):
        result = times(result, base, most)
    return result


def slopes(polynomial: Polynomial) -> dict[Atom, Polynomial]:
    """The derivatives with respect to all letters in it."""
    found: dict[Atom, Polynomial] = {}
    for monomial, coefficient in polynomial.items():
        for place, factor in enumerate(monomial):
            own = found.setdefault(factor, {})
            rest = monomial[:place] + monomial[place + 1 :]
            _add(own, rest, coefficient)
    return found


def substituted(polynomial: Polynomial, meaning: Mapping[Atom, Polynomial]) -> Polynomial:
    """The polynomial with letters replaced by what they stand for."""
    if not any(factor in meaning for monomial in polynomial for factor in monomial):
        return polynomial
    parts = []
    for monomial, coefficient in polynomial.items():
        part = constant(coefficient)
        for factor in monomial:
            part = times(part, meaning[factor] if factor in meaning else variable(factor))
        parts.append(part)
    return plus(parts)
