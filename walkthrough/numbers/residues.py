"""Numbers modulo a large prime: to prove that two irrational numbers are one and the same.

An enclosure can show that a number is not 0, never that it is. So the same equations are worked
through once more over residues, e^x, ln, tanh and √x giving a fixed pseudo-random residue for each
argument (with e^(−x) = 1/e^x and ln(1/x) = −ln x). What is 0 as a formula is 0 there as well; what is
not would have to hit 0 among 2¹²⁷ − 1 residues by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Expression, Index
from walkthrough.numbers.arithmetic import Selection
from walkthrough.numbers.expressions import Signs
from walkthrough.numbers.floating import Plain
from walkthrough.numbers.grid import GivenGrid

_PRIME = 2**127 - 1


class Residue:
    """A whole number modulo 2¹²⁷ − 1, which is prime, so that one can divide."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value % _PRIME

    def __add__(self, other: Operand) -> Residue:
        return Residue(self.value + value(other)) if isinstance(other, Residue | int) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Residue:
        return Residue(self.value - value(other)) if isinstance(other, Residue | int) else NotImplemented

    def __mul__(self, other: Operand) -> Residue:
        return Residue(self.value * value(other)) if isinstance(other, Residue | int) else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Residue:
        return Residue(-self.value)

    def __truediv__(self, other: Operand) -> Residue:
        if not isinstance(other, Residue | int):
            return NotImplemented
        if not value(other):
            raise ZeroDivisionError
        return Residue(self.value * pow(value(other), -1, _PRIME))

    def __rsub__(self, other: int) -> Residue:
        return Residue(other - self.value)

    def __rtruediv__(self, other: int) -> Residue:
        return Residue(other) / self

    def __pow__(self, exponent: int) -> Residue:
        return Residue(pow(self.value, exponent, _PRIME))


Operand: TypeAlias = Residue | int


def value(of: Operand) -> int:
    """The whole number of a residue, or of a plain 0 that padding put among them."""
    return of.value if isinstance(of, Residue) else int(of)


def _drawn(function: str, argument: int) -> Residue:
    from hashlib import blake2b  # few cases draw one

    seed = blake2b(f"{function} {argument}".encode(), digest_size=32).digest()
    return Residue(1 + int.from_bytes(seed) % (_PRIME - 1))


def _exp(of: Residue) -> Residue:
    opposite = (-of).value
    if of.value == 0:
        return Residue(1)
    drawn = _drawn("exp", min(of.value, opposite))
    return drawn if of.value < opposite else Residue(1) / drawn


def _ln(of: Residue) -> Residue:
    inverse = (Residue(1) / of).value
    if of.value == 1:
        return Residue(0)
    drawn = _drawn("ln", min(of.value, inverse))
    return drawn if of.value <= inverse else -drawn


def _tanh(of: Residue) -> Residue:
    square = _exp(of * 2)
    return (square - Residue(1)) / (square + Residue(1))


def _sqrt(of: Residue) -> Residue:
    # of x and −x just one is a square, as the prime is 3 modulo 4
    root = pow(of.value, (_PRIME + 1) // 4, _PRIME)
    return Residue(root) if root * root % _PRIME == of.value else _drawn("sqrt", of.value)


def _elementwise(function: Callable[[Residue], Residue]) -> Callable[[Array], Array]:
    # a closed gate and padding leave plain zeros among the residues
    lifted = np.frompyfunc(lambda of: function(Residue(value(of))), 1, 1)
    return lambda array: np.asarray(lifted(array), dtype=object)


class Residues(Plain):
    """Arrays of residues; which entry won and which gate was open, the exact replay has decided."""

    functions = MappingProxyType(
        {
            "exp": _elementwise(_exp),
            "ln": _elementwise(_ln),
            "ln1p": _elementwise(lambda of: _ln(of + 1)),
            "tanh": _elementwise(_tanh),
            "sqrt": _elementwise(_sqrt),
        }
    )

    def __init__(self, signs: Signs) -> None:
        self._signs = signs

    def side(self, of: Expression, axes: tuple[Index, ...], values: Array) -> Array:
        """As the exact replay has it."""
        return self._signs(of, axes, values)

    def constant(self, value: Fraction) -> Residue:
        """Numerator times the inverse of the denominator."""
        return Residue(value.numerator) / Residue(value.denominator)

    def given(self, grid: GivenGrid) -> Array:
        """The numbers of a case as residues."""
        share = self.constant(Fraction(1, grid.denominator))
        lifted = np.frompyfunc(lambda numerator: share * int(numerator), 1, 1)
        return np.asarray(lifted(grid.numerators), dtype=object)

    def winners(self, windows: Array, places: Array, tie: str, name: str) -> Selection:
        """Residues have no order."""
        raise TypeError("residues have no order")

    def signs(self, numbers: Array, name: str) -> Array:
        """Residues have no sign."""
        raise TypeError("residues have no sign")
