"""Functions applied entry by entry, as a derivation sees them: y = f(z), and g = ∂L/∂y is given."""

from __future__ import annotations

from walkthrough.derivations.derivation import Equalities, Equality, Premises
from walkthrough.derivations.derivation_notation import LOSS, Derivative, Words, atom, letter, written_product
from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Expression, Product

Z, Y, G = letter("z"), letter("y"), letter("g")


def equation_of(layer: Layer) -> Equation:
    """The layer's equation for a single number."""
    (equation,) = layer.equations(Z.tensor, Y.tensor, Conventions())
    return equation


def premises(equation: Equation) -> Premises:
    """y is what the layer's equation says."""
    return Premises(definitions={atom(Y): equation.right})


def backwards(slope: Expression, equation: Equation | None, because: Words) -> Equalities:
    """∂L/∂z = ∂L/∂y · ∂y/∂z with its values."""
    factors = slope.factors if isinstance(slope, Product) else (slope,)
    return Equalities(
        Derivative(LOSS, Z),
        (
            Equality(written_product((Derivative(LOSS, Y), Derivative(Y, Z))), ("chain rule",)),
            Equality(written_product((G, *factors)), because),
        ),
        premises=Premises({atom(Y): equation.right} if equation else {}, {atom(Y): G}, LOSS),
    )
