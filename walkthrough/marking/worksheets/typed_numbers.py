"""Numbers as people type them, brought into the one notation that is read: nothing is guessed.

`z = 2.55`, `$-2{,}5$`, `\\frac{1}{3}`, `2½`, `2 11/20`, `0.33…`, `0.93 (approx)`: what stands around the
number goes, and what is another notation for it is rewritten. What could mean two things is refused.
"""

from __future__ import annotations

import re
from fractions import Fraction
from unicodedata import numeric

from walkthrough.numbers.written import NotANumber
from walkthrough.words.messages import quoted

EQUALS_SIGNS = "=≈≃≅~"
"""What people put in front of a result."""

_LONGEST = 200
# full-width digits, signs and letters, as East Asian keyboards have them
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LONG_DASHES = str.maketrans("—―", "−−")
_PLAIN = re.compile(r"[0-9+\-−.,eE%/]*")
_PAIRS = (
    ("$$", "$$"),
    ("$", "$"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("[", "]"),
    ("{", "}"),
    ("**", "**"),
    ("`", "`"),
)
_ABOUT = r"(?:approx(?:imately|\.)?|about|circa|ca\.|rounded|gerundet)"
_BEFORE = re.compile(rf"(?:{_ABOUT}|\(\s*{_ABOUT}\s*\))\s+(?=[0-9+\-−.])", re.IGNORECASE)
_AFTER = re.compile(rf"\s*(?:\(\s*{_ABOUT}\s*\)|\s{_ABOUT})$", re.IGNORECASE)
_ELLIPSIS = re.compile(r"(?<=[0-9])\s?(?:…|⋯|\.\.\.|\\(?:l|c)?dots)$")
# σ(z₁), ∂L/∂w, w_1^{new}, conv[1,1]: what begins with a letter and names a number
_NAME = re.compile(
    r"[^\W\d_∞][^=≈≃≅]{0,80}?\s*[=≈≃≅](?!.*[=≈≃≅])\s*|[∂δΔΣ∑][^=≈≃≅]{0,80}?\s*[=≈≃≅](?!.*[=≈≃≅])\s*"
)
_SEVERAL_EQUAL = re.compile(r"[=≈≃≅].*[=≈≃≅]")
_LATEX_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{\s*([0-9]+)\s*\}\s*\{\s*([0-9]+)\s*\}|([0-9])\s*([0-9]))")
_LATEX_SPACES = re.compile(r"\\[,;:! ]|\\(?:quad|left|right)(?![a-z])")
_LATEX_TIMES = re.compile(r"\\(?:cdot|times)(?![a-z])")
_WITH_SIGN = r"(?P<sign>[+\-‒–−﹣]?)\s*"
_VULGAR = re.compile(rf"{_WITH_SIGN}(?P<whole>[0-9]{{0,30}})\s?(?P<part>[¼½¾⅐-⅞])")
_MIXED = re.compile(
    rf"{_WITH_SIGN}(?P<whole>[0-9]{{1,30}})\s+(?P<above>[0-9]{{1,30}})\s?[/⁄]\s?(?P<below>[0-9]{{1,30}})"
)
_THOUSANDS = re.compile(r"[+\-−]?[0-9]{1,3}(?:\s[0-9]{3})+(?:[.,][0-9]*)?")
_IN_BRACKETS = re.compile(r"\(\s*([0-9.,]+)\s*\)")


def as_read(text: str) -> str:
    """The number in a text, in the notation of case files as far as it had another one.

    Raises NotANumber for what can be read in two ways.
    """
    if len(text) > _LONGEST:
        return text
    if _PLAIN.fullmatch(text):
        return text.removesuffix("...")  # 0.333...
    body = _unwrapped(text.translate(_FULL_WIDTH).translate(_LONG_DASHES).strip())
    body = _LATEX_SPACES.sub(" ", _LATEX_TIMES.sub("·", body)).replace("{,}", ".").strip()
    body = _LATEX_FRACTION.sub(lambda found: _fraction(*found.groups()), body)
    body = _named(body)
    body = _ELLIPSIS.sub("", _BEFORE.sub("", _AFTER.sub("", body)))
    return _mixed(_unwrapped(_equals(body)))


def _equals(body: str) -> str:
    """Without an equals sign before it."""
    return body[1:].lstrip() if body[:1] and body[0] in EQUALS_SIGNS else body


def _unwrapped(body: str) -> str:
    """Without the marks of a formula or a list of one around it."""
    for _ in range(3):
        for first, last in _PAIRS:
            inner = body[len(first) : -len(last)]
            if len(body) > len(first) + len(last) and body.startswith(first) and body.endswith(last):
                if first in "[{" and any(each in inner for each in "[]{}"):
                    continue
                body = inner.strip()
                break
        else:
            break
    return body


def _named(body: str) -> str:
    """Without the name of the number: `z = 2.55`."""
    if _SEVERAL_EQUAL.search(body) and not _equals(body) != body:
        raise NotANumber(f"{quoted(body)} has several equals signs; write the result alone")
    name = _NAME.match(body)
    return body[name.end() :] if name else body


def _fraction(above: str | None, below: str | None, one: str | None, other: str | None) -> str:
    return f"{above or one}/{below or other}"


def _mixed(body: str) -> str:
    """A whole number and a part of one, as a fraction; a number in thousands or in brackets is refused."""
    vulgar = _VULGAR.fullmatch(body)
    if vulgar is not None:
        part = Fraction(numeric(vulgar["part"])).limit_denominator(10)
        return _as_fraction(vulgar["sign"], int(vulgar["whole"] or 0) + part)
    mixed = _MIXED.fullmatch(body)
    if mixed is not None and int(mixed["below"]):
        part = Fraction(int(mixed["above"]), int(mixed["below"]))
        return _as_fraction(mixed["sign"], int(mixed["whole"]) + part)
    if _THOUSANDS.fullmatch(body):
        joined, apart = "".join(body.split()), " and ".join(body.split())
        message = f"{quoted(body)} can be {joined}, or {apart}; write {joined} without a blank"
        raise NotANumber(message, len(body.split()[0]) + 1)
    brackets = _IN_BRACKETS.fullmatch(body)
    if brackets is not None:
        number = brackets[1]
        raise NotANumber(
            f"{quoted(body)} can be {number}, or −{number} as in accounts; write it without brackets"
        )
    return body


def _as_fraction(sign: str, value: Fraction) -> str:
    return f"{'-' if sign not in ('', '+') else ''}{value.numerator}/{value.denominator}"
