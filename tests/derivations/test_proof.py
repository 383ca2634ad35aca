"""The proof sees what is wrong: every line of every rule, altered, is caught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from walkthrough.derivations import AskedSizes, rule_words
from walkthrough.derivations.derivation import Derivation, Equalities, Equality, Premises, ProvedEqualities
from walkthrough.derivations.derivation_notation import ZERO_TERM, Bracket, Derivative, at, atom, letter
from walkthrough.derivations.proof.line_proofs import prove
from walkthrough.derivations.rules_by_word import rule
from walkthrough.derivations.writing.blocks import derivation_blocks
from walkthrough.derivations.writing.page_formats import rendered
from walkthrough.document import Workings
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Tensor,
    exp,
    ln,
)

SMALL = AskedSizes(classes=3)


def alterations(of: Expression) -> Iterator[Expression]:
    """The expression with a term or a factor lost, a sign turned, or an index off by one."""
    # y/p · p stays what it is if both p are another p
    for entry in () if isinstance(of, Addition) and any(map(has_quotient, of.terms)) else entries(of):
        for moved in neighbours(entry):
            yield swapped(of, entry, moved)
    yield from without_something(of)


def has_quotient(of: Expression) -> bool:
    match of:
        case Quotient():
            return True
        case Addition(parts) | Product(parts):
            return any(map(has_quotient, parts))
        case Negative(inner):
            return has_quotient(inner)
    return False


def without_something(of: Expression) -> Iterator[Expression]:
    match of:
        case Addition(terms):
            for place, term in enumerate(terms):
                if ZERO_TERM in getattr(term, "factors", (term,)):
                    continue  # whoever loses a 0 loses nothing
                before, after = terms[:place], terms[place + 1 :]
                yield Addition((*before, *after))
                yield Addition((*before, term.of if isinstance(term, Negative) else Negative(term), *after))
        case Negative(inner):
            yield inner
        case Product(factors):
            yield Negative(of)
            for place, factor in enumerate(factors):
                for changed in without_something(factor):
                    yield Product((*factors[:place], changed, *factors[place + 1 :]))
        case Quotient(above, below):
            yield Negative(of)
            yield from (Quotient(changed, below) for changed in without_something(above))
        case Bracket(left, _, right):
            yield Bracket(left, "<", right)


def entries(of: Expression) -> set[Entry]:
    match of:
        case Entry():
            return {of}
        case Addition(parts) | Product(parts):
            return {each for part in parts for each in entries(part)}
        case Quotient(above, below):
            return entries(above) | entries(below)
        case Negative(inner) | Power(inner, _) | Applied(_, inner):
            return entries(inner)
    return set()


def neighbours(entry: Entry) -> Iterator[Entry]:
    if entry.variables:
        return
    cell = atom(entry)[1]
    for axis, extent in enumerate(entry.tensor.shape):
        if cell[axis] + 1 < extent:
            yield at(entry.tensor, (*cell[:axis], cell[axis] + 1, *cell[axis + 1 :]))


def swapped(of: Expression, entry: Entry, moved: Entry) -> Expression:
    match of:
        case Entry():
            return moved if of == entry else of
        case Addition(parts):
            return Addition(tuple(swapped(part, entry, moved) for part in parts))
        case Product(parts):
            return Product(tuple(swapped(part, entry, moved) for part in parts))
        case Quotient(above, below):
            return Quotient(swapped(above, entry, moved), swapped(below, entry, moved))
        case Negative(inner):
            return Negative(swapped(inner, entry, moved))
        case Power(base, exponent):
            return Power(swapped(base, entry, moved), exponent)
        case Applied(function, to):
            return Applied(function, swapped(to, entry, moved))
    return of


def altered_chains(derivation: Derivation) -> Iterator[tuple[Equalities, int, Equalities]]:
    """A few chains of a derivation, spread over it, each with one of its lines altered."""
    chains = [block for block in derivation.blocks if isinstance(block, Equalities)]
    for chain in chains[:: max(1, len(chains) // 6)]:
        for place, step in enumerate(chain.steps):
            for changed in [each for each in alterations(step.right) if each != step.right][:6]:
                steps = (*chain.steps[:place], replace(step, right=changed), *chain.steps[place + 1 :])
                yield chain, place, replace(chain, steps=steps)


@pytest.mark.parametrize("word", rule_words())
def test_an_altered_line_is_caught(word: str) -> None:
    derivation = rule(word).derive(SMALL)
    several = list(altered_chains(derivation))
    for _, place, chain in several:
        (block,) = prove(replace(derivation, blocks=(chain,))).blocks
        assert isinstance(block, ProvedEqualities)
        verdicts = [line.proved for line in block.lines]
        # only the altered line is blamed: the next one is compared with the last that holds
        assert verdicts == [at != place for at in range(len(verdicts))], chain.steps[place].right
    assert several


def test_a_failed_line_is_shown_and_named() -> None:
    x, y = letter("x"), letter("y")
    chain = Equalities(y, (Equality(x * x), Equality(x * x * 2, ("wrong",))))
    proved = prove(Derivation("rule", "Title", "", Premises({atom(y): x * x}), (chain,)))
    assert not proved.holds
    text = rendered(proved)
    assert "✗   = x·x·2" in text
    assert "NOT PROVED" in text
    assert "1 of 2 lines NOT PROVED." in text
    assert '"proved": false' in rendered(proved, "json")
    page = list(derivation_blocks(proved))
    (lines,) = (block for block in page if isinstance(block, Workings))
    assert [line.left for line in lines.lines] == ["✓ y", "✗"]
    assert "NOT PROVED" in lines.lines[1].because


def prove_line(left: Expression, right: Expression, premises: Premises | None = None) -> str:
    chain = Equalities(left, (Equality(right),))
    (block,) = prove(Derivation("rule", "", "", premises or Premises(), (chain,))).blocks
    assert isinstance(block, ProvedEqualities)
    return block.lines[0].proof


def test_sums_of_products_are_compared_as_sets_of_terms() -> None:
    x = Tensor("x", (3,), "x")
    assert prove_line((x[0] + x[1]) * (x[0] - x[1]), Power(x[0], 2) - x[1] * x[1]) == "terms"
    assert prove_line(x[0] + x[1], x[0] + x[2]) == ""


def test_functions_are_left_to_sympy() -> None:
    z = letter("z")
    assert prove_line(exp(z) * exp(-z), Power(z, 0)) == "sympy"
    assert prove_line(Derivative(letter("y"), z), 1 / z, Premises({("y", ()): ln(z)})) == "sympy"
    assert prove_line(Derivative(letter("y"), z), -1 / z, Premises({("y", ()): ln(z)})) == ""


def test_where_sympy_does_not_see_it_random_points_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    import sympy

    from walkthrough.derivations.proof import sympy_formulas

    monkeypatch.setattr(sympy_formulas, "_vanishes", lambda difference: False)
    monkeypatch.setattr(sympy, "simplify", lambda difference: difference)
    z = letter("z")
    y = 1 / (1 + exp(-z))
    premises = Premises({("y", ()): y})
    assert prove_line(Derivative(letter("y"), z), exp(-z) / Power(1 + exp(-z), 2), premises) in (
        "sympy",
        "points",
    )
    assert prove_line(y * (1 - y), exp(-z) / Power(1 + exp(-z), 2)) == "points"
    assert prove_line(y * (1 - y), exp(z) / Power(1 + exp(-z), 2)) == ""


def test_derivatives_by_intermediate_values() -> None:
    """∂L/∂y where y itself is defined: y stays a letter while one differentiates."""
    x, y, loss = letter("x"), letter("y"), letter("L")
    premises = Premises({("y", ()): x * x, ("L", ()): 3 * y * y})
    assert prove_line(Derivative(loss, y), 6 * y, premises) == "terms"
    assert prove_line(Derivative(loss, x), 6 * y * (2 * x), premises) == "terms"
    assert prove_line(Derivative(loss, x), 6 * y * x, premises) == ""
