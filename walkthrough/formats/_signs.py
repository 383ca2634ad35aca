"""Signs of a page in ASCII: x₁₁k₁₁ becomes x11*k11, − becomes -, ≈ becomes ~."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

_ASCII = str.maketrans(
    {
        "−": "-", "·": "*", "≈": "~", "←": "<-", "→": "->", "×": "x", "Σ": "sum ", "∂": "d", "α": "alpha",
        "√": "sqrt ", "…": "...", "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3",
        "°": " degrees", "⌊": "floor(", "⌋": ")", "⟨": "<", "⟩": ">", "δ": "delta", "≥": ">=", "≤": "<=",
        "–": "-", "’": "'", "“": '"', "”": '"', "─": "-", "│": "|", "░": ".", "▒": ":", "▓": "*", "█": "#",
        "⋆": "corr", "∗": "conv", "Δ": "delta ", "σ": "sigma", "β": "beta", "γ": "gamma", "μ": "mu",
        "ε": "epsilon", "λ": "lambda", "ρ": "rho", "̂": "hat", "ö": "oe",
        **{digit: str(value) for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    }
)  # fmt: skip

# what stands close together is a product: x₁₁k₁₁, y₁(1 − y₁), y[m](1 − y[n])
_CLOSE = re.compile(r"([₀-₉]|(?<=[a-z\d])\])(?=[A-Za-zδ(])")
# a fraction beside other things: ½·x becomes (1/2)*x
_FRACTIONS = re.compile(r"([½¼¾⅓])(?=[·(])")

# an exponent of several digits: 10⁻¹², 0.9¹³⁷
_EXPONENTS = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

T = TypeVar("T")


def ascii_only(text: str) -> str:
    """The text in ASCII: x₁₁ becomes x11, − becomes -, ≈ becomes ~."""
    if text.isascii():
        return text
    spread = _FRACTIONS.sub(r"(\1)", _CLOSE.sub(r"\1·", text))
    spread = _EXPONENTS.sub(lambda found: "^" + found[0].translate(_DIGITS), spread)
    return spread.translate(_ASCII).encode("ascii", "replace").decode()


def in_ascii(part: T) -> T:
    """A block with all its texts in ASCII, so that it is laid out as wide as it will be."""
    changed: Any = part
    if isinstance(part, str):
        changed = ascii_only(part)
    elif isinstance(part, tuple):
        changed = tuple(in_ascii(each) for each in part)
    elif is_dataclass(part) and not isinstance(part, type):
        changed = replace(part, **{each.name: in_ascii(getattr(part, each.name)) for each in fields(part)})
    return changed  # type: ignore[no-any-return]
