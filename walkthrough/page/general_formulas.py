"""A stage's general formula, with indices, and what its letters mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from walkthrough.document import Rule
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.letters import affine_text, bounded, entry_text, ranges, rational, written
from walkthrough.mathematics.notation import (
    Affine,
    Entry,
    Index,
    Largest,
    Piecewise,
    Quotient,
    Tensor,
    Total,
    affine,
)
from walkthrough.mathematics.readings import Part, Slopes
from walkthrough.page.products import manner, meets, several
from walkthrough.trace.network import Stage


def forward_rule(stage: Stage) -> Rule:
    """z[i,j] = Σ x[i+p−1, j+q−1] · k[p,q]."""
    equation = stage.equations[0]
    left = entry_text(equation.left, stage.z.symbol)
    right = equation.right
    letters = [f"{stage.x.symbol} {_role(stage.x)}"]
    own = (*stage.parameters.values(), *stage.constants.values())
    letters += [f"{t.symbol} {t.name.rpartition('.')[2]}" for t in own]
    letters.append(f"{stage.z.symbol} output")
    if stage.sums:
        parts = [contraction.part for contraction in stage.sums]
        text, over = _sum(parts, lambda e: e.tensor.symbol)
        if meets(stage.sums[0]):
            fixed, said = _target(equation.left)
            left = f"{stage.z.symbol}[{','.join(fixed)}]"
            letters.insert(0, said)
    elif isinstance(right, Largest):
        text, over = f"max {entry_text(right.body, stage.x.symbol)}", right.over
    else:
        text = written(right, _general)
        over = right.below.over if isinstance(right, Quotient) and isinstance(right.below, Total) else ()
    return Rule(f"{left} = {text}", _legend(ranges(over), letters), stage.layer.rules.get("forward", ""))


def loss_rule(stage: Stage) -> Rule:
    """L = −(t·ln y + (1 − t)·ln(1 − y))."""
    equation = stage.equations[0]
    letters = [f"{stage.x.symbol} {_role(stage.x)}", "t target"]
    return Rule(f"L = {written(equation.right, _general)}", _legend("", letters))


def slope_rule(stage: Stage) -> Rule:
    """∂L/∂y = (1 − t)/(1 − y) − t/y."""
    entry, slope = stage.equations[0].derivatives[0]
    return Rule(f"{_gradient(entry)} = {written(slope, _general, slope=True)}", "", stage.judge.rule)


def backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    """∂L/∂k[p,q] = Σ g[i,j] · x[i+p−1, j+q−1], and where it is derived; None if there is no gradient."""
    rule = _backward_rule(stage, tensor)
    role = "input" if tensor == stage.x else tensor.name.rpartition(".")[2]
    return rule and replace(rule, derivation=stage.layer.rules.get(role, ""))


def _backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    if stage.choices:
        return _choice_rule(stage, tensor)
    contractions = stage.backward(tensor)
    parts = [contraction.part for contraction in contractions]
    if not parts:
        return None
    if parts[0].local is not None:
        return _chain_rule(parts[0])
    short = manner(stage, contractions).short
    g = [f"g = ∂L/∂{stage.z.symbol}"] if short else []

    def letter(entry: Entry) -> str:
        if entry.tensor.name == stage.z.grad.name:
            return "g" if short else f"∂L/∂{stage.z.symbol}"
        return entry.tensor.symbol

    if not meets(contractions[0]):
        solved = [_solved(part) for part in parts]
        text, over = _sum(solved, letter)
        left = f"∂L/∂{entry_text(solved[0].target, tensor.symbol)}"
        return Rule(f"{left} = {text}", _legend(ranges(over), g))
    text, over = _sum(parts, letter)
    fixed, said = _target(parts[0].target)
    left = f"∂L/∂{tensor.symbol}" + (f"[{','.join(fixed)}]" if fixed else "")
    return Rule(f"{left} = {text}", "     ".join([said or ranges(over), *g]))


def _choice_rule(stage: Stage, tensor: Tensor) -> Rule:
    """What comes back through a pool or a gate."""
    equation, entry, _ = stage.choices[0]
    upstream = f"∂L/∂{entry_text(equation.left, stage.z.symbol)}"
    if isinstance(equation.right, Largest):
        left, x = f"∂L/∂{tensor.symbol}", tensor.symbol
        return Rule(f"{left} = ∂L/∂{stage.z.symbol} where {x} was the largest of its window, else 0")
    assert stage.gate is not None
    own = entry_text(entry, tensor.symbol)
    return Rule(f"∂L/∂{own} = {upstream} · ({_slopes(stage.gate, own)})")


def _slopes(gate: Slopes, own: str) -> str:
    """1 if p > 0, else 0; at 0 it is said apart only where it is neither."""
    above, below, at_zero = map(rational, (gate.above, gate.below, gate.at_zero))
    if at_zero == below:
        return f"{above} if {own} > 0, else {below}"
    if at_zero == above:
        return f"{above} if {own} ≥ 0, else {below}"
    return f"{above} if {own} > 0, {at_zero} if {own} = 0, else {below}"


def _chain_rule(part: Part) -> Rule:
    assert part.local is not None
    upstream = Entry(part.factors[0].tensor, part.factors[0].index, part.factors[0].flat)
    over = [index for index in part.variables if index not in part.target.variables]
    local = written(part.local, _general, slope=True)
    if isinstance(part.local, Piecewise) or (any(s in local for s in "+−") and not local.endswith(")")):
        local = f"({local})"
    sigma = "Σ " if any(index.extent > 1 for index in over) else ""
    return Rule(f"{_gradient(part.target)} = {sigma}{_gradient(upstream)} · {local}", ranges(over))


def _solved(part: Part) -> Part:
    """The part with its target's own indices: k[p,q] where the loop says k[4−p, 4−q]."""
    for position in part.target.index:
        for index, coefficient in position.coefficients:
            if coefficient == -1 and len(position.coefficients) == 1:
                part = _turned(part, index)
    return part


