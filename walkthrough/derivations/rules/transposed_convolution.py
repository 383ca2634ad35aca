"""A transposed convolution and its gradients, as a convolution's read the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Premises,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative, all_entries, atom, letter
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.convolution_by_grids import SecondRoute, with_second_route
from walkthrough.derivations.pieces.formula_grids import without_zeros
from walkthrough.derivations.pieces.general_transposed_convolution import (
    general_transposed_convolution,
    transposed,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting, window
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d
from walkthrough.layers.conv_transpose2d import ConvTranspose2d
from walkthrough.mathematics.notation import Tensor


class TransposedConvolution(DerivedRule):
    """Forwards it is a convolution's way back, and backwards that convolution itself."""

    title = "Transposed convolution: a convolution's input gradient, taken forwards"
    page_letters = letters_of(ConvTranspose2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Output, input gradient and kernel gradient, each by the convolution from z's size to x's."""
        chosen = window(sizes, input=(2, 2))
        products = chosen.channels * chosen.filters
        for extent in (*chosen.input, *chosen.kernel):
            products *= extent
        limits.refuse_too_many_products(products)
        at = transposed(
            (chosen.channels, *chosen.input),
            chosen.filters,
            chosen.kernel,
            chosen.stride,
            chosen.padding,
            chosen.text,
        )
        both = _BothWays(at)
        blocks = (
            *_output(both),
            *_input_gradient(both),
            *_kernel_gradient(both),
            *general_transposed_convolution(),
        )
        return Derivation(self.word, self.title, at.sizes, at.premises, blocks)


_OTHER_LOSS = letter("M")


@dataclass(frozen=True)
class _BothWays:
    """A transposed convolution, and the convolution that goes the other way with the same kernel."""

    at: Setting

    @cached_property
    def layer(self) -> Conv2d:
        """The convolution: the same kernel, stride and padding."""
        layer = self.at.layer
        assert isinstance(layer, ConvTranspose2d)
        return Conv2d(layer.kernel, None, layer.stride, layer.padding)

    @cached_property
    def convolution(self) -> Setting:
        """It takes u to v, and x stands for its output's gradient ∂M/∂v."""
        u, v = Tensor("u", self.at.z.shape, "u"), Tensor("v", self.at.x.shape, "v")
        return Setting(self.layer, u, v, self.at.x, self.at.parameters, "")

    @cached_property
    def premises(self) -> Premises:
        """z is what the transposed convolution says, v what the convolution says."""
        own = self.convolution.premises
        return Premises({**self.at.premises.definitions, **own.definitions}, own.upstream, _OTHER_LOSS)

    @cached_property
    def grids(self) -> SecondRoute:
        """The convolution's grids where it is given g: what it gives has the size of x."""
        return SecondRoute(Setting(self.layer, self.at.g, self.at.x, self.at.x, self.at.parameters, ""))

    @property
    def single(self) -> bool:
        """One channel, one filter: grids fit side by side."""
        return self.at.x.shape[0] == self.at.z.shape[0] == 1


def _output(both: _BothWays) -> Iterator[DerivationBlock]:
    at, convolution = both.at, both.convolution
    yield Paragraph(
        (
            "x is the input, k the kernel (input channel, filter, row, column), z the output; every entry of "
            "x lays its multiple of k into z, and what meets there adds up. g = ∂L/∂z is the loss's gradient "
            "with respect to the output.",
        )
    )
    yield PartTitle("The output is a convolution's input gradient")
    yield Paragraph(
        (
            "Take the convolution with the same k, stride and padding that goes the other way: from u, of "
            "the size of z, to v, of the size of x. Let M be some loss, and let x be its gradient with "
            "respect to v: ∂M/∂v = x. Then z is ∂M/∂u, sum for sum.",
        )
    )
    if both.single:
        grids = both.grids
        yield SideBySide((grids.padded_gradients[0], "⋆", grids.turned_kernels[0][0]))
    reading = convolution.gradient(convolution.x)
    for z, u in zip(all_entries(at.z), all_entries(convolution.x), strict=True):
        back = chain_rule(_OTHER_LOSS, u, reading, convolution.z, ("what is laid on ", z))
        named = Equality(Derivative(_OTHER_LOSS, u), ("as the input gradient of the convolution",))
        chain = Equalities(z, (named, *back.steps), premises=both.premises)
        yield with_second_route(chain, both.grids.input_products(atom(z)[1]), "x, padded ⋆ k turned by 180°")


def _input_gradient(both: _BothWays) -> Iterator[DerivationBlock]:
    at = both.at
    yield PartTitle("The input gradient is that convolution itself")
    yield Paragraph(
        ("Where x laid its multiple of k, its gradient collects g times k: the convolution of g with k.",)
    )
    if both.single:
        yield SideBySide((both.grids.padded_inputs[0], "⋆", both.grids.kernels[0][0]))
    reading = at.gradient(at.x)
    for x in all_entries(at.x):
        chain = chain_rule(LOSS, x, reading, at.z, ("what ", x, " is multiplied by there"))
        yield with_second_route(chain, both.grids.output_products(atom(x)[1]), "g ⋆ k at this place")


def _kernel_gradient(both: _BothWays) -> Iterator[DerivationBlock]:
    at, kernel = both.at, both.at.parameters["kernel"]
    yield PartTitle("The kernel gradient")
    spread_out = ", its entries as far apart as it lays k down," if both.layer.stride != (1, 1) else ""
    yield Paragraph(
        (
            "As a convolution's, with x and g in each other's place: ",
            f"x{spread_out} slides over g. ∂L/∂k = g ⋆ x.",
        )
    )
    if both.single:
        yield SideBySide((both.grids.padded_inputs[0], "⋆", both.grids.spread_gradients[0]))
    reading = at.gradient(kernel)
    for k in all_entries(kernel):
        chain = chain_rule(LOSS, k, reading, at.z)
        total = without_zeros(both.grids.kernel_products(atom(k)[1]))
        there = Equality(total, ("what ", k, " is multiplied by: g ⋆ x at this place"))
        yield replace(chain, steps=(*chain.steps[:-1], there))
