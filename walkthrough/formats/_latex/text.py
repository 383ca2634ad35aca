"""Words and formulas for LaTeX: what a person wrote stands there literally, whatever signs it has."""

from __future__ import annotations

import re
from unicodedata import category, name, normalize

from walkthrough.formats._tex import tex

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}", "–": r"\textendash{}", "—": r"\textemdash{}",
    "‑": "-", "‐": "-",
    "’": "'{}", "‘": r"\textquoteleft{}", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    "«": r"\guillemotleft{}", "»": r"\guillemotright{}", "…": r"\dots{}", "°": r"\textdegree{}",
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "œ": r"\oe{}", "Œ": r"\OE{}",
    "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "ð": r"\dh{}", "þ": r"\th{}", "đ": r"\dj{}", "Đ": r"\DJ{}",
    "•": r"\textbullet{}", "§": r"\S{}", "¶": r"\P{}", "©": r"\textcopyright{}", "€": r"\texteuro{}",
    "£": r"\textsterling{}", "¿": r"\textquestiondown{}", "¡": r"\textexclamdown{}",
}  # fmt: skip


def _greek(letter: str) -> str:
    word = name(letter).rpartition(" ")[2].replace("LAMDA", "LAMBDA").lower()
    return rf"\{word if letter.islower() else word.capitalize()}"


_MATH = {
    "−": "-", "×": r"\times", "·": r"\cdot", "⋅": r"\cdot", "÷": r"\div", "±": r"\pm", "≈": r"\approx",
    "←": r"\leftarrow", "→": r"\to", "↔": r"\leftrightarrow", "↑": r"\uparrow", "↓": r"\downarrow",
    "≥": r"\ge", "≤": r"\le", "≠": r"\ne", "∞": r"\infty", "⋆": r"\star", "∗": r"\ast", "√": r"\surd",
    "Σ": r"\Sigma", "∑": r"\textstyle\sum", "∂": r"\partial", "∈": r"\in", "∇": r"\nabla", "⊙": r"\odot",
    "⊗": r"\otimes", "⟨": r"\langle", "⟩": r"\rangle", "⌊": r"\lfloor", "⌋": r"\rfloor", "‖": r"\Vert",
    "′": "'", "✓": r"\checkmark", "✗": r"\times", "½": r"\tfrac12", "¼": r"\tfrac14", "¾": r"\tfrac34",
    "⅓": r"\tfrac13", "⅔": r"\tfrac23", "µ": r"\mu", "ς": r"\varsigma", "ε": r"\varepsilon",
    "ϕ": r"\phi", "φ": r"\varphi", "ᵀ": r"^{\mathsf T}",
    **{letter: _greek(letter) for letter in "αβγδζηθικλμνξπρστυχψωΓΔΘΛΞΠΥΦΨΩ"},
    **{low: f"_{plain}" for low, plain in zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙₛ", "0123456789ijkmns", strict=True)},
    **{high: f"^{plain}" for high, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻⁺", "0123456789()-+", strict=True)},
}  # fmt: skip
_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0308\u0304\u0307", "`'^~\"=.", strict=True)) | dict(
    zip("\u0306\u030c\u030b\u030a\u0327\u0328\u0323", "uvHrckd", strict=True)
)
_FORMULA = re.compile(
    r"[₀-₉⁰¹²³⁴-⁹⁻∂Σ½¼¾⅓√]|(?<![A-Za-z])[A-Za-z]\[|[α-ω]|Δ[a-z]|\u0302|^[b-zL][,.;:]*$|^[a-z]\+[a-z]"
)
"""What makes a word of a sentence a formula: a letter alone is one, but not an article."""
_LIGATURE = re.compile(r"([-,])(?=\1)")
"""Two hyphens are no dash, and two commas no quotation mark."""
_TAIL = re.compile(r"[,.;:]*$")
_LONGEST = 24
"""Signs in a row between which a line is not broken."""
_LONGEST_FORMULA = 40


def said(text: str) -> str:
    """Words of the page: formulas in them are set as formulas, everything else stands there literally."""
    return " ".join(map(_word, text.split()))


def _word(word: str) -> str:
    if len(word) > _LONGEST_FORMULA or not _FORMULA.search(word):
        return escaped(word)
    tail = _TAIL.search(word)
    assert tail is not None
    formula = word[: tail.start()]
    return f"{inline(formula)}{escaped(tail[0])}" if formula else escaped(word)


def escaped(text: str) -> str:
    """Text in which nothing is a command, and of which everything can be set; long words may be broken."""
    found = " ".join(
        r"\allowbreak{}".join(
            "".join(map(_sign, word[at : at + _LONGEST])) for at in range(0, len(word), _LONGEST)
        )
        for word in normalize("NFC", text).split(" ")
    )
    return _LIGATURE.sub(r"\1{}", found)


def code(text: str) -> str:
    """Something that one types."""
    return rf"\texttt{{{escaped(text)}}}"


def inline(text: str) -> str:
    """A formula in a line of words; nothing at all if it is empty: two dollars would open a display."""
    formula = math(text)
    return f"${formula}$" if formula else ""


def math(text: str) -> str:
    """A formula in math mode, signs that TeX does not know as text."""
    found = "".join(sign if sign.isascii() else _foreign(sign) for sign in tex(text))
    return _NUMBER.sub(_in_pieces, found)


_NUMBER = re.compile(r"\d{31,}")


def _in_pieces(match: re.Match[str]) -> str:
    """A very long number, which may be broken after every ten digits."""
    digits = match[0]
    return r"\allowbreak ".join(digits[at : at + 10] for at in range(0, len(digits), 10))


def _foreign(sign: str) -> str:
    known = _MATH.get(sign)
    return f"{{{known}}}" if known else rf"\text{{{_sign(sign)}}}"


def _sign(sign: str) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign in _MATH:
        return rf"\ensuremath{{{_MATH[sign]}}}"
    if " " <= sign <= "~":
        return sign
    if category(sign) == "Zs":
        return "~"
    taken_apart = normalize("NFD", sign)
    base, accents = taken_apart[:1], taken_apart[1:]
    if base.isascii() and base.isalpha() and accents and all(each in _ACCENTS for each in accents):
        for accent in accents:
            base = rf"\{_ACCENTS[accent]}{{{base}}}"
        return base
    # a sign that no font of a plain installation has is named
    return rf"\texttt{{[U+{ord(sign):04X}]}}"
