"""Update: w − α·g, or whatever else the update rule says, with something wrong about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import fmpq

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Constant,
    Entry,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
)
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly, quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._functions import operands
from walkthrough.slips._lines import equals, factor, named, product_text, sum_line, text
from walkthrough.trace.steps.kinds import Formula, Ref, Sums, Update
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep, added


@slip(common=8)
def gradient_added(own: ReworkedStep) -> Candidates:
    """w + αg."""
    move = _move(own)
    if move is None:
        return
    old, rate, along = move
    value = old + rate * along

    def told() -> Told:
        line = equals(f"{text(old)} + {product_text((rate, along))}", value, old, along)
        return Told("the gradient is added instead of subtracted", line)

    yield Candidate(value, told, None, 1, "gradient added")


@slip(common=6)
def rate_forgotten(own: ReworkedStep) -> Candidates:
    """w − g."""
    move = _move(own)
    if move is None:
        return
    old, _, along = move
    value = old - along

    def told() -> Told:
        line = equals(f"{text(old)} − {factor(along)}", value, old, along)
        return Told("the learning rate is forgotten", line)

    at = own.step.gradient if isinstance(own.step, Update) else None
    yield Candidate(value, told, at, 1, "rate forgotten")


@slip(common=6)
def old_weight_forgotten(own: ReworkedStep) -> Candidates:
    """−αg."""
    move = _move(own)
    if move is None:
        return
    _, rate, along = move
    value = -rate * along

    def told() -> Told:
        return Told("the old weight is forgotten", equals(product_text((-rate, along)), value, along))

    at = own.step.old if isinstance(own.step, Update) else next(iter(operands(own)), None)
    yield Candidate(value, told, at, 1, "old weight forgotten")


@slip(common=4)
def new_weight_for_gradient(own: ReworkedStep) -> Candidates:
    """w − αg in the gradient's cell."""
    local = own.book.trace.place(own.ref.tensor).local
    new = own.book.beside(local.removesuffix(".grad") + ".new", own.ref)
    if own.step.phase != "backward" or new not in own.book.trace.places:
        return
    step = own.book.step(Ref(new, own.ref.cell))
    if not isinstance(step, Update) or step.gradient != own.ref:
        return
    old, rate = own.number(step.old), quantity(step.rate)
    value = old - rate * own.right

    def told() -> Told:
        line = equals(f"{text(old)} − {product_text((rate, own.right))}", value, old, own.right)
        return Told("the weight after the update is written in the gradient's place", line)

    yield Candidate(value, told, None, 1, "new weight for the gradient")


@slip(common=4, solves=True)
def rate_misread(own: ReworkedStep) -> Candidates:
    """w − α′g with another rate α′: a power of ten off, twice or half of it, or a plain number."""
    if not isinstance(own.step, Update):
        return
    old, rate, gradient = _parts(own)
    for taken, places in _rates(own, old, rate, gradient):
        value = old - taken * gradient
        if own.fits(value) and not (own.sought is not None and own.fits(old)):  # that is no update at all
            yield _with_rate(own, taken, value, places, across=True)
            yield _with_rate(own, taken, value, places, across=False)


def _with_rate(own: ReworkedStep, taken: Quantity, value: Quantity, places: int, across: bool) -> Candidate:
    """A rate misread throughout the update, or for this layer only."""
    old, rate, gradient = _parts(own)

    def told() -> Told:
        line = equals(f"{text(old)} − {product_text((taken, gradient))}", value, old, gradient)
        return Told(f"the learning rate is taken as {text(taken)} instead of {text(rate)}", line)

    def again(other: ReworkedStep) -> Quantity | None:
        if not isinstance(other.step, Update):
            return None
        before, _, slope = _parts(other)
        return before - taken * slope

    return Candidate(value, told, None, places, f"rate {text(taken)}", across, again)


@slip(common=3)
def rate_times_all(own: ReworkedStep) -> Candidates:
    """α(w − g)."""
    if isinstance(own.step, Update):
        old, rate, gradient = _parts(own)
        value = rate * (old - gradient)

        def told() -> Told:
            line = equals(f"{text(rate)}·({text(old)} − {factor(gradient)})", value, old, gradient)
            return Told("the rate multiplies the old weight as well, α·(w − g)", line)

        yield Candidate(value, told, None, 1, "rate times all")


@slip(common=2)
def weight_times_gradient(own: ReworkedStep) -> Candidates:
    """w − αgw."""
    if isinstance(own.step, Update):
        old, rate, gradient = _parts(own)
        value = old - rate * gradient * old

        def told() -> Told:
            line = equals(f"{text(old)} − {product_text((rate, gradient, old))}", value, old, gradient)
            return Told("the step is multiplied by the weight, w − α·g·w", line)

        yield Candidate(value, told, None, 1, "weight times gradient")


