"""Partial derivatives, by SymPy."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

import sympy


@lru_cache(maxsize=256)
def slopes(formula: sympy.Expr) -> dict[sympy.Symbol, sympy.Expr]:
    """The derivative with respect to every symbol in the formula.

    A sum is differentiated term by term, each with respect to its own symbols only: SymPy would
    look through all terms for each of the symbols.
    """
    parts: dict[sympy.Symbol, list[sympy.Expr]] = defaultdict(list)
    for term in sympy.Add.make_args(formula):
        for symbol in term.free_symbols:
            parts[symbol].append(term.diff(symbol))
    return {symbol: sympy.Add(*terms) for symbol, terms in parts.items()}
