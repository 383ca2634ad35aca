"""Slips in formulas: each is a small wrong formula, and it is recognised by playing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.derivations.derivation_notation import Atom
from walkthrough.derivations.proof import polynomials
from walkthrough.derivations.proof.polynomials import Monomial, Polynomial
from walkthrough.formulas.claimed_cells import Asked, claimed_entry_text
from walkthrough.formulas.formula_terms import Misindexed, formula_text, term_text

TermList = list[tuple[Fraction, Monomial]]


@dataclass(frozen=True, slots=True)
class FormulaSlip:
    """A slip that gives exactly what was written: its name in the contract, where, and in words."""

    slip: str
    at: str
    gives: str
    words: str


def recognised(cell: Asked, written: Polynomial, pairs: list[Misindexed]) -> tuple[FormulaSlip, ...]:
    """The slips that explain all of what was written, likeliest first."""
    found: list[FormulaSlip] = []
    for slip, at, terms, words in _played(cell, written, pairs):
        played = polynomials.plus({monomial: coefficient} for coefficient, monomial in terms)
        if played == written and slip not in {each.slip for each in found}:
            found.append(FormulaSlip(slip, at, formula_text(terms, cell.letters), words))
    return tuple(found)


def _played(
    cell: Asked, written: Polynomial, pairs: list[Misindexed]
) -> Iterator[tuple[str, str, TermList, str]]:
    """Every slip: its name, where, the formula that it gives, in words."""
    right = cell.right
    if "k" in cell.letters:
        turned = _moved(right, "k", _turned(cell.letters["k"].shape))
        name = "kernel-not-rotated" if cell.of is not None else "kernel-flipped"
        words = "the kernel is not turned by 180°" if cell.of is not None else "the kernel is turned by 180°"
        yield name, cell.name, turned, words
        swapped = _moved(right, "k", lambda index: (*index[:-2], index[-1], index[-2]))
        yield "kernel-transposed", cell.name, swapped, "the kernel's rows and columns are exchanged"
    yield from _of_one_index(cell, pairs)
    yield from _of_one_term(cell, written)
    yield from _shifted(cell)


def _of_one_index(cell: Asked, pairs: list[Misindexed]) -> Iterator[tuple[str, str, TermList, str]]:
    """One entry is read a step beside."""
    if len(pairs) != 1:
        return
    (pair,) = pairs
    apart = [(one, other) for one, other in zip(pair.written, pair.right, strict=True) if one != other]
    steps = sum(abs(p - q) for one, other in apart for p, q in zip(one[1], other[1], strict=True))
    if len(apart) == 1 and steps == 1:
        (written, right) = apart[0]
        terms = [(c, pair.written if monomial == pair.right else monomial) for c, monomial in cell.right]
        words = f"{_text(cell, written)} is read for {_text(cell, right)}: an index is off by one"
        yield "neighbour-read", term_text(pair.coefficient, pair.right, cell.letters), terms, words


def _of_one_term(cell: Asked, written: Polynomial) -> Iterator[tuple[str, str, TermList, str]]:
    """A term, or the bias, is left out, is there twice, or has the wrong sign."""
    right = cell.polynomial
    apart = {each for each in right.keys() | written.keys() if right.get(each) != written.get(each)}
    for place, (coefficient, monomial) in enumerate(cell.right if len(apart) == 1 else ()):
        if monomial not in apart:
            continue
        before, after = cell.right[:place], cell.right[place + 1 :]
        text = term_text(coefficient, monomial, cell.letters)
        bias = len(monomial) == 1 and monomial[0][0] == "b"
        yield "bias-forgotten" if bias else "term-dropped", text, [*before, *after], f"{text} is left out"
        lost = [*before, (-coefficient, monomial), *after]
        yield "bias-subtracted" if bias else "sign-lost", text, lost, f"the sign of {text} is wrong"
        yield "term-doubled", text, [*cell.right, (coefficient, monomial)], f"{text} is there twice"


def _shifted(cell: Asked) -> Iterator[tuple[str, str, TermList, str]]:
    """All entries of the input are read a step beside."""
    if cell.of is cell.stage.x or "k" not in cell.letters:
        return
    for axis in (-2, -1):
        for step in (-1, 1):
            terms = _moved(cell.right, "x", _stepped(axis, step))
            words = "the whole window is one step beside: an index is off by one everywhere"
            yield "window-shifted", cell.name, terms, words


def _moved(terms: TermList, letter: str, move: Callable[[tuple[int, ...]], tuple[int, ...]]) -> TermList:
    def moved(name: Atom) -> Atom:
        return (letter, move(name[1])) if name[0] == letter else name

    return [(coefficient, tuple(sorted(map(moved, monomial)))) for coefficient, monomial in terms]


def _turned(shape: tuple[int, ...]) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    return lambda index: (*index[:-2], shape[-2] - 1 - index[-2], shape[-1] - 1 - index[-1])


def _stepped(axis: int, step: int) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    def move(index: tuple[int, ...]) -> tuple[int, ...]:
        moved = list(index)
        moved[axis] += step
        return tuple(moved)

    return move


def _text(cell: Asked, name: Atom) -> str:
    return claimed_entry_text(name, cell.letters[name[0]].shape)
