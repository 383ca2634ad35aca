"""Backward: the chain rule with a link missing, or with the wrong one."""

from __future__ import annotations

from walkthrough.mathematics.notation import Entry
from walkthrough.mathematics.readings import Slopes
from walkthrough.numbers.formulas import Place, Quantity, value_at
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, product_text, sum_line, text
from walkthrough.slips.layout import how_turned, misread, turned_kernel
from walkthrough.trace.steps import Chain, Choice, Ref, Route, Share, Sums
from walkthrough.workbook.reworked_steps import ZERO, ReworkedStep, Row, added


@slip(common=6)
def local_derivative_forgotten(own: ReworkedStep) -> Candidates:
    """The upstream gradient alone."""
    if isinstance(own.step, Chain) or _gate(own) is not None or _product_backwards(own):
        rows = own.rows
        if isinstance(own.step, Chain):
            # of a softmax, only the output of the same place is upstream
            rows = [
                row for row in rows if row.refs[0] is not None and row.refs[0].cell == own.ref.cell
            ] or rows
        upstream = [row.values[0] for row in rows]
        value = _total(upstream)
        condition = "the gradient from behind is passed on as it is, without the local derivative"
        yield Candidate(
            value, lambda: Told(condition, _sum(upstream, value)), _only(rows), 1, "upstream alone"
        )


@slip(common=6)
def upstream_forgotten(own: ReworkedStep) -> Candidates:
    """The local derivative alone."""
    if isinstance(own.step, Chain | Route) or _product_backwards(own):
        rows = own.rows
        local = [row.coefficient * _product(row.values[1:]) for row in rows]
        value = _total(local)
        condition = "the local derivative stands alone, not multiplied by the gradient from behind"
        yield Candidate(value, lambda: Told(condition, _sum(local, value)), _only(rows), 1, "local alone")


@slip(common=5)
def derivative_at_output(own: ReworkedStep) -> Candidates:
    """Upstream·σ(y)(1 − σ(y)) with y already the output."""
    step, stage = own.step, own.stage
    if not isinstance(step, Chain) or stage is None or not own.structure.slope_by_output:
        return
    (upstream, local, place), *_ = step.terms
    inner = stage.equations[0]

    def read(entry: Entry, at: Place) -> Quantity:
        if entry.tensor != stage.z:
            return own.number(own.refer(entry, at))
        y = own.number(own.refer(entry, at))
        return value_at(inner.right, at, lambda _, __: y)

    slope = value_at(local, place, read)
    value = own.number(upstream) * slope

    def told() -> Told:
        condition = f"the derivative of {stage.type} is taken at its output instead of at what went in"
        return Told(
            condition, equals(product_text((own.number(upstream), slope)), value, own.number(upstream), slope)
        )

    yield Candidate(value, told, None, 1, "derivative at the output")


@slip(common=5)
def gate_from_gradient(own: ReworkedStep) -> Candidates:
    """Upstream if it is positive, else 0: the ReLU's gate taken from the gradient's sign."""
    through = _gate(own)
    if through is not None:
        share, gate = through
        upstream = own.number(share.upstream)
        value = own.passed(upstream)

        def told() -> Told:
            condition = (
                "the ReLU lets the gradient through where the gradient is positive, not where z is"
                if not gate.below
                else "the slope is chosen by the sign of the gradient, not by the sign of z"
            )
            line = f"max(0, {text(upstream)})"
            return Told(condition, equals(line, value, upstream) if not gate.below else "")

        yield Candidate(value, told, share.upstream, 1, "gate from the gradient")


@slip(common=7)
def gate_ignored(own: ReworkedStep) -> Candidates:
    """Upstream always, as if the ReLU were open."""
    through = _gate(own)
    if through is not None:
        share, gate = through
        upstream = own.number(share.upstream)
        behind = "a ReLU that is closed" if not gate.below else "as it is, whatever the sign of z"
        condition = f"the gradient {text(upstream)} is let through {behind}"
        yield Candidate(upstream, lambda: Told(condition), share.upstream, 1, "gate ignored")


@slip(common=5)
def spread_over_window(own: ReworkedStep) -> Candidates:
    """Upstream ÷ window size in all cells of a max pool's window."""
    if not _pooled(own):
        return
    rows = [(row.values[0], _size(own, share)) for row, share in _windows(own)]
    value = _total([upstream / size for upstream, size in rows])
    said = " + ".join(f"{factor(upstream)}/{size}" for upstream, size in rows)

    def told() -> Told:
        condition = "the gradient is spread over the whole window, not given to the largest entry"
        return Told(condition, equals(said, value, *(upstream for upstream, _ in rows)))

    yield Candidate(value, told, None, 1, "spread over the window")


