"""Max pools and ReLUs of large tensors: their lines, and where a convention decides something."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Cell, Equation, Largest, unravel
from walkthrough.mathematics.readings import ONE, ZERO, Slopes
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.printing import Printed
from walkthrough.page.lines.narration import Narration
from walkthrough.page.voice.one_row import OneRow
from walkthrough.page.voice.reasons_for_zero import nothing_from
from walkthrough.page.voice.ties import tied
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import Trace


def first_at_issue(trace: Trace, stage: Stage, equation: Equation, sample: int) -> Cell | None:
    """The first output cell where equal largest entries, or an exact 0, meet the convention."""
    numbers = trace.run().samples[sample].tensors[stage.x.name]
    array = numbers.numerators if isinstance(numbers, Exact) else numbers
    if isinstance(equation.right, Largest):
        windows, places = stage.windows(array), stage.window_places
        low = np.where(places >= 0, windows, array.min() - 1)
        met = ((low == low.max(axis=-1, keepdims=True)).sum(axis=-1) > 1).reshape(-1)
    else:
        met = (array == 0).reshape(-1)
    places_met = np.flatnonzero(met)
    return unravel(int(places_met[0]), stage.z.shape) if places_met.size else None


class Choices:
    """The lines of a large max pool or ReLU, forwards and backwards, one cell a row."""

    def __init__(self, narration: Narration, printed: Callable[[str, int], Printed | None]) -> None:
        self.narration = narration
        self.steps = narration.steps
        self.trace = narration.steps.trace
        self._printed = printed

    def lines(self, name: str) -> Iterator[list[str]] | None:
        """The lines of a tensor, some at a time; None if it has no rows."""
        rows = self.rows(name)
        return None if rows is None else _chunks(row.text for row in rows)

    def rows(self, name: str) -> Iterator[OneRow] | None:
        """The lines of a tensor; None if it is no choice, or an unusual convention has a say in it."""
        place, stage = self.trace.places[name], self.steps.stage_of(name)
        if stage is None or stage is self.trace.network.loss or not stage.choices or place.sample is None:
            return None
        ((equation, entry, _),) = stage.choices
        x = self.steps.full(stage.x.name, place.sample)
        numbers, result = self._printed(x, 0), self._printed(name, 0)
        pool = isinstance(equation.right, Largest)
        conventions = self.trace.case.conventions
        usual = conventions.max_tie == "first" if pool else stage.gate == Slopes(entry, ONE, ZERO, ZERO)
        if numbers is None or result is None or not usual:
            return None
        if place.local == stage.z.name:
            if pool:
                return self._pool(stage, name, x, numbers, result)
            return self._gate(name, x, numbers, result)
        if pool:
            return self._sent_back(stage, place.sample, name, x, numbers, result)
        return self._let_through(stage, place.sample, name, x, numbers, result)

    def _gate(self, name: str, x: str, numbers: Printed, result: Printed) -> Iterator[OneRow]:
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        texts, all_complete = self._said(x, numbers)
        for left, operand, shown, number, complete, value in zip(
            own, operands, numbers.texts, texts, all_complete, result.texts, strict=True
        ):
            relation = "=" if complete else "≈"
            closed = shown.startswith("−")
            reason = f"closed: {operand} < 0" if closed else f"open: {operand} > 0"
            if shown == "0":
                reason = f"{operand} is exactly 0"
            last = "=" if complete or closed else "≈"
            yield OneRow(f"{left} = max(0, {operand})", f"{relation} max(0, {number}) {last} {value}", reason)

    def _let_through(
        self, stage: Stage, sample: int, name: str, x: str, numbers: Printed, result: Printed
    ) -> Iterator[OneRow]:
        above = self.steps.full(stage.z.grad.name, sample)
        upstream, silent = self.narration.symbols(above), self._silent(above)
        is_open = self.trace.run().samples[sample].selections[stage.name].shares.reshape(-1).tolist()
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        for at, (left, operand, value) in enumerate(zip(own, operands, result.texts, strict=True)):
            if is_open[at]:
                relation = "=" if result.complete[at] else "≈"
                reason = silent(at) if value == "0" else f"open: {operand} > 0, so × 1"
                yield OneRow(f"{left} = {upstream[at]}", f"{relation} {value}", reason)
            elif numbers.texts[at] == "0":
                reason = f"{operand} is exactly 0, where this case takes the slope 0"
                yield OneRow(left, "= 0", reason)
            else:
                yield OneRow(left, "= 0", f"closed: {operand} < 0, so × 0")

    def _pool(self, stage: Stage, name: str, x: str, numbers: Printed, result: Printed) -> Iterator[OneRow]:
        places = stage.window_places.reshape(result.complete.size, -1).tolist()
        operands = self.narration.symbols(x)
        said, complete = self._said(x, numbers)
        for left, window, value in zip(self.narration.symbols(name), places, result.texts, strict=True):
            inside = [place for place in window if place >= 0]
            equal = all(complete[place] for place in inside)
            names = ", ".join(operands[place] for place in inside)
            texts = ", ".join(said[place] for place in inside)
            first, *others = [place for place in inside if numbers.texts[place] == value]
            best = [first, *(place for place in others if self._same(stage, x, first, place))]
            reason = f"the largest is {operands[first]}"
            if len(best) > 1:
                reason = f"{operands[first]} is {tied(len(best), 'first')}"
            if len(inside) < len(window):
                reason += "; padding never wins"
            relation = "=" if equal else "≈"
            yield OneRow(f"{left} = max({names})", f"{relation} max({texts}) {relation} {value}", reason)

    def _said(self, x: str, numbers: Printed) -> tuple[list[str], list[bool]]:
        """What goes in, as the case writes it or as it is shown; and whether nothing of it is left out."""
        grid = self.trace.given_grid(x)
        if grid is None:
            return numbers.texts, numbers.complete.tolist()
        return [grid.text(place) for place in range(grid.size)], [True] * grid.size

    def _same(self, stage: Stage, x: str, one: int, other: int) -> bool:
        """Whether two entries that read alike are equal: ten digits do not show it."""
        cells = (unravel(place, stage.x.shape) for place in (one, other))
        return self.steps.same(*(Ref(x, cell) for cell in cells))

    def _sent_back(
        self, stage: Stage, sample: int, name: str, x: str, numbers: Printed, result: Printed
    ) -> Iterator[OneRow] | None:
        """The gradient of a pool whose windows do not overlap; None if they do."""
        window_of, winners = windows_of(stage), winners_of(self.trace, stage, sample)
        if window_of is None:
            return None
        return self._routes(stage, sample, name, x, numbers, result, window_of.tolist(), winners.tolist())

    def _routes(
        self,
        stage: Stage,
        sample: int,
        name: str,
        x: str,
        numbers: Printed,
        result: Printed,
        window_of: list[int],
        winners: list[int],
    ) -> Iterator[OneRow]:
        above = self.steps.full(stage.z.grad.name, sample)
        upstream, silent = self.narration.symbols(above), self._silent(above)
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        texts = numbers.texts
        alike: dict[tuple[int, str], list[int]] = {}
        for at, window in enumerate(window_of):
            alike.setdefault((window, texts[at]), []).append(at)
        for at, left in enumerate(own):
            window = window_of[at]
            best = winners[window] if window >= 0 else -1
            if window < 0:
                yield OneRow(left, "= 0", f"{operands[at]} lies in no window")
            elif best == at:
                relation = "=" if result.complete[at] else "≈"
                others = alike[window, texts[at]]
                # numbers that are written in full are equal if they read alike
                known = numbers.complete[at] or len(others) == 1
                ties = len(others) if known else sum(self._same(stage, x, at, other) for other in others)
                reason = tied(ties, "first") if ties > 1 else "the largest of its window"
                if result.texts[at] == "0":
                    reason = silent(window)
                yield OneRow(f"{left} = {upstream[window]}", f"{relation} {result.texts[at]}", reason)
            elif texts[at] == texts[best] and (numbers.complete[at] or self._same(stage, x, at, best)):
                yield OneRow(left, "= 0", f"equal to {operands[best]}, which comes first (max_tie = first)")
            else:
                yield OneRow(left, "= 0", f"not the largest of its window (that was {operands[best]})")

    def _silent(self, name: str) -> Callable[[int], str]:
        """Why nothing comes from above, by the place of a gradient: its entry lost, or whatever it is."""
        place, stage = self.trace.places[name], self.steps.stage_of(name)
        sample = place.sample or 0

        def slowly(at: int) -> str:
            return nothing_from(self.narration, Ref(name, unravel(at, place.shape)))

        if stage is None or stage is self.trace.network.loss or not stage.choices or stage.gate is not None:
            return slowly
        found, x = windows_of(stage), self.steps.full(stage.x.name, sample)
        numbers = self._printed(x, 0)
        if found is None or numbers is None:
            return slowly
        window_of, winners = found.tolist(), winners_of(self.trace, stage, sample).tolist()
        symbols, operands = self.narration.symbols(name), self.narration.symbols(x)

        def quickly(at: int) -> str:
            best = winners[window_of[at]] if window_of[at] >= 0 else at
            if best == at or numbers.texts[at] == numbers.texts[best]:
                return slowly(at)
            return f"nothing comes from above: {symbols[at]} = 0 ({operands[at]} lost to {operands[best]})"

        return quickly


def windows_of(stage: Stage) -> Array | None:
    """The window that each entry of a pool's input lies in; −1: in none. None if windows overlap."""
    places = stage.window_places.reshape(stage.z.size, -1)
    inside = places >= 0
    if np.bincount(places[inside], minlength=stage.x.size).max(initial=0) > 1:
        return None
    found: Array = np.full(stage.x.size, -1)
    found[places[inside]] = np.nonzero(inside)[0]
    return found


def winners_of(trace: Trace, stage: Stage, sample: int) -> Array:
    """The entry of a pool's input that is the first largest of each window."""
    first = trace.run().samples[sample].selections[stage.name].first.reshape(-1, 1)
    places = stage.window_places.reshape(len(first), -1)
    return np.asarray(np.take_along_axis(places, first, axis=1)[:, 0])


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == 2_000:
            yield chunk
            chunk = []
    yield chunk
