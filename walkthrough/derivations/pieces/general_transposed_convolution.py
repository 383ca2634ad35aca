"""A transposed convolution's sums for any size, and the sizes at which they are counted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

from walkthrough.derivations.derivation import (
    DerivationBlock,
    Equality,
    GeneralEqualities,
    Paragraph,
    PartTitle,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative
from walkthrough.derivations.general_notation import LetteredSum, LetteredTensor, LetterValues
from walkthrough.derivations.pieces.general_convolution import (
    K1,
    K2,
    P1,
    P2,
    S1,
    S2,
    C,
    F,
    H,
    U,
    V,
    W,
    X,
    c,
    chain_steps,
    column,
    every_place,
    f,
    i,
    j,
    m,
    n,
    p,
    q,
    row,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting, blank, setting
from walkthrough.layers.conv_transpose2d import ConvTranspose2d
from walkthrough.words.options import Pair

_K = LetteredTensor("k", (C, F, K1, K2))
_Z, _G = LetteredTensor("z", (F, U, V)), LetteredTensor("g", (F, U, V))

_INPUT = (2, 3)
_ROWS = tuple(each for each in product((1, 2, 3), (1, 2, 3), (0, 1)) if each != (1, 1, 1))
"""Kernel, stride and padding along the rows; along the columns the same the other way round."""


def transposed(
    shape: tuple[int, int, int], filters: int, kernel: Pair, stride: Pair, padding: Pair, text: str = ""
) -> Setting:
    """A transposed convolution between letters; raises CannotDerive."""
    weights = (shape[0], filters, *kernel)
    layer = ConvTranspose2d(blank(weights), None, stride, padding)
    return setting(layer, shape, text, {"kernel": weights})


def general_transposed_convolution() -> Iterator[DerivationBlock]:
    """Output, input gradient and kernel gradient."""
    yield PartTitle("In general")
    yield Paragraph(
        (
            "Any sizes: C channels of H×W, F filters of K₁×K₂, laid down s₁ rows and s₂ columns apart "
            "(stride), P₁ and P₂ rows and columns cut off around (padding), an output of U×V. Counted, not "
            f"proved in letters: compared entry by entry at {len(_ROWS)} sizes, an input of 2×3 with 2 "
            "channels, 2 filters of 1 to 3 rows and columns, strides 1 to 3, padding 0 and 1.",
        )
    )
    z, x, k = _Z[f, m, n], X[c, i, j], _K[c, f, p, q]
    lands = _K[c, f, m - S1 * (i - 1) + P1, n - S2 * (j - 1) + P2]
    output = LetteredSum(x * lands, ((c, C), (i, H), (j, W)))
    yield GeneralEqualities(
        z,
        (Equality(output, ("every ", x, " lays its multiple of k down, where it reaches ", z)),),
        lambda: every_place(_settings(), (f, m, n), lambda at: at.z),
    )
    there = _G[f, row(i, p), column(j, q)]
    yield GeneralEqualities(
        Derivative(LOSS, x),
        (
            chain_steps(z, x, ((f, F), (m, U), (n, V)), z, ())[0],
            Equality(LetteredSum(there * k, ((f, F), (p, K1), (q, K2))), ("the convolution of g with k",)),
        ),
        lambda: every_place(_settings(), (c, i, j), lambda at: at.x),
    )
    yield GeneralEqualities(
        Derivative(LOSS, k),
        (
            chain_steps(z, k, ((m, U), (n, V)), z, ())[0],
            Equality(LetteredSum(x * there, ((i, H), (j, W))), (k, " is multiplied by ", x, " there")),
        ),
        lambda: every_place(_settings(), (c, f, p, q), lambda at: at.parameters["kernel"]),
    )


@cache
def _settings() -> tuple[tuple[Setting, LetterValues], ...]:
    """Transposed convolutions of many sizes, each with the numbers of its letters."""
    found = []
    for rows, columns in zip(_ROWS, reversed(_ROWS), strict=True):
        kernel, stride, padding = zip(rows, columns, strict=True)
        at = transposed((2, *_INPUT), 2, kernel, stride, padding)
        names = ("C", "H", "W", "F", "U", "V", "K1", "K2", "s1", "s2", "P1", "P2")
        numbers = (*at.x.shape, *at.z.shape, *kernel, *stride, *padding)
        found.append((at, dict(zip(names, numbers, strict=True))))
    return tuple(found)
