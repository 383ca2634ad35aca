"""The JSON of a large tensor's steps, one a line: put together from columns, without an object per term."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from walkthrough.case.cells import cell_names
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Entry, Tensor
from walkthrough.numbers import integers
from walkthrough.numbers.exact import Exact, of_floats, shorter
from walkthrough.numbers.printing import plain, printed
from walkthrough.page.records.choice_ledger import windows_of, winners_of
from walkthrough.page.records.ledger import Ledger, in_order
from walkthrough.page.voice.one_row import OneRow
from walkthrough.trace.trace import Trace

FULL = 4_000
"""A rational number that ends within this many digits is written in full where products must add up."""
SPARE = 6
"""Digits that a product which does not end has more than its sum."""

_PRECISIONS = (40, 80, 320)


class RecordRows:
    """The steps of large tensors that are tables of sums, as JSON."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.trace: Trace = ledger.trace
        self.digits = ledger.narration.digits
        self._named: dict[str, list[str]] = {}

    def lines(self, name: str) -> Iterator[str] | None:
        """A line of JSON for each step of a tensor; None if it has to be done step by step."""
        if not self.ledger.takes(name):
            return None
        values = values_of(self.trace, name, self.digits, in_full=True)
        chosen = self.ledger.choices.rows(name)
        if chosen is not None and values is not None:
            return self._lines(name, chosen, self._passed_on(name), values)
        rows = self.ledger.rows(name)
        if rows is None or values is None:
            return None
        terms = self._terms(name)
        every = (row for several in rows for row in several)
        return None if terms is None else self._lines(name, every, terms, values)

    def _lines(
        self, name: str, rows: Iterator[OneRow], terms: Iterator[str], values: tuple[list[str], list[bool]]
    ) -> Iterator[str]:
        stage = json.dumps(self.ledger.steps.phase(name))
        cells = self._cells(name)
        reasons: dict[str, str] = {}
        for row, cell, inner, value, exact in zip(rows, cells, terms, *values, strict=True):
            because = reasons.get(row.because)
            if because is None:
                because = reasons[row.because] = json.dumps(row.because, ensure_ascii=False)
            yield (
                f'{{"cell": "{cell}", "stage": {stage}, "formula": "{row.formula}", '
                f'"working": "{row.working}", "because": {because}, "terms": [{inner}], '
                f'"value": "{value}", "exact": {"true" if exact else "false"}}}'
            )

    # --- choices ---------------------------------------------------------------------------------

    def _passed_on(self, name: str) -> Iterator[str]:
        """The one term of each cell of a max pool or a ReLU: what goes on, or comes back, and whether."""
        place, stage = self.trace.places[name], self.ledger.steps.stage_of(name)
        assert stage is not None
        assert place.sample is not None
        forward = place.local == stage.z.name
        of = self.ledger.steps.full((stage.x if forward else stage.z.grad).name, place.sample)
        if stage.gate is not None:
            source = np.arange(stage.x.size)
            passing = self.trace.run().samples[place.sample].selections[stage.name].shares.reshape(-1) > 0
        elif forward:
            source = winners_of(self.trace, stage, place.sample)
            passing = np.ones(len(source), dtype=bool)
        else:
            found = windows_of(stage)
            assert found is not None  # or there would be no rows
            source = found
            passing = winners_of(self.trace, stage, place.sample)[source] == np.arange(stage.x.size)
        products, names = self._numbers(of), self._cells(of)
        whole = "" if forward else '"1", '  # a share is always written
        for at, passes in zip(source.tolist(), passing.tolist(), strict=True):
            if at < 0:
                yield ""
            elif not passes:
                yield f'["0", "{names[at]}", "0"]'
            else:
                yield f'[{whole}"{names[at]}", "{products[at]}"]'

    def _numbers(self, name: str) -> list[str]:
        """All numbers of a tensor, with the digits of a product."""
        found = (printed(_exact(self.trace, name, each), self.digits + SPARE, FULL) for each in _PRECISIONS)
        return next([plain(text) for text in each.texts] for each in found if each and not each.open)

    # --- terms -----------------------------------------------------------------------------------

    def _terms(self, name: str) -> Iterator[str] | None:
        """Every term as [factor, …, product]; padding adds nothing, and is left out."""
        sample, full = self.trace.places[name].sample or 0, self.ledger.steps.full
        size = Tensor(name, self.trace.places[name].shape).size
        targets, pieces = [], []
        for contraction in self.ledger.contractions(name):
            names = [full(factor.tensor.name, sample) for factor in contraction.part.factors]
            texts = self._products(contraction, names)
            if texts is None:
                return None
            place, inside = _targets(contraction), np.ones(len(texts), dtype=bool)
            found = np.full((len(texts), 3), "", dtype=object)
            for at, (factor, own) in enumerate(zip(contraction.part.factors, names, strict=True)):
                column = _column([f'"{cell}", ' for cell in self._cells(own)], self._shape(own))
                found[:, at] = _seen(contraction, factor, column, "")
                inside &= found[:, at] != ""
            found[:, 0] = "[" + found[:, 0]
            found[:, 2] = texts
            inside &= place >= 0
            targets.append(place[inside])
            pieces.append(found[inside])
        target = np.concatenate(targets)
        ends = (3 * np.cumsum(np.bincount(target, minlength=size))).tolist()
        every: list[str] = np.concatenate(pieces)[in_order(target)].reshape(-1).tolist()
        # nothing follows the last term
        return ("".join(every[start:end])[:-2] for start, end in pairwise([0, *ends]))

    def _products(self, contraction: Contraction, names: list[str]) -> Array | None:
        """The products of all rows as the last pieces of their terms."""
        for precision in _PRECISIONS:
            numbers = _product(contraction, [_exact(self.trace, name, precision) for name in names])
            found = printed(numbers, self.digits + SPARE, FULL)
            if found is None:
                return None
            if not found.open:
                return _column([f'"{plain(text)}"], ' for text in found.texts], (len(found.texts),))
        return None

    def _cells(self, name: str) -> list[str]:
        """The names of all cells of a tensor in reading order."""
        if name not in self._named:
            self._named[name] = list(cell_names(name, self._shape(name)))
        return self._named[name]

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.trace.places[name].shape


