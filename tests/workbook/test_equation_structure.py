"""What is asked of equations: each answer on equations that are written down here, in textbook form."""

from __future__ import annotations

from fractions import Fraction

import pytest

from walkthrough.mathematics.notation import (
    Equation,
    Expression,
    Largest,
    Power,
    Tensor,
    exp,
    indices,
    ln,
    tanh,
    total,
)
from walkthrough.workbook.equation_structure import (
    UNSTRUCTURED,
    flattens,
    matrix,
    mean_of,
    mean_of_terms,
    sigmoid_of,
    sliding_window,
    slope_by_output,
    square_factor,
    standing_alone,
    takes_logarithm,
)

X, Z = Tensor("x", (2, 8, 8)), Tensor("z", (3, 4, 4))
KERNEL, BIAS = Tensor("k", (3, 2, 3, 3)), Tensor("b", (3,))
FLAT, OUT, WEIGHT = Tensor("v", (4,)), Tensor("y", (2,)), Tensor("w", (2, 4))
F, I, J = indices("f i j", Z.shape)  # noqa: E741  # the textbook's letters
C, P, Q = indices("c p q", (2, 3, 3))
M, N = indices("m n", (2, 4))


def convolution(turned: bool = False) -> Equation:
    laid = KERNEL[F, C, 2 - P, 2 - Q] if turned else KERNEL[F, C, P, Q]
    window = X[C, 2 * I + P - 1, J + Q]
    return Z[F, I, J].equals(total(window * laid, over=(C, P, Q)) + BIAS[F])


@pytest.mark.parametrize("turned", [False, True])
def test_a_window_slides_over_the_input(turned: bool) -> None:
    window = sliding_window(convolution(turned), [KERNEL, BIAS])
    assert window is not None
    assert window.entry.tensor == X
    assert [(each.axis, each.along, each.inside) for each in window.axes] == [(1, I, P), (2, J, Q)]
    assert [(each.stride, each.start) for each in window.axes] == [(2, -1), (1, 0)]
    assert window.kernel is not None
    assert window.kernel.tensor == KERNEL
    assert [each.kernel_axis for each in window.axes] == [2, 3]
    assert window.channels == (1,)


def test_a_window_read_backwards_starts_at_its_far_end() -> None:
    (i,), (p,) = indices("i", (5,)), indices("p", (3,))
    line, out, kernel = Tensor("x", (9,)), Tensor("z", (5,)), Tensor("k", (3,))
    equation = out[i].equals(total(line[2 * i + 2 - p - 1] * kernel[p], over=(p,)))
    window = sliding_window(equation, [kernel])
    assert window is not None
    assert [(each.stride, each.start) for each in window.axes] == [(2, -1)]


def test_a_window_slides_over_the_output() -> None:
    small = Tensor("x", (2, 4, 4))
    c, i, j = indices("c i j", small.shape)
    f, p, q = indices("f p q", (3, 3, 3))
    kernel, large = Tensor("k", (2, 3, 3, 3)), Tensor("z", (3, 9, 9))
    left = large[f, 2 * i + p - 1, 2 * j + q]
    window = sliding_window(left.equals(total(small[c, i, j] * kernel[c, f, p, q], over=(c, i, j))), [kernel])
    assert window is not None
    assert window.entry == left
    assert [(each.along, each.stride, each.start) for each in window.axes] == [(i, 2, -1), (j, 2, 0)]
    assert [each.kernel_axis for each in window.axes] == [2, 3]
    assert window.channels == (0,)


def test_a_pool_has_a_window_and_no_kernel() -> None:
    c, i, j = indices("c i j", (2, 4, 4))
    pooled = Tensor("p", (2, 4, 4))
    u, v = indices("u v", (2, 2))
    window = sliding_window(pooled[c, i, j].equals(Largest(X[c, 2 * i + u, 2 * j + v], (u, v))), [])
    assert window is not None
    assert window.kernel is None


def weighted() -> Equation:
    return OUT[M].equals(total(WEIGHT[M, N] * FLAT[N], over=(N,)) + OUT[M])


def test_nothing_slides_in_a_weighted_sum_a_copy_or_a_softmax() -> None:
    c, i, j = indices("c i j", X.shape)
    copy = Tensor("f", (128,))[64 * c + 8 * i + j].equals(X[c, i, j])
    m, n = indices("m n", (4, 4))
    shares = FLAT[m].equals(exp(FLAT[m]) / total(exp(FLAT[n]), over=(n,)))
    for equation in (weighted(), copy, shares):
        assert sliding_window(equation, [WEIGHT]) is None


