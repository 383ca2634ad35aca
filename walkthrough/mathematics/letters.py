"""Letters and subscripts: how a page writes x₁₂, ∂L/∂k₂₁ and Σ x[i+p−1, j]·k[p,q]."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from typing import ClassVar, TypeAlias

from walkthrough.mathematics.folding import Algebra, at_place
from walkthrough.mathematics.notation import (
    Addition,
    Affine,
    Applied,
    Cell,
    Constant,
    Entry,
    Expression,
    Index,
    Negative,
    Number,
    Piecewise,
    Power,
    Product,
    Quotient,
    Same,
    Shape,
    Total,
)

__all__ = [
    "MINUS",
    "Text",
    "Writer",
    "affine_text",
    "at_place",
    "bounded",
    "entry_text",
    "factor",
    "ranges",
    "rational",
    "subscript",
    "subscripts",
    "times",
    "written",
]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "−"
_MOST_DECIMALS = 12


@lru_cache(maxsize=10_000)
def subscript(cell: Cell, shape: Shape) -> str:
    """₁₂ for the cell in row 1, column 2; [12,3] where an axis is longer than 9.

    `cell` counts from 0. Leading axes of size 1 are left out, as in the names of cells.
    """
    start = _first_axis(shape)
    kept = [position + 1 for position in cell[start:]]
    if not kept:
        return ""
    if all(extent <= 9 for extent in shape[start:]):
        return "".join(str(position).translate(_SUBSCRIPTS) for position in kept)
    return "[" + ",".join(map(str, kept)) + "]"


def _first_axis(shape: Shape) -> int:
    """The first axis that is written: leading axes of size 1 are left out, as in the names of cells."""
    return next((axis for axis, extent in enumerate(shape) if extent != 1), max(len(shape) - 1, 0))


def subscripts(shape: Shape) -> list[str]:
    """The subscripts of all cells in reading order."""
    start = _first_axis(shape)
    axes = [[str(position + 1) for position in range(extent)] for extent in shape[start:]]
    if not axes:
        return [""]
    if all(extent <= 9 for extent in shape[start:]):
        axes = [[position.translate(_SUBSCRIPTS) for position in axis] for axis in axes]
        return ["".join(cell) for cell in product(*axes)]
    return [f"[{','.join(cell)}]" for cell in product(*axes)]


def rational(value: Fraction) -> str:
    """A constant of a formula: ½, 2, 1/6; and 0.01, where people write it so."""
    named = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾", Fraction(1, 3): "⅓"}
    if value.denominator % 10 == 0 and 10**_MOST_DECIMALS % value.denominator == 0:
        decimals = next(n for n in range(_MOST_DECIMALS + 1) if 10**n % value.denominator == 0)
        digits = str(abs(value.numerator) * (10**decimals // value.denominator)).rjust(decimals + 1, "0")
        return (MINUS if value < 0 else "") + f"{digits[:-decimals]}.{digits[-decimals:]}"
    return named.get(value, str(value).replace("-", MINUS))


def bounded(text: str) -> str:
    """A number in parentheses, where a sign or an operator of its own needs them."""
    return f"({text})" if text.startswith(MINUS) or "·" in text or "/" in text else text


def times(coefficient: Fraction, factors: list[str], between: str) -> str:
    """A coefficient and its factors as a product: ¼·g, (1/9)·g, −x."""
    product = between.join(factors)
    if coefficient == 1:
        return product
    if coefficient == -1:
        return MINUS + product
    sign = between if len(factors) > 1 and between.strip() else "·"
    return f"{bounded(rational(coefficient))}{sign}{product}" if product else rational(coefficient)


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
    """x[i+p−1, j+q−1]: an entry of a general formula; the same axes are left out as in x₂₃."""
    shape = (entry.tensor.size,) if entry.flat else entry.tensor.shape
    shown = [affine_text(position) for position in entry.index[_first_axis(shape) :]]
    between = "," if all(text.isalnum() for text in shown) else ", "
    return f"{letter}[{between.join(shown)}]" if shown else letter


def ranges(over: Iterable[Index]) -> str:
    """p = 1…3, q = 1…3."""
    return ", ".join(f"{index.name} = 1…{index.extent}" for index in over if index.extent > 1)


# --- expressions -------------------------------------------------------------------------------

Write: TypeAlias = Callable[[Entry], str]


def written(expression: Expression, entry: Write, numeric: bool = False, slope: bool = False) -> str:
    """An expression as a textbook prints it; `entry` writes each entry, as a symbol or a number.

    Of a `slope` it is also said what it is where two pieces meet.
    """
    return _Writer(entry, numeric, slope).fold(expression, None).leading


def factor(expression: Expression, entry: Write, slope: bool = False) -> str:
    """The same where it stands beside other factors: in parentheses if they would tear it apart."""
    return _Writer(entry, False, slope).fold(expression, None).bound()


def _compared(sign: Expression) -> tuple[Expression, Expression]:
    """a and b of a difference a − b; a and 0 of anything else."""
    if isinstance(sign, Addition) and len(sign.terms) == 2 and isinstance(sign.terms[1], Negative):
        return sign.terms[0], sign.terms[1].of
    return sign, Number(Fraction(0))


@dataclass(frozen=True, slots=True)
class Text:
    """A text; what kind of expression it is decides where it needs parentheses.

    `leading` is the text where nothing stands before it, so that a negative number needs none; `loose`
    says that a number needs them beside other things, `tail` is what follows the minus of a negative.
    """

    text: str
    leading: str
    kind: type[Expression]
    loose: bool = False
    tail: str = ""

    def bound(self, power: bool = False) -> str:
        """In parentheses where what stands beside it would tear it apart."""
        apart = self.kind in (Addition, Negative, Piecewise) or (power and self.kind in (Product, Quotient))
        return f"({self.text})" if apart or self.loose else self.text


def _text(text: str, kind: type[Expression]) -> Text:
    return Text(text, text, kind)


@dataclass(frozen=True)
class _Writer(Algebra[Text, None]):
    """Writes an expression as a textbook prints it; `beside` stands between symbols that stand close."""

    write: Write
    numeric: bool
    slope: bool
    beside: ClassVar[str] = ""

    def number(self, of: Fraction) -> Text:
        text = rational(of)
        return Text(text, text, Number, text.startswith(MINUS) or "/" in text)

    def lettered(self, of: Constant) -> Text:
        return _text(of.text if self.numeric else of.symbol, Number)

    def entry(self, of: Entry, scope: None) -> Text:
        text = self.write(of)
        loose = self.numeric and (text.startswith(MINUS) or "·" in text or "/" in text)
        return Text(text, text, Entry, loose)

    def added(self, terms: list[Text]) -> Text:
        rest = ""
        for term in terms[1:]:
            if term.kind is Negative:
                rest += f" {MINUS} {term.tail}"
            else:
                rest += f" + {term.bound() if term.kind in (Entry, Piecewise) else term.text}"
        first = terms[0]
        if first.kind is Piecewise:
            return _text(first.bound() + rest, Addition)
        return Text(first.text + rest, first.leading + rest, Addition)

    def multiplied(self, factors: list[Text]) -> Text:
        texts = [factor.bound() for factor in factors]
        # a fraction is over before what follows it: (a/b)·c
        texts = [
            f"({text})" if factor.kind is Quotient and at < len(texts) - 1 else text
            for at, (text, factor) in enumerate(zip(texts, factors, strict=True))
        ]
        close = not self.numeric and all(factor.kind in (Entry, Addition) for factor in factors)
        first = factors[0].text if factors[0].kind is Entry else texts[0]
        rest = ""
        for before, text in pairwise(texts):
            between = " · " if "∂" in before or "∂" in text else self.beside if close else "·"
            rest += between + text
        return Text(texts[0] + rest, first + rest, Product)

    def negative(self, of: Text) -> Text:
        tail = of.bound()
        # a Σ over a single term is that term, and may be a sum
        apart = of.kind is Total and not tail.startswith("Σ") and (" + " in tail or f" {MINUS} " in tail)
        text = f"{MINUS}({tail})" if apart else MINUS + tail
        return Text(text, text, Negative, tail=tail)

    def quotient(self, above: Text, below: Text) -> Text:
        return _text(f"{above.bound()}/{below.bound(power=True)}", Quotient)

    def power(self, base: Text, exponent: int) -> Text:
        apart = base.kind is Entry and not base.loose and "/" in base.text  # (∂L/∂w)²
        text = f"({base.text})" if apart else base.bound(power=True)
        return _text(text + str(exponent).translate(_POWERS), Power)

    def applied(self, function: str, to: Text) -> Text:
        simple = to.kind is Entry and not to.loose
        inside = to.text if simple else f"({to.text})"
        if function == "ln1p":
            return _text(f"ln(1 + {to.bound()})", Applied)
        if function == "exp":  # always in parentheses: e^(a)/b is no e^(a/b)
            return _text(f"e^({to.leading})", Applied)
        if function == "sqrt":
            return _text(f"√{inside}", Applied)
        return _text(f"{function} {inside}" if simple else function + inside, Applied)

    def same(self, of: Same, scope: None) -> Text:
        return _text(f"δ({affine_text(of.one)},{affine_text(of.other)})", Same)

    def total(self, of: Total, scope: None) -> Text:
        body = self.fold(of.body, scope)
        if all(index.extent == 1 for index in of.over):
            return _text(body.text, Total)
        return _text(f"Σ {body.bound()}", Total)

    def _piece(self, of: Expression, scope: None) -> str:
        return f"({self.fold(of, scope).text})" if isinstance(of, Piecewise) else self.fold(of, scope).leading

    def piecewise(self, of: Piecewise, scope: None) -> Text:
        sign = self.fold(of.sign, scope).leading
        if of.above == of.sign and of.below == Number(Fraction(0)):
            return _text(f"max(0, {sign})", Applied)
        if of.above == of.sign and of.below == Negative(of.sign):
            return _text(f"|{sign}|", Applied)
        left, right = (self.fold(side, scope).leading for side in _compared(of.sign))
        above, below = (self._piece(piece, scope) for piece in (of.above, of.below))
        if self.slope and of.share == 1 and of.above != of.below:
            return _text(f"{above} if {left} ≥ {right}, else {below}", Piecewise)
        if self.slope and of.share and of.above != of.below:
            parts = [(of.share, of.above), (1 - of.share, of.below)]
            shares = [Product((Number(share), part)) for share, part in parts if part != Number(Fraction(0))]
            kink = self.fold(Addition(tuple(shares)) if len(shares) > 1 else shares[0], scope).leading
            return _text(f"{above} if {left} > {right}, {kink} if {left} = {right}, else {below}", Piecewise)
        return _text(f"{above} if {left} > {right}, else {below}", Piecewise)


Writer = _Writer
"""The algebra that writes expressions, for whoever writes some of their kinds otherwise."""
