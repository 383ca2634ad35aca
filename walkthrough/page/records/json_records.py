"""What programs read: a trace as plain values, piece by piece, so that a large one is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any

from walkthrough.mathematics.notation import Shape, Tensor
from walkthrough.numbers.shown import Known, Shown, shown
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.ledger import Ledger
from walkthrough.page.records.record_rows import FULL, SPARE, RecordRows, values_of
from walkthrough.page.records.sum_row import sum_row
from walkthrough.page.voice.one_row import flat, in_one_row
from walkthrough.trace.linked import new_loss
from walkthrough.trace.steps.kinds import AnyStep, Chain, Choice, Gate, Given, Mean, Ref, Route, Sums, Update
from walkthrough.trace.steps.steps import Steps

if TYPE_CHECKING:
    from walkthrough.trace.trace import Trace
    from walkthrough.trace.verification import Check

__all__ = ["Records", "flat"]


class Records:
    """The JSON of `show`: the case, its tensors, the steps, and what the witnesses said."""

    def __init__(self, narration: Narration) -> None:
        self.narration = narration
        self.steps = narration.steps
        self.trace = narration.steps.trace
        self._ledger = Ledger(narration)
        self._rows = RecordRows(self._ledger)
        self._earlier: dict[int, Records] = {}

    def document(self, checks: Iterable[Check], only: Iterable[str | Ref] | None = None) -> Iterator[str]:
        """The whole document in pieces, each step on a line; `only` those of some tensors or cells.

        The whole one ends with the loss to which the update leads.
        """
        after, names = self._afterwards() if only is None else (self, ())
        yield '{"case": ' + _json(self.case()) + ',\n "tensors": {'
        for number, name in enumerate(self.trace.places):
            yield (",\n  " if number else "\n  ") + f"{_json(name)}: {_json(self.tensor(name))}"
        for name in names:
            yield f",\n  {_json(name)}: {_json(after.tensor(name))}"
        yield '\n },\n "on_the_way": {'
        own = (name for name, place in self.trace.on_the_way.items() if not place.local.endswith(".delta"))
        for number, name in enumerate(own):
            yield (",\n  " if number else "\n  ") + f"{_json(name)}: {_json(self.tensor(name))}"
        yield '\n },\n "steps": ['
        wanted = self.trace.places if only is None else only
        steps = (line for each in wanted for line in self.lines(each))
        last = (line for each in names for line in after.lines(each))
        for number, line in enumerate(chain(steps, last)):
            yield (",\n  " if number else "\n  ") + line
        yield '\n ],\n "checks": ['
        for number, check in enumerate(checks):
            yield (",\n  " if number else "\n  ") + _json(self.check(check))
        yield "\n ]}\n"

    def _afterwards(self) -> tuple[Records, tuple[str, ...]]:
        """The step after the update, and the names of its losses; none if there are no such numbers."""
        new = new_loss(self.trace, self.narration.digits)
        if new is None or new.unsaid:
            return self, ()
        return Records(self._narration_of(new.trace)), new.names

    def lines(self, of: str | Ref) -> Iterator[str]:
        """The steps of a tensor, or of one cell, each as a line of JSON; what is given has none."""
        name = of if isinstance(of, str) else of.tensor
        if self.trace.given_grid(name) is not None:
            return
        own = self.trace.of(name)
        if own is not self.trace:
            if own.step not in self._earlier:
                self._earlier[own.step] = Records(self._narration_of(own))
            yield from self._earlier[own.step].lines(of)
            return
        quickly = self._rows.lines(of) if isinstance(of, str) else None
        if quickly is not None:
            yield from quickly
            return
        for step in self.steps.tensor(of) if isinstance(of, str) else [self.steps.step(*of)]:
            if not isinstance(step, Given):
                yield _json(self.step(step))

    def _narration_of(self, trace: Trace) -> Narration:
        return replace(self.narration, steps=Steps(trace), _kept={})

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
        shape = self.trace.place(name).shape
        found = values_of(self.trace, name, self.narration.digits)
        if found is None:  # thirds, or a number near saturation: one by one
            cells = list(Tensor(name, shape).cells())
            texts = [self.number(Ref(name, cell)).plain for cell in cells]
            found = texts, [self.trace.exact(name, cell) for cell in cells]
        texts, exact = found
        return {"shape": list(shape), "values": nested(texts, shape), "exact": all(exact)}

    def number(self, ref: Ref) -> Shown:
        """A number to the digits asked for."""
        return self.trace.shown(ref.tensor, ref.cell, self.narration.digits, 0)

    def step(self, step: AnyStep) -> dict[str, Any]:
        """One step, with its multiply-adds."""
        ref = step.ref
        if isinstance(step, Sums) and self._ledger.rows_of(ref.tensor):
            row = sum_row(self._ledger, step)
        else:
            row = in_one_row(self.narration.line(step))
        exact = self.trace.exact(ref.tensor, ref.cell)
        value = self.trace.shown(ref.tensor, ref.cell, self.narration.digits, FULL if exact else 0)
        return {
            "cell": self._name(ref),
            "stage": step.phase,
            "formula": row.formula,
            "working": row.working,
            "because": row.because,
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
                share = slopes.above if sign > 0 else slopes.below if sign < 0 else Fraction(0)
                yield self._product(share, [operand])
            case Chain():
                for upstream, slope, back in self.narration.links(step):
                    yield [self._name(upstream), slope.plain, back.plain]
            case Route(shares=shares):
                for each in shares:
                    yield self._product(each.share, [each.upstream], always=True)
            case Mean(over=over):
                for ref in over:
                    yield self._product(Fraction(1, len(over)), [ref])
            case Update(old=old, gradient=gradient, rate=rate):
                yield self._product(Fraction(1), [old])
                yield self._product(-rate, [gradient], always=True)

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
            return shown(Known(value, spread), self.narration.digits + SPARE, 0 if spread else FULL)

        found: Shown = self.trace.certain(question)
        return found.plain


def _plain(value: Fraction) -> str:
    """A coefficient as a decimal if it ends, otherwise as a fraction."""
    text = shown(Known(value), 20)
    return text.plain if text.complete else str(value)


def nested(texts: list[str], shape: Shape) -> Any:
    """Texts in reading order as lists in lists; the text itself for a single number."""
    found: list[Any] = texts
    for extent in reversed(shape[1:]):
        found = [found[at : at + extent] for at in range(0, len(found), extent)]
    return found if shape else texts[0]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
