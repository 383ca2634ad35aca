"""The δ recursion for layers of any size, and for a batch of any number of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache

from walkthrough.derivations.derivation import (
    DerivationBlock,
    Equality,
    GeneralEqualities,
    Instance,
    Paragraph,
    PartTitle,
    Premises,
    ProofCase,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    ZERO_TERM,
    Atom,
    Bracket,
    Derivative,
    at,
    atom,
    letter,
    written_product,
    written_sum,
)
from walkthrough.derivations.general_notation import (
    LetteredEntry,
    LetteredSum,
    LetteredTensor,
    counted_from_1,
    letters,
)
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.delta_lines import between, change, layer_premises, which_is_largest
from walkthrough.derivations.pieces.four_layer_network import FourLayers, LearningLayer, four_layers
from walkthrough.derivations.pieces.sums_written_out import weighted
from walkthrough.mathematics.notation import Cell, Entry, Expression, Number, Quotient, Tensor, ravel

SAMPLES, MEAN_LOSS = letter("B"), letter("J")
C, F, U, V, A, D, R, T = letters("C F U V A D R T")
H, W, K1, K2 = letters("H W K1 K2")
a, c, f, i, j, m, n, q, r, s, u, v = letters("a c f i j m n q r s u v")

_BATCHES = (1, 2, 3, 4)
_WINDOW = "u == floor((m + 1)/2), v == floor((n + 1)/2), one entry of the window is the largest, and not 0"
_GIVEN = {
    2: "z2[j] != 0",
    1: f"a == (c - 1)*R*T + (u - 1)*T + v, {_WINDOW}",
    0: _WINDOW,
}
_NETS = (
    AskedSizes(),
    AskedSizes(input=(8, 7), channels=2, filters=1, outputs=3, classes=2),
    AskedSizes(input=(10, 8), kernel=(3, 2), filters=3, outputs=1, classes=4),
)


def _named(name: str, level: int, *sizes: Expression) -> LetteredTensor:
    return LetteredTensor(f"{name}{level}", sizes, f"{name.replace('delta', 'δ')}⁽{'⁰¹²³'[level]}⁾")


def general_deltas() -> Iterator[DerivationBlock]:
    """One line for each kind of step: dense, convolution, the parameters of both."""
    yield PartTitle("In general")
    yield Paragraph(
        (
            "A inputs and D outputs of a dense layer; C channels, F filters of K₁×K₂; H×W what goes into a "
            "convolution, U×V what comes out. Row m, column n of z is in window u, v of the pool: "
            "u = ⌊(m + 1)/2⌋, v = ⌊(n + 1)/2⌋; R×T windows are flattened, c, u, v to place "
            "a = (c − 1)·R·T + (u − 1)·T + v. Counted, not proved in letters: compared entry by entry in "
            "three networks, of inputs up to 10×8, 2 channels, 3 filters, kernels up to 3×2.",
        )
    )
    yield from _dense()
    yield from _flatten()
    yield from _convolution()


def _dense() -> Iterator[DerivationBlock]:
    delta, x, w, b = _named("delta", 3, D), _named("x", 3, A), _named("w", 3, D, A), _named("b", 3, D)
    yield _parameter(3, w[i, j], delta[i] * x[j], lambda layer: layer.w, (i, j))
    yield _parameter(3, b[i], delta[i], lambda layer: layer.b, (i,))
    back = LetteredSum(delta[i] * w[i, j], ((i, D),))
    z = _named("z", 2, A)[j]
    yield _recursion(2, _named("delta", 2, A)[j], back * Bracket(z, ">", ZERO_TERM), (j,))


def _convolution() -> Iterator[DerivationBlock]:
    delta, x, w = _named("delta", 1, F, U, V), _named("x", 1, C, H, W), _named("w", 1, F, C, K1, K2)
    sum_ = LetteredSum(delta[f, i, j] * x[c, i + K1 - q, j + K2 - r], ((i, U), (j, V)))
    yield _parameter(1, w[f, c, q, r], sum_, lambda layer: layer.w, (f, c, q, r))
    b = _named("b", 1, F, U, V)
    yield _parameter(1, b[f, i, j], delta[f, i, j], lambda layer: layer.b, (f, i, j))
    turned = w[f, c, K1 + i - u, K2 + j - v]
    back = LetteredSum(delta[f, i, j] * turned, ((f, F), (i, U), (j, V)))
    z = _named("z", 0, C, H, W)[c, m, n]
    yield _recursion(0, _named("delta", 0, C, H, W)[c, m, n], back * _gates(x[c, u, v], z), (c, m, n))


def _flatten() -> Iterator[DerivationBlock]:
    delta, x, w = _named("delta", 2, D), _named("x", 2, C * R * T), _named("w", 2, D, C * R * T)
    z = _named("z", 1, C, U, V)[c, m, n]
    back = LetteredSum(delta[i] * w[i, a], ((i, D),))
    yield _recursion(1, _named("delta", 1, C, U, V)[c, m, n], back * _gates(x[a], z), (c, m, n))


def _gates(x: LetteredEntry, z: LetteredEntry) -> Expression:
    """Is it the largest of its window, is its gate open."""
    return Bracket(x, "=", z) * Bracket(z, ">", ZERO_TERM)


def _recursion(
    level: int, delta: LetteredEntry, right: Expression, free: tuple[Entry, ...]
) -> GeneralEqualities:
    gates = "the gate" if level == 2 else "is it the largest of its window, is its gate open"
    return GeneralEqualities(
        delta,
        (Equality(right, (f"back through the weights; {gates}",)),),
        lambda: _entries_of_z(level, free),
        _GIVEN[level],
    )


def _entries_of_z(level: int, free: tuple[Entry, ...]) -> Iterator[Instance]:
    for net in _nets():
        layer, after = net.layers[level], net.layers[level + 1]
        premises = between(layer, after)
        for x, several in net.competitors(level).items():
            cases = which_is_largest(x, several)
            for z in several:
                yield _instance(after, (layer.z, layer.delta), premises, free, atom(z)[1], cases)


def _parameter(
    level: int,
    entry: LetteredEntry,
    right: Expression,
    tensor: Callable[[LearningLayer], Tensor],
    free: tuple[Entry, ...],
) -> GeneralEqualities:
    def instances() -> Iterator[Instance]:
        for net in _nets():
            layer = net.layers[level]
            premises = layer_premises(layer)
            for cell in tensor(layer).cells():
                yield _instance(layer, (), premises, free, cell)

    because = ("δ times what ", entry, " is multiplied by")
    return GeneralEqualities(change(Derivative(LOSS, entry)), (Equality(right, because),), instances)


def _instance(
    layer: LearningLayer,
    before: tuple[Tensor, ...],
    premises: Premises,
    free: tuple[Entry, ...],
    cell: Cell,
    cases: tuple[ProofCase, ...] = (ProofCase(),),
) -> Instance:
    tensors = (layer.x, layer.w, layer.b, layer.z, layer.delta, *before)
    numbers = _sizes(layer) | _window(layer, cell)
    numbers |= counted_from_1(free, cell)
    return Instance(
        numbers,
        {each.name: each for each in tensors},
        premises,
        cases,
    )


def _window(layer: LearningLayer, cell: Cell) -> dict[str, int]:
    """The pool's window in which an entry of a map is, and its place once that is flattened."""
    if len(cell) != 3:
        return {}
    at_window = (cell[0], cell[1] // 2, cell[2] // 2)
    found = {"u": at_window[1] + 1, "v": at_window[2] + 1}
    return found | ({"a": ravel(at_window, layer.pooled) + 1} if layer.pooled else {})


def _sizes(layer: LearningLayer) -> dict[str, int]:
    if len(layer.w.shape) == 2:
        pooled = dict(zip("CRT", layer.pooled, strict=True)) if layer.pooled else {}
        return dict(zip("DA", layer.w.shape, strict=True)) | pooled
    names = ("F", "C", "K1", "K2", "H", "W", "U", "V")
    return dict(zip(names, (*layer.w.shape, *layer.x.shape[1:], *layer.z.shape[1:]), strict=True))


@cache
def _nets() -> tuple[FourLayers, ...]:
    return tuple(map(four_layers, _NETS))


# --- a batch -----------------------------------------------------------------------------------------


def batch_mean(net: FourLayers) -> Iterator[DerivationBlock]:
    """The last layer's first bias and first weight, over a batch of any number of samples."""
    layer = net.layers[3]
    classes, inputs = (Number(Fraction(size)) for size in layer.w.shape)
    delta = LetteredTensor(layer.delta.name, (SAMPLES, classes), layer.delta.symbol)
    x = LetteredTensor(layer.x.name, (SAMPLES, inputs), layer.x.symbol)
    for entry, body in (
        (at(layer.b, (0,)), delta[s, 1]),
        (at(layer.w, (0, 0)), delta[s, 1] * x[s, 1]),
    ):
        mean = Quotient(LetteredSum(body, ((s, SAMPLES),)), SAMPLES)
        step = Equality(mean, (f"the mean over the samples; counted for B = 1…{_BATCHES[-1]}",))
        yield GeneralEqualities(
            change(Derivative(MEAN_LOSS, entry)),
            (step,),
            lambda: map(_Batch(layer).instance, _BATCHES),
            general=False,
        )


class _Batch:
    """A dense layer with samples as a first index, and J the mean of their losses."""

    def __init__(self, layer: LearningLayer) -> None:
        self.layer = layer

    def instance(self, samples: int) -> Instance:
        """A batch of so many samples."""
        layer = self.layer
        x, z, delta, slope = (
            Tensor(each.name, (samples, *each.shape), each.symbol)
            for each in (layer.x, layer.z, layer.delta, layer.slope)
        )
        definitions: dict[Atom, Expression] = {}
        upstream: dict[Atom, Expression] = {}
        for cell in z.cells():
            sample, one = cell[0], cell[1:]
            products = layer.output.products(one)
            definitions[atom(at(z, cell))] = written_sum(self._sampled(each, sample, x) for each in products)
            definitions[atom(at(delta, cell))] = change(at(slope, cell))
            share = Number(Fraction(1, samples))
            upstream[atom(at(z, cell))] = written_product((share, at(slope, cell)))
        tensors = {each.name: each for each in (x, delta)}
        return Instance({"B": samples}, tensors, Premises(definitions, upstream, MEAN_LOSS))

    def _sampled(
        self, product: tuple[Fraction, tuple[Entry, ...]], sample: int, batched: Tensor
    ) -> Expression:
        """A product in which the input's entries are those of one sample."""
        coefficient, factors = product
        moved = (
            at(batched, (sample, *atom(each)[1])) if each.tensor == self.layer.x else each for each in factors
        )
        return weighted(coefficient, tuple(moved))
