"""A dilated convolution's sums for any size, and the sizes at which they are counted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from walkthrough.derivations.derivation import (
    DerivationBlock,
    Equality,
    GeneralEqualities,
    Paragraph,
    PartTitle,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative
from walkthrough.derivations.general_notation import LetteredSum, LetterValues, letters
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.general_convolution import (
    K1,
    K2,
    P1,
    P2,
    S1,
    S2,
    C,
    F,
    G,
    K,
    U,
    V,
    X,
    Z,
    c,
    chain_steps,
    every_place,
    f,
    i,
    j,
    m,
    n,
    p,
    q,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution

_D1, _D2 = letters("d1 d2")

_INPUT = (5, 6)
_ROWS = ((1, 2, 1, 0), (2, 1, 1, 0), (2, 2, 1, 1), (2, 3, 2, 0), (3, 2, 1, 1), (2, 2, 3, 1), (3, 2, 2, 0))
"""Kernel, dilation, stride and padding along the rows; along the columns the same the other way round."""

_DOWN, _ACROSS = S1 * (i - 1) + _D1 * (p - 1) + 1 - P1, S2 * (j - 1) + _D2 * (q - 1) + 1 - P2
"""The row and the column of the input on which a kernel's entry lies in a window."""


def general_dilated_convolution() -> Iterator[DerivationBlock]:
    """Output, kernel gradient and, at stride 1, input gradient."""
    yield PartTitle("In general")
    yield Paragraph(
        (
            "Any sizes: C channels of H×W, F filters of K₁×K₂, their entries d₁ rows and d₂ columns apart "
            "(dilation); windows s₁ rows and s₂ columns apart (stride), P₁ and P₂ zeros around (padding), "
            "U×V windows. Counted, not proved in letters: compared entry by entry at "
            f"{len(_ROWS)} sizes, an input of 5×6 with 2 channels, 2 filters of 1 to 3 rows and columns, "
            "dilations and strides 1 to 3, padding 0 and 1; the input gradient at the same with stride 1.",
        )
    )
    z, x, k = Z[f, i, j], X[c, m, n], K[f, c, p, q]
    seen = X[c, _DOWN, _ACROSS]
    window = LetteredSum(seen * k, ((c, C), (p, K1), (q, K2)))
    yield GeneralEqualities(
        z,
        (Equality(window, ("every d₁-th row and d₂-th column of the window",)),),
        lambda: every_place(_settings(), (f, i, j), lambda at: at.z),
    )
    yield GeneralEqualities(
        Derivative(LOSS, k),
        chain_steps(z, k, ((i, U), (j, V)), G[f, i, j] * seen, ("the entry of x on which ", k, " lies")),
        lambda: every_place(_settings(), (f, c, p, q), lambda at: at.parameters["kernel"]),
    )
    there = G[f, m - _D1 * (p - 1) + P1, n - _D2 * (q - 1) + P2]
    over_windows = chain_steps(z, x, ((f, F), (i, U), (j, V)), z, ())[0]
    back = LetteredSum(there * k, ((f, F), (p, K1), (q, K2)))
    yield GeneralEqualities(
        Derivative(LOSS, x),
        (over_windows, Equality(back, ("with stride 1: the window in which ", k, " lies on ", x))),
        lambda: every_place(_settings(stride_1=True), (c, m, n), lambda at: at.x),
        given="stride 1",
    )


@cache
def _settings(stride_1: bool = False) -> tuple[tuple[Setting, LetterValues], ...]:
    """Dilated convolutions of some sizes, each with the numbers of its letters."""
    found = []
    for rows, columns in zip(_ROWS, reversed(_ROWS), strict=True):
        kernel, dilation, stride, padding = zip(rows, columns, strict=True)
        stride = (1, 1) if stride_1 else stride
        asked = AskedSizes(_INPUT, kernel, stride, padding, dilation)
        at = convolution(asked, channels=2, filters=2)
        names = ("C", "H", "W", "F", "U", "V", "K1", "K2", "d1", "d2", "s1", "s2", "P1", "P2")
        numbers = (*at.x.shape, *at.z.shape, *kernel, *dilation, *stride, *padding)
        found.append((at, dict(zip(names, numbers, strict=True))))
    return tuple(found)
