"""Every line of a large tensor, each on one row: the same lines, put together from columns of text.

A conv layer of LeNet-5 has 240,000 products. Its symbols and its numbers are written once per tensor,
laid out like the numbers themselves, and joined line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import prod

import numpy as np

from walkthrough.mathematics.contraction import Contraction, contract
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Tensor, unravel
from walkthrough.mathematics.readings import Part
from walkthrough.numbers import integers
from walkthrough.numbers.exact import Exact, added, in_doubt
from walkthrough.numbers.exact_arithmetic import ExactArithmetic
from walkthrough.numbers.printing import Printed, power_of_ten, printed
from walkthrough.numbers.shown import FULL
from walkthrough.page.lines.narration import Narration, bounded, rule_of
from walkthrough.page.records.choice_ledger import Choices
from walkthrough.page.records.repeated_lines import RepeatedLines
from walkthrough.page.voice.one_row import OneRow, in_one_row
from walkthrough.page.voice.products import ProductStyle, contractions_of, product_style
from walkthrough.page.voice.said_numbers import shortest
from walkthrough.trace.steps.kinds import AnyStep, Given

LARGE = 800
"""Products of a tensor above which its lines are put together from columns, each on one row."""
MANY = 80
"""Lines of a tensor above which they are."""

_MOST_DECIMALS = 60
"""Decimals of floats that are still added up as integers."""
GUARD = 6
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
        self.choices = Choices(narration, self.printed)
        self._kept: dict[tuple[str, int], Printed | None] = {}
        self._named: dict[tuple[str, bool], list[str]] = {}
        self._laid: dict[tuple[str, bool], _Column | None] = {}

    def takes(self, name: str) -> bool:
        """Whether a tensor is so large that its lines belong here; of what is on the way none is."""
        if name not in self.trace.places:
            return False
        size = Tensor(name, self.trace.places[name].shape).size
        contractions = self.contractions(name)
        rows = sum(multiply_adds(contraction) for contraction in contractions) if contractions else size
        return (rows > LARGE or size > MANY) and not self.narration.symbolic

    def because(self, name: str) -> str:
        """What holds for all lines of a tensor that is a sum of products, or a copy."""
        if not self.contractions(name):
            return ""
        return rule_of(self.steps.stage_of(name), self.trace.places[name].local, self.steps.phase(name))

    def lines(self, name: str) -> Iterator[list[str]]:
        """The lines of a tensor, some at a time; what holds for all of them is not said in each."""
        chosen = self.choices.lines(name)
        if chosen is not None:
            yield from chosen
            return
        rows = self.rows(name)
        if rows is None:
            yield from self._one_by_one(name)
            return
        common = self.because(name)
        for several in rows:
            # most rows have no other reason, and there are very many of them
            yield [
                f"{row.formula} {row.working}" if row.because == common else row.without(common).text
                for row in several
            ]

    def texts(self, name: str) -> list[str] | None:
        """The numbers of a large tensor as a page shows them; None where they are said one by one."""
        if not self.takes(name):
            return None
        if self.trace.given_grid(name) is not None:
            given = self._as_given(name)
            return None if given is None else given[0]
        shown = self.printed(name, 0)
        return None if shown is None else shown.texts

    def rows_of(self, name: str) -> bool:
        """Whether a tensor is large, and a table of sums whose numbers are a matter of decimals."""
        return self.takes(name) and not self.narration.fold_zeros and self._decimal(name)

    def _decimal(self, name: str) -> bool:
        sample, contractions = self.trace.places[name].sample or 0, self.contractions(name)
        if any(each.part.coefficient != 1 or len(each.part.factors) > 2 for each in contractions):
            return False
        names = {self.steps.full(f.tensor.name, sample) for each in contractions for f in each.part.factors}
        numbers = [self.trace.numbers(each) for each in (name, *names)]
        return bool(contractions) and all(
            not isinstance(each, Exact) or power_of_ten(each.denominator) is not None for each in numbers
        )

    def rows(self, name: str) -> Iterator[list[OneRow]] | None:
        """The lines of a tensor that is a table of sums, some at a time; None if it is something else."""
        contractions = self.contractions(name)
        columns = self.columns(name, contractions) if contractions else None
        result = self.printed(name, 0)
        if columns is None or result is None or self.narration.fold_zeros:
            return None
        return self._sums(name, contractions, columns, result)

    def contractions(self, name: str) -> tuple[Contraction, ...]:
        """The tables of multiply-adds that a tensor is read from; none if it is something else."""
        place, stage = self.trace.places[name], self.steps.stage_of(name)
        if stage is None or stage is self.trace.network.loss:
            return ()
        if place.sample is None and self.trace.case.batch:
            return ()
        return contractions_of(stage, place.local)

    def product_style(self, name: str) -> ProductStyle:
        """How the products of a tensor's lines are written."""
        stage = self.steps.stage_of(name)
        assert stage is not None
        return product_style(stage, self.contractions(name))

    def _one_by_one(self, name: str) -> Iterator[list[str]]:
        chunk: list[str] = []
        common = self.because(name)
        repeated = RepeatedLines(self.narration, name, self.printed)

        def say(step: AnyStep) -> str:
            return in_one_row(self.narration.line(step)).without(common).text

        for place, step in enumerate(self.steps.tensor(name)):
            if not isinstance(step, Given):
                chunk.append(repeated.line(place, partial(say, step)))
            if len(chunk) == 1_000:
                yield chunk
                chunk = []
        yield chunk

    # --- columns ---------------------------------------------------------------------------------

    def columns(self, name: str, contractions: tuple[Contraction, ...]) -> dict[str, _Column] | None:
        """Every factor as text; None if a number is no matter of decimals."""
        sample = self.trace.places[name].sample or 0
        short = self.product_style(name).short
        found: dict[str, _Column] = {}
        for contraction in contractions:
            if contraction.part.coefficient != 1 or len(contraction.part.factors) > 2:
                return None
            for factor in contraction.part.factors:
                local = factor.tensor.name
                if local not in found:
                    column = self._column(self.steps.full(local, sample), short)
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
        shown = self.printed(name, GUARD)
        if shown is None:
            return None
        texts, numbers = self._as_given(name) or (shown.texts, shown.numbers)
        symbols = _texts(self._symbols(name, short), shape)
        return _Column(symbols, _texts([bounded(text) for text in texts], shape), numbers)

    def _symbols(self, name: str, short: bool = False) -> list[str]:
        if (name, short) not in self._named:
            self._named[name, short] = self.narration.symbols(name, short)
        return self._named[name, short]

    def _as_given(self, name: str) -> tuple[list[str], Exact] | None:
        """The numbers as the case writes them, and what they are; None where that is shown anyway."""
        grid, numbers = self.trace.given_grid(name), self.trace.numbers(name)
        if grid is None or (grid.texts is None and isinstance(numbers, Exact)):
            return None
        exact = numbers if isinstance(numbers, Exact) else ExactArithmetic(40).given(grid)
        return [grid.text(place) for place in range(grid.size)], exact

    def printed(self, name: str, guard: int) -> Printed | None:
        """A tensor's numbers as text, at the first precision that leaves no digit open."""
        if (name, guard) not in self._kept:
            self._kept[name, guard] = self._found(name, guard)
        return self._kept[name, guard]

    def _found(self, name: str, guard: int) -> Printed | None:
        digits = self.narration.digits + guard
        found: Printed | None = None
        for precision in (40, 80, 320):
            numbers = self.trace.numbers(name, precision)
            if self.narration.floats:
                return _floats(numbers)
            found = printed(numbers, digits, FULL + guard)
            if found is None or not found.open:
                return found
        return None

    # --- sums ------------------------------------------------------------------------------------

    def _sums(
        self,
        name: str,
        contractions: tuple[Contraction, ...],
        columns: dict[str, _Column],
        result: Printed,
    ) -> Iterator[list[OneRow]]:
        shape = self.trace.places[name].shape
        target, symbols, numbers = _terms(contractions, columns, self.product_style(name).between)
        order = in_order(target)
        # two pieces a row
        pieces, figures = symbols[order].reshape(-1).tolist(), numbers[order].reshape(-1).tolist()
        ends = (2 * np.cumsum(np.bincount(target, minlength=len(result.texts)))).tolist()
        for end in set(ends) - {0}:  # nothing follows the last term
            pieces[end - 1] = pieces[end - 1][:-3]
            figures[end - 1] = figures[end - 1][:-3]
        redo, doubtful, rounded = self.checked(contractions, columns, result)
        reason, complete = self.because(name), result.complete.tolist()
        rows: list[OneRow] = []
        start = 0
        for place, (left, value, end) in enumerate(zip(self._symbols(name), result.texts, ends, strict=True)):
            if place in redo or start == end:
                step = self.steps.step(name, unravel(place, shape))
                rows.append(in_one_row(self.narration.line(step)))
            else:
                operands = "≈" if place in doubtful else "="
                equal = complete[place] and operands == "=" and place not in rounded
                ended = "=" if equal else "≈"
                # one entry, and nothing that it is multiplied by
                copied = end - start == 2 and not pieces[start]
                said = "" if copied else f"{operands} {''.join(figures[start:end])} "
                formula = f"{left} = {''.join(pieces[start:end])}"
                rows.append(OneRow(formula, f"{said}{ended} {value}", reason))
            start = end
            if len(rows) == 2_000:
                yield rows
                rows = []
        yield rows

    def checked(
        self, contractions: tuple[Contraction, ...], columns: dict[str, _Column], result: Printed
    ) -> tuple[set[int], set[int], set[int]]:
        """Lines that want more digits to be redone, lines with numbers that do not end, and rounded ones.

        A line is rounded where its numbers, as printed, do not give the result: by float64, or by hand.
        """
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
        rounds = self.narration.floats or self.narration.decimals is not None
        if total.unknown is None and not rounds:
            return set(), set(), set()
        numerators = total.numerators.reshape(-1).tolist()
        said = result.numbers.numerators.reshape(-1).tolist()
        ours, theirs = result.numbers.denominator, total.denominator
        pairs = enumerate(zip(numerators, said, strict=True)) if rounds else ()
        rounded = {place for place, (own, true) in pairs if own * ours != true * theirs}
        if total.unknown is None:
            return set(), set(), rounded
        unfinished = total.unknown.reshape(-1)
        places = np.flatnonzero(unfinished).tolist()
        # a printed number stands for what is less than half its last place away (0 for a complete one)
        redo = {
            place
            for place in places
            if abs(numerators[place] * ours - said[place] * theirs) * 2
            >= max(result.units[place], 1) * theirs
        }
        return redo, set(places), rounded


