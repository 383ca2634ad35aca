"""Text and formulas as LaTeX sets them on paper: everything escaped, and about how wide a formula will be."""

from __future__ import annotations

import re
import unicodedata

from walkthrough.formats._tex import tex

_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", "…": r"\dots{}", "–": "--", "—": "---",
    "’": "'", "‘": "`", "“": "``", "”": "''", "„": r"\quotedblbase{}", "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}", "§": r"\S{}", "€": r"\texteuro{}", "✓": r"$\checkmark$", "✗": r"$\times$",
    "°": r"\textdegree{}", "\u00a0": "~",
}  # fmt: skip
_LETTERS = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŤťŢţŰűŮůŸŹźŻżŽž"
)
"""Letters that every LaTeX has in the encoding T1."""
_MATH = {
    "λ": r"\lambda ", "ρ": r"\rho ", "η": r"\eta ", "θ": r"\theta ", "π": r"\pi ", "τ": r"\tau ",
    "φ": r"\varphi ", "ϕ": r"\phi ", "ω": r"\omega ", "∞": r"\infty ", "≠": r"\ne ", "∈": r"\in ",
    "⌊": r"\lfloor ", "⌋": r"\rfloor ", "±": r"\pm ", "′": "'", "–": "-", "’": "'", "⅔": r"\tfrac{2}{3}",
    "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\varepsilon ", "μ": r"\mu ",
    "σ": r"\sigma ", "−": "-", "✓": r"\checkmark ",
}  # fmt: skip
_AS_MATH = frozenset("−·×≈←→Σ∂αβγμεδΔσ½¼¾⅓≥≤⋆∗√⟨⟩⁰¹²³⁴⁵⁶⁷⁸⁹⁻λρηθπτφϕω∞≠∈⌊⌋±₀₁₂₃₄₅₆₇₈₉<>|")

_SYMBOL = re.compile(
    r"∂\w/∂\w\u0302?(?:\[[\w,@−+ ]{1,40}\]|[₀-₉]+)?'*|[A-Za-zα-ωϕ]\u0302?[₀-₉]+'*|e\^\([−\w]{1,9}\)"
)
_LONE = re.compile(r"(?<![\w'])[A-Za-zα-ωϕ](?:\[[\w,@−+ ]{1,40}\])?(?![\w'])")
_LIGATURE = re.compile(r"([-',<>`])(?=\1)")
_HAT = re.compile(r"([A-Za-z])\u0302")


def words(text: str, legend: bool = False) -> str:
    """Words with symbols among them, in text mode; in a `legend` every letter by itself is a symbol."""
    found, start = "", 0
    both = re.compile(f"{_SYMBOL.pattern}|{_LONE.pattern}") if legend else _SYMBOL
    for match in both.finditer(text):
        found += _plain(text[start : match.start()]) + f"${math(match[0])}$"
        start = match.end()
    return found + _plain(text[start:])


def _plain(text: str) -> str:
    return "".join(map(_sign, _LIGATURE.sub("\\1\u200b", text)))


def _sign(sign: str) -> str:
    """One sign in text mode; what no font of a plain installation has is its number in Unicode."""
    if sign == "\u200b":
        return "{}"
    if sign in _TEXT:
        return _TEXT[sign]
    if sign in _AS_MATH:
        return f"${math(sign)}$"
    if sign.isspace():
        return " "
    if (sign.isascii() and sign.isprintable()) or sign in _LETTERS:
        return sign
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Mn"):
        return ""
    simple = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return "".join(map(_sign, simple)) if simple.isprintable() and simple else f"[U+{ord(sign):04X}]"


def math(text: str) -> str:
    """A formula in math mode."""
    found = tex(_HAT.sub("\x02\\1\x03", text).replace("^^", "^"))
    found = re.sub("\x02(?:\\\\text\\{ )?(\\w)(?: \\})?\x03", r"\\hat{\1}", found)
    found = "".join(map(_math_sign, _bare_powers(found)))
    return f"{{}}{found}" if found.startswith("[") else found


def _bare_powers(found: str) -> str:
    """A ^ that raises nothing in braces is a sign like others, and so is a second prime."""
    found = re.sub(r"\^(?!\{)", r"\\mathbin{\\char94}", found)
    return found.replace("'", r"{}'").replace("\x02", "").replace("\x03", "")


def _math_sign(sign: str) -> str:
    if sign in _MATH:
        return _MATH[sign]
    if sign.isascii():
        return sign if sign.isprintable() else " "
    return rf"\text{{{_sign(sign)}}}"


# --- widths --------------------------------------------------------------------------------------

_EMS = {
    "cdot": 0.75, "times": 1.3, "approx": 1.4, "leftarrow": 1.6, "to": 1.6, "sum": 1.2, "partial": 0.6,
    "max": 2.0, "ln": 1.1, "tanh": 2.5, "exp": 1.8, "star": 1.0, "quad": 1.0, "ge": 1.4, "le": 1.4,
    "text": 0.0, "tfrac": 0.1, "frac": 0.1, "hat": 0.0, "langle": 0.4, "rangle": 0.4, ",": 0.2, "dots": 1.3,
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("=<>", 1.4), **dict.fromkeys("+-", 1.25), "*": 1.0, **dict.fromkeys("()[]|", 0.38),
    ".": 0.27, ",": 0.45, "/": 0.6, "'": 0.3, ":": 0.8, **dict.fromkeys(" {}&^_", 0.0),
}  # fmt: skip
_WIDTH = re.compile(
    r"\\(?P<command>[A-Za-z]+|.) ?|(?P<script>[_^]\{)|(?P<close>\})|(?P<open>\{)|(?P<sign>.)", re.S
)


def ems(code: str) -> float:
    """About how wide a formula is, in ems, rather too much than too little."""
    total, scales, text = 0.0, [1.0], [False]
    command = ""
    for match in _WIDTH.finditer(code):
        if match["command"]:
            command = match["command"]
            total += scales[-1] * _EMS.get(command, 0.65)
            continue
        if match["script"]:
            scales.append(scales[-1] * 0.75)
            text.append(False)
        elif match["open"]:
            scales.append(scales[-1] * (0.75 if command == "tfrac" else 1.0))
            text.append(text[-1] or command in ("text", "mathrm"))
        elif match["close"]:
            if len(scales) > 1:
                scales.pop()
                text.pop()
        else:
            sign = match["sign"]
            width = 0.52 if text[-1] else _SIGNS.get(sign, 0.54 if sign.isdigit() else 0.62)
            total += scales[-1] * width
        command = ""
    return total


def words_ems(text: str) -> float:
    """About how wide words are."""
    return 0.53 * len(text)
