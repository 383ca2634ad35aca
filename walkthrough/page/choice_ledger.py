"""Max pools and ReLUs of large tensors: their lines, and where a convention decides something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from walkthrough.mathematics.notation import Cell, Equation, Largest, unravel
from walkthrough.mathematics.readings import ONE, ZERO, Slopes
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.printing import Printed
from walkthrough.page.narration import Narration
from walkthrough.page.reasons_for_zero import cause, nothing, tied
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import Ref
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
        above = self.steps.full(stage.z.grad.name, sample)
        upstream = self.narration.symbols(above)
        is_open = self.trace.run().samples[sample].selections[stage.name].shares.reshape(-1).tolist()
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        silent = self._silent(above)
        for at, (left, operand, value) in enumerate(zip(own, operands, result.texts, strict=True)):
            if is_open[at]:
                relation = "=" if result.complete[at] else "≈"
                reason = silent(at) if value == "0" else f"open: {operand} > 0, so × 1"
                yield f"{left} = {upstream[at]} {relation} {value}     {reason}"
            elif numbers.texts[at] == "0":
                yield f"{left} = 0     {operand} is exactly 0, where this case takes the slope 0"
            else:
                yield f"{left} = 0     closed: {operand} < 0, so × 0"

    def _silent(self, name: str) -> Callable[[int], str]:
        """Why nothing comes from above, by the place of a gradient: its entry lost, or whatever it is."""
        place, stage = self.trace.places[name], self.steps.stage_of(name)
        shape = place.shape
        symbols = self.narration.symbols(name)

        def slowly(at: int) -> str:
            return nothing(self.narration, cause(self.narration, Ref(name, unravel(at, shape))))

        if stage is None or not stage.choices or not isinstance(stage.equations[0].right, Largest):
            return slowly
        found = self._windows_of(stage, place.sample or 0)
        if found is None or self.trace.case.conventions.max_tie != "first":
            return slowly
        window_of, winners = found
        x = self.steps.full(stage.x.name, place.sample or 0)
        operands, numbers = self.narration.symbols(x), self._printed(x, 0)

        def quickly(at: int) -> str:
            best = winners[window_of[at]] if window_of[at] >= 0 else at
            if best == at or numbers is None or numbers.texts[at] == numbers.texts[best]:
                return slowly(at)
            lost = f"{operands[at]} lost to {operands[best]}"
            return f"nothing comes from above: {symbols[at]} = 0 ({lost})"

        return quickly

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
                reason = f"{best[0]} is {tied(len(best), 'first')}"
            relation = "=" if equal else "≈"
            yield f"{left} = max({names}) {relation} max({texts}) {relation} {value}     {reason}"

    def _sent_back(
        self, stage: Stage, sample: int, name: str, x: str, numbers: Printed, result: Printed
    ) -> Iterator[str] | None:
        """The gradient of a pool whose windows do not overlap; None if they do."""
        found = self._windows_of(stage, sample)
        return None if found is None else self._routes(stage, sample, name, x, numbers, result, *found)

    def _windows_of(self, stage: Stage, sample: int) -> tuple[list[int], list[int]] | None:
        """Each entry's window (−1: none), and each window's winner; None if windows overlap."""
        selection = self.trace.run().samples[sample].selections[stage.name]
        places = stage.window_places.reshape(selection.first.size, -1)
        window_of = np.full(stage.x.size, -1)
        inside = places >= 0
        if np.bincount(places[inside], minlength=stage.x.size).max(initial=0) > 1:
            return None
        window_of[places[inside]] = np.nonzero(inside)[0]
        winners = np.take_along_axis(places, selection.first.reshape(-1, 1), axis=1)[:, 0].tolist()
        return window_of.tolist(), winners

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
        above = self.steps.full(stage.z.grad.name, sample)
        upstream, silent = self.narration.symbols(above), self._silent(above)
        own, operands = self.narration.symbols(name), self.narration.symbols(x)
        texts = numbers.texts
        equal = Counter((window, texts[at]) for at, window in enumerate(window_of))
        for at, left in enumerate(own):
            window = window_of[at]
            if window < 0:
                yield f"{left} = 0     {operands[at]} lies in no window"
                continue
            best = winners[window]
            if best == at:
                relation = "=" if result.complete[at] else "≈"
                ties = equal[window, texts[at]]
                reason = tied(ties, "first") if ties > 1 else "the largest of its window"
                if result.texts[at] == "0":
                    reason = silent(window)
                yield f"{left} = {upstream[window]} {relation} {result.texts[at]}     {reason}"
            elif texts[at] == texts[best]:
                yield f"{left} = 0     equal to {operands[best]}, which comes first (max_tie = first)"
            else:
                yield f"{left} = 0     not the largest of its window (that was {operands[best]})"


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == 2_000:
            yield chunk
            chunk = []
    yield chunk
