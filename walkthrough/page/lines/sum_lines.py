"""Sums of products put into lines: in the rows of their window, channel by channel with a subtotal each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import prod

from walkthrough.document import Sum
from walkthrough.mathematics.letters import bounded, rational, times
from walkthrough.mathematics.notation import own_part
from walkthrough.numbers.shown import Known, Shown
from walkthrough.page.lines.drafts import MOST_FOR_A_SIDE, Attempt, Closing, Draft, Said, Subtotal
from walkthrough.page.voice.products import WORDS, ProductStyle, contractions_of, product_style, several
from walkthrough.page.voice.reasons_for_zero import end_of_zero, is_zero
from walkthrough.trace.network import Stage
from walkthrough.trace.refusal import UncertainDigit
from walkthrough.trace.steps.kinds import Given, Row, Sums, Term

_MORE = 3
"""Digits that the operands of a subtotal have more than the subtotal."""


@dataclass(frozen=True)
class _Laid:
    """The terms of a sum, the rows in which they stand, and a factor 1/n that is written once."""

    terms: tuple[Term, ...]
    rows: tuple[Row, ...]
    share: Fraction
    complete: Callable[[int, int], bool]
    """Whether nothing is left out of the numbers of the terms from one place to another."""

    @cached_property
    def coefficients(self) -> tuple[Fraction, ...]:
        """Each term's own coefficient, without the shared factor."""
        if self.share == 1:
            return tuple(term.coefficient for term in self.terms)
        return tuple(term.coefficient / self.share for term in self.terms)

    @property
    def around(self) -> tuple[str, str]:
        """What stands before and after the terms."""
        if self.share == 1:
            return "", ""
        if len(self.terms) == 1:
            return f"{bounded(rational(self.share))}·", ""
        return f"{bounded(rational(self.share))}·(", ")"

    def set(self, texts: list[str]) -> Sum:
        """A text for each term, in their rows."""
        return Sum(_in_rows(texts, self.rows), *self.around)


