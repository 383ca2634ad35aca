"""The output of a convolution: the system of equations."""

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
from walkthrough.derivations.derivation_notation import all_entries, atom
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.convolution_by_grids import SecondRoute
from walkthrough.derivations.pieces.formula_grids import grid, without_zeros
from walkthrough.derivations.pieces.general_convolution import general_output, general_part
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.notation import Addition, Entry


class ConvOutput(DerivedRule):
    """The kernel slides over the image; each place is one equation."""

    title = "Convolution: the system of equations"
    page_letters = letters_of(Conv2d)
    takes = ("input", "kernel", "stride", "padding", "channels", "filters", "flip")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Every output entry as a sum of products."""
        at = convolution(sizes, bias="tied")
        blocks = (*_blocks(at), *general_part(sizes.flip, general_output(sizes.flip)))
        return Derivation(self.word, self.title, at.sizes, at.premises, blocks)


def _blocks(at: Setting) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "x is the input, k the kernel, b the bias, z the output. Each entry of the output is the sum "
            "of the window's entries, each times the kernel's entry that lies on it.",
        )
    )
    second = SecondRoute(at)
    if at.x.shape[0] == at.z.shape[0] == 1:
        bias = ((at.parameters["bias"][0],),)
        yield SideBySide((grid(at.z, 0), "=", grid(at.x, 0), "⋆", second.kernels[0][0], "+", bias))
    yield PartTitle("The system of equations")
    for z in all_entries(at.z):
        yield Equalities(z, (_placed(second, z),))


def _placed(second: SecondRoute, z: Entry) -> Equality:
    """The sum by laying the kernel on the padded image; the premise is the layer's own equation."""
    layer, (filter_, i, j) = second.layer, atom(z)[1]
    height, width = second.at.parameters["kernel"].shape[2:]
    rows = _span(i * layer.stride[0] - second.corner[0], height)
    columns = _span(j * layer.stride[1] - second.corner[1], width)
    total = without_zeros(second.output_products(atom(z)[1]))
    terms = total.terms if isinstance(total, Addition) else (total,)
    because = f"kernel laid on rows {rows}, columns {columns}"
    return Equality(Addition((*terms, second.at.parameters["bias"][filter_])), (because,))


def _span(start: int, extent: int) -> str:
    """Rows counted from 1; those of the padding are 0, −1 … or beyond the last."""
    first, last = start + 1, start + extent
    text = str(first) if first == last else f"{first} to {last}"
    return text.replace("-", "−")
