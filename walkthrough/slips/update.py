"""Update: w − α·g, or whatever else the update rule says, with something wrong about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.notation import (
    Applied,
    Constant,
    Entry,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._functions import operands
from walkthrough.slips._lines import equals, factor, product_text, sum_line, text
from walkthrough.trace.steps import Formula, Ref, Sums, Update
from walkthrough.workbook.reworked_steps import ReworkedStep, Row, added


@slip(common=8)
def gradient_added(own: ReworkedStep) -> Candidates:
    """w + αg."""
    for old, rate, along, _ in _moves(own):
        value = old + rate * along
        line = equals(f"{text(old)} + {product_text((rate, along))}", value, old, along)
        said = "the gradient is added instead of subtracted"
        yield Candidate(value, lambda: Told(said, line), None, 1, "gradient added")  # noqa: B023  # of one


@slip(common=6)
def rate_forgotten(own: ReworkedStep) -> Candidates:
    """w − g."""
    for old, _, along, at in _moves(own):
        value = old - along
        line = equals(f"{text(old)} − {factor(along)}", value, old, along)
        yield Candidate(value, lambda: Told("the learning rate is forgotten", line), at, 1, "rate forgotten")  # noqa: B023


@slip(common=6)
def old_weight_forgotten(own: ReworkedStep) -> Candidates:
    """−αg."""
    for _, rate, along, _ in _moves(own):
        value = -rate * along
        line, said = equals(product_text((-rate, along)), value, along), "the old weight is forgotten"
        yield Candidate(value, lambda: Told(said, line), _old(own), 1, "old weight forgotten")  # noqa: B023


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
    (power,) = (part for part in _parts(step.expression) if isinstance(part, Power))
    for t in dict.fromkeys((1, power.exponent - 1, power.exponent + 1)):
        if t not in (0, power.exponent):
            said = f"t is taken for {t} in the bias correction, not {power.exponent}"
            yield from _changed(own, _with_exponent(t), said)


# --- pieces -----------------------------------------------------------------------------------------


def _moves(own: ReworkedStep) -> Iterator[tuple[Quantity, Quantity, Quantity, Ref | None]]:
    """Of an update: the old weight, the learning rate, what it moves along, and its cell if it is one."""
    step = own.step
    if isinstance(step, Update):
        yield own.number(step.old), quantity(step.rate), own.number(step.gradient), step.gradient
    elif isinstance(step, Formula) and step.phase == "update":
        match step.expression:
            case Sum((Entry() as old, Negative(Product((Constant() as rate, *along))))):
                moved = own.formula(Product(tuple(along)), step.place)
                yield own.formula(old, step.place), quantity(rate.value), moved, None


def _old(own: ReworkedStep) -> Ref | None:
    step = own.step
    if isinstance(step, Update):
        return step.old
    return next(iter(operands(own)), None)


def _kept_rows(own: ReworkedStep) -> tuple[list[Row], list[Row]] | None:
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
        case Quotient(Entry() as moment, Sum((Number(), Negative(Power())))):
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


def _parts(of: Expression) -> Iterator[Expression]:
    yield of
    for part in of.parts:
        yield from _parts(part)


def _reads(of: Expression) -> bool:
    return any(isinstance(part, Entry) for part in _parts(of))


def _telling(said: str) -> Callable[[], Told]:
    return lambda: Told(said)