class SumVoice(Closing):
    """How sums of products are put into lines."""

    def sums(self, step: Sums) -> Draft:
        """Symbols, numbers, and what is left once the products are worked out."""
        left = self._from_before(step)
        if left:
            return Draft(step, (), (left,))
        because = _rule(step)
        terms = step.terms
        if self.fold_zeros:
            terms = tuple(term for term in terms if not self._is_zero(term))
            count = len(step.terms) - len(terms)
            because += (f"{count} product{'s' if count > 1 else ''} with 0 left out",) if count else ()
        if not terms:
            return Draft(step, (), because)
        whole = len(terms) == len(step.terms)
        laid = _Laid(
            terms,
            _rows(step) if whole else (),
            _share(terms),
            cache(lambda first, last: self._all_complete(terms[first:last])),
        )
        how = self._manner(step)
        texts = [self._product(each, term, how) for each, term in zip(laid.coefficients, terms, strict=True)]
        symbols = laid.set(texts)
        if step.copy:
            zero = self._copied_zero(step)
            return Draft(step, (symbols,), (*because, zero) if zero else because)
        groups = _groups(laid.rows) if how.grouped and laid.share == 1 else []

        # a subtotal has fewer digits than what it is made of, and more than the result
        with_subtotals = cache(lambda guard: self._with_subtotals(laid, texts, groups, guard))

        def attempt(guard: int) -> Attempt:
            if groups:
                # where something cancels in a channel, none of its digits is certain
                with suppress(UncertainDigit):
                    return with_subtotals(max(guard, _MORE))
            return self._numbers(laid, guard)

        return Draft(step, (symbols,), because, attempt, self.renews(step.ref))

    def _from_before(self, step: Sums) -> str:
        """Where a number comes from that a step of training takes over from the one before it."""
        ref = step.terms[0].factors[0] if step.copy else None
        trace = self.steps.trace
        if ref is None or trace.before is None or trace.place(ref.tensor).step == trace.step:
            return ""
        return f"as step {trace.before.step} has left it: {trace.cell_name(*ref)}"

    def _copied_zero(self, step: Sums) -> str:
        """Why a gradient that is copied is 0; nothing of what is given, which stands above with its zeros."""
        above = step.terms[0].factors[0]
        if step.phase != "backward" or self.symbolic or above is None or not is_zero(self, above):
            return ""
        return "" if isinstance(self.steps.step(*above), Given) else end_of_zero(self, above)

    # --- numbers ---------------------------------------------------------------------------------

    def _numbers(self, laid: _Laid, guard: int) -> Attempt:
        """The numbers of a sum, and what is left once the products are worked out."""
        texts, values = self._operands(laid, guard)
        complete = laid.complete(0, len(laid.terms))
        said = [Said(laid.set(texts), Known(laid.share * sum(values)), complete)]
        left = [(term, value) for term, value in zip(laid.terms, values, strict=True) if value]
        if len(left) > 1 and any(len(term.factors) > 1 for term in laid.terms):
            worth = [self._worth(term, laid.share, value, complete, guard) for term, value in left]
            total = Known(laid.share * sum(each.value for each in worth))
            summed = Sum((tuple(each.text for each in worth),), *laid.around)
            said.append(Said(summed, total, all(each.complete for each in worth)))
        if laid.share != 1 and len(left) > 1:
            whole = self.between(Known(sum(values, Fraction(0))), guard)
            text = f"{laid.around[0].removesuffix('(')}{bounded(whole.text)}"
            said.append(Said(text, Known(laid.share * whole.value), whole.complete))
        return Attempt(tuple(said))

    def _with_subtotals(
        self, laid: _Laid, symbols: list[str], groups: list[tuple[str, int, int]], guard: int
    ) -> Attempt:
        """The same, channel by channel."""
        texts, values = self._operands(laid, guard)
        said = Said(laid.set(texts), Known(sum(values, Fraction(0))), laid.complete(0, len(laid.terms)))
        found: list[Subtotal] = []
        start = 0
        for name, first, last in groups:
            rows = laid.rows[first:last]
            end = start + sum(row.terms for row in rows)
            terms, total = laid.terms[start:end], sum(values[start:end], Fraction(0))
            alone = len(terms) == 1 and len(terms[0].factors) == 1
            of, numbers = (
                each[start] if alone else Sum(_in_rows(each[start:end], rows)) for each in (symbols, texts)
            )
            complete = laid.complete(start, end)
            worth = self._subtotal(terms, total, complete, guard - _MORE)
            said_numbers = Said(numbers, Known(total), complete)
            found.append(Subtotal(name, of, said_numbers, worth, guard - _MORE))
            start = end
        summed = Known(sum((each.worth.value for each in found), Fraction(0)))
        side = Sum((tuple(each.worth.text for each in found),))
        total_of_them = Said(side, summed, all(each.worth.complete for each in found))
        return Attempt((said, total_of_them), tuple(found))

    def _operands(self, laid: _Laid, guard: int) -> tuple[list[str], list[Fraction]]:
        """Each product with its numbers, and what they say."""
        texts, values = [], []
        for coefficient, term in zip(laid.coefficients, laid.terms, strict=True):
            said = [self.said(factor, guard) for factor in term.factors]
            texts.append(times(coefficient, [bounded(each.text) for each in said], "·"))
            values.append(_product_of(coefficient, [each.value for each in said]))
        return texts, values

    def _all_complete(self, terms: tuple[Term, ...]) -> bool:
        # a product with 0 is 0, however many digits the other factor has
        return self.all_complete(
            [factor for term in terms if not self._is_zero(term) for factor in term.factors]
        )

    def _subtotal(self, terms: tuple[Term, ...], printed: Fraction, complete: bool, guard: int) -> Shown:
        """What a group comes to, to the digits of the line."""
        if complete:
            return self.between(Known(printed), guard)
        found: Shown = self.steps.trace.certain(
            lambda precision: self.between(self._known_sum(terms, Fraction(1), precision), guard),
            MOST_FOR_A_SIDE,
        )
        return found

    def _worth(self, term: Term, share: Fraction, printed: Fraction, complete: bool, guard: int) -> Shown:
        """A product, to the digits of the line."""
        if complete or self.decimals is not None:
            return self.between(Known(printed), guard)
        found: Shown = self.steps.trace.certain(
            lambda precision: self.between(self._known_sum((term,), share, precision), guard)
        )
        return found

    def _known_sum(self, terms: tuple[Term, ...], share: Fraction, precision: int) -> Known:
        """The sum of some products, and how far the truth can be from it."""
        total, doubt = Fraction(0), Fraction(0)
        for term in terms:
            value, spread = term.coefficient / share, Fraction(0)
            if None in term.factors:
                continue  # a product with padding is 0
            for factor in term.factors:
                assert factor is not None
                known = self.steps.trace.known(factor.tensor, factor.cell, precision)
                spread = abs(value) * known.spread + spread * (abs(known.value) + known.spread)
                value *= known.value
            total, doubt = total + value, doubt + spread
        return Known(total, doubt)

    def _is_zero(self, term: Term) -> bool:
        return not all(self.value(factor) for factor in term.factors)

    # --- symbols ---------------------------------------------------------------------------------

    def _product(self, coefficient: Fraction, term: Term, how: ProductStyle) -> str:
        return times(coefficient, [self.symbol(factor, how.short) for factor in term.factors], how.between)

    def _manner(self, step: Sums) -> ProductStyle:
        """How all lines of the step's tensor are written."""
        local = self.steps.trace.place(step.ref.tensor).local
        found = () if step.stage is None else contractions_of(step.stage, local)
        return ProductStyle(False, " · ") if step.stage is None else product_style(step.stage, found)


