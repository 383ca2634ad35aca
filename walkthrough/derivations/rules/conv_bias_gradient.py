"""The gradient of a convolution with respect to its bias."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from walkthrough.derivations.derivation import Derivation, DerivationBlock, Paragraph, PartTitle
from walkthrough.derivations.derivation_notation import LOSS, all_entries
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.general_convolution import general_bias_gradient, general_part
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.notation import Tensor


class ConvBiasGradient(DerivedRule):
    """A bias is added and multiplied by nothing: its slope is 1 wherever it stands."""

    title = "Convolution backwards: the gradient of the bias"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters", "flip")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """One bias per filter (tied), and one per output entry (untied)."""
        tied, untied = convolution(sizes, "tied"), convolution(sizes, "untied")
        blocks = (
            Paragraph(("z is the output, g = ∂L/∂z the loss's gradient with respect to it.",)),
            PartTitle("Tied: one number for each filter"),
            Paragraph(("The same b is added in every window of its filter, so all their gradients add up.",)),
            *_chains(tied),
            PartTitle("Untied: one number for each output entry"),
            Paragraph(("Every entry of z has a b of its own: ∂L/∂b = g, entry by entry.",)),
            *_chains(untied),
            *general_part(sizes.flip, *(general_bias_gradient(sizes.flip, each) for each in (True, False))),
        )
        return Derivation(self.word, self.title, tied.sizes, tied.premises, blocks)


def _chains(at: Setting) -> Iterator[DerivationBlock]:
    bias: Tensor = at.parameters["bias"]
    reading = at.gradient(bias)
    for b in all_entries(bias):
        chain = chain_rule(LOSS, b, reading, at.z, ("∂z/∂b = 1: ", b, " is added as it is"))
        yield replace(chain, premises=at.premises)
