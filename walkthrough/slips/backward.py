"""Backward: the chain rule with a link missing, or with the wrong one."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.mathematics.notation import Entry, Tensor, ravel, unravel
from walkthrough.numbers.formulas import IndexValues, Quantity, value_at
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._alternatives import OtherFunction, other_slopes
from walkthrough.slips._chain import (
    added_up,
    gate_of,
    last_window,
    only_one,
    own_entries,
    parameter_of,
    pooled,
    product_backwards,
    renamed,
    shares_of_filters,
    sum_of,
    telling,
    weight_of,
    window_size,
    windows_of,
)
from walkthrough.slips._functions import formula_text, gate_line
from walkthrough.slips._lines import equals, factor, named, product_text, sum_line, sum_text, text
from walkthrough.slips._rereading import turned_kernel
from walkthrough.slips._terms import how_turned, misread, to_input
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Chain, Formula, Ref, Route, Share, Sums
from walkthrough.workbook.reworked_steps import ONE, ReworkedRow, ReworkedStep, added, product_of, reworked


@slip(common=6)
def local_derivative_forgotten(own: ReworkedStep) -> Candidates:
    """The upstream gradient alone."""
    if isinstance(own.step, Chain) or gate_of(own) is not None or product_backwards(own):
        rows = own.rows
        if isinstance(own.step, Chain):
            # of a softmax, only the output of the same place is upstream
            rows = [
                row for row in rows if row.refs[0] is not None and row.refs[0].cell == own.ref.cell
            ] or rows
        upstream = [row.values[0] for row in rows]
        value = added_up(upstream)
        condition = "the gradient from behind is passed on as it is, without the local derivative"
        ref = only_one(rows)

        def told() -> Told:
            return Told(condition, sum_of(upstream, value) if ref is None else named(own, ref, value))

        yield Candidate(value, told, ref, 1, "upstream alone")


@slip(common=6)
def upstream_forgotten(own: ReworkedStep) -> Candidates:
    """The local derivative alone."""
    if isinstance(own.step, Chain | Route) or product_backwards(own):
        rows = own.rows
        local = [row.coefficient * product_of(row.values[1:]) for row in rows]
        value = added_up(local)
        condition = "the local derivative stands alone, not multiplied by the gradient from behind"
        yield Candidate(
            value, lambda: Told(condition, _local_line(own, local, value)), only_one(rows), 1, "local alone"
        )


def _local_line(own: ReworkedStep, local: list[Quantity], value: Quantity) -> str:
    """The local derivative as it is worked out."""
    if len(local) > 1:
        return sum_of(local, value)
    if isinstance(own.step, Chain):
        _, expression, place = own.step.terms[0]
        return equals(formula_text(own, expression, place), value, value * 0)
    row = own.rows[0]
    ref = row.refs[-1] if len(row.refs) > 1 else None
    if ref is None or row.coefficient != 1:
        return equals(product_text((row.coefficient, *row.values[1:])), value, *row.values[1:])
    return named(own, ref, value)


@slip(common=5)
def derivative_at_output(own: ReworkedStep) -> Candidates:
    """Upstream·σ(y)(1 − σ(y)) with y already the output."""
    step, stage = own.step, own.stage
    if not isinstance(step, Chain) or stage is None or not own.structure.slope_by_output:
        return
    (upstream, local, place), *_ = step.terms
    inner = stage.equations[0]

    def read(entry: Entry, at: IndexValues) -> Quantity:
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
    through = gate_of(own)
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
            return Told(condition, gate_line(upstream, value))

        yield Candidate(value, told, share.upstream, 1, "gate from the gradient")


@slip(common=7)
def gate_ignored(own: ReworkedStep) -> Candidates:
    """Upstream always, as if the ReLU were open."""
    through = gate_of(own)
    if through is not None:
        share, gate = through
        upstream = own.number(share.upstream)
        behind = "a ReLU that is closed" if not gate.below else "as it is, whatever the sign of z"

        def told() -> Told:
            condition = f"the gradient {text(upstream)} is let through {behind}"
            return Told(condition, named(own, share.upstream, upstream))

        yield Candidate(upstream, told, share.upstream, 1, "gate ignored")


@slip(common=5)
def spread_over_window(own: ReworkedStep) -> Candidates:
    """Upstream ÷ window size in all cells of a max pool's window."""
    if not pooled(own):
        return
    rows = [(row.values[0], window_size(own, share)) for row, share in windows_of(own)]
    value = added_up([upstream / size for upstream, size in rows])

    def told() -> Told:
        said = " + ".join(f"{factor(upstream)}/{size}" for upstream, size in rows)
        condition = "the gradient is spread over the whole window, not given to the largest entry"
        return Told(condition, equals(said, value, *(upstream for upstream, _ in rows)))

    yield Candidate(value, told, None, 1, "spread over the window")


