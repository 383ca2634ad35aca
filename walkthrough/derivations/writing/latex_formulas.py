"""Formulas for LaTeX."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.derivations.general_notation import LetteredEntry, LetteredSum
from walkthrough.derivations.writing.text_formulas import (
    POWER,
    PRODUCT,
    QUOTIENT,
    SIGNED,
    TIGHT,
    Writer,
    few_digits,
    positions,
    split_level,
)
from walkthrough.mathematics.notation import Entry, Expression, Number, Total

_LATEX_NAMES = {"σ": r"\sigma ", "δ": r"\delta ", "η": r"\eta ", "∂": r"\partial "}
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_PLAIN = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "−": "$-$", "×": r"$\times$", "·": r"$\cdot$", "⋆": r"$\star$", "∗": r"$\ast$", "∂": r"$\partial$",
    "Σ": r"$\textstyle\sum$", "σ": r"$\sigma$", "δ": r"$\delta$", "η": r"$\eta$", "≠": r"$\neq$", "′": "$'$",
    "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "½": r"$\frac12$", "…": r"\dots{}", "→": r"$\rightarrow$",
    "°": r"$^\circ$", "ᵀ": r"$^{\mathsf T}$", "<": "$<$", ">": "$>$",
    **{low: f"$_{plain}$" for low, plain in zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙₛ", "0123456789ijkns", strict=True)},
    **{high: f"$^{plain}$" for high, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "0123456789()", strict=True)},
}  # fmt: skip


class LatexWriter(Writer):
    r"""Formulas for LaTeX with amsmath: \frac{\partial L}{\partial x_{12}}."""

    minus = "-"
    times = r" \cdot "

    def plain(self, text: str) -> str:
        """Text with what LaTeX would take for a command escaped."""
        return "".join(_PLAIN.get(each, each) for each in text)

    def inline(self, of: Expression) -> str:
        """$formula$."""
        return f"${self.text(of)}$"

    def parenthesised(self, text: str) -> str:
        """Parentheses as high as what stands in them."""
        return rf"\left({text}\right)" if "frac" in text or "sum" in text else f"({text})"

    def symbol(self, entry: Entry) -> str:
        """The letter, with a superscript in parentheses as LaTeX has it: z^{(1)}."""
        return self.name(entry.tensor.symbol)

    def name(self, symbol: str) -> str:
        """z⁽¹⁾ as z^{(1)}, K₁ as K_{1}."""
        name, level = split_level(symbol)
        letter = name.rstrip("₀₁₂₃₄₅₆₇₈₉")
        low = name[len(letter) :].translate(_DIGITS)
        subscript = f"_{{{low}}}" if low else ""
        return _LATEX_NAMES.get(letter, letter) + subscript + (f"^{{({level})}}" if level else "")

    def entry(self, entry: Entry) -> str:
        """x_{12}."""
        shown = positions(entry)
        single = few_digits(entry) and all(len(each) == 1 for each in shown)
        subscript = f"_{{{('' if single else ',').join(shown)}}}" if shown else ""
        return self.symbol(entry) + subscript

    def number(self, value: Fraction) -> tuple[str, int]:
        r"""\frac{1}{4}."""
        if value.denominator == 1:
            return super().number(value)
        sign = "-" if value < 0 else ""
        text = rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return text, SIGNED if sign else TIGHT

    def product(self, parts: tuple[Expression, ...]) -> str:
        """Factors side by side, fractions too."""
        written = [self.formula(part) for part in parts]
        dots = [part for part in parts if isinstance(part, Number)]
        texts = [text if tight >= QUOTIENT else self.parenthesised(text) for text, tight in written]
        texts[-1] = self.last(parts[-1], QUOTIENT)
        return (r" \cdot " if dots and len(dots) < len(parts) and _bare(parts) else r"\,").join(texts)

    def quotient(self, above: Expression, below: Expression) -> tuple[str, int]:
        r"""\frac{a}{b}."""
        return rf"\frac{{{self.text(above)}}}{{{self.text(below)}}}", TIGHT

    def power(self, base: Expression, exponent: int) -> str:
        """b^{2}."""
        return f"{self.inside(base, TIGHT)}^{{{exponent}}}"

    def applied(self, function: str, to: Expression) -> tuple[str, int]:
        r"""e^{z}, \ln y, \sigma(z)."""
        inside, tight = self.formula(to)
        if function == "exp":
            return f"e^{{{inside}}}", POWER
        if function == "floor":
            return rf"\left\lfloor {inside} \right\rfloor", TIGHT
        if function == "sigmoid":
            return rf"\sigma({inside})", TIGHT
        if tight == TIGHT and "frac" not in inside:
            return rf"\{function} {inside}", QUOTIENT
        return rf"\{function}{self.parenthesised(inside)}", TIGHT

    def derivative(self, of: Expression, by: Expression) -> str:
        r"""\frac{\partial L}{\partial x_{12}}."""
        return rf"\frac{{\partial {self.text(of)}}}{{\partial {self.text(by)}}}"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """[z > 0]."""
        return f"[{left} {relation} {right}]"

    def maximum(self, among: list[str]) -> str:
        r"""\max(a, b)."""
        return rf"\max({', '.join(among)})"

    def total(self, of: Total) -> tuple[str, int]:
        r"""\sum_n."""
        letters = ",".join(index.name for index in of.over)
        return rf"\sum_{{{letters}}} {self.inside(of.body, PRODUCT)}", SIGNED

    def lettered_entry(self, of: LetteredEntry) -> str:
        """x_{c,i+p-1,j}."""
        shown = ",".join(map(self.place, of.index))
        name = self.name(of.tensor.symbol or of.tensor.name)
        return f"{name}_{{{shown}}}"

    def place(self, of: Expression) -> str:
        """A place in a subscript."""
        return self.text(of)

    def lettered_sum(self, of: LetteredSum) -> tuple[str, int]:
        r"""\sum_{f,i,j}."""
        letters = ",".join(self.entry(each) for each, _ in of.over)
        return rf"\sum_{{{letters}}} {self.inside(of.body, PRODUCT)}", SIGNED

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        r"""1 \le i \le H."""
        return rf"{self.text(low)} \le {self.text(of)} \le {self.text(high)}"


def _bare(parts: tuple[Expression, ...]) -> bool:
    return any(isinstance(part, Number) and part.value.denominator == 1 for part in parts)