def test_a_matrix_has_a_row_per_output_and_a_column_per_input() -> None:
    assert matrix(weighted(), [WEIGHT]) == WEIGHT[M, N]
    assert matrix(weighted(), []) is None
    assert matrix(convolution(), [KERNEL, BIAS]) is None


def test_what_stands_alone_in_a_sum() -> None:
    assert list(standing_alone(convolution(), [KERNEL, BIAS])) == [BIAS]
    assert list(standing_alone(convolution(), [KERNEL])) == []


def test_a_mean_divides_by_as_many_as_there_are() -> None:
    (c,), (u, v) = indices("c", (2,)), indices("u v", (8, 8))
    out = Tensor("p", (2,))
    assert mean_of(out[c].equals(Fraction(1, 64) * total(X[c, u, v], over=(u, v))), []) == 64
    assert mean_of(out[c].equals(Fraction(1, 63) * total(X[c, u, v], over=(u, v))), []) is None
    assert mean_of(out[c].equals(X[c, 0, 0]), []) is None
    assert mean_of(weighted(), [WEIGHT]) is None
    assert mean_of(convolution(), [KERNEL, BIAS]) is None


def test_the_mean_of_a_loss_and_the_factor_of_its_squares() -> None:
    loss, target = Tensor("L", ()), Tensor("t", (2,))
    (n,) = indices("n", (2,))
    surprise = total(target[n] * ln(OUT[n]), over=(n,))
    squares = total(Power(target[n] - OUT[n], 2), over=(n,))
    assert mean_of_terms(loss[()].equals(-(Fraction(1, 2) * surprise))) == 2
    assert mean_of_terms(loss[()].equals(-surprise)) is None
    assert mean_of_terms(loss[()].equals(Fraction(1, 2) * squares)) is None
    assert square_factor(loss[()].equals(Fraction(1, 2) * squares)) == Fraction(1, 2)
    assert square_factor(loss[()].equals(squares)) == 1
    assert square_factor(loss[()].equals(-surprise)) is None
    assert takes_logarithm(-surprise)
    assert not takes_logarithm(squares)


def test_what_is_read_in_reading_order() -> None:
    c, i, j = indices("c i j", X.shape)
    (n,) = indices("n", (128,))
    row = Tensor("f", (128,))
    assert flattens(row[64 * c + 8 * i + j].equals(X[c, i, j]), X)
    assert flattens(row[n].equals(X.in_reading_order(n)), X)
    assert not flattens(convolution(), X)
    loss = Tensor("L", ())
    assert not flattens(loss[()].equals(total(ln(X.in_reading_order(n)), over=(n,))), X)


def functions() -> list[tuple[Expression, Expression, bool, bool]]:
    """A function, its slope; whether it is a sigmoid, and whether the slope is stated by the output."""
    z, y = FLAT[N], Tensor("a", (4,))[N]
    return [
        (1 / (1 + exp(-z)), y * (1 - y), True, True),
        (1 / (1 + exp(z)), -(y * (1 - y)), False, True),
        (tanh(z), 1 - Power(y, 2), False, True),
        (exp(z), exp(z), False, False),
    ]


def test_functions_of_one_entry() -> None:
    for right, slope, is_sigmoid, by_output in functions():
        equation = Tensor("a", (4,))[N].equals(right, derivatives={FLAT[N]: slope})
        assert (sigmoid_of(right) == FLAT[N]) == is_sigmoid
        assert slope_by_output(equation) == by_output


def test_a_softmax_states_no_slope_of_one_entry() -> None:
    m, n = indices("m n", (4, 4))
    shares = exp(FLAT[m]) / total(exp(FLAT[n]), over=(n,))
    assert not slope_by_output(FLAT[m].equals(shares, derivatives={FLAT[n]: FLAT[m]}))


def test_what_belongs_to_no_stage_answers_no_to_everything() -> None:
    assert not UNSTRUCTURED.flattens
    assert UNSTRUCTURED.window is UNSTRUCTURED.square_factor is UNSTRUCTURED.matrix is None


def test_the_number_of_a_group_moves_no_window() -> None:
    channels, kernel = Tensor("x", (4, 8)), Tensor("k", (6, 2, 3))
    h, f, c, i, p = indices("h f c i p", (2, 3, 2, 6, 3))
    products = channels[2 * h + c, i + p] * kernel[3 * h + f, c, p]
    equation = Tensor("z", (6, 6))[3 * h + f, i].equals(total(products, over=(c, p)))
    window = sliding_window(equation, [kernel])
    assert window is not None
    assert [(each.axis, each.along, each.inside) for each in window.axes] == [(1, i, p)]