# --- pieces --------------------------------------------------------------------------------------


def rule_of(stage: Stage | None, local: str, phase: str) -> str:
    """What holds for all lines of a tensor of sums: its rule in the backward pass, or that it is a copy."""
    contractions = () if stage is None else contractions_of(stage, local)
    if stage is None or not contractions:
        return ""
    parts = [each.part for each in contractions]
    copied = len(parts) == 1 and len(parts[0].factors) == 1 and not several(contractions[0])
    copied = copied and parts[0].coefficient == 1
    if phase != "backward" or (copied and not stage.parameters):
        return "the same number" if copied else ""
    others = next((part.factors[1:] for part in parts if len(part.factors) > 1), ())
    if others:
        names = (factor.tensor.name for factor in others)
        roles = ("input" if name == stage.x.name else name.rpartition(".")[2] for name in names)
        return f"chain rule: upstream × {' × '.join(roles)}"
    coefficients = {part.coefficient for part in parts}
    return f"chain rule: upstream × {bounded(rational(coefficients.pop()))}" if len(coefficients) == 1 else ""


def _rule(step: Sums) -> tuple[str, ...]:
    if step.phase == "backward" and not step.terms:
        return ("it goes into no output",)
    rule = rule_of(step.stage, own_part(step.ref.tensor), step.phase)
    return (rule,) if rule else ()


def _product_of(coefficient: Fraction, factors: list[Fraction]) -> Fraction:
    """A product; nearly every coefficient is 1, and nothing is multiplied by that."""
    if coefficient == 1 and factors:
        return prod(factors[1:], start=factors[0])
    return prod(factors, start=coefficient)


def _share(terms: tuple[Term, ...]) -> Fraction:
    """A factor 1/n that all terms have, written once: ¼·(a + b + c + d)."""
    share = terms[0].coefficient
    shared = share.numerator == 1 and all(term.coefficient == share for term in terms)
    return share if shared else Fraction(1)


def _rows(step: Sums) -> tuple[Row, ...]:
    """The rows of a sum; none if it is one row, and perhaps a bias."""
    outer = [row for row in step.rows if not row.group or row.group[0][0] in WORDS]
    return step.rows if len(outer) > 1 else ()


def _in_rows(texts: list[str], rows: tuple[Row, ...]) -> tuple[tuple[str, ...], ...]:
    """The texts in these rows; all in one if there are none."""
    if not rows:
        return (tuple(texts),)
    found, start = [], 0
    for row in rows:
        found.append(tuple(texts[start : start + row.terms]))
        start += row.terms
    return tuple(found)


def _groups(rows: tuple[Row, ...]) -> list[tuple[str, int, int]]:
    """Name, first row and last row (not included) of each channel, and of a bias."""
    groups: list[tuple[str, int, int]] = []
    for at, row in enumerate(rows):
        name = ", ".join(f"{WORDS[word]} {n}" if word in WORDS else word for word, n in row.group)
        start = at
        if groups and groups[-1][0] == name:
            _, start, _ = groups.pop()
        groups.append((name, start, at + 1))
    return groups
