"""The gradient of average pooling."""

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
from walkthrough.derivations.derivation_notation import LOSS, all_entries
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.formula_grids import grid
from walkthrough.derivations.pieces.general_pools import general_average_pool
from walkthrough.derivations.pieces.layers_in_letters import Setting, setting, window
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.average_pool2d import AveragePool2d


class AveragePoolGradient(DerivedRule):
    """Every entry of a window gets the same share of the gradient."""

    title = "Average pooling backwards"
    page_letters = letters_of(AveragePool2d, g=False)
    takes = ("input", "kernel", "stride", "padding", "channels")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """A sum of products with 1/n in place of a kernel."""
        chosen = window(sizes, input=(4, 4), kernel=(2, 2), stride=None)
        layer = AveragePool2d(chosen.kernel, chosen.stride, chosen.padding)
        pool = setting(layer, (chosen.channels, *chosen.input), chosen.pool_text, {})
        blocks = (*_blocks(pool, chosen.kernel[0] * chosen.kernel[1]), *general_average_pool())
        return Derivation(self.word, self.title, pool.sizes, pool.premises, blocks)


def _blocks(pool: Setting, places: int) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            f"Each output z is the mean of its window: the sum of its {places} places, divided by "
            f"{places} (places in the padding count as 0). g = ∂L/∂z is the loss's gradient with respect "
            "to the output.",
        )
    )
    if pool.x.shape[0] == 1:
        yield SideBySide((grid(pool.x, 0), "→", grid(pool.z, 0)))
    yield PartTitle("Forwards")
    for z in all_entries(pool.z):
        yield Equalities(z, (Equality(pool.output.at(z), ("the mean of its window",), defines=True),))
    yield PartTitle("Backwards")
    reading = pool.gradient(pool.x)
    for x in all_entries(pool.x):
        yield chain_rule(LOSS, x, reading, pool.z, ("its share in each",))