def values_of(
    trace: Trace, name: str, digits: int, in_full: bool = False
) -> tuple[list[str], list[bool]] | None:
    """All numbers of a tensor as programs read them, and which are known exactly.

    What is known is written in full where that is asked for. None if the numbers are no matter of decimals.
    """
    for precision in _PRECISIONS:
        numbers = trace.numbers(name, precision)
        exact = numbers if isinstance(numbers, Exact) else of_floats(numbers)
        known = np.zeros(exact.numerators.size, dtype=bool)
        if isinstance(numbers, Exact):
            known = ~known if exact.unknown is None else ~exact.unknown.reshape(-1)
        found = printed(exact, digits, 0)
        if found is None:
            return None
        if found.open:
            continue
        texts = found.texts
        whole = printed(exact, digits, FULL) if in_full and known.any() else None
        if whole is not None:
            texts = [long if k else short for short, long, k in zip(texts, whole.texts, known, strict=True)]
        return [plain(text) for text in texts], known.tolist()
    return None


def _exact(trace: Trace, name: str, precision: int) -> Exact:
    numbers = trace.numbers(name, precision)
    return numbers if isinstance(numbers, Exact) else of_floats(numbers)


def _product(contraction: Contraction, operands: list[Exact]) -> Exact:
    """The product of every row of a table, and how far the truth can be from it."""
    factors = contraction.part.factors
    seen = [
        _seen(contraction, factor, each.numerators) for factor, each in zip(factors, operands, strict=True)
    ]
    marks = [
        np.zeros(len(seen[0]), dtype=bool)
        if each.unknown is None
        else _seen(contraction, factor, each.unknown)
        for factor, each in zip(factors, operands, strict=True)
    ]
    if len(operands) == 1:
        return Exact(seen[0], operands[0].denominator, operands[0].radius, marks[0])
    first, second = operands
    a, b = integers.largest(first.numerators), integers.largest(second.numerators)
    radius = a * second.radius + b * first.radius + first.radius * second.radius
    # 0 times anything is 0, and known
    alive = [mark | np.asarray(each != 0, dtype=bool) for mark, each in zip(marks, seen, strict=True)]
    unknown = (marks[0] & alive[1]) | (alive[0] & marks[1])
    found = Exact(integers.product(*seen), first.denominator * second.denominator, radius, unknown)
    return shorter(found) if radius else found


def _targets(contraction: Contraction) -> Array:
    """Where each row's product goes, in reading order; −1: nowhere."""
    tensor = contraction.part.target.tensor
    places = np.arange(tensor.size).reshape(tensor.shape)
    return _seen(contraction, contraction.part.target, places, -1)


def _seen(contraction: Contraction, entry: Entry, array: Array, fill: Any = 0) -> Array:
    """What an entry means in each row of a table."""
    variables = contraction.part.variables
    full = tuple(index.extent for index in variables)
    return np.broadcast_to(layout(entry, variables).seen(array, fill), full).reshape(prod(full))


def _column(texts: list[str], shape: tuple[int, ...]) -> Array:
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    return column.reshape(shape)
