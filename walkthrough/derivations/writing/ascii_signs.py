"""What a derivation writes beyond the page of a case, in ASCII: ticks, letters below, layers above."""

from __future__ import annotations

import re

_SIGNS = str.maketrans(
    {
        "✓": "v", "✗": "X", "η": "eta", "′": "'", "≠": "!=", "∗": "*", "ᵀ": "^T",
        **{low: f"_{plain}" for low, plain in zip("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx", strict=True)},
    }
)  # fmt: skip
_LEVEL = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹])⁾")
_LEVELS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def without_own_signs(text: str) -> str:
    """The text with these signs in ASCII; all others are left to whoever knows them: Σₙ is sum_n."""
    text = _LEVEL.sub(lambda match: f"({_LEVELS.index(match[1])})", text)
    text = re.sub("Σ(?=_)", "sum", text.translate(_SIGNS))
    return text.replace("Σ ", "Σ")
