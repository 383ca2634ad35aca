"""The network of note 002: conv → sigmoid → flatten → dense → sigmoid, and half the squared error."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Premises,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    Atom,
    Derivative,
    all_entries,
    at,
    atom,
    placed,
    written_product,
    written_sum,
)
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.layers_in_letters import blank, output_shape, window
from walkthrough.derivations.pieces.sums_written_out import gradient_reading, output_reading
from walkthrough.derivations.rules import DerivedRule
from walkthrough.layers import Conventions
from walkthrough.layers.conv2d import Conv2d
from walkthrough.layers.dense import Dense
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.losses.squared_error import SquaredError
from walkthrough.mathematics.notation import Entry, Equation, Expression, Shape, Tensor, unravel


class SigmoidNetwork(DerivedRule):
    """dE/dW, dE/db and dE/df: the chain rule from the error back to the filter."""

    title = "A network of sigmoids: the gradients of its weights, bias and filter"
    takes = ("input", "kernel", "outputs")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Stage by stage backwards."""
        chosen = window(AskedSizes(input=sizes.input, kernel=sizes.kernel))
        outputs = limits.count("outputs", sizes.outputs, 1, limits.MOST_CLASSES)
        layer = Conv2d(blank((1, 1, *chosen.kernel)))
        out = output_shape(layer, (1, *chosen.input))
        limits.refuse_too_many_products(40 * outputs * out[1] * out[2] * chosen.kernel[0] * chosen.kernel[1])
        network = _Network(layer, (1, *chosen.input), out, outputs)
        text = f"{chosen.text}, {outputs} output{'s' * (outputs > 1)}"
        return Derivation(self.word, self.title, text, network.premises, tuple(_blocks(network)))


class _Network:
    """The tensors of the note and the equations between them."""

    def __init__(self, layer: Conv2d, shape: Shape, out: Shape, outputs: int) -> None:
        size = out[1] * out[2]
        self.x, self.f = Tensor("x", shape, "x"), Tensor("f", layer.kernel.shape, "f")
        self.z1, self.h1 = Tensor("z1", out, "z⁽¹⁾"), Tensor("h1", out, "h⁽¹⁾")
        self.w, self.b = Tensor("w", (outputs, size), "w"), Tensor("b", (outputs,), "b")
        self.z2, self.o = Tensor("z2", (outputs,), "z⁽²⁾"), Tensor("o", (outputs,), "o")
        self.y = Tensor("y", (outputs,), "y")
        usual = Conventions()
        (self.conv,) = layer.equations(self.x, self.z1, usual, kernel=self.f)
        (self.first,) = Sigmoid().equations(self.z1, self.h1, usual)
        dense = Dense(blank((outputs, size)), blank((outputs,)))
        (self.dense,) = dense.equations(self.h1, self.z2, usual, weight=self.w, bias=self.b)
        (self.second,) = Sigmoid().equations(self.z2, self.o, usual)
        (self.error,) = SquaredError().equations(self.o, self.y, LOSS.tensor)
        self.premises = self._premises()

    def _premises(self) -> Premises:
        """z⁽¹⁾, z⁽²⁾ and the error as their equations say; h⁽¹⁾ and o are σ of the entry before."""
        definitions: dict[Atom, Expression] = {atom(LOSS): self.error.right}
        for equation in (self.conv, self.dense):
            reading = output_reading(equation)
            definitions |= {atom(z): reading.at(z) for z in all_entries(equation.left.tensor)}
        functions = {}
        for equation, inside in ((self.first, self.z1), (self.second, self.z2)):
            for z, value in zip(all_entries(inside), all_entries(equation.left.tensor), strict=True):
                functions[atom(value)] = (z, slope_at(equation, z))
        return Premises(definitions, functions=functions)

    def error_slope(self, m: int) -> Expression:
        """o − y, as the loss states it."""
        ((by, stated),) = self.error.derivatives
        return placed(stated, {by.variables[0]: m})

    def at_output(self, m: int) -> list[Expression]:
        """∂E/∂z⁽²⁾: the error's slope and the sigmoid's."""
        return [self.error_slope(m), slope_at(self.second, at(self.z2, (m,)))]

    def weight(self, m: int, n: int) -> Entry:
        """The weight from the n-th entry of the map, in reading order, to output m."""
        return at(self.w, (m, n))


def slope_at(equation: Equation, entry: Entry) -> Expression:
    """The stated derivative of a function applied entry by entry, such as h(1 − h)."""
    ((by, stated),) = equation.derivatives
    return placed(stated, dict(zip(by.variables, atom(entry)[1], strict=True)))


