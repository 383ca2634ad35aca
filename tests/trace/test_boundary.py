"""What a layer's equations may be: refused in words, or worked through to the last page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.trace.odd_layers import Odd, case_of, matrix, row
from walkthrough.formats.text import TextFormat
from walkthrough.mathematics.notation import (
    Equation,
    Largest,
    Number,
    Piecewise,
    Power,
    Tensor,
    exp,
    indices,
    magnitude,
    positive_part,
    sqrt,
    tanh,
    total,
)
from walkthrough.page.drawn_reasons import drawn
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.page.reasons import Reasons
from walkthrough.page.records.json_records import Records
from walkthrough.slips import all_slips
from walkthrough.trace.boundary import NotPossible
from walkthrough.trace.network import network
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace, replay
from walkthrough.trace.verification import Verification
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

Equations = Iterator[Equation]


def two_functions(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[2 * n].equals(exp(x[n]), derivatives={x[n]: z[2 * n]})
    yield z[2 * n + 1].equals(tanh(x[n]), derivatives={x[n]: 1 - Power(z[2 * n + 1], 2)})


def length_of_a_window(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    """Windows of three in steps of one or two: the entries between are in several of them."""
    (i,), (u,) = indices("i", z.shape), indices("u", (2,))
    entry = x[i + u]
    yield z[i].equals(sqrt(total(Power(entry, 2), over=(u,)) + 1), derivatives={entry: entry / z[i]})


def window_by_twos(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (i,), (u,) = indices("i", z.shape), indices("u", (3,))
    entry = x[2 * i + u]
    yield z[i].equals(exp(total(entry, over=(u,))), derivatives={entry: z[i]})


def three_factors(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    m, n = indices("m n", own["weight"].shape)
    yield z[m].equals(total(own["weight"][m, n] * own["scale"][n] * x[n], over=(n,)))


def with_a_constant(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(2 * x[n] - Fraction(1, 3))


def gates_in_a_sum(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    m, n = indices("m n", (z.size, x.size))
    short = own["knot"][m] - x[n]
    slope = Piecewise(short, Number(Fraction(1)), Number(Fraction(0)))
    yield z[m].equals(
        total(positive_part(short), over=(n,)),
        derivatives={own["knot"][m]: total(slope, over=(n,)), x[n]: -slope},
    )


def squared(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(x[n] * x[n] + x[n])


def a_ratio(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    yield z[0].equals(x[0] / x[2], derivatives={x[0]: 1 / x[2], x[2]: -(x[0] / Power(x[2], 2))})


def a_steep_gate(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(Piecewise(x[n], 2 * x[n], -3 * x[n], Fraction(1, 2)))


def size_alone(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(magnitude(x[n]))


def largest_of_all(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[0].equals(Largest(x[n], (n,)))


def reversed_row(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[x.size - 1 - n].equals(x[n])


def letters_that_clash(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    """Its parameters are called m and n, as its loop indices are."""
    m, n = indices("m n", own["matrix"].shape)
    yield z[m].equals(total(own["matrix"][m, n] * x[n], over=(n,)) + own["nudge"][m])


def neighbours(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    """A function that names two entries of one tensor, which are each other's in the next place."""
    (n,) = indices("n", z.shape)
    yield z[n].equals(exp(x[n] - 2 * x[n + 1]), derivatives={x[n]: z[n], x[n + 1]: -(2 * z[n])})


