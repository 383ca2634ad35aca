"""Steps put into lines of working: symbols → numbers → value, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Sum, Working
from walkthrough.mathematics.letters import MINUS, rational
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.page.choice_lines import ChoiceVoice
from walkthrough.page.formula_lines import FormulaVoice
from walkthrough.page.said_numbers import Said, bounded, in_rows
from walkthrough.trace.network import Stage
from walkthrough.trace.steps import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Route,
    Sums,
    Term,
    Update,
)

__all__ = ["Narration", "bounded", "rule_of"]


@dataclass(frozen=True)
class Narration(FormulaVoice, ChoiceVoice):
    """How the steps of a trace are put into lines, whatever they are."""

    def line(self, step: AnyStep) -> Working:
        """The working of a step."""
        match step:
            case Sums():
                return self._sums(step)
            case Choice():
                return self.choice(step)
            case Gate():
                return self.gate(step)
            case Formula():
                return self.formula(step)
            case Chain():
                return self.chain(step)
            case Route():
                return self.route(step)
            case Mean():
                return self._mean(step)
            case Update():
                return self._update(step)
            case Given():
                return self.closed(step, [], "given")

    # --- sums ------------------------------------------------------------------------------------

    def _sums(self, step: Sums) -> Working:
        because = rule_of(step)
        terms = step.terms
        if self.fold_zeros:
            terms = tuple(term for term in terms if not self._is_zero(term))
            count = len(step.terms) - len(terms)
            said = [f"{count} product{'s' if count > 1 else ''} with 0 left out"] if count else []
            because = "; ".join([*([because] if because else []), *said])
        if not terms:
            return self.closed(step, [], because)
        share = _share(terms)
        row = step.row if len(terms) == len(step.terms) else 0
        before, after = _around(share, len(terms))
        texts = [self._product(term, len(step.terms) > 1, share) for term in terms]
        symbols = Sum(in_rows(texts, row), before, after)
        if step.copy:
            return self.closed(step, [symbols], because or "the same number")
        return self.closed(step, [symbols], because, lambda guard: self._numbers(terms, row, share, guard))

    def _numbers(self, terms: tuple[Term, ...], row: int, share: Fraction, guard: int) -> list[Said]:
        """The numbers of a sum, and what is left once the products are worked out."""
        before, after = _around(share, len(terms))
        texts, values = [], []
        for term in terms:
            coefficient = term.coefficient / share
            texts.append(_times(coefficient, [bounded(self.text(each, guard)) for each in term.factors], "·"))
            value = coefficient
            for factor in term.factors:
                value *= self.value(factor, guard)
            values.append(value)
        # a product with 0 is 0, however many digits the other factor has
        alive = [factor for term in terms if not self._is_zero(term) for factor in term.factors]
        complete = self.all_complete(alive)
        said = [Said(Sum(in_rows(texts, row), before, after), Known(share * sum(values)), complete)]
        left = [(term, value) for term, value in zip(terms, values, strict=True) if value]
        if len(left) > 1 and (any(len(term.factors) > 1 for term in terms) or len(left) < len(terms)):
            worth = [self._worth(term, share, value, complete, guard) for term, value in left]
            total = Known(share * sum(each.value for each in worth))
            summed = Sum((tuple(each.text for each in worth),), before, after)
            said.append(Said(summed, total, all(each.complete for each in worth)))
        if after and len(left) > 1:
            whole = shown(Known(sum(values, Fraction(0))), self.digits + guard, FULL + guard)
            said.append(Said(f"{bounded(whole.text)}{after[1:]}", Known(share * whole.value), whole.complete))
        return said

    def _worth(self, term: Term, share: Fraction, printed: Fraction, complete: bool, guard: int) -> Shown:
        """A product, to the digits of the line."""
        if complete:
            return shown(Known(printed), self.digits + guard, FULL + guard)
        trace = self.steps.trace

        def question(precision: int) -> Shown:
            value, spread = term.coefficient / share, Fraction(0)
            for factor in term.factors:
                assert factor is not None  # a product with padding is 0, and left out
                known = trace.known(factor.tensor, factor.cell, precision)
                spread = abs(value) * known.spread + spread * (abs(known.value) + known.spread)
                value *= known.value
            return shown(Known(value, spread), self.digits + guard, FULL + guard)

        result: Shown = trace.certain(question)
        return result

    def _is_zero(self, term: Term) -> bool:
        return any(self.value(factor) == 0 for factor in term.factors)

    def _product(self, term: Term, short: bool, share: Fraction) -> str:
        symbols = [self.symbol(factor, short) for factor in term.factors]
        plain = all("/" not in each and "[" not in each and each != "0" for each in symbols)
        return _times(term.coefficient / share, symbols, "" if plain else "·" if short else " · ")

    # --- means and updates -----------------------------------------------------------------------

    def _mean(self, step: Mean) -> Working:
        count = len(step.over)
        own = self.symbol(step.ref)
        names = tuple(f"{own}⟨{number + 1}⟩" for number in range(count))

        def attempt(guard: int) -> list[Said]:
            value = sum((self.value(ref, guard) for ref in step.over), Fraction(0)) / count
            texts = tuple(self.text(ref, guard) for ref in step.over)
            return [Said(Sum((texts,), "(", f")/{count}"), Known(value), self.all_complete([*step.over]))]

        return self.closed(step, [Sum((names,), "(", f")/{count}")], "the mean over the samples", attempt)

    def _update(self, step: Update) -> Working:
        rate = self.steps.trace.case.learning_rate
        assert rate is not None
        symbols = f"{self.symbol(step.old)} {MINUS} α·{self.symbol(step.gradient)}"

        def attempt(guard: int) -> list[Said]:
            gradient = self.value(step.gradient, guard)
            old, complete = self.value(step.old), self.complete(step.gradient)
            product = f"{bounded(rate.shown)}·{bounded(self.text(step.gradient, guard))}"
            text = f"{self.text(step.old)} {MINUS} {product}"
            said = [Said(text, Known(old - rate.value * gradient), complete)]
            if gradient:
                change = shown(Known(rate.value * gradient), self.digits + guard, FULL + guard)
                less = change.text.removeprefix(MINUS) if change.negative else MINUS + change.text
                side = Sum(((self.text(step.old), less),))
                said.append(Said(side, Known(old - change.value), change.complete and complete))
            return said

        return self.closed(step, [symbols], "", attempt, "←")


# --- pieces of text ------------------------------------------------------------------------------


def rule_of(step: Sums) -> str:
    """The rule of a line of the backward pass, in words."""
    if step.phase != "backward" or step.stage is None:
        return ""
    if not step.terms:
        return "because it goes into no output"
    others = [term for term in step.terms if len(term.factors) > 1 and None not in term.factors[1:]]
    if not others:
        local = rational(step.terms[0].coefficient)
        return "" if step.copy and not step.stage.parameters else f"chain rule: upstream × {local}"
    return f"chain rule: upstream × {' × '.join(_roles(others[0], step.stage))}"


def _roles(term: Term, stage: Stage) -> list[str]:
    """What a product's factors after the first are to a stage: its input, its weight."""
    names = [factor.tensor.partition("@")[0] for factor in term.factors[1:] if factor is not None]
    return ["input" if name == stage.x.name else name.rpartition(".")[2] for name in names]


def _share(terms: tuple[Term, ...]) -> Fraction:
    """A factor 1/n that all terms have, written once: (a + b + c + d)/4."""
    share = terms[0].coefficient
    shared = share.numerator == 1 and all(term.coefficient == share for term in terms)
    return share if shared else Fraction(1)


def _around(share: Fraction, count: int) -> tuple[str, str]:
    if share == 1:
        return "", ""
    return ("(", f")/{share.denominator}") if count > 1 else ("", f"/{share.denominator}")


def _times(coefficient: Fraction, factors: list[str], between: str) -> str:
    product = between.join(factors)
    if coefficient == 1:
        return product
    if coefficient == -1:
        return MINUS + product
    return f"{rational(coefficient)}·{product}" if product else rational(coefficient)
