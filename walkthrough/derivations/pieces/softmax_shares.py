"""Softmax as a derivation sees it: logits z, shares p, the layer's own equation."""

from __future__ import annotations

from walkthrough.derivations.derivation_notation import Atom, all_entries, atom, placed
from walkthrough.layers import Conventions
from walkthrough.layers.softmax import Softmax
from walkthrough.mathematics.notation import Equation, Expression, Tensor


def softmax(classes: int, logits: str = "z", symbol: str = "") -> tuple[Equation, dict[Atom, Expression]]:
    """The equation, and what each share stands for."""
    z, p = Tensor(logits, (classes,), symbol or logits), Tensor("p", (classes,), "p")
    (equation,) = Softmax().equations(z, p, Conventions())
    (m,) = equation.left.variables
    definitions = {
        atom(share): placed(equation.right, {m: place}) for place, share in enumerate(all_entries(p))
    }
    return equation, definitions
