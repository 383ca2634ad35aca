"""Formulas that somebody claims for a cell: read by a small grammar, compared term by term.

`check_formula(network, "conv.kernel.grad[2,1]", "g11*x21 + g12*x22 + …")` says right, or wrong with
the terms missing, spare or mis-indexed, and the slip if it is a known one.
"""

from __future__ import annotations

from walkthrough.formulas.formula_marking import FormulaSlip, FormulaVerdict, check_formula
from walkthrough.formulas.grammar import Unreadable

__all__ = ["FormulaSlip", "FormulaVerdict", "Unreadable", "check_formula"]
