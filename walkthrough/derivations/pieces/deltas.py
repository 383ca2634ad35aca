"""The lines of the δ recursion: the last layer, the way back, the parameters, the batch."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from walkthrough.derivations.derivation import Block, Case, Chain, Premises, Step
from walkthrough.derivations.expressions import (
    ONE,
    ZERO,
    Atom,
    Bracket,
    Derivative,
    Mean,
    added,
    all_entries,
    at,
    atom,
    letter,
    multiplied,
)
from walkthrough.derivations.pieces.expansion import weighted
from walkthrough.derivations.pieces.four_layers import FourLayers, Layer
from walkthrough.derivations.pieces.shares import softmax
from walkthrough.losses.cross_entropy import CrossEntropy
from walkthrough.mathematics.notation import Entry, Expression, Index, Negative, Number, Tensor

LOSS, ETA, SAMPLES, MEAN_LOSS = letter("L"), letter("eta", "η"), letter("B"), letter("J")
_BATCH = 3


def change(of: Expression) -> Expression:
    """−η·(a slope): what a step of gradient descent adds."""
    return Negative(multiplied((ETA, of)))


def error_at_the_end(net: FourLayers) -> Iterator[Block]:
    """δ⁽³⁾ = −η(p − y)."""
    last = net.layers[3]
    classes = last.z.size
    equation, shares = softmax(classes, "z3", last.z.symbol)
    p, y = all_entries(equation.left.tensor), all_entries(Tensor("y", (classes,), "y"))
    (loss,) = CrossEntropy().equations(p[0].tensor, y[0].tensor, LOSS.tensor)
    definitions: dict[Atom, Expression] = {**shares, atom(LOSS): loss.right}
    pairs = list(zip(all_entries(last.delta), all_entries(last.z), strict=True))
    definitions |= {atom(delta): change(Derivative(LOSS, z)) for delta, z in pairs}
    whole = {atom(y[-1]): added((ONE, *(Negative(each) for each in y[:-1])))}
    for (delta, z), share, target in zip(pairs, p, y, strict=True):
        steps = (
            Step(change(Derivative(LOSS, z)), ("what δ is",)),
            Step(change(share - target), ("cross-entropy-gradient; Σy = 1",), whole),
        )
        yield Chain(delta, steps, premises=Premises(definitions))


def recursion(net: FourLayers, level: int) -> Iterator[Block]:
    """δ of a layer from δ of the next, for every entry of z."""
    layer, after = net.layers[level], net.layers[level + 1]
    competitors = net.competitors(level)
    gate_of = {z: x for x, several in competitors.items() for z in several}
    cases = {x: _cases(x, several) for x, several in competitors.items()}
    premises = _between(layer, after)
    reading = after.gradient(after.x)
    for delta, z in zip(all_entries(layer.delta), all_entries(layer.z), strict=True):
        start = Step(change(Derivative(LOSS, z)), ("what δ is",))
        if z not in gate_of:
            yield Chain(delta, (start, Step(ZERO, (z, " is in no window"))), premises=premises)
            continue
        x = gate_of[z]
        products = reading.products(atom(x)[1])
        slopes = [
            multiplied((factors[0], Derivative(at(after.z, atom(factors[0])[1]), x)))
            for _, factors in products
        ]
        back = added(weighted(*each) for each in products)
        gates = _gates(x, z, competitors[x])
        steps = (
            start,
            Step(multiplied((added(slopes), Derivative(x, z))), ("chain rule: ", z, " goes into ", x)),
            Step(multiplied((back, *gates)), _reason(len(gates))),
        )
        yield Chain(delta, steps, cases[x], premises)


def _reason(gates: int) -> tuple[str]:
    return ("weights, and the gate",) if gates == 1 else ("weights; is it the largest; is its gate open",)


def _gates(x: Entry, z: Entry, competitors: tuple[Entry, ...]) -> tuple[Expression, ...]:
    opened = Bracket(z, ">", ZERO)
    return (opened,) if len(competitors) == 1 else (Bracket(x, "=", z), opened)


def _between(layer: Layer, after: Layer) -> Premises:
    """The next layer's equation, its ∂L/∂z given, and both δ as what they are."""
    slopes = all_entries(after.slope)
    definitions: dict[Atom, Expression] = {atom(z): after.output.at(z) for z in all_entries(after.z)}
    for delta, slope in zip(all_entries(after.delta), slopes, strict=True):
        definitions[atom(delta)] = change(slope)
    for delta, z in zip(all_entries(layer.delta), all_entries(layer.z), strict=True):
        definitions[atom(delta)] = change(Derivative(LOSS, z))
    upstream = {atom(z): slope for z, slope in zip(all_entries(after.z), slopes, strict=True)}
    return Premises(definitions, upstream, LOSS)