def _blocks(net: _Network) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "x is the input, f the filter; z⁽¹⁾ = x ⋆ f, h⁽¹⁾ = σ(z⁽¹⁾), flattened in reading order; w "
            "the weights, b the bias; z⁽²⁾ = w h⁽¹⁾ + b, o = σ(z⁽²⁾). y is the target, and the error is "
            "half the sum of (y − o)². It is called L here. That σ′ = σ(1 − σ) is proved in "
            "sigmoid-derivative.",
        )
    )
    yield Equalities(LOSS, (Equality(net.error.right, ("its definition",), defines=True),))
    outputs = range(net.o.size)
    yield PartTitle("Weights: dL/dw = (o − y)·o(1 − o)·h⁽¹⁾")
    for m in outputs:
        for n in range(net.h1.size):
            yield _weight(net, m, n)
    yield PartTitle("Bias: dL/db = (o − y)·o(1 − o)")
    for m in outputs:
        o, z = at(net.o, (m,)), at(net.z2, (m,))
        chain = (Derivative(LOSS, o), Derivative(o, z), Derivative(z, at(net.b, (m,))))
        right = written_product(net.at_output(m))
        steps = (
            Equality(written_product(chain), ("chain rule",)),
            Equality(right, ("the bias has the slope 1",)),
        )
        yield Equalities(Derivative(LOSS, at(net.b, (m,))), steps)
    yield from _filter(net)


def _weight(net: _Network, m: int, n: int) -> Equalities:
    o, z, w = at(net.o, (m,)), at(net.z2, (m,)), net.weight(m, n)
    h = at(net.h1, unravel(n, net.h1.shape))
    chain = (Derivative(LOSS, o), Derivative(o, z), Derivative(z, w))
    return Equalities(
        Derivative(LOSS, w),
        (
            Equality(written_product(chain), ("chain rule",)),
            Equality(
                written_product((*net.at_output(m), h)), ("error, sigmoid, and what ", w, " is multiplied by")
            ),
        ),
    )


def _filter(net: _Network) -> Iterator[DerivationBlock]:
    yield PartTitle("Filter: dL/df = x ⋆ d, where d = dL/dz⁽¹⁾")
    yield Paragraph(
        (
            "Back through w to every entry of the map, and through its own sigmoid: that is d, as large "
            "as the map. Then d slides over x as a kernel would. x ⋆ d has the filter's size; with the "
            "two exchanged, as slides sometimes print it, the larger would have to slide over the "
            "smaller.",
        )
    )
    back = {}
    for n, z in enumerate(all_entries(net.z1)):
        h = at(net.h1, atom(z)[1])
        through = [written_product((*net.at_output(m), net.weight(m, n))) for m in range(net.o.size)]
        own = slope_at(net.first, z)
        back[z] = (
            written_product((*net.at_output(0), net.weight(0, n), own))
            if len(through) == 1
            else written_sum(through) * own
        )
        chain = [
            written_product((Derivative(LOSS, o), Derivative(o, s), Derivative(s, h), Derivative(h, z)))
            for o, s in zip(all_entries(net.o), all_entries(net.z2), strict=True)
        ]
        yield Equalities(
            Derivative(LOSS, z),
            (
                Equality(written_sum(chain), ("chain rule",)),
                Equality(back[z], ("error, sigmoid, weight, sigmoid",)),
            ),
        )
    for f in all_entries(net.f):
        yield _filter_entry(net, f, back)


def _filter_entry(net: _Network, f: Entry, back: dict[Entry, Expression]) -> Equalities:
    """x ⋆ d, first by the chain rule, then with d put in."""
    products = gradient_reading(net.conv, net.f, net.z1).products(atom(f)[1])
    slopes = [written_product((Derivative(LOSS, z), Derivative(z, f))) for _, (z, _x) in products]
    short = [written_product((Derivative(LOSS, z), x)) for _, (z, x) in products]
    full = [written_product((back[z], x)) for _, (z, x) in products]
    return Equalities(
        Derivative(LOSS, f),
        (
            Equality(written_sum(slopes), ("chain rule: ", f, " goes into every entry of z⁽¹⁾")),
            Equality(
                written_sum(short),
                (
                    "what ",
                    f,
                    " is multiplied by: x ⋆ d",
                ),
            ),
            Equality(written_sum(full), ("d put in",)),
        ),
    )