def _turned(part: Part, index: Index) -> Part:
    """An index counted from its other end."""

    def entry(of: Entry) -> Entry:
        return Entry(of.tensor, tuple(map(position, of.index)), of.flat)

    def position(of: Affine) -> Affine:
        coefficient = dict(of.coefficients).get(index, 0)
        if not coefficient:
            return of
        rest = Affine(tuple(pair for pair in of.coefficients if pair[0] != index), of.constant)
        return rest + (index.extent - 1 - affine(index)) * coefficient

    return replace(part, target=entry(part.target), factors=tuple(map(entry, part.factors)))


# --- pieces --------------------------------------------------------------------------------------


def _general(entry: Entry) -> str:
    return entry_text(entry, entry.tensor.symbol or "t")


def _gradient(entry: Entry) -> str:
    symbol = entry.tensor.symbol.removeprefix("∂L/∂")
    return f"∂L/∂{entry_text(entry, symbol)}"


def _sum(parts: list[Part], letter: Callable[[Entry], str]) -> tuple[str, tuple[Index, ...]]:
    texts, over = [], []
    for part in parts:
        named = part.target.variables
        summed = [index for index in part.variables if index.extent > 1 and index not in named]
        product = " · ".join(entry_text(factor, letter(factor)) for factor in part.factors)
        if part.coefficient != 1:
            product = f"{bounded(rational(part.coefficient))} · {_sigma(part)}{product}"
        else:
            product = f"{_sigma(part)}{product}"
        texts.append(product)
        over += [index for index in summed if index not in over]
    return " + ".join(texts), tuple(over)


def _sigma(part: Part) -> str:
    return "Σ " if several(Contraction(part)) else ""


def _target(target: Entry) -> tuple[list[str], str]:
    """The target's indices; where they are sums of loop indices, letters for them and what they equal."""
    spare = iter("mn" if len(target.index) > 1 else "n")
    fixed, said = [], []
    first = next((at for at, extent in enumerate(target.tensor.shape) if extent > 1), 0)
    for position in target.index if target.flat else target.index[first:]:
        if position.alone is not None or not position.coefficients:
            fixed.append(affine_text(position))
            continue
        letter = next(spare, "r")
        fixed.append(letter)
        said.append(f"{affine_text(position)} = {letter}")
    return fixed, f"over all {', '.join(said)}" if said else ""


def _role(tensor: Tensor) -> str:
    return "input" if tensor.name == "input" else f"input ({tensor.name})"


def _legend(over: str, letters: list[str]) -> str:
    return "     ".join(part for part in (over, ", ".join(letters)) if part)
