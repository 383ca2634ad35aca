"""The gradient of max pooling."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Block,
    Case,
    Chain,
    Derivation,
    Heading,
    Picture,
    Premises,
    Prose,
    Step,
)
from walkthrough.derivations.expressions import (
    ZERO,
    Bracket,
    Derivative,
    Maximum,
    added,
    all_entries,
    atom,
    multiplied,
)
from walkthrough.derivations.pieces.flat_positions import framed, grid
from walkthrough.derivations.pieces.sizes import Sizes
from walkthrough.derivations.pieces.sliding import LOSS, Setting, setting, window, windows
from walkthrough.derivations.rules import Rule
from walkthrough.layers.max_pool2d import MaxPool2d
from walkthrough.mathematics.notation import Entry


class MaxPoolGradient(Rule):
    """The gradient goes to the largest entry of each window, and to no other."""

    title = "Max pooling backwards"
    takes = ("input", "kernel", "stride", "padding", "channels")

    def derive(self, sizes: Sizes) -> Derivation:
        """Which entry is largest is a case distinction; every case is proved."""
        chosen = window(sizes, input=(4, 4), kernel=(2, 2), stride=None)
        layer = MaxPool2d(chosen.kernel, chosen.stride, chosen.padding)
        pool = setting(layer, (chosen.channels, *chosen.input), chosen.pool_text, {})
        blocks = tuple(_blocks(pool, windows(pool.equation)))
        return Derivation(self.word, self.title, pool.sizes, Premises(), blocks)


def _blocks(pool: Setting, among: dict[Entry, tuple[Entry, ...]]) -> Iterator[Block]:
    yield Prose(
        (
            "Each output z is the largest entry of its window. g = ∂L/∂z is the loss's gradient with "
            "respect to the output. [a = b] is 1 where a equals b, else 0.",
        )
    )
    if pool.x.shape[0] == 1:
        yield Picture((grid(pool.x, 0), "→", grid(pool.z, 0)))
    yield Heading("Forwards")
    forwards = Premises({atom(z): Maximum(among[z]) for z in among})
    for z in among:
        yield Chain(z, (_placed(pool, z),), premises=forwards)
    yield Heading("Backwards")
    yield Prose(
        (
            "Where one entry is strictly the largest, z is that entry: its slope is 1, and every other "
            "entry can move a little without being noticed. Among equals a convention decides (PyTorch: "
            "the first in reading order).",
        )
    )
    ups = dict(zip(all_entries(pool.z), all_entries(pool.g), strict=True))
    covering: dict[Entry, list[Entry]] = {x: [] for x in all_entries(pool.x)}
    for z, window_ in among.items():
        for x in window_:
            covering[x].append(z)
    for x, several in covering.items():
        yield _backward(x, several, among, ups)


def _placed(pool: Setting, z: Entry) -> Step:
    """The window by laying it on the image."""
    layer = pool.layer
    assert isinstance(layer, MaxPool2d)
    channel, i, j = atom(z)[1]
    step, corner = layer.stride or layer.size, [before for before, _ in layer.sliding.frame]
    top, left = i * step[0] - corner[0], j * step[1] - corner[1]
    rows = framed(grid(pool.x, channel), (-top, -left), layer.size)
    among = tuple(each for row in rows for each in row if each != ZERO)
    return Step(Maximum(among), ("the largest of its window",))


def _backward(
    x: Entry, several: list[Entry], among: dict[Entry, tuple[Entry, ...]], ups: dict[Entry, Entry]
) -> Chain:
    if not several:
        return Chain(Derivative(LOSS, x), (Step(ZERO, (x, " is in no window")),))
    slopes = added(multiplied((Derivative(LOSS, z), Derivative(z, x))) for z in several)
    brackets = added(multiplied((ups[z], Bracket(x, "=", z))) for z in several)
    names = [word for z in several for word in (" and ", z)][1:]
    return Chain(
        Derivative(LOSS, x),
        (
            Step(slopes, ("chain rule: ", x, " goes into ", *names)),
            Step(brackets, ("slope 1 if ", x, " is the largest of its window, else 0")),
        ),
        _cases(several, among),
        # the windows that x is in; the others do not know it
        Premises({}, {atom(z): ups[z] for z in several}, LOSS),
    )


def _cases(several: list[Entry], among: dict[Entry, tuple[Entry, ...]]) -> tuple[Case, ...]:
    """Every entry in turn as the largest of each of these windows.

    One window at a time: the sums are linear in them, and the others stay as they are.
    """
    cases = []
    for z in several:
        for winner in among[z]:
            winners = {other: among[other][0] for other in several} | {z: winner}
            truths = {Bracket(x, "=", other): x == winners[other] for other in several for x in among[other]}
            cases.append(Case({}, {atom(other): each for other, each in winners.items()}, truths))
    return tuple(cases)