def given_scale(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(Fraction(1, 3) * x[n] * own["mask"][n] * own["scale"][n])


LET_IN: dict[str, tuple[Odd, str]] = {
    "two functions": (Odd(two_functions, (8,)), "1/2 -1 2 0"),
    "a function of overlapping windows": (Odd(length_of_a_window, (3,)), "1/2 -1 2 0"),
    "a function of overlapping windows, by twos": (Odd(window_by_twos, (2,)), "1/2 -1 1 0 1/3"),
    "a product of three with two parameters": (
        Odd(
            three_factors, (2,), {"weight": matrix(2, 1, 2, 0, -1, "1/2", 3, 1, 1), "scale": row(1, 2, -1, 3)}
        ),
        "1/2 -1 2 0",
    ),
    "a constant term": (Odd(with_a_constant), "1/2 -1 2 0"),
    "max(0, ·) within a sum": (Odd(gates_in_a_sum, (2,), {"knot": row(1, "1/3")}), "1/2 -1 2 0"),
    "an entry times itself": (Odd(squared), "1/2 -1 2 0"),
    "a ratio of two entries": (Odd(a_ratio, (1,)), "1/2 -1 2 0"),
    "a gate with other slopes": (Odd(a_steep_gate), "1/2 -1 2 0"),
    "a size": (Odd(size_alone), "1/2 -1 2 0"),
    "the largest of all": (Odd(largest_of_all, (1,)), "1/2 -1 2 0"),
    "another order": (Odd(reversed_row), "1/2 -1 2 0"),
    "letters that clash": (
        Odd(letters_that_clash, (2,), {"matrix": matrix(2, 1, 2, 0, -1, "1/2", 3, 1, 1), "nudge": row(1, 2)}),
        "1/2 -1 2 0",
    ),
    "neighbours": (Odd(neighbours, (3,)), "1/2 -1 1 0"),
    "a product with what is given": (
        Odd(given_scale, None, {"scale": row(1, 2, -1, 3)}, {"mask": row(1, 0, 1, 1)}),
        "1/2 -1 2 0",
    ),
}


@pytest.mark.parametrize("arithmetic", ["exact", "float", "4 decimals"])
@pytest.mark.parametrize("name", sorted(LET_IN))
def test_what_is_let_in_is_worked_through(name: str, arithmetic: str) -> None:
    layer, values = LET_IN[name]
    case = case_of(layer, values, arithmetic)
    trace = replay(case)
    assert all(check.agrees for check in Verification(trace).checks())
    everything_is_said(trace)


def everything_is_said(trace: Trace) -> None:
    """The page, the JSON, why, and every slip in every cell; nothing may crash."""
    narration = Narration(Steps(trace))
    text = "".join(TextFormat(80).render(Page(narration).blocks()))
    assert "None" not in text
    assert "odd" in text
    assert "".join(Records(narration).document(Verification(trace).checks()))
    reasons, book = Reasons(narration), Workbook(narration.steps)
    numbers = Operands(lambda ref: trace.known(ref.tensor, ref.cell).value)
    for tensor, place in trace.places.items():
        for cell in np.ndindex(*place.shape):
            assert list(drawn(reasons.tree(trace.cell_name(tensor, cell)), 80, False))
            own = reworked(book, Ref(tensor, cell), numbers)
            for kind in all_slips():
                with suppress(ArithmeticError):  # a slip may divide by zero: then it gives nothing
                    list(kind.play(own))


@pytest.mark.parametrize("name", sorted(LET_IN))
def test_its_gradients_are_the_central_differences(name: str) -> None:
    layer, values = LET_IN[name]
    step = Fraction(1, 10**12)
    trace = replay(case_of(layer, values))
    numbers = values.split()
    for at, text in enumerate(numbers):
        if name in ("a gate with other slopes", "a size") and Fraction(text) == 0:
            continue  # at its kink it has no derivative but a convention's
        ends = []
        for by in (step, -step):
            moved = [*numbers[:at], str(Fraction(text) + by), *numbers[at + 1 :]]
            ends.append(weighed(replay(case_of(layer, " ".join(moved)))))
        found = trace.known("input.grad", cell_of(trace, at), 80).value
        assert abs(found - (ends[0] - ends[1]) / (2 * step)) < Fraction(1, 10**8)


def cell_of(trace: Trace, at: int) -> tuple[int, ...]:
    shape = trace.places["input"].shape
    return tuple(int(n) for n in np.unravel_index(at, shape))


def weighed(trace: Trace) -> Fraction:
    last = trace.network.output
    pairs = (
        (trace.known(last.grad.name, c).value, trace.known(last.name, c, 80).value) for c in last.cells()
    )
    return sum((one * other for one, other in pairs), Fraction(0))


def test_a_formula_has_no_letter_with_two_meanings() -> None:
    page = Page(Narration(Steps(replay(case_of(*LET_IN["letters that clash"])))))
    text = "".join(TextFormat(100).render(page.blocks()))
    assert "z[u] = Σ m[u,v] · x[v] + n[u]" in text


# --- refused in words ---


def of_what_does_not_matter(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(own["mask"][n])


def a_function_without_derivative(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(exp(x[n]))


def a_stated_derivative_of_a_sum(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(2 * x[n], derivatives={x[n]: Number(Fraction(2))})


def of_another_tensor(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(x[n] + Tensor("elsewhere", x.shape)[n])


def its_input_on_the_left(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield x[n].equals(z[n])


def half_of_it(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", (2,))
    yield z[n].equals(exp(x[n]), derivatives={x[n]: z[n]})


def twice_the_same(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    for _ in range(2):
        yield from two_halves(x, z)


def two_halves(x: Tensor, z: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(exp(x[n]), derivatives={x[n]: z[n]})


def beyond_its_input(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(exp(x[n + 1]), derivatives={x[n + 1]: z[n]})


def a_largest_in_a_formula(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    m, n = indices("m n", x.shape * 2)
    yield z[m].equals(x[m] - Largest(x[n], (n,)), derivatives={x[m]: Number(Fraction(1))})


def mixed(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    yield z[0].equals(2 * x[0])
    (n,) = indices("n", (3,))
    yield z[n + 1].equals(exp(x[n]), derivatives={x[n]: z[n + 1]})


def an_index_twice(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    n, other = indices("n n", (4, 2))
    yield z[n].equals(total(x[n] * own["weight"][other], over=(other,)))


def an_unknown_function(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    from walkthrough.mathematics.notation import Applied

    (n,) = indices("n", x.shape)
    yield z[n].equals(Applied("sin", x[n]), derivatives={x[n]: Applied("cos", x[n])})


def a_gate_with_a_parameter(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(positive_part(own["weight"][n]))


def nothing(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    return iter(())


def an_unread_parameter(x: Tensor, z: Tensor, **own: Tensor) -> Equations:
    (n,) = indices("n", x.shape)
    yield z[n].equals(2 * x[n])


FOUR = row(1, 2, 3, 4)
REFUSED: dict[str, tuple[Odd, str]] = {
    "no equation": (Odd(nothing), "it has no equation"),
    "without its input": (Odd(of_what_does_not_matter, given={"mask": FOUR}), "no equation reads its input"),
    "a parameter that is not read": (
        Odd(an_unread_parameter, learned={"weight": FOUR}),
        "no equation reads odd.weight",
    ),
    "no derivative": (Odd(a_function_without_derivative), "states no derivative with respect to it"),
    "a derivative too many": (Odd(a_stated_derivative_of_a_sum), "leave it out, it follows from how"),
    "another tensor": (Odd(of_another_tensor), "it reads elsewhere, which is neither its input"),
    "the wrong side": (Odd(its_input_on_the_left), "it must be one of its output"),
    "half of it": (Odd(half_of_it), "its equations give 2 of the output's 4 cells"),
    "twice": (Odd(twice_the_same), "give the same cell of the output"),
    "beyond": (Odd(beyond_its_input), "reaches beyond it"),
    "a largest in a formula": (Odd(a_largest_in_a_formula), "let it be an equation of its own"),
    "mixed": (Odd(mixed), "let them all be sums, or all functions"),
    "an index twice": (
        Odd(an_index_twice, learned={"weight": row(1, 2)}),
        "two loop indices of one equation",
    ),
    "an unknown function": (Odd(an_unknown_function), "sin is no known function; there are exp"),
    "a gate on a parameter": (
        Odd(a_gate_with_a_parameter, learned={"weight": FOUR}),
        "it must be one of its input",
    ),
    "the gradient's letter": (
        Odd(given_scale, None, {"scale": FOUR}, {"mask": FOUR}, {"scale": "g"}),
        "the letter g of odd.scale has another meaning",
    ),
    "a letter twice": (
        Odd(given_scale, None, {"scale": FOUR}, {"mask": FOUR}, {"scale": "m"}),
        "declare one in `letters`",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_not_possible_is_refused_in_words(name: str) -> None:
    layer, words = REFUSED[name]
    with pytest.raises(NotPossible) as refusal:
        network(case_of(layer))
    assert str(refusal.value).startswith("odd (odd): ")
    assert words in str(refusal.value)


def test_a_loss_is_judged_as_well() -> None:
    from walkthrough.losses import squared_error

    class Silent(squared_error.SquaredError):
        def equations(self, y: Any, t: Any, loss: Any, conventions: Any = None) -> Equations:
            (n,) = indices("n", (y.size,))
            yield loss[()].equals(total(exp(y[n]), over=(n,)))

    from dataclasses import replace

    from walkthrough.case import read_case

    case = read_case("[input]\nvalues = '1 2'\n[loss]\ntype = 'squared_error'\ntarget = '0 1'")
    with pytest.raises(NotPossible, match="states no derivative"):
        network(replace(case, loss=Silent()))
