"""Formulas with functions in them, by SymPy: e^z, ln, tanh, σ, max."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from walkthrough.derivations.derivation import HowProved
from walkthrough.derivations.derivation_notation import Atom
from walkthrough.derivations.proof.meaning import FormulaKind, NotOfThisKind

POINTS = 12


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": sympy.exp,
    "ln": sympy.log,
    # by e^z, so that its derivative is derived and not looked up
    "tanh": lambda z: (sympy.exp(z) - sympy.exp(-z)) / (sympy.exp(z) + sympy.exp(-z)),
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "floor": sympy.floor,
    "sqrt": sympy.sqrt,
}


@cache
def _symbol(name: Atom) -> Any:
    return sympy.Symbol(_written(name), real=True)


def _written(name: Atom) -> str:
    tensor, cell = name
    return f"{tensor}[{','.join(str(position + 1) for position in cell)}]" if cell else tensor


class _Slopes(Mapping[Atom, Any]):
    """Derivatives, each worked out when it is asked for."""

    def __init__(self, of: Any, letters: dict[Atom, Any]) -> None:
        self._of = of
        self._letters = letters
        self._known: dict[Atom, Any] = {}

    def __getitem__(self, name: Atom) -> Any:
        if name not in self._known:
            self._known[name] = self._of.diff(self._letters[name])
        return self._known[name]

    def __iter__(self) -> Iterator[Atom]:
        return iter(self._letters)

    def __len__(self) -> int:
        return len(self._letters)


class SymPyFormulas(FormulaKind[Any]):
    """SymPy's expressions."""

    def __init__(self) -> None:
        self._names: dict[Any, Atom] = {}

    def number(self, value: Fraction) -> Any:
        """A constant."""
        return sympy.Rational(value.numerator, value.denominator)

    def letter(self, name: Atom) -> Any:
        """A letter."""
        symbol = _symbol(name)
        self._names[symbol] = name
        return symbol

    def sum(self, several: Iterable[Any]) -> Any:
        """Their sum."""
        return sympy.Add(*several)

    def product(self, one: Any, other: Any) -> Any:
        """Their product."""
        return one * other

    def power(self, base: Any, exponent: int) -> Any:
        """The base times itself."""
        return base**exponent

    def applied(self, function: str, to: tuple[Any, ...]) -> Any:
        """A function's value."""
        if function == "/":
            return to[0] / to[1]
        if function not in _FUNCTIONS:
            raise NotOfThisKind(function)
        return _FUNCTIONS[function](*to)

    def slopes(self, of: Any) -> Mapping[Atom, Any]:
        """The derivatives with respect to all letters in it."""
        return _Slopes(of, {self._names[each]: each for each in of.free_symbols if each in self._names})

    def substituted(self, of: Any, meaning: Mapping[Atom, Any]) -> Any:
        """The formula with letters replaced, all at once."""
        return of.xreplace({_symbol(name): each for name, each in meaning.items()})


def equal(one: Any, other: Any) -> HowProved:
    """How two formulas were seen to be equal: by SymPy, at random points, or not at all."""
    difference = one - other
    if difference == 0 or _vanishes(difference):
        return "sympy"
    if _differs_somewhere(difference):
        return ""
    if sympy.simplify(difference) == 0:
        return "sympy"
    return "points" if _points(difference) else ""


def _vanishes(difference: Any) -> bool:
    """Whether all over one denominator nothing is left above it."""
    above, _ = sympy.fraction(sympy.together(difference))
    return bool(sympy.expand(above) == 0)


def _differs_somewhere(difference: Any) -> bool:
    """A quick look at one point, so that no time is spent on simplifying what is wrong."""
    if difference.has(sympy.log):  # a logarithm is not independent of what stands in it
        return False
    values = _values(difference, random.Random(0))
    return values is not None and values != 0


def _points(difference: Any) -> bool:
    """Whether the difference is exactly 0 at random rational points."""
    chance = random.Random(1)
    values = [_values(difference, chance) for _ in range(POINTS)]
    return all(value is not None and value == 0 for value in values)


def _values(difference: Any, chance: random.Random) -> Any:
    """The difference at a random point; e^z, ln z … are letters of their own. None: not rational."""
    rational = _without_functions(difference)
    if rational is None:
        return None
    points = {
        symbol: sympy.Rational(chance.randint(1, 97), chance.randint(98, 197))
        for symbol in sorted(rational.free_symbols, key=str)
    }
    value = rational.xreplace(points)
    return value if value.is_Rational else None


def _without_functions(formula: Any) -> Any:
    """e^(n·z) as the n-th power of one letter, and any other function's value as a letter."""
    whole: dict[Any, Any] = {}
    for each in formula.atoms(sympy.exp):
        count, rest = each.args[0].as_coeff_Mul()
        if not count.is_Integer:
            return None
        whole[each] = _letter_for(rest) ** count
    formula = formula.xreplace(whole)
    others = sorted(formula.atoms(sympy.Function), key=lambda each: -each.count_ops())
    return formula.xreplace({each: _letter_for(each) for each in others})


@cache
def _letter_for(part: Any) -> Any:
    return sympy.Symbol(f"value of {part}")