@slip(common=3)
def routed_elsewhere(own: ReworkedStep) -> Candidates:
    """The upstream gradient in another cell of the window."""
    if not pooled(own):
        return
    for row, share in windows_of(own):
        value = own.right - row.product
        if row.coefficient != 1:
            value = value + row.values[0]

        def told(row: ReworkedRow = row, share: Share = share, value: Quantity = value) -> Told:
            left, window = f"{text(own.right)} − {factor(row.product)}", own.book.name(share.window)
            if row.coefficient == 1:
                said = f"the gradient of {window} is sent to another entry of the window"
            else:
                left += f" + {factor(row.values[0])}"
                said = f"this entry is taken for the largest in the window of {window}"
            return Told(said, equals(left, value, own.right, *row.values))

        yield Candidate(value, told, None, len(own.rows))


def _telling(said: str, line: str) -> Callable[[], Told]:
    return lambda: Told(said, line)


@slip(common=4)
def updated_weight_used(own: ReworkedStep) -> Candidates:
    """The weight after the update carried backwards."""
    stage = own.stage
    if stage is None or own.book.trace.case.learning_rate is None or not product_backwards(own):
        return
    beside, places = own.book.beside, own.book.trace.places
    names = ((beside(each.name, own.ref), beside(f"{each.name}.new", own.ref)) for each in stage.inputs[:-1])
    new = {old: updated for old, updated in names if updated in places}
    if not any(ref is not None and ref.tensor in new for row in own.rows for ref in row.refs):
        return
    rows = own.filled((row.coefficient, tuple(renamed(ref, new) for ref in row.refs)) for row in own.rows)
    value = added(rows)
    condition = "the weight is updated first, and then carried backwards"
    yield Candidate(
        value, lambda: Told(condition, sum_line(rows, value)), weight_of(rows), 1, "updated weight"
    )
    yield from _updated_weight_alone(own, weight_of(rows))


def _updated_weight_alone(own: ReworkedStep, weight: Ref | None) -> Candidates:
    """The updated weight for the gradient: as it stands there, or as it comes of one's own numbers."""
    if weight is None:
        return
    said = "the updated weight itself is sent back, as if it were the gradient"
    there = own.number(weight)
    ways = [(there, named(own, weight, there))]
    if own.sought is None or weight in own.sought.page:
        right = own.right_of(weight)
        update = reworked(own.book, weight, own.number)
        ways.append((right, sum_line(update.rows, right)))
    for value, line in ways:
        if own.fits(value):
            yield Candidate(value, _telling(said, line), weight, 1, "updated weight alone")


@slip(common=7)
def kernel_not_rotated(own: ReworkedStep) -> Candidates:
    """The input gradient from the same cells, with the kernel turned by 180°."""
    stage = own.stage
    if stage is None or own.book.trace.place(own.ref.tensor).local != stage.x.grad.name:
        return
    said = f"the kernel lies on the gradient the other way round, {how_turned(own)}"
    yield from misread(own, "kernel-flipped", turned_kernel, said)


@slip(common=3)
def weighted_input_used(own: ReworkedStep) -> Candidates:
    """x·w for x in the weight's gradient."""
    stage = own.stage
    if stage is None or not isinstance(own.step, Sums):
        return
    local = own.book.trace.place(own.ref.tensor).local
    weight = next((tensor for tensor in stage.parameters.values() if tensor.grad.name == local), None)
    if weight is None or weight in own.structure.added:
        return
    at = Ref(own.book.beside(weight.name, own.ref), own.ref.cell)
    w = own.number(at)
    value = own.right * w

    def told() -> Told:
        condition = f"the input times the weight, x·w with w = {text(w)}, is taken for the input x"
        return Told(condition, equals(product_text((own.right, w)), value, own.right, w))

    yield Candidate(value, told, at, 1, "weighted input")


@slip(common=4)
def other_derivative(own: ReworkedStep) -> Candidates:
    """Another local derivative: y, 1 − y, y(1 + y), 1 − y², z(1 − z) for y(1 − y), or another layer's."""
    stage, step = own.stage, own.step
    if stage is None or stage not in own.book.trace.network.layers:
        return
    if isinstance(step, Chain) and not step.terms:
        return
    if isinstance(step, Chain) and len(step.terms) > 1:
        yield from _own_classonly_one(own)
        return
    if isinstance(step, Chain) and not step.terms:
        return
    at = step.terms[0][2] if isinstance(step, Chain) else step.place if isinstance(step, Formula) else None
    if at is None or step.phase != "backward" or not own.structure.slope_by_output:
        return
    z, y = (own.number(own.refer(entry, at)) for entry in own_entries(stage))
    for other in other_slopes(stage):
        slope = other.value(z, y)
        upstream = own.rows[0].values[0] if isinstance(step, Chain) else ONE
        value = upstream * slope
        if own.fits(value):

            def told(
                other: OtherFunction = other, value: Quantity = value, upstream: Quantity = upstream
            ) -> Told:
                said = f"{other.said} is taken for {other.instead}".replace(",,", ",")
                before = f"{text(upstream)}·" if isinstance(step, Chain) else ""
                local = other.text(z, y)
                return Told(said, equals(f"{before}({local})" if before else local, value, upstream, z, y))

            yield Candidate(value, told, None, other.places, f"other derivative {other.said}")


