"""Pools for any size, stride and padding, and the sizes at which they are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
from walkthrough.derivations.derivation_notation import LOSS, Bracket, Derivative, atom
from walkthrough.derivations.general_notation import (
    Between,
    LetteredSum,
    LetteredTensor,
    counted_from_1,
    letters,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting, competing_entries, setting
from walkthrough.derivations.pieces.pool_windows import around, largest_of_each
from walkthrough.layers.average_pool2d import AveragePool2d
from walkthrough.layers.max_pool2d import MaxPool2d
from walkthrough.mathematics.notation import Tensor, expression

C, H, W, U, V, K1, K2, S1, S2, P1, P2 = letters("C H W U V K1 K2 s1 s2 P1 P2")
c, i, j, m, n, p, q = letters("c i j m n p q")

X = LetteredTensor("x", (C, H, W))
Z, G = LetteredTensor("z", (C, U, V)), LetteredTensor("g", (C, U, V))

_ROWS = ((1, 1, 0), (2, 1, 0), (2, 2, 0), (2, 1, 1), (3, 2, 1), (2, 3, 0))
"""Window, stride and padding along the rows; along the columns the same the other way round."""
_INPUT = (4, 3)
_NO_TIE = "no two entries of a window are equal"

_COVERS = (
    Between(expression(1), m - S1 * (i - 1) + P1, K1),
    Between(expression(1), n - S2 * (j - 1) + P2, K2),
)
"""Window i, j covers the entry in row m, column n."""


def _words() -> Iterator[DerivationBlock]:
    yield PartTitle("In general")
    yield Paragraph(
        (
            "Any sizes: channels of H×W, windows of K₁×K₂, s₁ rows and s₂ columns apart (stride), P₁ and P₂ "
            "zeros around (padding), U×V windows. Counted, not proved in letters: compared entry by entry at "
            f"{len(_ROWS)} sizes, an input of 4×3, windows up to 3×3, strides 1 to 3, padding 0 and 1.",
        )
    )


_CHAIN_RULE = Equality(
    LetteredSum(Derivative(LOSS, Z[c, i, j]) * Derivative(Z[c, i, j], X[c, m, n]), ((i, U), (j, V)), _COVERS),
    ("chain rule, over the windows that cover ", X[c, m, n]),
)


def general_average_pool() -> Iterator[DerivationBlock]:
    """1/(K₁K₂)·Σ, forwards and backwards."""
    yield from _words()
    window = LetteredSum(X[c, S1 * (i - 1) + p - P1, S2 * (j - 1) + q - P2], ((p, K1), (q, K2)))
    share = expression(1) / (K1 * K2)
    yield GeneralEqualities(
        Z[c, i, j], (Equality(share * window, ("the mean of its window",)),), lambda: _averages(forwards=True)
    )
    back = LetteredSum(G[c, i, j], ((i, U), (j, V)), _COVERS)
    steps = (_CHAIN_RULE, Equality(share * back, ("the same share in each",)))
    yield GeneralEqualities(Derivative(LOSS, X[c, m, n]), steps, lambda: _averages(forwards=False))


def _averages(forwards: bool) -> Iterator[Instance]:
    for at, numbers in _settings(AveragePool2d):
        tensor, free = (at.z, (c, i, j)) if forwards else (at.x, (c, m, n))
        for cell in tensor.cells():
            places = counted_from_1(free, cell)
            yield Instance({**numbers, **places}, _tensors(at), at.premises)


def general_max_pool() -> Iterator[DerivationBlock]:
    """Σ g·[x = z] over the windows that cover x."""
    yield from _words()
    routed = G[c, i, j] * Bracket(X[c, m, n], "=", Z[c, i, j])
    back = LetteredSum(routed, ((i, U), (j, V)), _COVERS)
    steps = (_CHAIN_RULE, Equality(back, ("slope 1 where it is the largest, else 0",)))
    yield GeneralEqualities(Derivative(LOSS, X[c, m, n]), steps, _largest, _NO_TIE)


def _largest() -> Iterator[Instance]:
    for at, numbers in _settings(MaxPool2d):
        among = competing_entries(at.equation)
        ups = {atom(z): at.g[tuple(atom(z)[1])] for z in among}
        for x, several in around(at.x, among).items():
            places = {one: place + 1 for one, place in zip("cmn", atom(x)[1], strict=True)}
            upstream = {atom(z): ups[atom(z)] for z in several}
            cases = largest_of_each(several, among) or (ProofCase(),)
            yield Instance({**numbers, **places}, _tensors(at), Premises({}, upstream, LOSS), cases)


def _tensors(at: Setting) -> dict[str, Tensor]:
    return {each.name: each for each in (at.x, at.z, at.g)}


def _settings(kind: type[MaxPool2d] | type[AveragePool2d]) -> Iterator[tuple[Setting, Mapping[str, int]]]:
    for rows, columns in zip(_ROWS, reversed(_ROWS), strict=True):
        size, stride, padding = zip(rows, columns, strict=True)
        at = setting(kind(size, stride, padding), (1, *_INPUT), "", {})
        names = ("C", "H", "W", "U", "V", "K1", "K2", "s1", "s2", "P1", "P2")
        yield at, dict(zip(names, (*at.x.shape, *at.z.shape[1:], *size, *stride, *padding), strict=True))
