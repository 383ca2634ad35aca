"""Choices put into lines: the largest of a window, an open or closed gate, and the way back through them."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.document import Sum, Window
from walkthrough.mathematics.letters import bounded, rational, times
from walkthrough.numbers.shown import Known
from walkthrough.page.lines.drafts import Attempt, Closing, Draft, Said
from walkthrough.page.voice.reasons_for_zero import reason_for_zero
from walkthrough.page.voice.ties import equals, tied
from walkthrough.trace.steps.kinds import Choice, Gate, Route


class ChoiceVoice(Closing):
    """How max pools and gates are put into lines."""

    @property
    def _tie(self) -> str:
        return self.steps.trace.case.conventions.max_tie

    def choice(self, step: Choice) -> Draft:
        """The largest of a window, and who won."""
        winner = self.symbol(step.candidates[step.winner])
        said = [f"the largest is {winner}"]
        if len(step.ties) > 1:
            words = tied(len(step.ties), self._tie)
            said = [f"{winner} is {words}"]
            if self._tie != "first":
                equal = ", ".join(self.symbol(step.candidates[at]) for at in step.ties)
                said = [f"{equal}: each is {words}"]
        if any(each is None for each in step.candidates):
            said.append("padding never wins")
        symbols = Window(_in_rows([self.symbol(each) if each else "" for each in step.candidates], step.row))

        def attempt(guard: int) -> Attempt:
            texts = [self.text(each, guard) if each else "" for each in step.candidates]
            candidates = [each for each in step.candidates if each]
            value = Known(max(self.value(each, guard) for each in candidates))
            return Attempt(
                (Said(Window(_in_rows(texts, step.row)), value, self.all_complete([*candidates])),)
            )

        return Draft(step, (symbols,), tuple(said), attempt)

    def gate(self, step: Gate) -> Draft:
        """A gate: open or closed; or a slope on either side of 0."""
        operand, below = self.symbol(step.operand), step.slopes.below
        closed = f"{operand} < 0" if below else f"closed: {operand} < 0"
        words = ((f"{operand} is exactly 0",), (f"open: {operand} > 0",), (closed,))[step.sign]
        letter = self.steps.trace.letters[self.steps.trace.place(step.operand.tensor).local]
        alike = f"open: every {letter} > 0" if step.sign > 0 else ""
        if below and step.sign >= 0:
            return Draft(step, (operand,), words, alike=alike)
        slope = step.slopes.above if step.sign > 0 else below

        def side(text: str) -> str:
            return times(below, [bounded(text)], "·") if below else f"max(0, {text})"

        def attempt(guard: int) -> Attempt:
            own = self.value(step.operand, guard)
            value = Known(slope * own if step.sign else Fraction(0))
            return Attempt((Said(side(self.text(step.operand, guard)), value, self.complete(step.operand)),))

        return Draft(step, (side(operand),), words, attempt, alike=alike)

    def route(self, step: Route) -> Draft:
        """A gradient on its way back: to the winners, through open gates."""
        live = [share for share in step.shares if share.share]
        if not live:
            return Draft(step, (), (reason_for_zero(self, step),))
        because = self._reason(step)
        symbols = Sum((tuple(times(each.share, [self.symbol(each.upstream)], "·") for each in live),))
        if not self.symbolic:
            because = reason_for_zero(self, step) or because
        if len(live) == 1 and live[0].share == 1:
            alike = ""
            if because.startswith("open: "):
                letter = self.steps.trace.letters[self.steps.trace.place(step.operand.tensor).local]
                alike = f"open: every {letter} > 0, so × 1"
            return Draft(step, (symbols,), (because,), alike=alike)

        def attempt(guard: int) -> Attempt:
            texts = tuple(times(e.share, [bounded(self.text(e.upstream, guard))], "·") for e in live)
            value = sum((each.share * self.value(each.upstream, guard) for each in live), Fraction(0))
            complete = self.all_complete([each.upstream for each in live])
            return Attempt((Said(Sum((texts,)), Known(value), complete),))

        return Draft(step, (symbols,), (because,), attempt)

    def _reason(self, step: Route) -> str:
        """Why this much of the gradient comes back."""
        own = self.symbol(step.operand)
        gate = step.slopes
        if gate is not None:
            sign = self.steps.sign(step.operand)
            if not sign:
                return f"{own} is exactly 0, where this case takes the slope {rational(gate.at_zero)}"
            slope = gate.above if sign > 0 else gate.below
            how = f"{own} {'>' if sign > 0 else '<'} 0, so × {rational(slope)}"
            return f"open: {how}" if sign > 0 else how
        return self._won(step)

    def _won(self, step: Route) -> str:
        won = [share for share in step.shares if share.share]
        most = max(equals(self, share) for share in won)
        if len(step.shares) == 1:
            return tied(most, self._tie) if most > 1 else "the largest of its window"
        several = f"{len(won)} of its {len(step.shares)} windows"
        alike = f", or {tied(most, self._tie)}," if most > 1 else ""
        return f"the largest{alike} in {several}"


def _in_rows(texts: list[str], row: int) -> tuple[tuple[str, ...], ...]:
    """The texts in rows of this length."""
    return tuple(tuple(texts[at : at + row]) for at in range(0, len(texts), row))