def _own_classonly_one(own: ReworkedStep) -> Candidates:
    """Of a softmax, only the derivative of the output of the same place."""
    rows = [row for row in own.rows if row.refs[0] is not None and row.refs[0].cell == own.ref.cell]
    if 0 < len(rows) < len(own.rows):
        value = added(rows)
        said = "only the output of the same place is counted, the other outputs are left out"
        yield Candidate(value, lambda: Told(said, sum_line(rows, value)), None, 1, "own output only")


@slip(common=4)
def bias_gradient_averaged(own: ReworkedStep) -> Candidates:
    """The mean of the window gradients for their sum."""
    tensor = parameter_of(own)
    if tensor is None or tensor not in own.structure.added or len(own.rows) < 2:
        return
    count = len(own.rows)
    value = own.right / count

    def told() -> Told:
        said = f"the mean of the {count} gradients is taken instead of their sum"
        return Told(said, equals(f"{factor(own.right)}/{count}", value, own.right))

    yield Candidate(value, told, None, 1, "bias gradient averaged")


@slip(common=4)
def weight_for_input(own: ReworkedStep) -> Candidates:
    """w for x in a weight's gradient, x for w in an input's."""
    stage, tensor = own.stage, parameter_of(own)
    if stage is None or not isinstance(own.step, Sums) or own.step.phase != "backward":
        return
    if tensor is not None and tensor not in own.structure.added:
        other, said = (
            Ref(own.book.beside(tensor.name, own.ref), own.ref.cell),
            "the weight stands in the place of the input",
        )
    elif to_input(own) and stage.parameters:
        other = Ref(own.book.beside(stage.x.name, own.ref), own.ref.cell)
        said = "the input stands in the place of the weight"
    else:
        return
    upstream = [row.values[0] for row in own.rows if len(row.refs) > 1 and None not in row.refs]
    number = own.number(other)
    value = added_up(upstream) * number
    left = sum_text([text(each) for each in upstream])
    left = product_text((upstream[0], number)) if len(upstream) == 1 else f"({left})·{factor(number)}"
    if upstream and own.fits(value):
        yield Candidate(
            value, lambda: Told(said, equals(left, value, number, *upstream)), other, 1, "weight for input"
        )


@slip(common=3)
def other_gradient_used(own: ReworkedStep) -> Candidates:
    """The gradient of another stage as upstream: before an activation instead of after it."""
    stage = own.stage
    if stage is None or own.step.phase != "backward" or not isinstance(own.step, Sums | Chain | Route):
        return
    upstream = own.book.beside(stage.z.grad.name, own.ref)
    beside = own.book.remember(("gradients beside", stage.name), lambda: _neighbouring_gradients(own, stage))
    for other in beside:
        name = own.book.beside(other.grad.name, own.ref)
        if name == own.ref.tensor:
            continue
        rows = _from_elsewhere(own, upstream, Tensor(name, other.shape))
        value = added(rows)
        if value != own.right and own.fits(value):
            said = f"the gradient {name} is multiplied in, not {upstream}"
            yield Candidate(value, telling(said, rows, value), None, 2, f"{name} for {upstream}")


def _neighbouring_gradients(own: ReworkedStep, stage: Stage) -> list[Tensor]:
    """What has a gradient of as many entries one layer before and after the one that is right."""
    layers = own.book.trace.network.layers
    if stage not in layers:
        return []
    at = layers.index(stage)
    neighbours = [*(after.z for after in layers[at + 1 : at + 3]), stage.x]
    return [each for each in neighbours if each.size == stage.z.size]


def _from_elsewhere(own: ReworkedStep, upstream: str, other: Tensor) -> list[ReworkedRow]:
    """The terms with the gradient of the same place in another tensor."""

    def elsewhere(ref: Ref | None) -> Ref | None:
        if ref is None or ref.tensor != upstream:
            return None
        return Ref(other.name, unravel(ravel(ref.cell, own.book.shape(upstream)), other.shape))

    instead = own.book.remember(
        ("elsewhere", own.ref, other.name), lambda: [[elsewhere(ref) for ref in row.refs] for row in own.rows]
    )
    rows = []
    for row, refs in zip(own.rows, instead, strict=True):
        pairs = zip(refs, row.values, strict=True)
        values = tuple(value if ref is None else own.number(ref) for ref, value in pairs)
        rows.append(row._replace(values=values, product=row.coefficient * product_of(values)))
    return rows


@slip(common=3)
def overlap_overwritten(own: ReworkedStep) -> Candidates:
    """Of the windows that overlap only the last one counts."""
    last = last_window(own)
    if last:
        value = added(last)
        if own.fits(value):
            said = "only the last of the windows that overlap here is counted, the others are overwritten"
            yield Candidate(value, telling(said, last, value), None, 1, "overlap overwritten")


@slip(common=3)
def one_filter_only(own: ReworkedStep) -> Candidates:
    """Only one filter's share of an input gradient."""
    shares = shares_of_filters(own)
    for filter_, rows in shares.items():
        value = added(rows)
        if own.fits(value):
            what = "filter" if own.structure.window is not None else "output"
            said = f"only the share of {what} {filter_ + 1} is taken"
            yield Candidate(value, telling(said, rows, value), None, len(shares), said)
