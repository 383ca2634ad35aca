"""The δ recursion of note 003, for its network of four layers."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import Derivation, DerivationBlock, Paragraph, PartTitle, Premises
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.delta_lines import error_at_the_end, parameter_changes, recursion
from walkthrough.derivations.pieces.four_layer_network import FourLayers, four_layers
from walkthrough.derivations.pieces.general_deltas import batch_mean, general_deltas
from walkthrough.derivations.rules import DerivedRule


class DeltaRecursion(DerivedRule):
    """δ³ … δ⁰ with −η inside, what each parameter changes by, and the mean over a batch."""

    title = "The δ recursion: from the last layer to the first"
    takes = ("input", "kernel", "channels", "filters", "outputs", "classes")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Layer by layer backwards."""
        net = four_layers(sizes)
        return Derivation(self.word, self.title, net.sizes, Premises(), tuple(_blocks(net)))


def _blocks(net: FourLayers) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "Four layers: x⁽⁰⁾ → convolution w⁽⁰⁾, b⁽⁰⁾ → z⁽⁰⁾ → ReLU, 2×2 max pool → x⁽¹⁾ → convolution "
            "w⁽¹⁾, b⁽¹⁾ → z⁽¹⁾ → ReLU, 2×2 max pool, flatten → x⁽²⁾ → dense w⁽²⁾, b⁽²⁾ → z⁽²⁾ → ReLU → "
            "x⁽³⁾ → dense w⁽³⁾, b⁽³⁾ → z⁽³⁾ → softmax → p, with cross-entropy against the target y. The "
            "convolutions are true ones (the kernel is turned by 180°), and each output entry has a bias "
            "of its own.",
        )
    )
    yield Paragraph(
        (
            "δ = −η·∂L/∂z, with the learning rate η inside: what the bias changes by. [condition] is 1 "
            "where it is true, else 0; every case of the maxima is proved.",
        )
    )
    yield PartTitle("δ⁽³⁾: softmax and cross-entropy")
    yield from error_at_the_end(net)
    for level, words in (
        (2, "back through the weights, then the gate"),
        (1, "back through the weights, to the largest of each window, then the gate"),
        (0, "back through the kernel, to the largest of each window, then the gate"),
    ):
        yield PartTitle(f"δ⁽{'⁰¹²³'[level]}⁾: {words}")
        yield from recursion(net, level)
    yield PartTitle("What the parameters change by: δ times what they are multiplied by")
    for layer in reversed(net.layers):
        yield from parameter_changes(layer)
    yield PartTitle("A batch of B samples: the mean")
    yield Paragraph(
        (
            "J is the mean of the samples' losses, so everything is: each sample s has its own δ, and a "
            "parameter changes by the mean. Here for one bias and one weight of the last layer, written "
            "with s as the first index; every other parameter alike.",
        )
    )
    yield from batch_mean(net)
    yield from general_deltas()