@slip(common=3)
def routed_elsewhere(own: ReworkedStep) -> Candidates:
    """The upstream gradient in another cell of the window."""
    if not _pooled(own):
        return
    for row, share in _windows(own):
        if row.coefficient == 1:
            value = own.right - row.product
            condition = (
                f"the gradient of {own.book.name(share.window)} is sent to another entry of the window"
            )
        else:
            value = own.right - row.product + row.values[0]
            condition = f"this entry is taken for the largest in the window of {own.book.name(share.window)}"
        yield Candidate(value, lambda said=condition: Told(said), None, len(own.rows))  # type: ignore[misc]


@slip(common=4)
def updated_weight_used(own: ReworkedStep) -> Candidates:
    """The weight after the update carried backwards."""
    stage = own.stage
    if stage is None or own.book.trace.case.learning_rate is None or not _product_backwards(own):
        return
    new = {tensor.name: f"{tensor.name}.new" for tensor in stage.parameters.values()}
    if not any(ref is not None and ref.tensor in new for row in own.rows for ref in row.refs):
        return
    rows = own.filled((row.coefficient, tuple(_renamed(ref, new) for ref in row.refs)) for row in own.rows)
    value = added(rows)
    condition = "the weight is updated first, and then carried backwards"
    yield Candidate(value, lambda: Told(condition, sum_line(rows, value)), _weight(rows), 1, "updated weight")
    if len(rows) == 1:
        yield Candidate(
            rows[0].values[-1],
            lambda: Told("the updated weight itself is sent back, as if it were the gradient"),
            _weight(rows),
            1,
            "updated weight alone",
        )


@slip(common=7)
def kernel_not_rotated(own: ReworkedStep) -> Candidates:
    """The input gradient from the same cells, with the kernel turned by 180°."""
    stage = own.stage
    if stage is None or own.book.trace.places[own.ref.tensor].local != stage.x.grad.name:
        return
    said = f"the kernel lies on the gradient the other way round, {how_turned(own)}"
    yield from misread(own, "kernel-flipped", turned_kernel, said)


@slip(common=3)
def weighted_input_used(own: ReworkedStep) -> Candidates:
    """x·w for x in the weight's gradient."""
    stage = own.stage
    if stage is None or not isinstance(own.step, Sums):
        return
    local = own.book.trace.places[own.ref.tensor].local
    weight = next((tensor for tensor in stage.parameters.values() if tensor.grad.name == local), None)
    if weight is None or weight in own.structure.added:
        return
    w = own.number(Ref(weight.name, own.ref.cell))
    value = own.right * w

    def told() -> Told:
        condition = f"the input times the weight, x·w with w = {text(w)}, is taken for the input x"
        return Told(condition, equals(product_text((own.right, w)), value, own.right, w))

    yield Candidate(value, told, Ref(weight.name, own.ref.cell), 1, "weighted input")


# --- links of the chain ------------------------------------------------------------------------


def _product_backwards(own: ReworkedStep) -> bool:
    """Whether the step sends a gradient back through a sum of products."""
    return (
        isinstance(own.step, Sums)
        and own.step.phase == "backward"
        and any(len(row.refs) > 1 for row in own.rows)
    )


def _total(numbers: list[Quantity]) -> Quantity:
    result: Quantity = ZERO
    for number in numbers:
        result = result + number
    return result


def _product(numbers: tuple[Quantity, ...]) -> Quantity:
    result: Quantity = ZERO + 1
    for number in numbers:
        result = result * number
    return result


def _sum(numbers: list[Quantity], value: Quantity) -> str:
    if len(numbers) == 1:
        return ""
    return equals(
        " + ".join(factor(each) if at else text(each) for at, each in enumerate(numbers)), value, *numbers
    )


def _only(rows: list[Row]) -> Ref | None:
    return rows[0].refs[0] if len(rows) == 1 else None


def _weight(rows: list[Row]) -> Ref | None:
    return rows[0].refs[-1] if len(rows) == 1 else None


def _renamed(ref: Ref | None, names: dict[str, str]) -> Ref | None:
    return Ref(names[ref.tensor], ref.cell) if ref is not None and ref.tensor in names else ref


# --- gates and windows -------------------------------------------------------------------------


def _gate(own: ReworkedStep) -> tuple[Share, Slopes] | None:
    """The gate that the gradient comes through, a ReLU's for example, and its slopes."""
    step = own.step
    if isinstance(step, Route) and step.slopes is not None and len(step.shares) == 1:
        return step.shares[0], step.slopes
    return None


def _pooled(own: ReworkedStep) -> bool:
    """Whether the gradient comes through a max pool."""
    return isinstance(own.step, Route) and bool(own.step.shares) and own.step.shares[0].winner is not None


def _windows(own: ReworkedStep) -> list[tuple[Row, Share]]:
    assert isinstance(own.step, Route)
    return list(zip(own.rows, own.step.shares, strict=True))


def _size(own: ReworkedStep, share: Share) -> int:
    choice = own.book.step(share.window)
    assert isinstance(choice, Choice)
    return len(choice.candidates)
