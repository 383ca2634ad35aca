"""Every line of a large tensor, each on one row: the same lines, put together from columns of text.

A conv layer of LeNet-5 has 240,000 products. Its symbols and its numbers are written once per tensor,
laid out like the numbers themselves, and joined line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from walkthrough.mathematics.contraction import Contraction, contract
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Tensor, unravel
from walkthrough.mathematics.readings import Part
from walkthrough.numbers import integers
from walkthrough.numbers.exact import Exact, added, in_doubt, of_floats
from walkthrough.numbers.printing import Printed, printed
from walkthrough.numbers.shown import FULL
from walkthrough.page.choice_ledger import Choices
from walkthrough.page.narration import Narration, bounded, rule_of
from walkthrough.page.records import flat
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import Given, Ref, Sums

LARGE = 800
"""Products of a tensor above which its lines are put together from columns, each on one row."""
MANY = 80
"""Lines of a tensor above which they are."""

_GUARD = 6
"""Digits that operands which do not end have more than the result; lines that want more are redone."""


@dataclass(frozen=True)
class _Column:
    """A tensor as text: its symbols, its numbers, and what the printed numbers say."""

    symbols: Array
    texts: Array
    numbers: Exact


class Ledger:
    """The lines of large tensors."""

    def __init__(self, narration: Narration) -> None:
        self.narration = narration
        self.steps = narration.steps
        self.trace = narration.steps.trace
        self._kept: dict[tuple[str, int], Printed | None] = {}
        self._named: dict[tuple[str, bool], list[str]] = {}
        self._laid: dict[tuple[str, bool], _Column | None] = {}

    def takes(self, name: str) -> bool:
        """Whether a tensor is so large that its lines belong here; of what is on the way none is."""
        if name not in self.trace.places:
            return False
        size = Tensor(name, self.trace.places[name].shape).size
        contractions = self._contractions(name)
        rows = sum(_rows(contraction) for contraction in contractions) if contractions else size
        return (rows > LARGE or size > MANY) and not self.narration.symbolic

    def lines(self, name: str) -> Iterator[list[str]]:
        """The lines of a tensor, some at a time."""
        contractions = self._contractions(name)
        chosen = Choices(self.narration, self._printed).lines(name)
        if chosen is not None:
            yield from chosen
            return
        columns = self._columns(name, contractions) if contractions else None
        if columns is None or self.narration.fold_zeros:
            yield from self._one_by_one(name)
        else:
            yield from self._sums(name, contractions, columns)

    def _contractions(self, name: str) -> tuple[Contraction, ...]:
        """The tables of multiply-adds that a tensor is read from; none if it is something else."""
        place, stage = self.trace.places[name], self.steps.stage_of(name)
        if stage is None or not isinstance(stage, Stage) or (place.sample is None and self.trace.case.batch):
            return ()
        if place.local == stage.z.name:
            return stage.sums
        for tensor in stage.inputs if stage is not self.trace.network.loss else ():
            if tensor.grad.name == place.local:
                found = stage.backward(tensor)
                return found if all(each.part.local is None for each in found) else ()
        return ()

    def _one_by_one(self, name: str) -> Iterator[list[str]]:
        chunk: list[str] = []
        for step in self.steps.tensor(name):
            if not isinstance(step, Given):
                chunk.append(self.line(step.ref))
            if len(chunk) == 1_000:
                yield chunk
                chunk = []
        yield chunk

    def line(self, ref: Ref) -> str:
        """One line, with whatever it takes."""
        working = self.narration.line(self.steps.step(ref.tensor, ref.cell))
        sides = "".join(f" {relation} {flat(side)}" for relation, side in working.sides)
        return f"{working.left}{sides}" + (f"     {working.because}" if working.because else "")

    # --- columns ---------------------------------------------------------------------------------

    def _columns(self, name: str, contractions: tuple[Contraction, ...]) -> dict[str, _Column] | None:
        """Every factor as text; None if a number is no matter of decimals."""
        sample = self.trace.places[name].sample or 0
        several = max(contraction.most_terms for contraction in contractions) > 1
        found: dict[str, _Column] = {}
        for contraction in contractions:
            if contraction.part.coefficient != 1:
                return None
            for factor in contraction.part.factors:
                local = factor.tensor.name
                if local not in found:
                    column = self._column(self.steps.full(local, sample), several)
                    if column is None:
                        return None
                    found[local] = column
        return found

    def _column(self, name: str, short: bool) -> _Column | None:
        if (name, short) not in self._laid:
            self._laid[name, short] = self._written(name, short)
        return self._laid[name, short]

    def _written(self, name: str, short: bool) -> _Column | None:
        shape = self.trace.places[name].shape
        shown = self._printed(name, _GUARD)
        if shown is None:
            return None
        texts = [bounded(text) for text in self._as_given(name) or shown.texts]
        symbols = self._symbols(name, short)
        return _Column(_texts(symbols, shape), _texts(texts, shape), shown.numbers)

    def _symbols(self, name: str, short: bool = False) -> list[str]:
        if (name, short) not in self._named:
            self._named[name, short] = self.narration.symbols(name, short)
        return self._named[name, short]

    def _as_given(self, name: str) -> list[str] | None:
        """The numbers as the case writes them, if it writes them one by one."""
        grid = self.trace.given_grid(name)
        if grid is None or grid.texts is None:
            return None
        return [grid.text(place) for place in range(grid.size)]

    def _printed(self, name: str, guard: int) -> Printed | None:
        """A tensor's numbers as text, at the first precision that leaves no digit open."""
        if (name, guard) not in self._kept:
            self._kept[name, guard] = self._found(name, guard)
        return self._kept[name, guard]

    def _found(self, name: str, guard: int) -> Printed | None:
        digits = self.narration.digits + guard
        found: Printed | None = None
        for precision in (40, 80, 320):
            numbers = self.trace.numbers(name, precision)
            exact = numbers if isinstance(numbers, Exact) else of_floats(numbers)
            found = printed(exact, digits, FULL + guard)
            if found is None or not found.open:
                return found
        return None

    # --- sums ------------------------------------------------------------------------------------

    def _sums(
        self, name: str, contractions: tuple[Contraction, ...], columns: dict[str, _Column]
    ) -> Iterator[list[str]]:
        result = self._printed(name, 0)
        if result is None:
            yield from self._one_by_one(name)
            return
        shape = self.trace.places[name].shape
        target, symbols, numbers = _terms(contractions, columns)
        in_order = bool((target[1:] >= target[:-1]).all())
        order = slice(None) if in_order else np.argsort(target, kind="stable")
        # two pieces a row
        pieces, figures = symbols[order].reshape(-1).tolist(), numbers[order].reshape(-1).tolist()
        ends = (2 * np.cumsum(np.bincount(target, minlength=len(result.texts)))).tolist()
        redo, doubtful = self._checked(contractions, columns, result)
        first = self.steps.step(name, (0,) * len(shape))
        assert isinstance(first, Sums)
        reason = f"     {rule_of(first)}" if rule_of(first) else ""
        yield from self._put_together(
            name, result, (pieces, figures), ends, redo, doubtful, first.copy, reason
        )

    def _put_together(
        self,
        name: str,
        result: Printed,
        pieces: tuple[list[str], list[str]],
        ends: list[int],
        redo: set[int],
        doubtful: set[int],
        copies: bool,
        reason: str,
    ) -> Iterator[list[str]]:
        """The lines: left side, symbols, numbers, value, reason."""
        shape = self.trace.places[name].shape
        symbols, figures = pieces
        for end in set(ends) - {0}:  # nothing follows the last term
            symbols[end - 1] = symbols[end - 1][:-3]
            figures[end - 1] = figures[end - 1][:-3]
        complete = result.complete.tolist()
        lines: list[str] = []
        start = 0
        for place, (left, value, end) in enumerate(zip(self._symbols(name), result.texts, ends, strict=True)):
            if place in redo or start == end:
                lines.append(self.line(Ref(name, unravel(place, shape))))
            else:
                operands = "≈" if place in doubtful else "="
                ended = "=" if complete[place] and operands == "=" else "≈"
                said = "" if copies else f" {operands} {''.join(figures[start:end])}"
                lines.append(f"{left} = {''.join(symbols[start:end])}{said} {ended} {value}{reason}")
            start = end
            if len(lines) == 2_000:
                yield lines
                lines = []
        yield lines

    def _checked(
        self, contractions: tuple[Contraction, ...], columns: dict[str, _Column], result: Printed
    ) -> tuple[set[int], set[int]]:
        """Lines that want more digits to be redone, and lines with numbers that do not end."""
        parts = []
        for contraction in contractions:
            operands = tuple(columns[factor.tensor.name].numbers for factor in contraction.part.factors)
            arrays = tuple(each.numerators for each in operands)
            denominator = 1
            for each in operands:
                denominator *= each.denominator
            unknown = in_doubt(contraction, operands)
            parts.append(
                Exact(contract(contraction, arrays, integers.matrix_product), denominator, 0, unknown)
            )
        total = parts[0] if len(parts) == 1 else added(parts)
        if total.unknown is None:
            return set(), set()
        unfinished = total.unknown.reshape(-1)
        numerators = total.numerators.reshape(-1).tolist()
        said = result.numbers.numerators.reshape(-1).tolist()
        ours, theirs = result.numbers.denominator, total.denominator
        places = np.flatnonzero(unfinished).tolist()
        # a printed number stands for what is less than half its last place away (0 for a complete one)
        redo = {
            place
            for place in places
            if abs(numerators[place] * ours - said[place] * theirs) * 2
            >= max(result.units[place], 1) * theirs
        }
        return redo, set(places)


