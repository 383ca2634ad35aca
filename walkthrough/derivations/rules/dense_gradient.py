"""The gradients of a dense layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    GeneralEqualities,
    GridRows,
    Instance,
    Paragraph,
    PartTitle,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative, all_entries, at, written_product
from walkthrough.derivations.general_notation import LetteredSum, LetteredTensor, counted_from_1, letters
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.layers_in_letters import Setting, blank, setting
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.dense import Dense
from walkthrough.mathematics.notation import Entry, Tensor

_MOST = 3
"""As far as the general formulas are counted."""


class DenseGradient(DerivedRule):
    """Every weight joins one input and one output, and its gradient is made of these two."""

    title = "Dense layer backwards"
    page_letters = letters_of(Dense)
    takes = ("input", "outputs")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """For the weights, the biases and the inputs."""
        asked = 1
        for number in sizes.input or (3,):
            asked *= number
        inputs = limits.count("input", asked, 3, limits.MOST_UNITS)
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_UNITS)
        limits.refuse_too_many_products(10 * inputs * outputs)
        text = f"{inputs} input{'s' * (inputs > 1)}, {outputs} output{'s' * (outputs > 1)}"
        dense = _dense(inputs, outputs, text)
        blocks = (*_blocks(dense), *_general())
        return Derivation(self.word, self.title, text, dense.premises, blocks)


def _dense(inputs: int, outputs: int, text: str = "") -> Setting:
    layer = Dense(blank((outputs, inputs)), blank((outputs,)))
    return setting(layer, (inputs,), text, {"weight": (outputs, inputs), "bias": (outputs,)})


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
        yield Equalities(z, (Equality(dense.output.at(z), ("a weighted sum of all inputs",), defines=True),))
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


def _column(tensor: Tensor) -> GridRows:
    return tuple((each,) for each in all_entries(tensor))


def _outer(g: Tensor, x: Tensor) -> GridRows:
    return tuple(
        tuple(written_product((at(g, (i,)), at(x, (j,)))) for j in range(x.shape[0]))
        for i in range(g.shape[0])
    )


A, D = letters("A D")
i, j = letters("i j")


def _general() -> Iterator[DerivationBlock]:
    """The four formulas for any number of inputs and outputs."""
    x, w, b = LetteredTensor("x", (A,)), LetteredTensor("w", (D, A)), LetteredTensor("b", (D,))
    z, g = LetteredTensor("z", (D,)), LetteredTensor("g", (D,))
    yield PartTitle("In general")
    yield Paragraph(
        (f"A inputs, D outputs. Counted, not proved in letters: every entry, for A and D from 1 to {_MOST}.",)
    )
    forwards = Equality(b[i] + LetteredSum(w[i, j] * x[j], ((j, A),)), ("a weighted sum of all inputs",))
    yield GeneralEqualities(z[i], (forwards,), lambda: _instances(lambda at: at.z, (i,)))
    by_weight = (
        Equality(
            Derivative(LOSS, z[i]) * Derivative(z[i], w[i, j]), ("chain rule: only ", z[i], " knows it")
        ),
        Equality(g[i] * x[j], ("what ", w[i, j], " is multiplied by")),
    )
    yield GeneralEqualities(
        Derivative(LOSS, w[i, j]), by_weight, lambda: _instances(lambda at: at.parameters["weight"], (i, j))
    )
    by_bias = (Equality(g[i], ("the bias is added as it is",)),)
    yield GeneralEqualities(
        Derivative(LOSS, b[i]), by_bias, lambda: _instances(lambda at: at.parameters["bias"], (i,))
    )
    slopes = LetteredSum(Derivative(LOSS, z[i]) * Derivative(z[i], x[j]), ((i, D),))
    by_input = (
        Equality(slopes, ("chain rule: ", x[j], " goes into every output")),
        Equality(LetteredSum(g[i] * w[i, j], ((i, D),)), ("the weights that leave ", x[j])),
    )
    yield GeneralEqualities(Derivative(LOSS, x[j]), by_input, lambda: _instances(lambda at: at.x, (j,)))


def _instances(tensor: Callable[[Setting], Tensor], free: tuple[Entry, ...]) -> Iterator[Instance]:
    for inputs, outputs in product(range(1, _MOST + 1), repeat=2):
        at_sizes = _dense(inputs, outputs)
        named = {each.name: each for each in (at_sizes.x, at_sizes.z, at_sizes.g)}
        named |= {role[0]: each for role, each in at_sizes.parameters.items()}
        for cell in tensor(at_sizes).cells():
            places = counted_from_1(free, cell)
            yield Instance({"A": inputs, "D": outputs, **places}, named, at_sizes.premises)