def _cases(x: Entry, competitors: tuple[Entry, ...]) -> tuple[Case, ...]:
    """Each competitor in turn the largest, and positive; and none of them positive."""
    several = len(competitors) > 1
    cases = []
    for winner in (*competitors, None):
        truths: dict[Bracket, bool] = {}
        for z in competitors:
            # of the others only one thing is certain: they are not the largest
            truths[Bracket(z, ">", ZERO)] = winner is not None if several else winner == z
            truths[Bracket(x, "=", z)] = winner == z
        cases.append(Case({}, {atom(x): winner or ZERO}, truths))
    return tuple(cases)


def changes(layer: Layer) -> Iterator[Block]:
    """−η·∂L/∂w and −η·∂L/∂b of a layer, by its δ."""
    slopes = all_entries(layer.slope)
    definitions: dict[Atom, Expression] = {atom(z): layer.output.at(z) for z in all_entries(layer.z)}
    definitions |= {
        atom(delta): change(slope) for delta, slope in zip(all_entries(layer.delta), slopes, strict=True)
    }
    upstream = {atom(z): slope for z, slope in zip(all_entries(layer.z), slopes, strict=True)}
    premises = Premises(definitions, upstream, LOSS)
    for tensor in (layer.w, layer.b):
        reading = layer.gradient(tensor)
        for entry in all_entries(tensor):
            right = added(weighted(*each) for each in reading.products(atom(entry)[1]))
            because = (
                ("what ", entry, " is multiplied by") if tensor == layer.w else (entry, " is added as it is")
            )
            yield Chain(change(Derivative(LOSS, entry)), (Step(right, because),), premises=premises)


def batch_mean(net: FourLayers) -> Iterator[Block]:
    """The last layer's first bias and first weight, over a batch."""
    layer = net.layers[3]
    delta, x, z, slope = (_batched(each) for each in (layer.delta, layer.x, layer.z, layer.slope))
    share = Number(Fraction(1, _BATCH))
    definitions: dict[Atom, Expression] = {}
    upstream: dict[Atom, Expression] = {}
    for sample in range(_BATCH):
        for one in layer.z.cells():
            cell = (sample, *one)
            products = layer.output.products(one)
            definitions[atom(at(z, cell))] = added(_sampled(each, sample, layer.x, x) for each in products)
            definitions[atom(at(delta, cell))] = change(at(slope, cell))
            upstream[atom(at(z, cell))] = multiplied((share, at(slope, cell)))
    premises = Premises(definitions, upstream, MEAN_LOSS)
    s = Index("s", _BATCH)
    for entry, body in (
        (at(layer.b, (0,)), delta[s, 0]),
        (at(layer.w, (0, 0)), multiplied((delta[s, 0], x[s, 0]))),
    ):
        step = Step(Mean(body, s, SAMPLES), ("the mean of what each sample would change",))
        yield Chain(change(Derivative(MEAN_LOSS, entry)), (step,), premises=premises)


def _batched(tensor: Tensor) -> Tensor:
    return Tensor(tensor.name, (_BATCH, *tensor.shape), tensor.symbol)


def _sampled(
    product: tuple[Fraction, tuple[Entry, ...]], sample: int, of: Tensor, batched: Tensor
) -> Expression:
    """A product in which the input's entries are those of one sample."""
    coefficient, factors = product
    moved = (at(batched, (sample, *atom(each)[1])) if each.tensor == of else each for each in factors)
    return weighted(coefficient, tuple(moved))
