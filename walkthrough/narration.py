"""Steps put into lines of working: symbols → numbers → value, and the reason in words.

Numbers that do not end are shown with some digits more than the result, so that whoever redoes a
printed line from its printed digits gets the printed result. Each line is redone here before it is
printed, and `=` stands only where both sides, as printed, are the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Relation, Side, Sum, Window, Working
from walkthrough.notation import Cell, Entry, Expression, Product, affine, unravel
from walkthrough.notation import Sum as Addition
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.redone import redone, simplified
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.steps import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Ref,
    Route,
    Steps,
    Sums,
    Term,
    Update,
)
from walkthrough.symbols import MINUS, at_place, rational, subscript, subscripts, written

_GUARDS = (0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
_ZERO = Shown(False, "0", 0, True)


@dataclass(frozen=True)
class Said:
    """One side of a line: how it reads, and its value as printed; `complete` if no digit is left out."""

    side: Side
    value: Known
    complete: bool = True


Attempt = Callable[[int], list[Said]]
"""The sides of a line that have numbers, with so many digits more than the result."""


@dataclass(frozen=True)
class Narration:
    """How the steps of a trace are put into lines.

    `digits` are the significant digits of numbers that do not end; `fold_zeros` leaves out products
    with 0; `symbolic` leaves out the numbers.
    """

    steps: Steps
    digits: int = 10
    fold_zeros: bool = False
    symbolic: bool = False

    def line(self, step: AnyStep) -> Working:
        """The working of a step."""
        match step:
            case Sums():
                return self._sums(step)
            case Choice():
                return self._choice(step)
            case Gate():
                return self._gate(step)
            case Formula():
                because = "the loss's derivative" if step.phase == "backward" else ""
                return self._expression(step, at_place(step.expression, step.place), step.sample, because)
            case Chain():
                return self._chain(step)
            case Route():
                return self._route(step)
            case Mean():
                return self._mean(step)
            case Update():
                return self._update(step)
            case Given():
                return self._closed(step, [], "given")

    # --- symbols and numbers ---------------------------------------------------------------------

    def symbol(self, ref: Ref | None, short: bool = False) -> str:
        """x₁₂, ∂L/∂k₂₁; `short` writes g for the gradient of a layer's output."""
        if ref is None:
            return "0"
        trace = self.steps.trace
        place = trace.places[ref.tensor]
        if place.local in ("loss", "target"):
            return "L" if place.local == "loss" else "t" + subscript(ref.cell, place.shape)
        base, grad, _ = place.local.removesuffix(".new").partition(".grad")
        letter = trace.letters[base]
        if grad:
            letter = "g" if short else f"∂L/∂{letter}"
        return letter + subscript(ref.cell, place.shape)

    def symbols(self, tensor: str, short: bool = False) -> list[str]:
        """The symbols of all cells of a tensor in reading order."""
        shape = self.steps.trace.places[tensor].shape
        first = self.symbol(Ref(tensor, (0,) * len(shape)), short)
        letter = first.removesuffix(subscript((0,) * len(shape), shape))
        return [letter + each for each in subscripts(shape)]

    def number(self, ref: Ref | None, guard: int = 0) -> Shown:
        """A number as it is shown, with some digits more; padding is 0."""
        if ref is None:
            return _ZERO
        return self.steps.trace.shown(ref.tensor, ref.cell, self.digits + guard, FULL + guard)

    def text(self, ref: Ref | None, guard: int = 0) -> str:
        """The number's text: as the case writes it (0.10, not 0.1), or as it is shown."""
        given = self._given(ref)
        return given if given is not None else self.number(ref, guard).text

    def value(self, ref: Ref | None, guard: int = 0) -> Fraction:
        """What the printed number says."""
        if ref is not None and self._given(ref) is not None:
            return self.steps.trace.known(ref.tensor, ref.cell).value
        return self.number(ref, guard).value

    def complete(self, ref: Ref | None) -> bool:
        """Whether nothing of the number is left out when it is printed."""
        return self._given(ref) is not None or self.number(ref).complete

    def _given(self, ref: Ref | None) -> str | None:
        return "0" if ref is None else self.steps.trace.given_text(ref.tensor, ref.cell)

    def _all_complete(self, refs: list[Ref | None]) -> bool:
        return all(self.complete(ref) for ref in refs)

    # --- a line and its value --------------------------------------------------------------------

    def _closed(
        self,
        step: AnyStep,
        symbols: list[Side],
        because: str = "",
        attempt: Attempt = lambda _: [],
        relation: Relation = "=",
    ) -> Working:
        """A line, closed with its value; with as many digits more as redoing it takes."""
        sides: list[tuple[Relation, Side]] = [(relation, side) for side in symbols]
        left = self.symbol(step.ref)
        name = self.steps.trace.cell_name(step.ref.tensor, step.ref.cell)
        if self.symbolic:
            return Working(name, left, tuple(sides), because)
        result = self.number(step.ref)
        said: list[Said] = []
        for guard in _GUARDS:
            said = attempt(guard)
            if all(each.complete for each in said) or all(self._gives(each.value, result) for each in said):
                break
            if self.steps.trace.case.arithmetic.kind == "float" and guard >= 8:
                break  # a float's own rounding cannot be redone from decimals
        before: Known | None = None
        for each in said:
            equal = each.complete if before is None else _same(before, each.value)
            sides.append(("=" if equal else "≈", each.side))
            before = each.value
        ended = result.complete and (before is None or _same(before, Known(result.value)))
        sides.append(("=" if ended else "≈", result.text))
        return Working(name, left, tuple(sides), because)

    def _gives(self, value: Known, result: Shown) -> bool:
        """Whether a side, redone from its printed numbers, gives the printed result."""
        if result.complete:
            return not value.spread and value.value == result.value
        try:
            return shown(value, self.digits).value == result.value
        except NeedsPrecision:
            return False

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
            return self._closed(step, [], because)
        share = _share(terms)
        row = step.row if len(terms) == len(step.terms) else 0
        before, after = _around(share, len(terms))
        texts = [self._product(term, len(step.terms) > 1, share) for term in terms]
        symbols = Sum(_rows(texts, row), before, after)
        if step.copy:
            return self._closed(step, [symbols], because or "the same number")
        return self._closed(step, [symbols], because, lambda guard: self._numbers(terms, row, share, guard))

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
        complete = self._all_complete(alive)
        said = [Said(Sum(_rows(texts, row), before, after), Known(share * sum(values)), complete)]
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

    # --- choices ---------------------------------------------------------------------------------

    def _choice(self, step: Choice) -> Working:
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
        symbols = Window(_rows([self.symbol(each) if each else "" for each in step.candidates], step.row))

        def attempt(guard: int) -> list[Said]:
            texts = [self.text(each) if each else "" for each in step.candidates]
            candidates = [each for each in step.candidates if each]
            value = max(self.value(each) for each in candidates)
            return [Said(Window(_rows(texts, step.row)), Known(value), self._all_complete([*candidates]))]

        return self._closed(step, [symbols], said, attempt)

    def _gate(self, step: Gate) -> Working:
        operand = self.symbol(step.operand)
        words = (f"{operand} is exactly 0", f"open: {operand} > 0", f"closed: {operand} < 0")

        def attempt(guard: int) -> list[Said]:
            value = max(self.value(step.operand, guard), Fraction(0))
            text = f"max(0, {self.text(step.operand, guard)})"
            return [Said(text, Known(value), self.complete(step.operand))]

        return self._closed(step, [f"max(0, {operand})"], words[step.sign], attempt)

    def _route(self, step: Route) -> Working:
        live = [share for share in step.shares if share.share]
        because = self._route_words(step)
        if not live:
            return self._closed(step, [], because)
        symbols = Sum((tuple(_part(each.share, self.symbol(each.upstream)) for each in live),))
        if len(live) == 1 and live[0].share == 1:
            return self._closed(step, [symbols], because)

        def attempt(guard: int) -> list[Said]:
            texts = tuple(_part(each.share, bounded(self.text(each.upstream, guard))) for each in live)
            value = sum((each.share * self.value(each.upstream, guard) for each in live), Fraction(0))
            return [Said(Sum((texts,)), Known(value), self._all_complete([each.upstream for each in live]))]

        return self._closed(step, [symbols], because, attempt)

    def _route_words(self, step: Route) -> str:
        own = self.symbol(step.operand)
        if not step.shares:
            return f"because {own} lies in no window"
        if step.shares[0].winner is None:
            sign = self.steps.sign(step.operand)
            if sign:
                return f"open: {own} > 0, so × 1" if sign > 0 else f"closed: {own} < 0, so × 0"
            slope = rational(self.steps.trace.case.conventions.relu_at_zero)
            return f"{own} is exactly 0, where the derivative is {slope} by convention"
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

    # --- formulas --------------------------------------------------------------------------------

    def ref(self, entry: Entry, sample: int) -> Ref:
        """The number that an entry at a place stands for."""
        at = tuple(position.constant for position in entry.index)
        cell: Cell = unravel(at[0], entry.tensor.shape) if entry.flat else at
        return Ref(self.steps.full(entry.tensor.name, sample), cell)

    def _expression(
        self,
        step: AnyStep,
        placed: Expression,
        sample: int,
        because: str,
        local: tuple[Ref, Expression] | None = None,
    ) -> Working:
        """A line that is one formula: symbols, numbers, what is left of it, value."""

        def ref(entry: Entry) -> Ref:
            return self.ref(entry, sample)

        def attempt(guard: int) -> list[Said]:
            refs: list[Ref | None] = []

            def number(entry: Entry) -> str:
                refs.append(ref(entry))
                return self.text(ref(entry), guard)

            text = written(placed, number, numeric=True)
            try:
                value = redone(placed, lambda entry: self.value(ref(entry), guard), self.digits + guard + 20)
            except ArithmeticError:  # too few digits: 1 − 1.000 in a denominator, or under a logarithm
                return [Said(text, Known(Fraction(0), Fraction(1)), False)]
            said = [Said(text, value, self._all_complete(refs))]
            left = simplified(placed, lambda entry: self._target(ref(entry)))
            shorter = written(left, number, numeric=True)
            if shorter != text and any(sign in shorter for sign in " /(^"):
                said.append(Said(shorter, value, said[0].complete))
            if local is not None:
                said.append(self._factors(*local, sample, said[0].complete, guard))
            elif step.phase == "backward" and isinstance(placed, Addition) and isinstance(step, Chain):
                said.append(self._summed(placed, sample, guard))
            return said

        return self._closed(step, [written(placed, lambda entry: self.symbol(ref(entry)))], because, attempt)

    def _target(self, ref: Ref) -> Fraction | None:
        """A target's value, which is carried out where it is 0 or 1; other numbers stay as they are."""
        return self.value(ref) if ref.tensor.partition("@")[0] == "target" else None

    def _chain(self, step: Chain) -> Working:
        products: list[Expression] = []
        for upstream, local, place in step.terms:
            tensor = self.steps.trace.network_tensor(upstream.tensor)
            factor = Entry(tensor, tuple(affine(at) for at in upstream.cell))
            placed = at_place(local, place)
            product = Product((factor, *(placed.factors if isinstance(placed, Product) else (placed,))))
            # δ − y is 1 − y or −y
            products.append(simplified(product, lambda _: None))
        because = "chain rule: upstream × local"
        shortcut = self.steps.shortcut(step)
        if shortcut:
            because += f"; = {shortcut}"
        if len(products) > 1:
            return self._expression(step, Addition(tuple(products)), step.sample, because)
        upstream, local, place = step.terms[0]
        return self._expression(step, products[0], step.sample, because, (upstream, at_place(local, place)))

    def _factors(self, upstream: Ref, local: Expression, sample: int, complete: bool, guard: int) -> Said:
        """Upstream · local derivative, each as one number."""
        trace = self.steps.trace

        def question(precision: int) -> Shown:
            def read(entry: Entry) -> Known:
                ref = self.ref(entry, sample)
                return trace.known(ref.tensor, ref.cell, precision)

            return shown(redone(local, read, precision), self.digits + guard, FULL + guard)

        slope: Shown = trace.certain(question)
        text = f"{bounded(self.text(upstream, guard))} · {bounded(slope.text)}"
        return Said(text, Known(self.value(upstream, guard) * slope.value), complete and slope.complete)

    def link(self, step: Chain, upstream: Ref) -> Shown:
        """What comes back through one output: upstream × local derivative, with digits to spare."""
        trace = self.steps.trace
        local, place = next((local, place) for ref, local, place in step.terms if ref == upstream)
        placed = at_place(local, place)

        def question(precision: int) -> Shown:
            def read(entry: Entry) -> Known:
                ref = self.ref(entry, step.sample)
                return trace.known(ref.tensor, ref.cell, precision)

            factor = Entry(trace.network_tensor(upstream.tensor), tuple(affine(at) for at in upstream.cell))
            return shown(redone(Product((factor, placed)), read, precision), self.digits + 6)

        result: Shown = trace.certain(question)
        return result

    def _summed(self, placed: Addition, sample: int, guard: int) -> Said:
        """The terms of a sum, each as one number."""
        trace = self.steps.trace
        worth: list[Shown] = []
        for term in placed.terms:

            def question(precision: int, term: Expression = term) -> Shown:
                def read(entry: Entry) -> Known:
                    ref = self.ref(entry, sample)
                    return trace.known(ref.tensor, ref.cell, precision)

                return shown(redone(term, read, precision), self.digits + guard, FULL + guard)

            worth.append(trace.certain(question))
        total = Known(sum((each.value for each in worth), Fraction(0)))
        return Said(Sum((tuple(each.text for each in worth),)), total, all(each.complete for each in worth))

    # --- means and updates -----------------------------------------------------------------------

    def _mean(self, step: Mean) -> Working:
        count = len(step.over)
        own = self.symbol(step.ref)
        names = tuple(f"{own}⟨{number + 1}⟩" for number in range(count))

        def attempt(guard: int) -> list[Said]:
            value = sum((self.value(ref, guard) for ref in step.over), Fraction(0)) / count
            texts = tuple(self.text(ref, guard) for ref in step.over)
            return [Said(Sum((texts,), "(", f")/{count}"), Known(value), self._all_complete([*step.over]))]

        return self._closed(step, [Sum((names,), "(", f")/{count}")], "the mean over the samples", attempt)

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

        return self._closed(step, [symbols], "", attempt, "←")


