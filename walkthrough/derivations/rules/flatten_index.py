"""Where an entry stands when channels, rows and columns are read one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    GeneralEqualities,
    Instance,
    Paragraph,
    PartTitle,
    Premises,
    ProofCase,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative, all_entries, atom, letter
from walkthrough.derivations.general_notation import LetteredTensor, letters
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes, pair, side
from walkthrough.derivations.pieces.formula_grids import grid
from walkthrough.derivations.pieces.layers_in_letters import Setting, setting
from walkthrough.derivations.pieces.sums_written_out import chain_rule
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.flatten import Flatten
from walkthrough.mathematics.notation import Addition, Cell, Expression, Shape, expression, ravel

PLACE, C, I, J = letter("n"), letter("c"), letter("i"), letter("j")  # noqa: E741


class FlattenIndex(DerivedRule):
    """Whole channels before it, whole rows before it, then the place in its row."""

    title = "Flatten: which entry comes where"
    page_letters = letters_of(Flatten, g=False)
    takes = ("input", "channels")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """The index, entry by entry, and the gradient's way back."""
        rows_columns = side("input", pair(sizes.input, (2, 3)))
        channels = limits.count("channels", sizes.channels, 2, 64)
        limits.refuse_too_many_products(10 * channels * rows_columns[0] * rows_columns[1])
        text = f"{channels} channel{'s' * (channels > 1)} of {rows_columns[0]}×{rows_columns[1]}"
        flat = setting(Flatten(), (channels, *rows_columns), text, {})
        return Derivation(self.word, self.title, text, flat.premises, tuple(_blocks(flat)))


def _blocks(flat: Setting) -> Iterator[DerivationBlock]:
    channels = flat.x.shape[0]
    yield Paragraph(
        (
            "x is the input, z the same numbers in one row, read as one reads a page: left to right, top "
            "to bottom, channel after channel. g = ∂L/∂z. All indices count from 1.",
        )
    )
    if channels <= 4:
        yield SideBySide(tuple(grid(flat.x, channel) for channel in range(channels)))
    yield from _general()
    yield PartTitle("The index here")
    yield _index(flat)
    yield PartTitle("Entry by entry")
    for z in all_entries(flat.z):
        value = flat.output.at(z)
        yield Equalities(z, (Equality(value, (_arithmetic(flat, atom(z)[1][0]),), defines=True),))
    yield PartTitle("Backwards: the same way back")
    reading = flat.gradient(flat.x)
    for x in all_entries(flat.x):
        yield chain_rule(LOSS, x, reading, flat.z, ("a copy has the slope 1",))


def _index(flat: Setting) -> Equalities:
    """n for the entry c, i, j: counted in every case, by the formula in general."""
    channels, rows, columns = flat.x.shape
    before: list[Expression] = [(C - 1) * expression(rows * columns)] if channels > 1 else []
    before.append((I - 1) * expression(columns))
    cases = tuple(
        ProofCase(
            {},
            {atom(PLACE): expression(ravel(cell, flat.x.shape) + 1)}
            | {atom(one): expression(number + 1) for one, number in zip((C, I, J), cell, strict=True)},
        )
        for cell in flat.x.cells()
    )
    whole = f"whole channels of {rows * columns}, " if channels > 1 else ""
    return Equalities(
        PLACE,
        (
            Equality(
                Addition((expression(1), *before, J - 1)),
                (f"1 + what comes before it: {whole}whole rows, its row",),
            ),
            Equality(Addition((*before, J)), ("1 − 1 = 0; counted for every entry",)),
        ),
        cases,
        counted=True,
    )


def _arithmetic(flat: Setting, place: int) -> str:
    channels, rows, columns = flat.x.shape
    channel, rest = divmod(place, rows * columns)
    row, column = divmod(rest, columns)
    first = f"{channel}·{rows * columns} + " if channels > 1 else ""
    return f"{place + 1} = {first}{row}·{columns} + {column + 1}"


_MOST = 3
CHANNELS, ROWS, COLUMNS = letters("C H W")
_FIRST_ONE = "channel by channel: whole channels before it, whole rows, its place in the row"
_LAST_ONE = "channels last: whole rows before it, whole places in the row, then its channel"


def _general() -> Iterator[DerivationBlock]:
    """The place among C channels of H×W: with the channels first, as here, and with the channels last."""
    yield PartTitle("The index in general")
    yield Paragraph(
        (
            "C channels of H×W. Some notes keep the channels last, row × column × channel, and read place by "
            "place with all channels of each. Counted one after the other, not proved in letters: every "
            f"entry, for C, H and W from 1 to {_MOST}.",
        )
    )
    first = Addition(((C - 1) * (ROWS * COLUMNS), (I - 1) * COLUMNS, J))
    yield GeneralEqualities(PLACE, (Equality(first, (_FIRST_ONE,)),), lambda: _counted(_channels_first))
    last = Addition((((I - 1) * COLUMNS + J - 1) * CHANNELS, C))
    yield GeneralEqualities(
        PLACE, (Equality(last, (_LAST_ONE,)),), lambda: _counted(_channels_last), "channels last"
    )
    back = LetteredTensor("g", (CHANNELS * ROWS * COLUMNS,))[first]
    x = LetteredTensor("x", (CHANNELS, ROWS, COLUMNS))[C, I, J]
    yield GeneralEqualities(
        Derivative(LOSS, x), (Equality(back, ("backwards: the same way back",)),), _flattened
    )


def _counted(order: Callable[[Shape], Iterator[Cell]]) -> Iterator[Instance]:
    """Entries in an order, each with the place that it has there."""
    for shape in product(range(1, _MOST + 1), repeat=3):
        for place, cell in enumerate(order(shape), start=1):
            yield Instance(_numbers(shape, cell), {}, Premises({atom(PLACE): expression(place)}))


def _channels_first(shape: Shape) -> Iterator[Cell]:
    for channel in range(shape[0]):
        for i in range(shape[1]):
            for j in range(shape[2]):
                yield channel, i, j


def _channels_last(shape: Shape) -> Iterator[Cell]:
    for i in range(shape[1]):
        for j in range(shape[2]):
            for channel in range(shape[0]):
                yield channel, i, j


def _flattened() -> Iterator[Instance]:
    for shape in product(range(1, _MOST + 1), repeat=3):
        flat = setting(Flatten(), shape, "", {})
        for cell in flat.x.cells():
            yield Instance(_numbers(shape, cell), {"x": flat.x, "g": flat.g}, flat.premises)


def _numbers(shape: Shape, cell: Cell) -> dict[str, int]:
    sizes = dict(zip("CHW", shape, strict=True))
    return sizes | {one: place + 1 for one, place in zip("cij", cell, strict=True)}
