"""Formulas for a web page."""

from __future__ import annotations

import re
from html import escape

from walkthrough.derivations.general_notation import LetteredEntry
from walkthrough.derivations.writing.text_formulas import (
    POWER,
    PRODUCT,
    SIGNED,
    TIGHT,
    TextWriter,
    WrittenFormula,
)
from walkthrough.derivations.writing.written_entries import few_digits, positions, split_level
from walkthrough.mathematics.notation import Entry, Expression, Total

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_DERIVATIVE = re.compile(r"∂\w+/∂\w+")


class HtmlWriter(TextWriter):
    """Formulas for a web page: <var>x</var><sub>12</sub>. Everything that is not a tag is escaped."""

    def plain(self, text: str) -> str:
        """Text, escaped; ∂L/∂z in it is not broken in two."""
        return _DERIVATIVE.sub(r'<span class="unbroken">\g<0></span>', escape(text))

    def inline(self, of: Expression) -> str:
        """A formula in a sentence."""
        return f'<span class="formula">{self.text(of)}</span>'

    def entry(self, of: Entry, scope: None) -> WrittenFormula:
        """<var>x</var><sub>12</sub>."""
        shown = positions(of)
        joint = "" if few_digits(of) and all(len(each) == 1 for each in shown) else ","
        low = f"<sub>{joint.join(map(_index, shown))}</sub>" if shown else ""
        return WrittenFormula(self.name(of.tensor.symbol) + low, TIGHT)

    def name(self, symbol: str) -> str:
        """<var>K</var><sub>1</sub>."""
        name, level = split_level(symbol)
        letter = name.rstrip("₀₁₂₃₄₅₆₇₈₉")
        low = name[len(letter) :].translate(_DIGITS)
        return (
            f"<var>{escape(letter)}</var>"
            + (f"<sub>{low}</sub>" if low else "")
            + (f"<sup>({escape(level)})</sup>" if level else "")
        )

    def lettered_entry(self, of: LetteredEntry) -> str:
        """An entry, never broken in two."""
        return f'<span class="unbroken">{super().lettered_entry(of)}</span>'

    def between_places(self, shown: list[str]) -> str:
        """A comma with room after it."""
        return ", "

    def place(self, of: Expression) -> str:
        """A place, close together."""
        text = self.text(of)
        for sign in "+−":
            text = text.replace(f" {sign} ", sign)
        return text

    def derivative(self, of: WrittenFormula, by: str) -> str:
        """∂<var>L</var>/∂<var>x</var><sub>12</sub>, never broken in two."""
        return f'<span class="unbroken">{super().derivative(of, by)}</span>'

    def power(self, base: WrittenFormula, exponent: int) -> WrittenFormula:
        """b<sup>2</sup>."""
        return WrittenFormula(f"{self.inside(base, TIGHT)}<sup>{exponent}</sup>", POWER)

    def applied(self, function: str, to: WrittenFormula) -> WrittenFormula:
        """e<sup>z</sup>."""
        if function == "exp":
            return WrittenFormula(f"e<sup>{to.text}</sup>", POWER)
        return super().applied(function, to)

    def bracket(self, left: str, relation: str, right: str) -> str:
        """[z > 0]."""
        return f'<span class="unbroken">[{left} {escape(relation)} {right}]</span>'

    def total(self, of: Total, scope: None) -> WrittenFormula:
        """Σ with its letter beneath."""
        letters = ",".join(_index(index.name) for index in of.over)
        return WrittenFormula(
            f"Σ<sub>{letters}</sub> {self.inside(self.fold(of.body, None), PRODUCT)}", SIGNED
        )


def _index(shown: str) -> str:
    """An index: digits upright, letters not."""
    return "".join(f"<var>{each}</var>" if each.isalpha() else escape(each) for each in shown)
