"""A dilated convolution and its gradients: a convolution whose kernel has zeros that stay zeros."""

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
from walkthrough.derivations.derivation_notation import LOSS, all_entries, atom
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.convolution_by_grids import SecondRoute, with_second_route
from walkthrough.derivations.pieces.formula_grids import grid, without_zeros
from walkthrough.derivations.pieces.general_dilated_convolution import general_dilated_convolution
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.windows import times


class DilatedConvolution(DerivedRule):
    """The zeros between the kernel's entries are no weights: nothing goes back to them."""

    title = "Dilated convolution: zeros in the kernel that get no gradient"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "dilation", "channels", "filters")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Output, kernel gradient and input gradient, by the kernel with its zeros."""
        at = convolution(sizes, input=(4, 4), dilation=(2, 2))
        blocks = (*_output(at), *_kernel(at), *_input(at), *general_dilated_convolution())
        return Derivation(self.word, self.title, at.sizes, at.premises, blocks)


def _single(at: Setting) -> bool:
    return at.x.shape[0] == at.z.shape[0] == 1


def _output(at: Setting) -> Iterator[DerivationBlock]:
    second = SecondRoute(at)
    kernel, reach = at.parameters["kernel"].shape[2:], second.layer.sliding.reach
    yield Paragraph(
        (
            "x is the input, k the kernel, z the output, g = ∂L/∂z the loss's gradient with respect to it. "
            f"The kernel's {times(kernel)} entries are laid apart, {times(reach)} from corner to corner; "
            "call it w with the zeros that lie between them. Then all is as in a convolution with w.",
        )
    )
    yield PartTitle("Forwards: z = x ⋆ w")
    if _single(at):
        yield SideBySide((grid(at.z, 0), "=", second.padded_inputs[0], "⋆", second.kernels[0][0]))
    for z in all_entries(at.z):
        total = without_zeros(second.output_products(atom(z)[1]))
        yield Equalities(z, (Equality(total, ("w laid on this window; its zeros fall away",)),))


def _kernel(at: Setting) -> Iterator[DerivationBlock]:
    kernel, second = at.parameters["kernel"], SecondRoute(at)
    yield PartTitle("The kernel gradient")
    yield Paragraph(
        (
            "x ⋆ g has a number for every place of w. Only those where an entry of k stands are gradients: "
            "a zero of w is no weight, it is 0 before a step and 0 after it. So ∂L/∂k is x ⋆ g, read at the "
            "places of k and nowhere else.",
        )
    )
    if _single(at):
        yield SideBySide((second.padded_inputs[0], "⋆", second.spread_gradients[0]))
    down, across = second.layer.dilation
    reading = at.gradient(kernel)
    for k in all_entries(kernel):
        _, _, p, q = atom(k)[1]
        place = f"x ⋆ g in row {p * down + 1}, column {q * across + 1}: where k stands in w"
        chain = chain_rule(LOSS, k, reading, at.z, (k, " is multiplied by these entries of x"))
        yield with_second_route(chain, second.kernel_products(atom(k)[1]), place)


def _input(at: Setting) -> Iterator[DerivationBlock]:
    second = SecondRoute(at)
    yield PartTitle("The input gradient")
    spread_out = " with zeros between its entries (the stride)" if second.layer.stride != (1, 1) else ""
    yield Paragraph(
        (
            f"As in every convolution: g{spread_out}, surrounded by zeros, ⋆ the kernel turned by 180°, and "
            "the kernel is w with its zeros.",
        )
    )
    if _single(at):
        yield SideBySide((second.padded_gradients[0], "⋆", second.turned_kernels[0][0]))
    reading = at.gradient(at.x)
    for x in all_entries(at.x):
        chain = chain_rule(LOSS, x, reading, at.z, ("what ", x, " is multiplied by there"))
        yield with_second_route(chain, second.input_products(atom(x)[1]), "padded g ⋆ rot180 w at this place")
