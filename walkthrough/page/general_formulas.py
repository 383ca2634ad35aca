"""A stage's general formula, with indices, and what its letters mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from walkthrough.document import Rule
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.letters import MINUS, affine_text, entry_text, factor, ranges, rational, written
from walkthrough.mathematics.notation import Entry, Index, Largest, Number, Quotient, Tensor, Total
from walkthrough.mathematics.readings import Part
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
        if any(
            index.extent > 1 for index in stage.sums[0].looped
        ):  # several places of the loop go to one cell
            fixed, said = _target(equation.left)
            left = f"{stage.z.symbol}[{','.join(fixed)}]"
            letters.insert(0, said)
        else:
            over = (*_within(equation.left), *over)
    elif isinstance(right, Largest):
        text, over = f"max {entry_text(right.body, stage.x.symbol)}", right.over
    elif len(stage.equations) > 1:
        each = [
            f"{entry_text(e.left, stage.z.symbol)} = {written(e.right, _general)}" for e in stage.equations
        ]
        return Rule(";  ".join(each), _legend("", letters), stage.layer.rules.get("forward", ""))
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
    return Rule(f"{_gradient(entry)} = {written(slope, _general)}", derivation=stage.judge.rule)


def backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    """∂L/∂k[p,q] = Σ g[i,j] · x[i+p−1, j+q−1], and where it is derived; None if there is no gradient."""
    rule = _backward_rule(stage, tensor)
    role = "input" if tensor == stage.x else tensor.name.rpartition(".")[2]
    return rule and replace(rule, derivation=stage.layer.rules.get(role, ""))


def _backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    g = f"g = ∂L/∂{stage.z.symbol}"
    if stage.choices:
        ((equation, _, _),) = stage.choices
        if isinstance(equation.right, Largest):
            upstream = f"∂L/∂{stage.z.symbol}"
            return Rule(f"∂L/∂{tensor.symbol} = {upstream} where the window's largest entry was, otherwise 0")
        assert stage.gate is not None
        above, below, at_zero = map(rational, (stage.gate.above, stage.gate.below, stage.gate.at_zero))
        x = tensor.symbol
        return Rule(
            f"∂L/∂{x} = ∂L/∂{stage.z.symbol} · ({above} if {x} > 0, {below} if {x} < 0, {at_zero} if {x} = 0)"
        )
    parts = [contraction.part for contraction in stage.backward(tensor)]
    if not parts:
        return None
    if parts[0].local is not None:
        return _chain_rules(parts)
    text, over = _sum(parts, lambda e: "g" if e.tensor.name == stage.z.grad.name else e.tensor.symbol)
    target = parts[0].target
    if not Contraction(parts[0]).looped:
        return Rule(f"∂L/∂{entry_text(target, tensor.symbol)} = {text}", _legend(ranges(over), [g]))
    fixed, said = _target(target)
    left = f"∂L/∂{tensor.symbol}" + (f"[{','.join(fixed)}]" if fixed else "")
    return Rule(f"{left} = {text}", "     ".join(part for part in (said or ranges(over), g) if part))


def _chain_rules(parts: list[Part]) -> Rule:
    """One formula; where an entry stands in several places, all that comes back from them."""
    formulas: dict[str, list[str]] = {}
    over: list[Index] = []
    for part in parts:
        target, text, indices = _chain_rule(part)
        formulas.setdefault(target, []).append(text)
        over += [index for index in indices if index not in over]
    first, *others = (f"{target} = {' + '.join(texts)}" for target, texts in formulas.items())
    several = [first, *(other.replace(" = ", " takes as well ", 1) for other in others)]
    return Rule(";  ".join(several), _legend(ranges(over), ["chain rule: upstream × local derivative"]))


def _chain_rule(part: Part) -> tuple[str, str, list[Index]]:
    """What a derivative goes to, what comes back through it, and what is summed over."""
    assert part.local is not None
    upstream = Entry(part.factors[0].tensor, part.factors[0].index, part.factors[0].flat)
    over = [index for index in part.variables if index not in part.target.variables]
    local = "" if part.local == Number(Fraction(1)) else f" · {factor(part.local, _general)}"
    sigma = "Σ " if over else ""
    return _gradient(part.target), f"{sigma}{_gradient(upstream)}{local}", over


def _general(entry: Entry) -> str:
    return entry_text(entry, entry.tensor.symbol or "t")


def _gradient(entry: Entry) -> str:
    symbol = entry.tensor.symbol.removeprefix("∂L/∂")
    return f"∂L/∂{entry_text(entry, symbol)}"


def _sum(parts: list[Part], letter: Callable[[Entry], str]) -> tuple[str, tuple[Index, ...]]:
    texts: list[str] = []
    over: list[Index] = []
    for part in parts:
        named = part.target.variables
        summed = [index for index in part.variables if index.extent > 1 and index not in named]
        product = " · ".join(entry_text(each, letter(each)) for each in part.factors)
        size = abs(part.coefficient)
        share = "" if size == 1 and product else rational(size) + (" · " if product else "")
        sign = (
            (MINUS if part.coefficient < 0 else "") if not texts else " − " if part.coefficient < 0 else " + "
        )
        meet = any(
            index.extent > 1 for index in Contraction(part).looped
        )  # several places of the loop go to one cell
        texts.append(f"{sign}{share}{'Σ ' if summed or meet else ''}{product}")
        over += [index for index in summed if index not in over]
    return "".join(texts), tuple(over)


def _within(target: Entry) -> Iterator[Index]:
    """The indices that run over a block of the target, such as v in 2j+v."""
    for position in target.index:
        if position.alone is None and position.coefficients:
            moving = [(index, step) for index, step in position.coefficients if index.extent > 1]
            if len(moving) > 1:
                yield min(moving, key=lambda pair: abs(pair[1]))[0]


def _target(target: Entry) -> tuple[list[str], str]:
    """The target's indices; where they are sums of loop indices, letters for them and what they equal."""
    spare = iter("mn" if len(target.index) > 1 else "n")
    fixed, said = [], []
    for position, extent in zip(target.index, target.tensor.shape, strict=False):
        if extent == 1 and not target.flat:
            continue
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