def _floats(numbers: Array) -> Printed | None:
    """Floats in the fewest digits that tell each from its neighbours: nothing is left out.

    The numbers are those decimals. None if they are of too many sizes for one denominator.
    """
    shown = [shortest(Fraction(value)) for value in numbers.reshape(-1).tolist()]
    decimals = max((-each.exponent for each in shown if each.digits != "0"), default=0)
    if decimals > _MOST_DECIMALS:
        return None
    values = np.empty(len(shown), dtype=object)
    values[:] = [int(each.value * 10 ** max(decimals, 0)) for each in shown]
    exact = Exact(integers.integers(values.reshape(numbers.shape)), 10 ** max(decimals, 0), 0, None)
    complete = np.ones(len(shown), dtype=bool)
    return Printed([each.text for each in shown], complete, exact, [0] * len(shown), [])


def _terms(
    contractions: tuple[Contraction, ...], columns: dict[str, _Column], sign: str
) -> tuple[Array, Array, Array]:
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
        targets.append(target)
        symbols.append(_pieces(part, [column.symbols for column in of], sign))
        numbers.append(_pieces(part, [column.texts for column in of], "·"))
    target = np.concatenate(targets)
    inside = target >= 0
    return target[inside], np.concatenate(symbols)[inside], np.concatenate(numbers)[inside]


def in_order(target: Array) -> Array | slice:
    """What brings rows into the order of the cells that they go to."""
    return slice(None) if bool((target[1:] >= target[:-1]).all()) else np.argsort(target, kind="stable")


def _pieces(part: Part, columns: list[Array], sign: str) -> Array:
    """The text of every row's factors, laid out like the numbers; padding has no symbol, so it is 0."""
    full = tuple(index.extent for index in part.variables)
    ends = [sign, " + "] if len(columns) == 2 else [" + "]
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


def multiply_adds(contraction: Contraction) -> int:
    """How many rows its table has, padding included."""
    return prod(index.extent for index in contraction.part.variables)
