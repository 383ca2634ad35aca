"""The gradient of a convolution with respect to its input."""

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
from walkthrough.derivations.pieces.general_convolution import general_input_gradient, general_part
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.notation import Entry


class ConvInputGradient(DerivedRule):
    """All sums, then the padded gradient under the kernel turned by 180°."""

    title = "Convolution backwards: the gradient of the input"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters", "flip")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """An input entry matters wherever a window covers it."""
        at = convolution(sizes)
        return Derivation(
            self.word,
            self.title,
            at.sizes,
            at.premises,
            (*_blocks(at), *general_part(sizes.flip, general_input_gradient(sizes.flip))),
        )


def _blocks(at: Setting) -> Iterator[DerivationBlock]:
    second = SecondRoute(at)
    yield Paragraph(
        (
            "z is the output, g the loss's gradient with respect to it: ∂L/∂z = g, entry by entry. An "
            "input entry goes into every output whose window covers it, each time times the kernel entry "
            "that lies on it there.",
        )
    )
    yield Paragraph(
        (
            "A transposed convolution's output is this same sum: what comes into it stands for g, what it "
            "gives for ∂L/∂x.",
        )
    )
    yield PartTitle("All sums")
    reading = at.gradient(at.x)
    for x in all_entries(at.x):
        yield chain_rule(LOSS, x, reading, at.z, ("what ", x, " is multiplied by there"))
    yield PartTitle("The same, padded and turned")
    yield Paragraph((_sentence(second.layer),))
    if at.x.shape[0] == at.z.shape[0] == 1:
        yield SideBySide((second.padded_gradients[0], "⋆", second.turned_kernels[0][0]))
    for x in all_entries(at.x):
        yield Equalities(Derivative(LOSS, x), (_correlated(second, x),))


def _sentence(layer: Conv2d) -> str:
    spread_out = "" if layer.stride == (1, 1) else " with zeros between its entries (the stride)"
    padded = "surrounded by zeros"
    if layer.flip:
        return (
            f"Take g{spread_out}, {padded}, and let k slide over it as it stands: forwards it was turned "
            "by 180°, and turned twice it is itself again. ∂L/∂x = padded g ⋆ k."
        )
    return (
        f"Take g{spread_out}, {padded}, turn k by 180°, and let it slide over g. "
        "∂L/∂x = padded g ⋆ rot180 k, the full convolution of g with k."
    )


def _correlated(second: SecondRoute, x: Entry) -> Equality:
    _, i, j = atom(x)[1]
    height, width = second.at.parameters["kernel"].shape[2:]
    place = f"rows {_span(i, height)}, columns {_span(j, width)} of the padded g"
    return Equality(without_zeros(second.input_products(atom(x)[1])), (place,))


def _span(start: int, extent: int) -> str:
    return str(start + 1) if extent == 1 else f"{start + 1} to {start + extent}"
