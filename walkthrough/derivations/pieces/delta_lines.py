"""The lines of the δ recursion: the last layer, the way back, the parameters, the batch."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import DerivationBlock, Equalities, Equality, Premises, ProofCase
from walkthrough.derivations.derivation_notation import (
    LOSS,
    ONE_TERM,
    ZERO_TERM,
    Atom,
    Bracket,
    Derivative,
    all_entries,
    at,
    atom,
    letter,
    written_product,
    written_sum,
)
from walkthrough.derivations.pieces.four_layer_network import FourLayers, LearningLayer
from walkthrough.derivations.pieces.softmax_shares import softmax
from walkthrough.derivations.pieces.sums_written_out import weighted
from walkthrough.losses.cross_entropy import CrossEntropy
from walkthrough.mathematics.notation import Entry, Expression, Negative, Tensor

ETA = letter("eta", "η")


def change(of: Expression) -> Expression:
    """−η·(a slope): what a step of gradient descent adds."""
    return Negative(written_product((ETA, of)))


def error_at_the_end(net: FourLayers) -> Iterator[DerivationBlock]:
    """δ⁽³⁾ = −η(p − y)."""
    last = net.layers[3]
    classes = last.z.size
    equation, shares = softmax(classes, "z3", last.z.symbol)
    p, y = all_entries(equation.left.tensor), all_entries(Tensor("y", (classes,), "y"))
    (loss,) = CrossEntropy().equations(p[0].tensor, y[0].tensor, LOSS.tensor)
    definitions: dict[Atom, Expression] = {**shares, atom(LOSS): loss.right}
    pairs = list(zip(all_entries(last.delta), all_entries(last.z), strict=True))
    definitions |= {atom(delta): change(Derivative(LOSS, z)) for delta, z in pairs}
    whole = {atom(y[-1]): written_sum((ONE_TERM, *(Negative(each) for each in y[:-1])))}
    one = f"{' + '.join(f'y[{each + 1}]' for each in range(classes))} == 1"
    for (delta, z), share, target in zip(pairs, p, y, strict=True):
        steps = (
            Equality(change(Derivative(LOSS, z)), ("what δ is",), defines=True),
            Equality(change(share - target), ("cross-entropy-gradient; Σy = 1",), whole, one),
        )
        yield Equalities(delta, steps, premises=Premises(definitions))


def recursion(net: FourLayers, level: int) -> Iterator[DerivationBlock]:
    """δ of a layer from δ of the next, for every entry of z."""
    layer, after = net.layers[level], net.layers[level + 1]
    competitors = net.competitors(level)
    gate_of = {z: x for x, several in competitors.items() for z in several}
    cases = {x: which_is_largest(x, several) for x, several in competitors.items()}
    premises = between(layer, after)
    reading = after.gradient(after.x)
    for delta, z in zip(all_entries(layer.delta), all_entries(layer.z), strict=True):
        start = Equality(change(Derivative(LOSS, z)), ("what δ is",), defines=True)
        if z not in gate_of:
            yield Equalities(delta, (start, Equality(ZERO_TERM, (z, " is in no window"))), premises=premises)
            continue
        x = gate_of[z]
        products = reading.products(atom(x)[1])
        slopes = [
            written_product((factors[0], Derivative(at(after.z, atom(factors[0])[1]), x)))
            for _, factors in products
        ]
        back = written_sum(weighted(*each) for each in products)
        gates = _gates(x, z, competitors[x])
        given = "z is not 0" if len(gates) == 1 else "one entry of the window is the largest, and not 0"
        steps = (
            start,
            Equality(
                written_product((written_sum(slopes), Derivative(x, z))),
                ("chain rule: ", z, " goes into ", x),
            ),
            Equality(written_product((back, *gates)), _reason(len(gates))),
        )
        yield Equalities(delta, steps, cases[x], premises, given)


def _reason(gates: int) -> tuple[str]:
    return ("weights, and the gate",) if gates == 1 else ("weights; is it the largest; is its gate open",)


def _gates(x: Entry, z: Entry, competitors: tuple[Entry, ...]) -> tuple[Expression, ...]:
    opened = Bracket(z, ">", ZERO_TERM)
    return (opened,) if len(competitors) == 1 else (Bracket(x, "=", z), opened)


def between(layer: LearningLayer, after: LearningLayer) -> Premises:
    """The next layer's equation, its ∂L/∂z given, and both δ as what they are."""
    known = layer_premises(after)
    definitions = dict(known.definitions)
    for delta, z in zip(all_entries(layer.delta), all_entries(layer.z), strict=True):
        definitions[atom(delta)] = change(Derivative(LOSS, z))
    return Premises(definitions, known.upstream, LOSS)


def which_is_largest(x: Entry, competitors: tuple[Entry, ...]) -> tuple[ProofCase, ...]:
    """Each competitor in turn the largest, and positive; and none of them positive."""
    several = len(competitors) > 1
    cases = []
    for winner in (*competitors, None):
        truths: dict[Bracket, bool] = {}
        for z in competitors:
            # of the others only one thing is certain: they are not the largest
            truths[Bracket(z, ">", ZERO_TERM)] = winner is not None if several else winner == z
            truths[Bracket(x, "=", z)] = winner == z
        cases.append(ProofCase({}, {atom(x): winner or ZERO_TERM}, truths))
    return tuple(cases)


def layer_premises(layer: LearningLayer) -> Premises:
    """The layer's equation, its ∂L/∂z given, and δ as what it is."""
    slopes = all_entries(layer.slope)
    definitions: dict[Atom, Expression] = {atom(z): layer.output.at(z) for z in all_entries(layer.z)}
    for delta, slope in zip(all_entries(layer.delta), slopes, strict=True):
        definitions[atom(delta)] = change(slope)
    upstream = {atom(z): slope for z, slope in zip(all_entries(layer.z), slopes, strict=True)}
    return Premises(definitions, upstream, LOSS)


def parameter_changes(layer: LearningLayer) -> Iterator[DerivationBlock]:
    """−η·∂L/∂w and −η·∂L/∂b of a layer, by its δ."""
    premises = layer_premises(layer)
    for tensor in (layer.w, layer.b):
        reading = layer.gradient(tensor)
        for entry in all_entries(tensor):
            right = written_sum(weighted(*each) for each in reading.products(atom(entry)[1]))
            because = (
                ("what ", entry, " is multiplied by") if tensor == layer.w else (entry, " is added as it is")
            )
            yield Equalities(change(Derivative(LOSS, entry)), (Equality(right, because),), premises=premises)