@slip(common=5)
def not_updated(own: ReworkedStep) -> Candidates:
    """w, as it was."""
    if isinstance(own.step, Update):
        old, *_ = _parts(own)
        at = own.step.old

        def told() -> Told:
            return Told("the weight is not updated at all", named(own, at, old))

        yield Candidate(old, told, at, 1, "not updated", across=True, again=_old)
        yield Candidate(old, told, at, 1, "not updated")


def _old(own: ReworkedStep) -> Quantity | None:
    """The weight before the update."""
    return _parts(own)[0] if isinstance(own.step, Update) else None


_OFTEN = (fmpq(10), fmpq(1, 10), fmpq(2), fmpq(1, 2), fmpq(100), fmpq(1, 100), fmpq(1000), fmpq(1, 1000))
"""Times the right rate."""
_PLAIN = 90
"""How many plain rates there are: a digit, and where the point stands."""


def _rates(
    own: ReworkedStep, old: Quantity, rate: Quantity, gradient: Quantity
) -> Iterator[tuple[Quantity, int]]:
    """Rates that somebody may have taken, each with how many are as likely."""
    often = [times * rate for times in _OFTEN]
    for at, taken in enumerate(often):
        yield taken, 1 + at
    if own.sought is None or not gradient:
        return
    ends = [nearly((old - end) / gradient) for end in (own.sought.low, own.sought.high)]
    for taken in _plain_between(min(ends), max(ends)):
        if taken not in often and taken != rate:
            yield taken, _PLAIN


def _plain_between(low: float, high: float) -> Iterator[Quantity]:
    """The numbers of one digit between two: 0.3, 0.05, 2."""
    for power in range(-4, 1):
        for digit in range(1, 10):
            if low <= digit * 10.0**power * (1 + 1e-12) and digit * 10.0**power <= high * (1 + 1e-12):
                yield fmpq(digit) * fmpq(10) ** power


# --- what is kept from step to step ------------------------------------------------------------------


@slip(common=5)
def bias_correction_forgotten(own: ReworkedStep) -> Candidates:
    """m for m/(1 − βᵗ), in the cell itself or where it is used."""
    corrected = [(own.ref, _uncorrected(own, own.ref))]
    corrected += [(ref, _uncorrected(own, ref)) for ref in operands(own) if own.step.phase == "update"]
    instead = {ref: own.number(before) for ref, before in corrected if before is not None}
    if own.ref in instead:
        value, said = instead[own.ref], "the bias correction, the division by 1 − βᵗ, is forgotten"
        yield Candidate(value, lambda: Told(said), None, 1, "bias correction forgotten")
    elif instead:
        said = "the moments are taken as they are, without their bias correction"
        yield from _read_otherwise(own, instead.get, said, "corrections forgotten")


@slip(common=4)
def velocity_reversed(own: ReworkedStep) -> Candidates:
    """μ·v − g, or g − μ·v: what is kept and what is new with opposite signs."""
    rows = _kept_rows(own)
    if not rows:
        return
    kept, new = rows
    for sign, said in (
        (1, "the gradient is subtracted from what is kept"),
        (-1, "what is kept is subtracted"),
    ):
        value = sign * (added(kept) - added(new))
        if value != own.right:
            yield Candidate(value, _telling(said), None, 2, said)


@slip(common=4)
def momentum_forgotten(own: ReworkedStep) -> Candidates:
    """What the step before has left is not carried on: v = g."""
    rows = _kept_rows(own)
    if rows and added(rows[0]):
        value = added(rows[1])
        said = "what the step before has left is forgotten"
        yield Candidate(value, lambda: Told(said, sum_line(rows[1], value)), None, 1, said)


@slip(common=3)
def shares_exchanged(own: ReworkedStep) -> Candidates:
    """(1 − β)·m + β·g."""
    step = own.step
    if not isinstance(step, Sums) or step.phase != "update" or len(own.rows) != 2:
        return
    one, other = own.rows
    if one.coefficient + other.coefficient == 1 != 2 * one.coefficient:
        value = other.coefficient * one.values[0] + one.coefficient * other.values[0]
        said = "β and 1 − β are exchanged"
        yield Candidate(value, lambda: Told(said), None, 1, said)


@slip(common=4)
def weight_decay_forgotten(own: ReworkedStep) -> Candidates:
    """The gradient without λ·w."""
    said = "the weight decay is forgotten"
    if isinstance(own.step, Formula) and own.step.phase == "update":
        yield from _changed(own, _without_decay, said)
    elif isinstance(own.step, Sums) and own.step.phase == "update" and len(own.rows) > 2:
        rows = own.rows[:-1]
        value = added(rows)
        yield Candidate(value, lambda: Told(said, sum_line(rows, value)), None, 1, said)


