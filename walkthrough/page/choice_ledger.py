"""Max pools and ReLUs of large tensors: their lines, and where a convention decides something."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from walkthrough.mathematics.notation import Cell, Equation, Largest, unravel
from walkthrough.mathematics.readings import ONE, ZERO, Slopes
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.printing import Printed
from walkthrough.page.narration import Narration
from walkthrough.trace.network import Stage
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
        found: Iterator[str] | None
        if place.local == stage.z.name:
            found = (
                self._pool(stage, name, x, numbers, result) if pool else self._gate(name, x, numbers, result)
            )
        elif pool:
            found = self._sent_back(stage, place.sample, name, x, numbers, result)
        else:
            found = self._let_through(stage, place.sample, name, x, numbers, result)
        return None if found is None else _chunks(found)

    def _gate(self, name: str, x: str, numbers: Printed, result: Printed) -> Iterator[str]:
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        for left, operand, number, complete, value in zip(
            own, operands, numbers.texts, numbers.complete, result.texts, strict=True
        ):
            relation = "=" if complete else "≈"
            closed = number.startswith("−")
            reason = f"closed: {operand} < 0" if closed else f"open: {operand} > 0"
            if number == "0":
                reason = f"{operand} is exactly 0"
            last = "=" if complete or closed else "≈"
            yield f"{left} = max(0, {operand}) {relation} max(0, {number}) {last} {value}     {reason}"

    def _let_through(
        self, stage: Stage, sample: int, name: str, x: str, numbers: Printed, result: Printed
    ) -> Iterator[str]:
        upstream = self.narration.symbols(self.steps.full(stage.z.grad.name, sample))
        is_open = self.trace.run().samples[sample].selections[stage.name].shares.reshape(-1).tolist()
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        for at, (left, operand, value) in enumerate(zip(own, operands, result.texts, strict=True)):
            if is_open[at]:
                relation = "=" if result.complete[at] else "≈"
                yield f"{left} = {upstream[at]} {relation} {value}     open: {operand} > 0, so × 1"
            elif numbers.texts[at] == "0":
                yield f"{left} = 0     {operand} is exactly 0, where the derivative is 0 by convention"
            else:
                yield f"{left} = 0     closed: {operand} < 0, so × 0"

    def _pool(self, stage: Stage, name: str, x: str, numbers: Printed, result: Printed) -> Iterator[str]:
        places = stage.window_places.reshape(result.complete.size, -1).tolist()
        operands = self.narration.symbols(x)
        for left, window, value in zip(self.narration.symbols(name), places, result.texts, strict=True):
            inside = [place for place in window if place >= 0]
            equal = all(numbers.complete[place] for place in inside)
            names = ", ".join(operands[place] for place in inside)
            texts = ", ".join(numbers.texts[place] for place in inside)
            best = [operands[place] for place in inside if numbers.texts[place] == value]
            reason = f"the largest is {best[0]}"
            if len(best) > 1:
                reason = f"{' = '.join(best)}, a tie: the first in reading order wins"
            relation = "=" if equal else "≈"
            yield f"{left} = max({names}) {relation} max({texts}) {relation} {value}     {reason}"

    def _sent_back(
        self, stage: Stage, sample: int, name: str, x: str, numbers: Printed, result: Printed
    ) -> Iterator[str] | None:
        """The gradient of a pool whose windows do not overlap; None if they do."""
        selection = self.trace.run().samples[sample].selections[stage.name]
        places = stage.window_places.reshape(selection.first.size, -1)
        window_of = np.full(stage.x.size, -1)
        inside = places >= 0
        if np.bincount(places[inside], minlength=stage.x.size).max(initial=0) > 1:
            return None
        window_of[places[inside]] = np.nonzero(inside)[0]
        winners = np.take_along_axis(places, selection.first.reshape(-1, 1), axis=1)[:, 0].tolist()
        return self._routes(stage, sample, name, x, numbers, result, window_of.tolist(), winners)

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
    ) -> Iterator[str]:
        upstream = self.narration.symbols(self.steps.full(stage.z.grad.name, sample))
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        for at, left in enumerate(own):
            window = window_of[at]
            if window < 0:
                yield f"{left} = 0     because {operands[at]} lies in no window"
            elif winners[window] == at:
                relation = "=" if result.complete[at] else "≈"
                reason = f"{operands[at]} was the largest of its window"
                yield f"{left} = {upstream[window]} {relation} {result.texts[at]}     {reason}"
            elif numbers.texts[at] == numbers.texts[winners[window]]:
                best = operands[winners[window]]
                yield f"{left} = 0     because {operands[at]} = {best}, a tie, and {best} comes first"
            else:
                best = operands[winners[window]]
                yield f"{left} = 0     because {operands[at]} was not the largest of its window ({best} was)"


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == 2_000:
            yield chunk
            chunk = []
    yield chunk
