"""All gradients of a convolution with several channels and several filters."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Paragraph,
    PartTitle,
)
from walkthrough.derivations.derivation_notation import LOSS, all_entries, atom
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.convolution_by_grids import SecondRoute, with_second_route
from walkthrough.derivations.pieces.general_convolution import (
    general_bias_gradient,
    general_input_gradient,
    general_kernel_gradient,
    general_part,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d


class MultiChannelGradients(DerivedRule):
    """∂L/∂Kᵢⱼ = Xⱼ ⋆ ∂L/∂Zᵢ, ∂L/∂Bᵢ = ∂L/∂Zᵢ, ∂L/∂Xⱼ = Σᵢ ∂L/∂Zᵢ ∗ Kᵢⱼ."""

    title = "Convolution with several channels: all its gradients"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters", "flip")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Channel j of the input and filter i meet in the kernel's part i, j."""
        at = convolution(sizes, "untied", channels=2, filters=2)
        return Derivation(self.word, self.title, at.sizes, at.premises, (*_blocks(at), *_general(sizes.flip)))


def _general(flip: bool) -> Iterator[DerivationBlock]:
    yield from general_part(
        flip,
        general_kernel_gradient(flip),
        general_bias_gradient(flip, tied=False),
        general_input_gradient(flip),
    )


def _blocks(at: Setting) -> Iterator[DerivationBlock]:
    depth, channels = at.z.shape[0], at.x.shape[0]
    kernel, bias, second = at.parameters["kernel"], at.parameters["bias"], SecondRoute(at)
    yield Paragraph(
        (
            "x is the input (channel, row, column), k the kernel (filter, channel, row, column), b the "
            "bias, one for each output entry, z the output (filter, row, column), g = ∂L/∂z. Capital "
            "letters are whole grids: Zᵢ = Bᵢ + Σⱼ Xⱼ ⋆ Kᵢⱼ, where Kᵢⱼ is what filter i does with "
            "channel j.",
        )
    )
    yield PartTitle(f"Kernel: ∂L/∂Kᵢⱼ = Xⱼ ⋆ ∂L/∂Zᵢ, for i = 1…{depth}, j = 1…{channels}")
    yield Paragraph(("Only Zᵢ knows Kᵢⱼ, and there it meets Xⱼ alone.",))
    reading = at.gradient(kernel)
    for k in all_entries(kernel):
        i, j, *_ = atom(k)[1]
        chain = chain_rule(LOSS, k, reading, at.z, ("what ", k, " is multiplied by there"))
        yield with_second_route(
            chain, second.kernel_products(atom(k)[1]), f"X{_sub(j)} ⋆ ∂L/∂Z{_sub(i)} there"
        )
    yield PartTitle("Bias: ∂L/∂Bᵢ = ∂L/∂Zᵢ")
    reading = at.gradient(bias)
    for b in all_entries(bias):
        yield chain_rule(LOSS, b, reading, at.z, (b, " is added as it is"))
    yield PartTitle(f"Input: ∂L/∂Xⱼ = Σᵢ ∂L/∂Zᵢ ∗ Kᵢⱼ, the sum over the depth i = 1…{depth}")
    yield Paragraph(
        (
            "Every filter looks at every channel, so channel j gets something back from all of them. ∗ "
            "is the full convolution: ∂L/∂Zᵢ padded with zeros ⋆ Kᵢⱼ turned by 180°.",
        )
    )
    reading = at.gradient(at.x)
    for x in all_entries(at.x):
        chain = chain_rule(LOSS, x, reading, at.z, ("what ", x, " is multiplied by there"))
        yield with_second_route(chain, second.input_products(atom(x)[1]), "each ∂L/∂Zᵢ ∗ Kᵢⱼ there, added up")


def _sub(number: int) -> str:
    return str(number + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
