"""A stage's general formula, with indices, and what its letters mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from walkthrough.document import Rule
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.letters import (
    MINUS,
    affine_text,
    bounded,
    entry_text,
    factor,
    ranges,
    rational,
    written,
)
from walkthrough.mathematics.notation import (
    Affine,
    Entry,
    Equation,
    Index,
    Largest,
    Number,
    Quotient,
    Tensor,
    Total,
    affine,
)
from walkthrough.mathematics.readings import ONE, Part, Slopes
from walkthrough.page.voice.products import meets, product_style, several
from walkthrough.trace.moves import Move
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
            fixed, equal = _target(equation.left)
            left = f"{stage.z.symbol}[{','.join(fixed)}]"
            letters.insert(0, f"over all {equal}" if equal else "")
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
    return Rule(f"{_gradient(entry)} = {written(slope, _general, slope=True)}", "", stage.judge.rule)


def backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    """∂L/∂k[p,q] = Σ g[i,j] · x[i+p−1, j+q−1], and where it is derived; None if there is no gradient."""
    rule = _backward_rule(stage, tensor)
    role = "input" if tensor == stage.x else tensor.name.rpartition(".")[2]
    return rule and replace(rule, derivation=stage.layer.rules.get(role, ""))


def update_rule(move: Move, equation: Equation, role: str) -> Rule:
    """w ← w − α·∂L/∂w; v ← μ·v + ∂L/∂w."""
    left = equation.left.tensor
    renews = equation is move.equations[-1] or any(each.name == f"{left.name}.before" for each in move.before)
    text = written(equation.right, lambda entry: entry.tensor.symbol).replace(" · ", "·")
    return Rule(f"{left.symbol} {'←' if renews else '='} {text}", role)


def mean_rule(letter: str, count: int) -> Rule:
    """L = ½·Σ L⟨n⟩: the mean over the samples of a batch."""
    return Rule(f"{letter} = {bounded(rational(Fraction(1, count)))}·Σ {letter}⟨n⟩", f"n = 1…{count}")


def _backward_rule(stage: Stage, tensor: Tensor) -> Rule | None:
    if stage.choices:
        return _choice_rule(stage, tensor)
    contractions = stage.backward(tensor)
    parts = [contraction.part for contraction in contractions]
    if not parts:
        return None
    if parts[0].local is not None:
        return _chain_rules(parts)
    short = product_style(stage, contractions).short
    g = [f"g = ∂L/∂{stage.z.symbol}"] if short else []

    def letter(entry: Entry) -> str:
        if entry.tensor.name == stage.z.grad.name:
            return "g" if short else f"∂L/∂{stage.z.symbol}"
        return entry.tensor.symbol

    several_meet = meets(contractions[0])
    if not several_meet:
        parts = [_solved(part) for part in parts]
    text, over = _sum(parts, letter)
    fixed, equal = _target(parts[0].target)
    if several_meet or equal:
        left = f"∂L/∂{tensor.symbol}" + (f"[{','.join(fixed)}]" if fixed else "")
        said = equal and f"{'over all' if several_meet else 'where'} {equal}"
        return Rule(f"{left} = {text}", "     ".join([said or ranges(over), *g]))
    return Rule(f"∂L/∂{entry_text(parts[0].target, tensor.symbol)} = {text}", _legend(ranges(over), g))


def _choice_rule(stage: Stage, tensor: Tensor) -> Rule:
    """What comes back through a pool or a gate."""
    equation, entry, _ = stage.choices[0]
    upstream = f"∂L/∂{entry_text(equation.left, stage.z.symbol)}"
    if isinstance(equation.right, Largest):
        left, x = f"∂L/∂{tensor.symbol}", tensor.symbol
        return Rule(f"{left} = ∂L/∂{stage.z.symbol} if {x} was its window's largest, else 0")
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
    return Rule(";  ".join(several), ranges(over))


def _chain_rule(part: Part) -> tuple[str, str, list[Index]]:
    """What a derivative goes to, what comes back through it, and what is summed over."""
    assert part.local is not None
    upstream = Entry(part.factors[0].tensor, part.factors[0].index, part.factors[0].flat)
    over = [index for index in part.variables if index not in part.target.variables]
    sigma = "Σ " if any(index.extent > 1 for index in over) else ""
    local = "" if part.local == Number(ONE) else f" · {factor(part.local, _general, slope=True)}"
    return _gradient(part.target), f"{sigma}{_gradient(upstream)}{local}", over


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
    texts: list[str] = []
    over: list[Index] = []
    for part in parts:
        named = part.target.variables
        summed = [index for index in part.variables if index.extent > 1 and index not in named]
        product = " · ".join(entry_text(each, letter(each)) for each in part.factors)
        size, negative = abs(part.coefficient), part.coefficient < 0
        share = "" if size == 1 and product else rational(size) + (" · " if product else "")
        sign = " − " if texts and negative else " + " if texts else MINUS if negative else ""
        texts.append(f"{sign}{share}{_sigma(part)}{product}")
        over += [index for index in summed if index not in over]
    return "".join(texts), tuple(over)


def _within(target: Entry) -> Iterator[Index]:
    """The indices that run over a block of the target, such as v in 2j+v."""
    for position in target.index:
        if position.alone is None and position.coefficients:
            moving = [(index, step) for index, step in position.coefficients if index.extent > 1]
            if len(moving) > 1:
                yield min(moving, key=lambda pair: abs(pair[1]))[0]


def _sigma(part: Part) -> str:
    return "Σ " if several(Contraction(part)) else ""


def _target(target: Entry) -> tuple[list[str], str]:
    """The target's indices; where they are sums of loop indices, letters for them and what they equal."""
    spare = iter("mn" if len(target.index) > 1 else "n")
    fixed, said = [], []
    first = next((at for at, extent in enumerate(target.tensor.shape) if extent > 1), 0)
    for position in target.index if target.flat else target.index[first:]:
        text = affine_text(position)
        if not text.isalnum():
            letter = next(spare, "r")
            said.append(f"{text} = {letter}")
            text = letter
        fixed.append(text)
    return fixed, ", ".join(said)


def _role(tensor: Tensor) -> str:
    return "input" if tensor.name == "input" else f"input ({tensor.name})"


def _legend(over: str, letters: list[str]) -> str:
    return "     ".join(part for part in (over, ", ".join(letters)) if part)
