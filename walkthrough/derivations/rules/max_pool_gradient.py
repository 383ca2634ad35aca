"""The gradient of max pooling."""

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
    SideBySide,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    ZERO_TERM,
    Bracket,
    Derivative,
    Maximum,
    all_entries,
    atom,
    written_product,
    written_sum,
)
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.formula_grids import framed_grid, grid
from walkthrough.derivations.pieces.general_pools import general_max_pool
from walkthrough.derivations.pieces.layers_in_letters import Setting, competing_entries, setting, window
from walkthrough.derivations.pieces.pool_windows import around, largest_of_each
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.max_pool2d import MaxPool2d
from walkthrough.mathematics.notation import Entry


class MaxPoolGradient(DerivedRule):
    """The gradient goes to the largest entry of each window, and to no other."""

    title = "Max pooling backwards"
    page_letters = letters_of(MaxPool2d, g=False)
    takes = ("input", "kernel", "stride", "padding", "channels")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Which entry is largest is a case distinction; every case is proved."""
        chosen = window(sizes, input=(4, 4), kernel=(2, 2), stride=None)
        layer = MaxPool2d(chosen.kernel, chosen.stride, chosen.padding)
        pool = setting(layer, (chosen.channels, *chosen.input), chosen.pool_text, {})
        blocks = (*_blocks(pool, competing_entries(pool.equation)), *general_max_pool())
        return Derivation(self.word, self.title, pool.sizes, Premises(), blocks)


def _blocks(pool: Setting, among: dict[Entry, tuple[Entry, ...]]) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "Each output z is the largest entry of its window. g = ∂L/∂z is the loss's gradient with "
            "respect to the output. [a = b] is 1 where a equals b, else 0.",
        )
    )
    if pool.x.shape[0] == 1:
        yield SideBySide((grid(pool.x, 0), "→", grid(pool.z, 0)))
    yield PartTitle("Forwards")
    forwards = Premises({atom(z): Maximum(among[z]) for z in among})
    for z in among:
        yield Equalities(z, (_placed(pool, z),), premises=forwards)
    yield PartTitle("Backwards")
    yield Paragraph(
        (
            "Where one entry is strictly the largest, z is that entry: its slope is 1, and every other "
            "entry can move a little without being noticed. Among equals a convention decides (PyTorch: "
            "the first in reading order).",
        )
    )
    ups = dict(zip(all_entries(pool.z), all_entries(pool.g), strict=True))
    for x, several in around(pool.x, among).items():
        yield _backward(x, several, among, ups)


def _placed(pool: Setting, z: Entry) -> Equality:
    """The window by laying it on the image."""
    layer = pool.layer
    assert isinstance(layer, MaxPool2d)
    channel, i, j = atom(z)[1]
    step, corner = layer.stride or layer.size, [before for before, _ in layer.sliding.frame]
    top, left = i * step[0] - corner[0], j * step[1] - corner[1]
    rows = framed_grid(grid(pool.x, channel), (-top, -left), layer.size)
    among = tuple(each for row in rows for each in row if each != ZERO_TERM)
    return Equality(Maximum(among), ("the largest of its window",))


def _backward(
    x: Entry, several: list[Entry], among: dict[Entry, tuple[Entry, ...]], ups: dict[Entry, Entry]
) -> Equalities:
    if not several:
        return Equalities(Derivative(LOSS, x), (Equality(ZERO_TERM, (x, " is in no window")),))
    slopes = written_sum(written_product((Derivative(LOSS, z), Derivative(z, x))) for z in several)
    brackets = written_sum(written_product((ups[z], Bracket(x, "=", z))) for z in several)
    names = [word for z in several for word in (" and ", z)][1:]
    return Equalities(
        Derivative(LOSS, x),
        (
            Equality(slopes, ("chain rule: ", x, " goes into ", *names)),
            Equality(brackets, ("slope 1 if ", x, " is the largest of its window, else 0")),
        ),
        largest_of_each(several, among),
        # the windows that x is in; the others do not know it
        Premises({}, {atom(z): ups[z] for z in several}, LOSS),
        given="no two entries of a window are equal",
    )
