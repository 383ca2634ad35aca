"""The gradients of a dense layer."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Rows,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import LOSS, all_entries, at, written_product
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import Sizes
from walkthrough.derivations.pieces.layers_in_letters import Setting, blank, setting
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule
from walkthrough.layers.dense import Dense
from walkthrough.mathematics.notation import Tensor


class DenseGradient(DerivedRule):
    """Every weight joins one input and one output, and its gradient is made of these two."""

    title = "Dense layer backwards"
    takes = ("input", "inputs", "outputs")

    def derive(self, sizes: Sizes) -> Derivation:
        """For the weights, the biases and the inputs."""
        asked = 1
        for number in sizes.input or (sizes.inputs or 3,):
            asked *= number
        inputs = limits.count("input", asked, 3, limits.MOST_UNITS)
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_UNITS)
        limits.refuse_too_many_products(10 * inputs * outputs)
        text = f"{inputs} input{'s' * (inputs > 1)}, {outputs} output{'s' * (outputs > 1)}"
        layer = Dense(blank((outputs, inputs)), blank((outputs,)))
        dense = setting(layer, (inputs,), text, {"weight": (outputs, inputs), "bias": (outputs,)})
        return Derivation(self.word, self.title, text, dense.premises, tuple(_blocks(dense)))


def _blocks(dense: Setting) -> Iterator[DerivationBlock]:
    w, b = dense.parameters["weight"], dense.parameters["bias"]
    yield Paragraph(
        (
            "x is the input, w the weights (a row per output), b the biases, z the output; g = ∂L/∂z is "
            "the loss's gradient with respect to the output.",
        )
    )
    yield PartTitle("Forwards")
    for z in all_entries(dense.z):
        yield Equalities(z, (Equality(dense.output.at(z), ("a weighted sum of all inputs",)),))
    yield PartTitle("Weights: ∂L/∂w = g xᵀ")
    reading = dense.gradient(w)
    for each in all_entries(w):
        yield chain_rule(LOSS, each, reading, dense.z, ("what ", each, " is multiplied by"))
    yield SideBySide((_column(dense.g), "·", (tuple(all_entries(dense.x)),), "=", _outer(dense.g, dense.x)))
    yield PartTitle("Biases: ∂L/∂b = g")
    reading = dense.gradient(b)
    for each in all_entries(b):
        yield chain_rule(LOSS, each, reading, dense.z, (each, " is added as it is"))
    yield PartTitle("Inputs: ∂L/∂x = wᵀ g")
    reading = dense.gradient(dense.x)
    for each in all_entries(dense.x):
        yield chain_rule(LOSS, each, reading, dense.z, ("the weights that leave ", each))


def _column(tensor: Tensor) -> Rows:
    return tuple((each,) for each in all_entries(tensor))


def _outer(g: Tensor, x: Tensor) -> Rows:
    return tuple(
        tuple(written_product((at(g, (i,)), at(x, (j,)))) for j in range(x.shape[0]))
        for i in range(g.shape[0])
    )
