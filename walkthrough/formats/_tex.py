"""Formulas and lines of working as TeX: z₁₁ = x₁₁k₁₁ becomes z_{11} = x_{11}k_{11}."""

from __future__ import annotations

import re

from walkthrough.document import Side, Sum, Window

_SIGNS = {
    "−": "-", "·": r"\cdot ", "×": r"\times ", "≈": r"\approx ", "←": r"\leftarrow ", "→": r"\to ",
    "Σ": r"\sum ", "∂": r"\partial ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "μ": r"\mu ",
    "ε": r"\varepsilon ", "δ": r"\delta ", "Δ": r"\Delta ", "σ": r"\sigma ",
    "½": r"\tfrac{1}{2}", "¼": r"\tfrac{1}{4}", "¾": r"\tfrac{3}{4}", "⅓": r"\tfrac{1}{3}",
    "…": r"\dots ", "≥": r"\ge ", "≤": r"\le ", "⋆": r"\star ", "∗": "*", "√": r"\surd ", "°": r"^{\circ}",
    "⟨": r"\langle ", "⟩": r"\rangle ", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "{": r"\{", "}": r"\}", "\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge ",
    "λ": r"\lambda ", "ρ": r"\rho ", "η": r"\eta ", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "≠": r"\ne ",
    "′": "'",
}  # fmt: skip
_NAMES = {"ln", "tanh", "max", "exp"}
_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ABOVE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_TOKEN = re.compile(
    r"(?P<below>[₀-₉]+)|(?P<above>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|\^-?\d+|\^[A-Za-z])|(?P<index>(?<=[A-Za-z])\[[^\]\x00\x01]*\])"
    r"|(?P<power>\^\x00)|(?P<hat>[A-Za-z]\u0302)"
    r"|(?P<name>[A-Za-z]+(?:_[A-Za-z]+)+)"
    r"|(?P<word>[A-Za-z]+(?!\u0302)(?:[ -][A-Za-z]{2,}(?!\u0302)|'s(?= )|')*)|(?P<sign>.)",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_BEFORE_COMMA = re.compile(r" \}(?=[,.;)])")
_SCRIPTS = {"below": "_", "index": "_", "above": "^", "power": "^"}


def tex(text: str) -> str:
    """A formula, or a line with words in it, as TeX in math mode; whatever stands in it, TeX can set it."""
    found, scripts = [], ""
    for match in _TOKEN.finditer(_powers(_CONTROL.sub(" ", text))):
        kind = str(match.lastgroup)
        script = _SCRIPTS.get(kind, "^" if match[0] in ("'", "′") else "")
        if script and script in scripts:  # TeX knows no second subscript
            found.append("{}")
            scripts = ""
        found.append(_token(kind, match[0]))
        if match[0] != " ":
            scripts = scripts + script if script else "^" if match[0][-1] in "\x01'" else ""
    whole = "".join(found).replace("\x00", "{").replace("\x01", "}")
    return _BEFORE_COMMA.sub("}", re.sub(" {2,}", " ", whole)).strip()


def _token(kind: str, text: str) -> str:
    match kind:
        case "below":
            return "_{" + text.translate(_BELOW) + "}"
        case "above":
            return "^{" + text.removeprefix("^").translate(_ABOVE) + "}"
        case "index":
            # not \\, which Markdown takes for an escaped comma
            inside = tex(text[1:-1]).replace(",", ",\\thinspace ")
            return "_{" + re.sub(r"(?<![A-Za-z]) ", "", inside) + "}"
        case "hat":
            return f"\\hat{{{text[0]}}}"
        case "name":
            return rf"\text{{{text.replace('_', chr(92) + '_')}}}"
        case "word":
            return _word(text)
    return _SIGNS.get(text, text)


def _word(text: str) -> str:
    """A letter is a symbol, a function has its name; anything longer is words."""
    if len(text) == 1:
        return text
    first, _, rest = text.partition(" ")
    if first in _NAMES:
        return f"\\{first} " + (_word(rest) if rest else "")
    if rest and len(first) == 1:
        return rf"{first}\text{{ {rest} }}"
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
