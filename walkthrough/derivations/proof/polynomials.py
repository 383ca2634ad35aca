"""Polynomials as collections of terms: two sums of products are equal if they have the same terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from walkthrough.derivations.derivation_notation import Atom

Monomial: TypeAlias = tuple[Atom, ...]
"""Its factors in order; a square has its factor twice."""

Polynomial: TypeAlias = dict[Monomial, Fraction]

MOST_TERMS = 20_000


class TooManyTerms(ValueError):
    """A product that would have more terms than anybody reads."""


def constant(number: Fraction | int) -> Polynomial:
    """A number as a polynomial; 0 has no terms."""
    return {(): Fraction(number)} if number else {}


def variable(name: Atom) -> Polynomial:
    """A letter as a polynomial."""
    return {(name,): Fraction(1)}


def plus(several: Iterable[Polynomial]) -> Polynomial:
    """The sum; terms that cancel are gone."""
    result: Polynomial = {}
    for each in several:
        for monomial, coefficient in each.items():
            total = result.get(monomial, 0) + coefficient
            if total:
                result[monomial] = total if isinstance(total, Fraction) else Fraction(total)
            else:
                result.pop(monomial, None)
    return result


def scaled(polynomial: Polynomial, by: Fraction | int) -> Polynomial:
    """Every term times a number."""
    if by == 1:
        return polynomial
    return {monomial: coefficient * by for monomial, coefficient in polynomial.items()} if by else {}


def times(one: Polynomial, other: Polynomial, most: int = MOST_TERMS) -> Polynomial:
    """The product, term by term; raises TooManyTerms."""
    if len(one) * len(other) > 4 * most:
        raise TooManyTerms
    result: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            monomial = tuple(sorted(left + right)) if left and right else left or right
            total = result.get(monomial, 0) + (b if a == 1 else a * b)
            if total:
                result[monomial] = total if isinstance(total, Fraction) else Fraction(total)
            else:
                del result[monomial]
        if len(result) > most:
            raise TooManyTerms
    return result


def power(base: Polynomial, exponent: int, most: int = MOST_TERMS) -> Polynomial:
    """The base times itself; raises TooManyTerms."""
    result = constant(1)
    for _ in range(exponent):
        result = times(result, base, most)
    return result


def slope(polynomial: Polynomial, by: Atom) -> Polynomial:
    """The derivative with respect to a letter."""
    result: Polynomial = {}
    for monomial, coefficient in polynomial.items():
        count = monomial.count(by)
        if count:
            place = monomial.index(by)
            rest = monomial[:place] + monomial[place + 1 :]
            result[rest] = result.get(rest, Fraction(0)) + coefficient * count
    return result


def slopes(polynomial: Polynomial) -> dict[Atom, Polynomial]:
    """The derivatives with respect to all letters in it."""
    found: dict[Atom, Polynomial] = {}
    for monomial, coefficient in polynomial.items():
        for place, factor in enumerate(monomial):
            own = found.setdefault(factor, {})
            rest = monomial[:place] + monomial[place + 1 :]
            own[rest] = own.get(rest, Fraction(0)) + coefficient
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