# --- pieces of text ------------------------------------------------------------------------------


def rule_of(step: Sums) -> str:
    """The rule of a line of the backward pass, in words."""
    if step.phase != "backward" or step.stage is None:
        return ""
    if not step.terms:
        return "because it goes into no output"
    others = [factor for term in step.terms for factor in term.factors[1:] if factor is not None]
    if not others:
        local = rational(step.terms[0].coefficient)
        return "" if step.copy and not step.stage.parameters else f"chain rule: upstream × {local}"
    name = others[0].tensor.partition("@")[0]
    role = "input" if name == step.stage.x.name else name.rpartition(".")[2]
    return f"chain rule: upstream × {role}"


def _rows(texts: list[str], row: int) -> tuple[tuple[str, ...], ...]:
    """The texts in rows of this length; 0: all in one."""
    if not row:
        return (tuple(texts),)
    return tuple(tuple(texts[at : at + row]) for at in range(0, len(texts), row))


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


def _part(share: Fraction, factor: str) -> str:
    if share == 1:
        return factor
    return f"{factor}/{share.denominator}" if share.numerator == 1 else f"{rational(share)}·{factor}"


def bounded(text: str) -> str:
    """A number in parentheses, where a sign or an operator of its own needs them."""
    return f"({text})" if text.startswith(MINUS) or "·" in text or "/" in text else text


def _same(one: Known, other: Known) -> bool:
    return not one.spread and not other.spread and one.value == other.value
