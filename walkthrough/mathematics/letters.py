"""Letters and subscripts: how a page writes x₁₂, ∂L/∂k₂₁ and Σ x[i+p−1, j]·k[p,q]."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise, product

from walkthrough.mathematics.notation import (
    Affine,
    Applied,
    Cell,
    Entry,
    Expression,
    Index,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Same,
    Shape,
    Sum,
    Total,
)

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWERS = {2: "²", 3: "³"}
MINUS = "−"


def subscript(cell: Cell, shape: Shape) -> str:
    """₁₂ for the cell in row 1, column 2; [12,3] where an axis is longer than 9.

    `cell` counts from 0. Leading axes of size 1 are left out, as in the names of cells.
    """
    start = next((axis for axis, extent in enumerate(shape) if extent != 1), max(len(shape) - 1, 0))
    kept = [position + 1 for position in cell[start:]]
    if not kept:
        return ""
    if all(extent <= 9 for extent in shape[start:]):
        return "".join(str(position).translate(_SUBSCRIPTS) for position in kept)
    return "[" + ",".join(map(str, kept)) + "]"


def subscripts(shape: Shape) -> list[str]:
    """The subscripts of all cells in reading order."""
    start = next((axis for axis, extent in enumerate(shape) if extent != 1), max(len(shape) - 1, 0))
    axes = [[str(position + 1) for position in range(extent)] for extent in shape[start:]]
    if not axes:
        return [""]
    if all(extent <= 9 for extent in shape[start:]):
        axes = [[position.translate(_SUBSCRIPTS) for position in axis] for axis in axes]
        return ["".join(cell) for cell in product(*axes)]
    return [f"[{','.join(cell)}]" for cell in product(*axes)]


def rational(value: Fraction) -> str:
    """A constant of a formula: ½, 2, 1/6."""
    named = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾", Fraction(1, 3): "⅓"}
    return named.get(value, str(value).replace("-", MINUS))


def affine_text(position: Affine) -> str:
    """2·i + p − 1 as `2i+p−1`, for indices and positions that both count from 1."""
    # an index that has one value only is that value
    moving = [(index, coefficient) for index, coefficient in position.coefficients if index.extent > 1]
    constant = position.constant + 1 - sum(coefficient for _, coefficient in moving)
    # what is taken away comes last: 4−p, not −p+4
    signed = sorted([(c, index.name) for index, c in moving] + [(constant, "")], key=lambda pair: pair[0] < 0)
    text = ""
    for coefficient, name in signed:
        if not coefficient:
            continue
        size = "" if abs(coefficient) == 1 and name else str(abs(coefficient))
        sign = MINUS if coefficient < 0 else "+" if text else ""
        text += f"{sign}{size}{name}"
    return text or "0"


def entry_text(entry: Entry, letter: str) -> str:
    """x[i+p−1, j+q−1]: an entry of a general formula, without axes that have one place only."""
    shape = (entry.tensor.size,) if entry.flat else entry.tensor.shape
    shown = [affine_text(p) for p, extent in zip(entry.index, shape, strict=True) if extent > 1]
    between = "," if all(text.isalpha() for text in shown) else ", "
    return f"{letter}[{between.join(shown)}]" if shown else letter


def ranges(over: Iterable[Index]) -> str:
    """p = 1…3, q = 1…3."""
    return ", ".join(f"{index.name} = 1…{index.extent}" for index in over if index.extent > 1)


# --- expressions -------------------------------------------------------------------------------

Write = Callable[[Entry], str]


def written(expression: Expression, entry: Write, numeric: bool = False) -> str:
    """An expression as a textbook prints it; `entry` writes each entry, as a symbol or a number."""
    return _Writer(entry, numeric).text(expression, first=True)


class _Writer:
    def __init__(self, entry: Write, numeric: bool) -> None:
        self.entry = entry
        self.numeric = numeric

    def text(self, of: Expression, first: bool = False) -> str:
        """`first`: nothing stands before it, so that a negative number needs no parentheses."""
        match of:
            case Number(value):
                return rational(value)
            case Entry():
                return self.entry(of)
            case Sum(terms):
                return self._sum(terms, first)
            case Product(factors):
                return self._product(factors, first)
            case Negative(inner):
                text = self._bound(inner, power=False)
                single = isinstance(inner, Total) and isinstance(inner.body, Sum) and not text.startswith("Σ")
                return f"{MINUS}({text})" if single else MINUS + text
            case Quotient(above, below):
                return f"{self._bound(above, power=False)}/{self._bound(below, power=True)}"
            case Power(base, exponent):
                return self._bound(base, power=True) + _POWERS.get(exponent, f"^{exponent}")
            case Applied("exp", to):
                inside = self.text(to)
                return f"e^{inside}" if isinstance(to, Entry) and not self._loose(inside) else f"e^({inside})"
            case Applied(function, to):
                inside = self.text(to)
                simple = isinstance(to, Entry) and not self._loose(inside)
                return f"{function} {inside}" if simple else f"{function}({inside})"
            case Total(body, over):
                alone = all(index.extent == 1 for index in over)
                return self.text(body) if alone else f"Σ {self._bound(body, power=False)}"
            case Same(one, other):
                return f"δ({affine_text(one)},{affine_text(other)})"
        raise TypeError(f"no textbook form: {of}")

    def _sum(self, terms: tuple[Expression, ...], first: bool) -> str:
        text = self.text(terms[0], first)
        for term in terms[1:]:
            if isinstance(term, Negative):
                text += f" {MINUS} {self._bound(term.of, power=False)}"
            else:
                text += f" + {self._bound(term, power=False) if isinstance(term, Entry) else self.text(term)}"
        return text

    def _product(self, factors: tuple[Expression, ...], first: bool) -> str:
        texts = [
            self._bound(factor, power=False, first=first and at == 0) for at, factor in enumerate(factors)
        ]
        close = not self.numeric and all(isinstance(factor, Entry | Sum) for factor in factors)
        joined = texts[0]
        for before, text in pairwise(texts):
            between = " · " if "∂" in before or "∂" in text else "" if close else "·"
            joined += between + text
        return joined

    def _bound(self, of: Expression, power: bool, first: bool = False) -> str:
        """The text, in parentheses where what stands beside it would tear it apart."""
        text = self.text(of)
        if isinstance(of, Sum | Negative) or (power and isinstance(of, Product | Quotient)):
            return f"({text})"
        if isinstance(of, Entry) and self._loose(text) and not (first and not power):
            return f"({text})"
        return text

    def _loose(self, text: str) -> bool:
        """Whether a number needs parentheses beside other things."""
        return self.numeric and (text.startswith(MINUS) or "·" in text or "/" in text)


def at_place(expression: Expression, place: dict[Index, int]) -> Expression:
    """The expression at one place of its loop indices, with sums over further indices written out."""
    match expression:
        case Entry(tensor, index, flat):
            return Entry(tensor, tuple(_placed(position, place) for position in index), flat)
        case Sum(terms):
            return Sum(tuple(at_place(term, place) for term in terms))
        case Product(factors):
            return Product(tuple(at_place(factor, place) for factor in factors))
        case Negative(inner):
            return Negative(at_place(inner, place))
        case Quotient(above, below):
            return Quotient(at_place(above, place), at_place(below, place))
        case Power(base, exponent):
            return Power(at_place(base, place), exponent)
        case Applied(function, to):
            return Applied(function, at_place(to, place))
        case Same(one, other):
            return Number(Fraction(int(one.at(place) == other.at(place))))
        case Total(body, over):
            terms = tuple(at_place(body, {**place, **each}) for each in _all_places(over))
            return terms[0] if len(terms) == 1 else Sum(terms)
    return expression


def _placed(position: Affine, place: dict[Index, int]) -> Affine:
    return Affine((), position.at(place))


def _all_places(over: tuple[Index, ...]) -> list[dict[Index, int]]:
    places: list[dict[Index, int]] = [{}]
    for index in over:
        places = [{**place, index: value} for place in places for value in range(index.extent)]
    return places
