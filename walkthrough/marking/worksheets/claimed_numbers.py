"""A number as it stands on a worksheet: what a person wrote, and how finely they meant it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from walkthrough.marking.marked_worksheets import WrittenNumber
from walkthrough.marking.worksheets.typed_grids import compact_list
from walkthrough.marking.worksheets.typed_numbers import EQUALS_SIGNS, as_read
from walkthrough.numbers.written import NotANumber, read_number
from walkthrough.words.messages import quoted

TIMES = "×·⋅∙*"
"""What people put in front of a power of ten; an x as well, if it stands between two digits."""

_MINUSES = r"\-‒–−﹣－"
_SLASHES = str.maketrans("⁄∕", "//")
# invisible, and no blanks to Python: word joiner, zero-width blanks, a byte order mark
_INVISIBLE = "\u200b\u2060\ufeff"
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_POWER = re.compile(
    rf"(?P<sign>[+{_MINUSES}]?)\s*(?:(?P<mantissa>[0-9.,]+)\s*[{TIMES}xX]\s*)?10\s*"
    rf"(?:(?:\^|\*\*)\s*(?P<bracket>[({{]?)\s*(?P<exponent>[+{_MINUSES}]?[0-9]+)\s*[)}}]?"
    r"|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
_BLANK_AFTER_SIGN = re.compile(rf"^([+{_MINUSES}])\s+(?=[0-9.,])")
_BLANKS_AROUND_SLASH = re.compile(r"(?<=[0-9])\s*/\s*(?=[0-9])")
_POINT = re.compile(r"[0-9]\.|\.[0-9]")
# from the beginning of a number only: a long one is looked at once
_WITH_COMMA = re.compile(r"(?<![0-9])[0-9]++(?:,[0-9]++)+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
# of what is rounded two digits stay
_FEWEST_DIGITS = 2
# longer texts are rare, and would make what is remembered large
_LONGEST_REMEMBERED = 40


Commas: TypeAlias = Literal["separate", "decimal", "open"]
"""What a comma on a sheet is: between two numbers, in a decimal number, or either that or in thousands."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a written number says: a number, or nothing (blank), or why it cannot be read.

    `column` is the character at fault, from 1.
    """

    number: WrittenNumber | None
    problem: str | None = None
    column: int = 1


BLANK = Understood(None)


def settled_commas(texts: Iterable[str]) -> Commas:
    """What commas mean on a sheet, from everything that is written there.

    They are decimal if a number has one between digits and none has a point. If every such number could
    also be a whole one with thousands (`1,234`), it stays open.
    """
    texts = list(texts)
    # in [1,2] they separate, whatever they do elsewhere
    with_comma = [text for text in texts if "," in text and not compact_list(text)]
    if not with_comma:
        return "separate"
    numbers = [number for text in with_comma for number in _WITH_COMMA.findall(text)]
    if not numbers or any(_POINT.search(text) for text in texts if "." in text):
        return "separate"
    if all(_THOUSANDS.fullmatch(number) for number in numbers):
        return "open"
    return "decimal"


def understand(text: str, commas: Commas = "separate") -> Understood:
    """What a number on a worksheet says; nothing in it is calculated, and its length is limited.

    Read are `-3`, `−3`, `0.10`, `1/3`, `25%`, `1.5e-3`, `1.5×10⁻³`, `1.5·10^-3`, all also after `=` or `≈`,
    and with a decimal comma where the sheet has them; `?` and nothing are blank. For what people type besides
    see `typed_numbers`.
    """
    if len(text) <= _LONGEST_REMEMBERED:
        return _remembered(text, commas)
    return _understood(text, commas)


def _understood(text: str, commas: Commas) -> Understood:
    body = text.strip().strip(_INVISIBLE).strip()
    start = text.find(body)
    if body[:1] and body[0] in EQUALS_SIGNS:
        unmarked = body[1:].lstrip()
        start += len(body) - len(unmarked)
        body = unmarked
    if body in ("", "?"):
        return BLANK
    plain = body
    try:
        said = as_read(body)
        if said in ("", "?"):  # z = ?
            return BLANK
        plain = _plain(said, commas)
        read = read_number(plain)
    except NotANumber as error:
        return Understood(None, str(error), start + (error.column if plain == body else 1))
    if read.unit is None:
        return Understood(WrittenNumber(read.value, ()))
    return Understood(WrittenNumber(read.value, _units(read.text, read.value, read.unit)))


_remembered = lru_cache(maxsize=65_536)(_understood)


def _plain(body: str, commas: Commas) -> str:
    """The number in the notation of case files; raises NotANumber."""
    if body.isascii() and body.isdigit():
        return body
    if "," in body:
        body = _with_point(body, commas)
    body = body.translate(_SLASHES)
    if not body.isalnum() and any(each.isspace() for each in body[:_LONGEST_REMEMBERED]):
        body = _BLANKS_AROUND_SLASH.sub("/", _BLANK_AFTER_SIGN.sub(r"\1", body))
    power = _POWER.fullmatch(body) if "10" in body and len(body) < 5_000 else None
    if power is None:
        return body
    exponent = power["exponent"] or power["raised"].translate(_RAISED)
    return f"{power['sign']}{power['mantissa'] or '1'}e{exponent}"


def _with_point(body: str, commas: Commas) -> str:
    """The number with a point for its decimal comma, where the sheet has decimal commas."""
    at = body.index(",")
    if commas == "decimal" and body.count(",") == 1 and "0" <= body[at + 1 : at + 2] <= "9":
        return body.replace(",", ".")
    number = _WITH_COMMA.search(body)
    if commas == "open" and number and number[0].count(",") == 1:
        point, without = number[0].replace(",", "."), number[0].replace(",", "")
        raise NotANumber(
            f"{quoted(body)} can be {_short(point)} or {_short(without)}; "
            "write it with a point, or without a comma",
            at + 1,
        )
    if number and (_THOUSANDS.fullmatch(number[0]) or number[0].count(",") > 1):
        without = _short(number[0].replace(",", ""))
        raise NotANumber(f"{quoted(body)} has a comma between thousands; write {without}", at + 1)
    if number and commas == "separate":
        raise NotANumber(
            f"{quoted(body)} has a comma, and other numbers on this sheet a point; write it with a point",
            at + 1,
        )
    raise NotANumber(f"{quoted(body)} is not a number: the comma does not belong", at + 1)


def _short(number: str) -> str:
    return number if len(number) < 30 else number[:30] + "…"


def _units(text: str, value: Fraction, unit: Fraction) -> tuple[Fraction, ...]:
    """The units that the last digit may stand for: 1000 may be rounded to 1, 10 or 100, not to 1000."""
    if unit != 1 or not value or "." in text or "e" in text or "E" in text:
        return (unit,)
    zeros = len(text) - len(text.rstrip("0"))
    return _powers_of_ten(max(0, min(zeros, len(text.lstrip("+-0")) - _FEWEST_DIGITS)))


@lru_cache(maxsize=512)
def _powers_of_ten(zeros: int) -> tuple[Fraction, ...]:
    """1, 10, … as far as there are zeros (and no further than anybody rounds)."""
    return tuple(Fraction(10**zero) for zero in range(min(zeros, 400) + 1))
