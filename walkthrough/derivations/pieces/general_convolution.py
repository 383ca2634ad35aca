"""Convolution's sums for any size, stride and padding, and the sizes at which they are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import product

from walkthrough.derivations.derivation import (
    DerivationBlock,
    Equality,
    GeneralEqualities,
    Instance,
    Paragraph,
    PartTitle,
)
from walkthrough.derivations.derivation_notation import LOSS, Derivative, Words
from walkthrough.derivations.general_notation import (
    LetteredEntry,
    LetteredSum,
    LetteredTensor,
    LetterValues,
    counted_from_1,
    letters,
)
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.layers_in_letters import Setting, convolution
from walkthrough.mathematics.notation import Entry, Expression, Tensor

C, F, H, W, U, V = letters("C F H W U V")
K1, K2, S1, S2, P1, P2 = letters("K1 K2 s1 s2 P1 P2")
c, f, i, j, m, n, p, q = letters("c f i j m n p q")

X = LetteredTensor("x", (C, H, W))
K = LetteredTensor("k", (F, C, K1, K2))
Z, G = LetteredTensor("z", (F, U, V)), LetteredTensor("g", (F, U, V))
TIED, UNTIED = LetteredTensor("b", (F,)), LetteredTensor("b", (F, U, V))

_WINDOWS = ((i, U), (j, V))
_INPUT = (4, 3)
_ROWS = tuple(product((1, 2, 3), (1, 2, 3), (0, 1)))
"""Kernel, stride and padding along the rows; along the columns the same the other way round."""


def row(window: Expression, place: Expression) -> Expression:
    """The row of the input on which a row of the kernel lies in a window."""
    return S1 * (window - 1) + place - P1


def column(window: Expression, place: Expression) -> Expression:
    """The column, likewise."""
    return S2 * (window - 1) + place - P2


def _laid(flip: bool) -> LetteredEntry:
    """The kernel's entry at row p, column q of the window; turned by 180°, it counts from its end."""
    return K[f, c, K1 + 1 - p, K2 + 1 - q] if flip else K[f, c, p, q]


def general_words(flip: bool) -> Paragraph:
    """What the letters are, and how the general lines were proved."""
    turned = ", turned by 180° first" if flip else ""
    return Paragraph(
        (
            "Any sizes: C channels of H×W, F filters of K₁×K₂",
            turned,
            "; windows s₁ rows and s₂ columns apart (stride), P₁ and P₂ zeros around (padding), U×V windows. "
            f"Counted, not proved in letters: compared entry by entry at {len(_ROWS)} sizes, an input of "
            "4×3 with 2 channels, 2 filters of 1 to 3 rows and columns, strides 1 to 3, padding 0 and 1.",
        )
    )


def general_part(flip: bool, *chains: GeneralEqualities) -> Iterator[DerivationBlock]:
    """The part of a page that holds for any size."""
    yield PartTitle("In general")
    yield general_words(flip)
    yield from chains


def general_output(flip: bool) -> GeneralEqualities:
    """z[f,i,j] = b[f] + Σ x[…]·k[…]."""
    window = LetteredSum(X[c, row(i, p), column(j, q)] * _laid(flip), ((c, C), (p, K1), (q, K2)))
    step = Equality(TIED[f] + window, ("the window that begins at row s₁(i − 1) + 1 − P₁",))
    return GeneralEqualities(Z[f, i, j], (step,), _instances(flip, "tied", (f, i, j), lambda at: at.z))


def general_input_gradient(flip: bool) -> GeneralEqualities:
    """∂L/∂x[c,m,n] = Σ g[f,i,j]·k[f,c,m−s₁(i−1)+P₁,…]."""
    z, x = Z[f, i, j], X[c, m, n]
    down, across = m - S1 * (i - 1) + P1, n - S2 * (j - 1) + P2
    place: tuple[Expression, Expression] = (down, across)
    if flip:
        place = (K1 + 1 - m + S1 * (i - 1) - P1, K2 + 1 - n + S2 * (j - 1) - P2)
    because = ("the entry of k that lies on ", x, " in window i, j, if one does")
    return GeneralEqualities(
        Derivative(LOSS, x),
        chain_steps(z, x, ((f, F), *_WINDOWS), G[f, i, j] * K[f, c, *place], because),
        _instances(flip, "", (c, m, n), lambda at: at.x),
    )


