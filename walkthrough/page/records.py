"""What programs read: a trace as plain values, piece by piece, so that a large one is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from walkthrough.document import Side, Sum, Window
from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.numbers.shown import Known, Shown, shown
from walkthrough.page.narration import Narration
from walkthrough.trace.steps import AnyStep, Chain, Choice, Gate, Mean, Ref, Route, Sums, Update

if TYPE_CHECKING:
    from walkthrough.trace.verification import Check

_FULL = 4_000
"""A rational number that ends within this many digits is written in full where products must add up."""


class Records:
    """The JSON of `show`: the case, its tensors, the steps, and what the witnesses said."""

    def __init__(self, narration: Narration) -> None:
        self.narration = narration
        self.trace = narration.steps.trace

    def document(self, steps: Iterable[AnyStep], checks: Iterable[Check]) -> Iterator[str]:
        """The whole document in pieces."""
        yield '{"case": ' + _json(self.case()) + ',\n "tensors": {'
        for number, name in enumerate(self.trace.places):
            yield (",\n  " if number else "\n  ") + f"{_json(name)}: {_json(self.tensor(name))}"
        yield '},\n "steps": ['
        for number, step in enumerate(steps):
            yield (",\n  " if number else "\n  ") + _json(self.step(step))
        yield '],\n "checks": ['
        for number, check in enumerate(checks):
            yield (",\n  " if number else "\n  ") + _json(self.check(check))
        yield "]}\n"

    def case(self) -> dict[str, Any]:
        """Name, title, and the conventions in force."""
        case = self.trace.case
        conventions = case.conventions
        return {
            "name": case.name,
            "title": case.title,
            "source": case.source,
            "arithmetic": str(case.arithmetic),
            "learning_rate": None if case.learning_rate is None else case.learning_rate.text,
            "conventions": {
                "relu_at_zero": str(conventions.relu_at_zero),
                "max_tie": conventions.max_tie,
            },
        }

    def tensor(self, name: str) -> dict[str, Any]:
        """Shape and values; `exact` if every number is rational and known."""
        shape = self.trace.places[name].shape
        exact = True

        def values(cell: Cell, rest: Shape) -> Any:
            nonlocal exact
            if rest:
                return [values((*cell, position), rest[1:]) for position in range(rest[0])]
            exact = exact and self.trace.exact(name, cell)
            return self.number(Ref(name, cell)).plain

        found = values((), shape)
        return {"shape": list(shape), "values": found, "exact": exact}

    def number(self, ref: Ref) -> Shown:
        """A number to the digits asked for."""
        return self.trace.shown(ref.tensor, ref.cell, self.narration.digits, 0)

    def step(self, step: AnyStep) -> dict[str, Any]:
        """One step, with its multiply-adds."""
        line = self.narration.line(step)
        sides = [f" {relation} {flat(side)}" for relation, side in line.sides]
        ref = step.ref
        exact = self.trace.exact(ref.tensor, ref.cell)
        value = self.trace.shown(ref.tensor, ref.cell, self.narration.digits, _FULL if exact else 0)
        formula = line.left + "".join(sides[:1]) if len(sides) > 1 else line.left
        return {
            "cell": line.cell,
            "stage": step.phase,
            "formula": formula,
            "working": "".join(sides[1:] or sides).strip(),
            "because": line.because,
            "terms": list(self._terms(step)),
            "value": value.plain,
            "exact": exact,
        }

    def check(self, check: Check) -> dict[str, Any]:
        """What a witness said of a tensor."""
        return {
            "tensor": check.tensor,
            "witness": check.witness,
            "cells": check.cells,
            "largest_difference": shown(Known(check.largest_difference), 3).plain,
            "agrees": check.agrees,
        }

    # --- terms -----------------------------------------------------------------------------------

    def _terms(self, step: AnyStep) -> Iterator[list[str]]:
        """[factor, …, product]: what adds up to the step's value."""
        match step:
            case Sums(terms=terms):
                for term in terms:
                    if None not in term.factors:  # padding adds nothing
                        yield self._product(term.coefficient, [factor for factor in term.factors if factor])
            case Choice(candidates=candidates, winner=winner):
                best = candidates[winner]
                assert best is not None
                yield self._product(Fraction(1), [best])
            case Gate(operand=operand, sign=sign, slopes=slopes):
                yield self._product(slopes.above if sign > 0 else slopes.below, [operand])
            case Chain(terms=links):
                for upstream, _, _ in links:
                    back = self.narration.link(step, upstream)
                    if back is not None:
                        yield [self._name(upstream), back.plain]
            case Route(shares=shares):
                for share in shares:
                    yield self._product(share.share, [share.upstream], always=True)
            case Mean(over=over):
                for ref in over:
                    yield self._product(Fraction(1, len(over)), [ref])
            case Update(old=old, gradient=gradient):
                rate = self.trace.case.learning_rate
                assert rate is not None
                yield self._product(Fraction(1), [old])
                yield self._product(-rate.value, [gradient], always=True)

    def _product(self, coefficient: Fraction, factors: list[Ref], always: bool = False) -> list[str]:
        names = [self._name(factor) for factor in factors]
        if coefficient != 1 or always:
            names.insert(0, _plain(coefficient))
        return [*names, self._worth(coefficient, factors)]

    def _name(self, ref: Ref) -> str:
        return self.trace.cell_name(ref.tensor, ref.cell)

    def _worth(self, coefficient: Fraction, factors: list[Ref]) -> str:
        """The product: in full where it is rational, otherwise with digits to spare."""

        def question(precision: int) -> Shown:
            value, spread = coefficient, Fraction(0)
            for factor in factors:
                known = self.trace.known(factor.tensor, factor.cell, precision)
                spread = abs(value) * known.spread + spread * (abs(known.value) + known.spread)
                value *= known.value
            return shown(Known(value, spread), self.narration.digits + 6, 0 if spread else _FULL)

        found: Shown = self.trace.certain(question)
        return found.plain


def _plain(value: Fraction) -> str:
    """A coefficient as a decimal if it ends, otherwise as a fraction."""
    text = shown(Known(value), 20)
    return text.plain if text.complete else str(value)


def flat(side: Side) -> str:
    """A side on one line."""
    match side:
        case str():
            return side
        case Window(rows):
            return f"max({', '.join(text for row in rows for text in row if text)})"
        case Sum(rows, before, after):
            terms = [text for row in rows for text in row]
            signed = "".join(
                f" − {t[1:]}" if t.startswith("−") and n else f"{' + ' if n else ''}{t}"
                for n, t in enumerate(terms)
            )
            return before + signed + after


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
