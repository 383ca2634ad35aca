"""Formulas and lines of working as TeX: z₁₁ = x₁₁k₁₁ becomes z_{11} = x_{11}k_{11}."""

from __future__ import annotations

import re
from collections.abc import Callable

from walkthrough.document import Side, Sum, Window

_SIGNS = {
    "−": "-", "·": r"\cdot ", "×": r"\times ", "≈": r"\approx ", "←": r"\leftarrow ", "→": r"\to ",
    "Σ": r"\sum ", "∂": r"\partial ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "μ": r"\mu ",
    "ε": r"\varepsilon ", "δ": r"\delta ", "Δ": r"\Delta ", "σ": r"\sigma ",
    "½": r"\tfrac{1}{2}", "¼": r"\tfrac{1}{4}", "¾": r"\tfrac{3}{4}", "⅓": r"\tfrac{1}{3}",
    "…": r"\dots ", "≥": r"\ge ", "≤": r"\le ", "⋆": r"\star ", "∗": "*", "√": r"\surd ", "°": r"^{\circ}",
    "⟨": r"\langle ", "⟩": r"\rangle ", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "{": r"\{", "}": r"\}", "\\": r"\backslash ", "~": r"\sim ",
}  # fmt: skip
_NAMES = {"ln", "tanh", "max", "exp"}
_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ABOVE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_TOKEN = re.compile(
    r"(?P<below>[₀-₉]+)|(?P<above>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|(?P<index>(?<=[A-Za-z])\[[^\]]*\])"
    r"|(?P<word>[A-Za-z]{2,}(?:'s)?(?:[ -][A-Za-z]{2,}(?:'s)?)*|[A-Za-z]'*)|(?P<sign>.)",
    re.DOTALL,
)


def tex(text: str) -> str:
    """A formula, or a line with words in it, as TeX in math mode."""
    found = _TOKEN.sub(_token, _powers(text)).replace("\x00", "{").replace("\x01", "}")
    return re.sub(" {2,}", " ", found).strip()


def _token(match: re.Match[str]) -> str:
    kind, text = str(match.lastgroup), match[0]
    of: dict[str, Callable[[str], str]] = {
        "below": lambda part: "_{" + part.translate(_BELOW) + "}",
        "above": lambda part: "^{" + part.translate(_ABOVE) + "}",
        "index": lambda part: "_{" + tex(part[1:-1]).replace(",", ",\\,").replace(" ", "") + "}",
        "word": _word,
        "sign": lambda part: _SIGNS.get(part, part),
    }
    return of[kind](text)


def _word(text: str) -> str:
    """A letter is a symbol, a function has its name; anything longer is words."""
    if len(text.rstrip("'")) == 1:
        return text
    first, _, rest = text.partition(" ")
    if first in _NAMES:
        return f"\\{first} " + (_word(rest) if rest else "")
    if len(text) == 2 and text[0].islower() and text[1].islower() and text not in ("if", "to", "is", "of"):
        return text  # two symbols side by side
    return r"\text{ " + text + " }"


def _powers(text: str) -> str:
    """e^(…) with what is above in braces."""
    found = text.find("e^(")
    while found >= 0:
        depth = 0
        for at in range(found + 2, len(text)):
            depth += (text[at] == "(") - (text[at] == ")")
            if not depth:
                text = f"{text[: found + 2]}\x00{text[found + 3 : at]}\x01{text[at + 1 :]}"
                break
        else:
            return text
        found = text.find("e^(")
    return text


def tex_side(side: Side) -> str:
    """A side of a line in one row."""
    match side:
        case str():
            return tex(side)
        case Window(rows):
            return r"\max(" + r",\ ".join(tex(text) for row in rows for text in row if text) + ")"
        case Sum(rows, before, after):
            terms = [text for row in rows for text in row]
            signed = [
                f" - {tex(text[1:])}" if text.startswith("−") and at else f"{' + ' if at else ''}{tex(text)}"
                for at, text in enumerate(terms)
            ]
            return tex(before) + "".join(signed) + tex(after)


def matrix(rows: tuple[tuple[str, ...], ...]) -> str:
    """Numbers in rows and columns."""
    return r"\begin{pmatrix}" + r" \\ ".join(" & ".join(map(tex, row)) for row in rows) + r"\end{pmatrix}"
