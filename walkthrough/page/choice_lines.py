"""Choices put into lines: the largest of a window, an open or closed gate, and the way back through them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Sum, Window, Working
from walkthrough.mathematics.letters import MINUS, rational
from walkthrough.numbers.shown import Known
from walkthrough.page.said_numbers import Said, Voice, bounded, in_rows
from walkthrough.trace.steps import Choice, Gate, Route


@dataclass(frozen=True)
class ChoiceVoice(Voice):
    """How max pools and ReLUs are put into lines."""

    def choice(self, step: Choice) -> Working:
        """The largest of a window, and who won."""
        said = f"the largest is {self.symbol(step.candidates[step.winner])}"
        if len(step.ties) > 1:
            equal = " = ".join(self.symbol(step.candidates[at]) for at in step.ties)
            how = {
                "first": "the first in reading order wins",
                "split": "they share",
                "all": "all of them win",
            }
            said = f"{equal}, a tie: {how[self.steps.trace.case.conventions.max_tie]}"
        if any(each is None for each in step.candidates):
            said += "; padding never wins"
        symbols = Window(in_rows([self.symbol(each) if each else "" for each in step.candidates], step.row))

        def attempt(guard: int) -> list[Said]:
            texts = [self.text(each) if each else "" for each in step.candidates]
            candidates = [each for each in step.candidates if each]
            value = max(self.value(each) for each in candidates)
            return [Said(Window(in_rows(texts, step.row)), Known(value), self.all_complete([*candidates]))]

        return self.closed(step, [symbols], said, attempt)

    def gate(self, step: Gate) -> Working:
        """A gate: open or closed; or a slope on either side of 0."""
        operand, below = self.symbol(step.operand), step.slopes.below
        closed = f"{operand} < 0" if below else f"closed: {operand} < 0"
        words = (f"{operand} is exactly 0", f"open: {operand} > 0", closed)

        closed_to_0 = step.sign <= 0 and not below
        if below and step.sign >= 0:
            return self.closed(step, [operand], words[step.sign])
        slope = f"{MINUS}" if below == -1 else f"{bounded(rational(below))}·"

        def side(text: str) -> str:
            return f"{slope}{bounded(text)}" if below else f"max(0, {text})"

        def attempt(guard: int) -> list[Said]:
            own = self.value(step.operand, guard)
            value = Fraction(0) if closed_to_0 else (step.slopes.above if step.sign > 0 else below) * own
            return [Said(side(self.text(step.operand, guard)), Known(value), self.complete(step.operand))]

        return self.closed(step, [side(operand)], words[step.sign], attempt)

    def route(self, step: Route) -> Working:
        """A gradient on its way back: to the winners, through open gates."""
        live = [share for share in step.shares if share.share]
        because = self._route_words(step)
        if not live:
            return self.closed(step, [], because)
        symbols = Sum((tuple(_part(each.share, self.symbol(each.upstream)) for each in live),))
        if len(live) == 1 and abs(live[0].share) == 1:
            return self.closed(step, [symbols], because)

        def attempt(guard: int) -> list[Said]:
            texts = tuple(_part(each.share, bounded(self.text(each.upstream, guard))) for each in live)
            value = sum((each.share * self.value(each.upstream, guard) for each in live), Fraction(0))
            return [Said(Sum((texts,)), Known(value), self.all_complete([each.upstream for each in live]))]

        return self.closed(step, [symbols], because, attempt)

    def _route_words(self, step: Route) -> str:
        own = self.symbol(step.operand)
        if not step.shares:
            return f"because {own} lies in no window"
        gate = step.slopes
        if gate is not None:
            sign = self.steps.sign(step.operand)
            if sign > 0:
                return f"open: {own} > 0, so × {rational(gate.above)}"
            if sign < 0:
                how = f"{own} < 0, so × {rational(gate.below)}"
                return how if gate.below else f"closed: {how}"
            return f"{own} is exactly 0, where the derivative is {rational(gate.at_zero)} by convention"
        won = [each for each in step.shares if each.share]
        if not won:
            first = step.shares[0].winner
            if len(step.shares) == 1 and first is not None and self.steps.same(step.operand, first):
                return f"because {own} = {self.symbol(first)}, a tie, and {self.symbol(first)} comes first"
            winners = dict.fromkeys(self.symbol(each.winner) for each in step.shares)
            where = "its window" if len(step.shares) == 1 else "any of its windows"
            was = "was" if len(winners) == 1 else "were"
            return f"because {own} was not the largest of {where} ({', '.join(winners)} {was})"
        several = f"{len(won)} of its {len(step.shares)} windows" if len(step.shares) > 1 else "its window"
        if any(each.share != 1 or each.winner != step.operand for each in won):
            return f"{own} is among the equal largest of {several}"
        return f"{own} was the largest of {several}"


def _part(share: Fraction, factor: str) -> str:
    if abs(share) == 1:
        return factor if share > 0 else f"{MINUS}{factor}"
    return (
        f"{factor}/{share.denominator}"
        if share.numerator == 1 and share.denominator % 10
        else f"{rational(share)}·{factor}"
    )
