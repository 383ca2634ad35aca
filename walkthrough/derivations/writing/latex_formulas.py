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
    TextWriter,
    WrittenFormula,
)
from walkthrough.derivations.writing.written_entries import few_digits, positions, split_level
from walkthrough.mathematics.notation import Entry, Expression, Number, Total

_LATEX_NAMES = {
    "σ": r"\sigma ", "δ": r"\delta ", "η": r"\eta ", "∂": r"\partial ",
    "μ": r"\mu ", "σ²": r"\sigma^2", "γ": r"\gamma ", "β": r"\beta ", "ε": r"\varepsilon ",
}  # fmt: skip
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_PLAIN = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "−": "$-$", "×": r"$\times$", "·": r"$\cdot$", "⋆": r"$\star$", "∗": r"$\ast$", "∂": r"$\partial$",
    "Σ": r"$\textstyle\sum$", "σ": r"$\sigma$", "δ": r"$\delta$", "η": r"$\eta$", "≠": r"$\neq$", "′": "$'$",
    "μ": r"$\mu$", "γ": r"$\gamma$", "β": r"$\beta$", "ε": r"$\varepsilon$", "√": r"$\surd$",
    "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "½": r"$\frac12$", "…": r"\dots{}", "→": r"$\rightarrow$",
    "°": r"$^\circ$", "ᵀ": r"$^{\mathsf T}$", "<": "$<$", ">": "$>$",
    **{low: f"$_{plain}$" for low, plain in zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙₛ", "0123456789ijkns", strict=True)},
    **{high: f"$^{plain}$" for high, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "0123456789()", strict=True)},
}  # fmt: skip


class LatexWriter(TextWriter):
    r"""Formulas for LaTeX with amsmath: \frac{\partial L}{\partial x_{12}}."""

    minus = "-"

    def plain(self, text: str) -> str:
        """Text with what LaTeX would take for a command escaped."""
        return "".join(_PLAIN.get(each, each) for each in text)

    def inline(self, of: Expression) -> str:
        """$formula$."""
        return f"${self.text(of)}$"

    def parenthesised(self, text: str) -> str:
        """Parentheses as high as what stands in them."""
        return rf"\left({text}\right)" if "frac" in text or "sum" in text else f"({text})"

    def name(self, symbol: str) -> str:
        """z⁽¹⁾ as z^{(1)}, K₁ as K_{1}."""
        name, level = split_level(symbol)
        letter = name.rstrip("₀₁₂₃₄₅₆₇₈₉")
        low = name[len(letter) :].translate(_DIGITS)
        subscript = f"_{{{low}}}" if low else ""
        return _LATEX_NAMES.get(letter, letter) + subscript + (f"^{{({level})}}" if level else "")

    def entry(self, of: Entry, scope: None) -> WrittenFormula:
        """x_{12}."""
        shown = positions(of)
        single = few_digits(of) and all(len(each) == 1 for each in shown)
        subscript = f"_{{{('' if single else ',').join(shown)}}}" if shown else ""
        return WrittenFormula(self.name(of.tensor.symbol) + subscript, TIGHT)

    def number(self, of: Fraction) -> WrittenFormula:
        r"""\frac{1}{4}."""
        if of.denominator == 1:
            return super().number(of)
        sign = "-" if of < 0 else ""
        text = rf"{sign}\frac{{{abs(of.numerator)}}}{{{of.denominator}}}"
        return WrittenFormula(text, SIGNED if sign else TIGHT)

    def multiplied(self, factors: list[WrittenFormula]) -> WrittenFormula:
        """Factors side by side, fractions too."""
        dots = [part for part in factors if isinstance(part.of, Number)]
        texts = [self.inside(part, QUOTIENT) for part in factors[:-1]]
        texts.append(self.last(factors[-1], QUOTIENT))
        dotted = dots and len(dots) < len(factors) and any(map(_is_whole, dots))
        return WrittenFormula((r" \cdot " if dotted else r"\thinspace ").join(texts), PRODUCT)

    def quotient(self, above: WrittenFormula, below: WrittenFormula) -> WrittenFormula:
        r"""\frac{a}{b}."""
        return WrittenFormula(rf"\frac{{{above.text}}}{{{below.text}}}", TIGHT)

    def power(self, base: WrittenFormula, exponent: int) -> WrittenFormula:
        """b^{2}."""
        return WrittenFormula(f"{self.inside(base, TIGHT)}^{{{exponent}}}", POWER)

    def applied(self, function: str, to: WrittenFormula) -> WrittenFormula:
        r"""e^{z}, \ln y, \sigma(z), \sqrt{a}."""
        match function:
            case "exp":
                return WrittenFormula(f"e^{{{to.text}}}", POWER)
            case "floor":
                return WrittenFormula(rf"\left\lfloor {to.text} \right\rfloor", TIGHT)
            case "sigmoid":
                return WrittenFormula(rf"\sigma({to.text})", TIGHT)
            case "sqrt":
                return WrittenFormula(rf"\sqrt{{{to.text}}}", TIGHT)
        if to.tight == TIGHT and "frac" not in to.text:
            return WrittenFormula(rf"\{function} {to.text}", QUOTIENT)
        return WrittenFormula(rf"\{function}{self.parenthesised(to.text)}", TIGHT)

    def derivative(self, of: WrittenFormula, by: str) -> str:
        r"""\frac{\partial L}{\partial x_{12}}."""
        return rf"\frac{{\partial {of.text}}}{{\partial {by}}}"

    def bracket(self, left: str, relation: str, right: str) -> str:
        """[z > 0]."""
        return f"[{left} {relation} {right}]"

    def maximum(self, among: list[str]) -> str:
        r"""\max(a, b)."""
        return rf"\max({', '.join(among)})"

    def total(self, of: Total, scope: None) -> WrittenFormula:
        r"""\sum_n."""
        return self._over(",".join(index.name for index in of.over), of.body)

    def _over(self, letters: str, body: Expression) -> WrittenFormula:
        return WrittenFormula(rf"\sum_{{{letters}}} {self.inside(self.fold(body, None), PRODUCT)}", SIGNED)

    def lettered_entry(self, of: LetteredEntry) -> str:
        """x_{c,i+p-1,j}."""
        shown = ",".join(map(self.place, of.index))
        name = self.name(of.tensor.symbol or of.tensor.name)
        return f"{name}_{{{shown}}}"

    def place(self, of: Expression) -> str:
        """A place in a subscript."""
        return self.text(of)

    def lettered_sum(self, of: LetteredSum) -> WrittenFormula:
        r"""\sum_{f,i,j}."""
        return self._over(",".join(self.text(each) for each, _ in of.over), of.body)

    def between(self, low: Expression, of: Expression, high: Expression) -> str:
        r"""1 \le i \le H."""
        return rf"{self.text(low)} \le {self.text(of)} \le {self.text(high)}"


def _is_whole(part: WrittenFormula) -> bool:
    return isinstance(part.of, Number) and part.of.value.denominator == 1