def general_kernel_gradient(flip: bool) -> GeneralEqualities:
    """∂L/∂k[f,c,p,q] = Σ g[f,i,j]·x[c,s₁(i−1)+p−P₁,…]."""
    z, k = Z[f, i, j], K[f, c, p, q]
    place = (row(i, K1 + 1 - p), column(j, K2 + 1 - q)) if flip else (row(i, p), column(j, q))
    because = ("the entry of x on which ", k, " lies in window i, j")
    return GeneralEqualities(
        Derivative(LOSS, k),
        chain_steps(z, k, _WINDOWS, G[f, i, j] * X[c, *place], because),
        _instances(flip, "", (f, c, p, q), lambda at: at.parameters["kernel"]),
    )


def general_bias_gradient(flip: bool, tied: bool) -> GeneralEqualities:
    """∂L/∂b[f] = Σ g[f,i,j], or ∂L/∂b[f,i,j] = g[f,i,j]."""
    instances = _instances(
        flip, "tied" if tied else "untied", (f,) if tied else (f, i, j), lambda at: at.parameters["bias"]
    )
    if not tied:
        step = Equality(G[f, i, j], ("every output entry has a bias of its own",))
        return GeneralEqualities(Derivative(LOSS, UNTIED[f, i, j]), (step,), instances)
    steps = chain_steps(Z[f, i, j], TIED[f], _WINDOWS, G[f, i, j], ("the bias has the slope 1 in each",))
    return GeneralEqualities(Derivative(LOSS, TIED[f]), steps, instances)


def chain_steps(
    z: LetteredEntry,
    by: LetteredEntry,
    over: tuple[tuple[Entry, Expression], ...],
    body: Expression,
    because: Words,
) -> tuple[Equality, Equality]:
    """The chain rule over windows, and what it gives."""
    slopes = Derivative(LOSS, z) * Derivative(z, by)
    return (
        Equality(LetteredSum(slopes, over), ("chain rule",)),
        Equality(LetteredSum(body, over), because),
    )


def _instances(
    flip: bool, bias: str, free: tuple[Entry, ...], entries: Callable[[Setting], Tensor]
) -> Callable[[], Iterator[Instance]]:
    return lambda: every_place(settings(flip, bias), free, entries)


def every_place(
    sizes: Iterable[tuple[Setting, LetterValues]],
    free: tuple[Entry, ...],
    entries: Callable[[Setting], Tensor],
) -> Iterator[Instance]:
    """Every place of a tensor at every size; `free` are the letters of the place."""
    for at, numbers in sizes:
        tensors = {each.name: each for each in (at.x, at.z, at.g)}
        tensors |= {name[0]: each for name, each in at.parameters.items()}
        for cell in entries(at).cells():
            places = counted_from_1(free, cell)
            yield Instance({**numbers, **places}, tensors, at.premises)


@cache
def settings(flip: bool, bias: str) -> tuple[tuple[Setting, LetterValues], ...]:
    """Convolutions of many sizes, each with the numbers of its letters."""
    return tuple(
        _setting(flip, bias, rows, columns) for rows, columns in zip(_ROWS, reversed(_ROWS), strict=True)
    )


def _setting(
    flip: bool, bias: str, rows: tuple[int, int, int], columns: tuple[int, int, int]
) -> tuple[Setting, Mapping[str, int]]:
    kernel, stride, padding = zip(rows, columns, strict=True)
    sizes = AskedSizes(input=_INPUT, kernel=kernel, stride=stride, padding=padding, flip=flip)
    at = convolution(sizes, bias, channels=2, filters=2)
    names = ("C", "H", "W", "F", "U", "V", "K1", "K2", "s1", "s2", "P1", "P2")
    numbers = (*at.x.shape, *at.z.shape, *kernel, *stride, *padding)
    return at, dict(zip(names, numbers, strict=True))