def _terms(contractions: tuple[Contraction, ...], columns: dict[str, _Column]) -> tuple[Array, Array, Array]:
    """All rows of the tables: where each product goes, and the pieces of its symbols and its numbers.

    A row's two pieces end with what follows them, so that a line is its pieces joined, less the last +.
    """
    targets, symbols, numbers = [], [], []
    for contraction in contractions:
        part = contraction.part
        full = tuple(index.extent for index in part.variables)
        tensor = part.target.tensor
        places = np.arange(tensor.size).reshape(tensor.shape)
        target = np.broadcast_to(layout(part.target, part.variables).seen(places, -1), full).reshape(-1)
        of = [columns[factor.tensor.name] for factor in part.factors]
        between = _between(of[0].symbols.flat[0])
        targets.append(target)
        symbols.append(_pieces(part, [column.symbols for column in of], between))
        numbers.append(_pieces(part, [column.texts for column in of], "·"))
    target = np.concatenate(targets)
    inside = target >= 0
    return target[inside], np.concatenate(symbols)[inside], np.concatenate(numbers)[inside]


def _between(symbol: str) -> str:
    return " · " if "/" in symbol else "·" if symbol.endswith("]") else ""


def _pieces(part: Part, columns: list[Array], between: str) -> Array:
    """The text of every row's factors, laid out like the numbers; padding has no symbol, so it is 0."""
    full = tuple(index.extent for index in part.variables)
    ends = [between, " + "] if len(columns) == 2 else [" + "]
    pieces = np.full((prod(full), 2), "", dtype=object)
    for at, (factor, column, end) in enumerate(zip(part.factors, columns, ends, strict=True), 2 - len(ends)):
        ended = column + end
        blank = "0·" if not end else f"0{end}"
        seen = layout(factor, part.variables).seen(ended, blank)
        pieces[:, at] = np.broadcast_to(seen, full).reshape(-1)
    return pieces


def _texts(texts: list[str], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array.reshape(shape)


def _rows(contraction: Contraction) -> int:
    return prod(index.extent for index in contraction.part.variables)
