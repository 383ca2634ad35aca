"""The gradient of a convolution with respect to its kernel."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative, all_entries, atom
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.convolution_by_grids import SecondRoute
from walkthrough.derivations.pieces.formula_grids import without_zeros
from walkthrough.derivations.pieces.general_convolution import general_kernel_gradient, general_part
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d


class ConvKernelGradient(DerivedRule):
    """Every kernel entry is used in every window, on another entry of the image."""

    title = "Convolution backwards: the gradient of the kernel"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters", "flip")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Term by term, then as the input ⋆ the output's gradient."""
        at = convolution(sizes)
        return Derivation(
            self.word,
            self.title,
            at.sizes,
            at.premises,
            (*_blocks(at), *general_part(sizes.flip, general_kernel_gradient(sizes.flip))),
        )


def _blocks(at: Setting) -> Iterator[DerivationBlock]:
    kernel, second = at.parameters["kernel"], SecondRoute(at)
    yield Paragraph(
        (
            "z is the output, g the loss's gradient with respect to it: ∂L/∂z = g, entry by entry. A "
            "kernel entry is multiplied by one entry of the image in each window; these are what it is "
            "multiplied by now.",
        )
    )
    yield PartTitle("Term by term")
    reading = at.gradient(kernel)
    for k in all_entries(kernel):
        yield chain_rule(LOSS, k, reading, at.z, (k, " is multiplied by these entries of x"))
    yield PartTitle("As a cross-correlation")
    yield Paragraph((_sentence(second.layer),))
    if at.x.shape[0] == at.z.shape[0] == 1:
        yield SideBySide((second.padded_inputs[0], "⋆", second.spread_gradients[0]))
    for k in all_entries(kernel):
        products = without_zeros(second.kernel_products(atom(k)[1]))
        yield Equalities(Derivative(LOSS, k), (Equality(products, ("x ⋆ g at this place",)),))


def _sentence(layer: Conv2d) -> str:
    padded = "the padded input" if layer.padding != (0, 0) else "the input"
    spread_out = ", its entries as far apart as the windows," if layer.stride != (1, 1) else ""
    ending = " The result is turned by 180°, because the kernel was." if layer.flip else ""
    return f"The same sums: g{spread_out} slides over {padded}, as a kernel would. ∂L/∂k = x ⋆ g.{ending}"