@slip(common=3)
def gradient_not_squared(own: ReworkedStep) -> Candidates:
    """g for g² in the mean of the squares."""
    yield from _changed(own, _without_square, "g stands for g²")


@slip(common=3)
def root_forgotten(own: ReworkedStep) -> Candidates:
    """v̂ + ε for √v̂ + ε."""
    yield from _changed(own, _without_root, "the root in the denominator is forgotten")


@slip(common=3)
def step_miscounted(own: ReworkedStep) -> Candidates:
    """1 − β for 1 − βᵗ, or the step before or after in its exponent."""
    step = own.step
    if not isinstance(step, Formula) or _uncorrected(own, own.ref) is None:
        return
    (power,) = (part for part in _inside(step.expression) if isinstance(part, Power))
    for t in dict.fromkeys((1, power.exponent - 1, power.exponent + 1)):
        if t not in (0, power.exponent):
            said = f"t is taken for {t} in the bias correction, not {power.exponent}"
            yield from _changed(own, _with_exponent(t), said)


# --- pieces -----------------------------------------------------------------------------------------


def _move(own: ReworkedStep) -> tuple[Quantity, Quantity, Quantity] | None:
    """Of an update: the old weight, the learning rate, and what it moves along."""
    step = own.step
    if isinstance(step, Update):
        return _parts(own)
    if isinstance(step, Formula) and step.phase == "update":
        match step.expression:
            case Addition((Entry() as old, Negative(Product((Constant() as rate, *along))))):
                moved = own.formula(Product(tuple(along)), step.place)
                return own.formula(old, step.place), quantity(rate.value), moved
    return None


def _parts(own: ReworkedStep) -> tuple[Quantity, Quantity, Quantity]:
    """The old weight, the learning rate and the gradient."""
    step = own.step
    assert isinstance(step, Update)
    return own.number(step.old), quantity(step.rate), own.number(step.gradient)


def _kept_rows(own: ReworkedStep) -> tuple[list[ReworkedRow], list[ReworkedRow]] | None:
    """The terms of a sum that carries something on: what was kept, and what is new."""
    if not isinstance(own.step, Sums) or own.step.phase != "update" or len(own.rows) < 2:
        return None
    before = [row for row in own.rows if row.refs[0] is not None and ".before" in row.refs[0].tensor]
    return (before, [row for row in own.rows if row not in before]) if before else None


def _uncorrected(own: ReworkedStep, ref: Ref) -> Ref | None:
    """The moment of which a cell is the corrected one: m of m/(1 − βᵗ)."""
    step = own.book.step(ref)
    if not isinstance(step, Formula) or step.phase != "update":
        return None
    match step.expression:
        case Quotient(Entry() as moment, Addition((Number(), Negative(Power())))):
            return Ref(own.book.beside(moment.tensor.name, ref), ref.cell)
    return None


def _read_otherwise(
    own: ReworkedStep, instead: Callable[[Ref], Quantity | None], said: str, everywhere: str
) -> Candidates:
    step = own.step
    assert isinstance(step, Formula)
    try:
        value = own.formula(step.expression, step.place, instead=instead)
    except ArithmeticError:
        return
    yield Candidate(value, lambda: Told(said), None, 1, everywhere)


def _changed(own: ReworkedStep, change: Callable[[Expression], Expression], said: str) -> Candidates:
    """An update's formula with some of its parts changed."""
    step = own.step
    if not isinstance(step, Formula) or step.phase != "update":
        return
    changed = _rebuilt(step.expression, change)
    if changed == step.expression:
        return
    try:
        value = own.formula(changed, step.place)
    except ArithmeticError:
        return  # without its ε or its root a denominator may be 0
    yield Candidate(value, lambda: Told(said), None, 1, said)


def _rebuilt(of: Expression, change: Callable[[Expression], Expression]) -> Expression:
    return change(rebuilt(of, lambda part: _rebuilt(part, change)))


def _without_decay(of: Expression) -> Expression:
    """0 for λ·w."""
    decays = isinstance(of, Product) and isinstance(of.factors[0], Constant) and of.factors[0].symbol == "λ"
    return Number(Fraction(0)) if decays else of


def _with_exponent(t: int) -> Callable[[Expression], Expression]:
    return lambda of: Power(of.base, t) if isinstance(of, Power) else of


def _without_square(of: Expression) -> Expression:
    return of.base if isinstance(of, Power) and _reads(of) else of


def _without_root(of: Expression) -> Expression:
    return of.to if isinstance(of, Applied) and of.function == "sqrt" else of


def _inside(of: Expression) -> Iterator[Expression]:
    yield of
    for part in of.parts:
        yield from _inside(part)


def _reads(of: Expression) -> bool:
    return any(isinstance(part, Entry) for part in _inside(of))


def _telling(said: str) -> Callable[[], Told]:
    return lambda: Told(said)
