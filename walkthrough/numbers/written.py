"""A number as somebody wrote it: its digits, its exact value, and how fine its last digit is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from walkthrough.words.messages import quoted

MOST_DIGITS = 4_000
LARGEST_EXPONENT = 400
MINUS = "−"

# what word processors, phones and scanners put where a person typed a minus
_MINUSES = str.maketrans(dict.fromkeys("‒–−﹣－", "-"))
_DECIMAL = re.compile(
    r"(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<decimals>[0-9]*))?"
    r"(?:[eE](?P<exponent>[+-]?[0-9]+))?(?P<percent>\s?%)?"
)
_FRACTION = re.compile(r"(?P<above>[0-9]+)/(?P<below>[0-9]+)")
_EXAMPLES = "expected a number such as -3, 0.10, 1/3, 2.1e-3 or 25%"
# more decimals than this and a fraction is easier to read
_MOST_DECIMALS_SHOWN = 30


class NotANumber(ValueError):
    """A text that is no number, and why; `column` counts from 1."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: `0.10` has the value 1/10 and the unit 1/100.

    `unit` is the unit of the last digit written: 1 for `765`, 1/100 for `33%`, 1/10000 for `2.1e-3`,
    and None for a fraction such as `1/3`, which has no last digit. `text` has an ASCII minus.
    """

    text: str
    value: Fraction
    unit: Fraction | None = None

    @property
    def shown(self) -> str:
        """The number as a page prints it: with a true minus, and without a leading plus."""
        return self.text.removeprefix("+").replace("-", MINUS)

    @classmethod
    def of(cls, value: int | Fraction) -> Written:
        """An exact value, written as a decimal if that ends soon, otherwise as a fraction."""
        exact = Fraction(value)
        decimals = _decimals_needed(exact.denominator)
        if decimals is None:
            return cls(f"{digits(exact.numerator)}/{digits(exact.denominator)}", exact)
        places = digits(abs(exact.numerator) * 10**decimals // exact.denominator).rjust(decimals + 1, "0")
        point = len(places) - decimals
        text = places[:point] + ("." + places[point:] if decimals else "")
        return cls("-" + text if exact < 0 else text, exact, Fraction(1, 10**decimals))


def digits(number: int) -> str:
    """A whole number in decimal digits, however long: Python's own str() stops at 4,300."""
    return str(number) if number.bit_length() < 10_000 else format(Decimal(number), "f")


def _decimals_needed(denominator: int) -> int | None:
    """How many decimals 1/denominator has, or None if it does not end, or not soon."""
    for decimals in range(_MOST_DECIMALS_SHOWN + 1):
        if 10**decimals % denominator == 0:
            return decimals
    return None


def read_number(text: str) -> Written:
    """The number that a text stands for, exactly; raises NotANumber.

    `-3`, `+3`, `0.10`, `.5`, `5.`, `1/3`, `2.1e-3`, `25%`; a Unicode minus or dash is a minus, and
    blanks around it (no-break ones too) do not count. At most 4,000 digits, exponents within ±400.
    """
    start = len(text) - len(text.lstrip())
    # a number at the limit, its sign, point and exponent; longer than that needs no closer look
    if len(text) > MOST_DIGITS and len(text.strip()) > MOST_DIGITS + 20:
        raise _too_long(text, start)
    body = text.strip().translate(_MINUSES)
    if not body:
        raise NotANumber(f"nothing is written here; {_EXAMPLES}")
    sign_length = 1 if body[0] in "+-" else 0
    sign = -1 if body[0] == "-" else 1
    fraction = _FRACTION.match(body, sign_length)
    match = fraction or _DECIMAL.match(body, sign_length)
    if match is None or match.end() < len(body):
        raise _not_understood(text, body, start, sign_length if match is None else match.end())
    if len(body) > MOST_DIGITS and sum(map(str.isdigit, body)) > MOST_DIGITS:
        raise _too_long(text, start)
    if fraction:
        return _fraction(body, sign, fraction, start)
    return _decimal(body, sign, match, start)


def _fraction(body: str, sign: int, match: re.Match[str], start: int) -> Written:
    below = int(match["below"])
    if below == 0:
        raise NotANumber(
            f"{quoted(body)} divides by 0; expected a number other than 0 below the line",
            start + match.start("below") + 1,
        )
    return Written(body, Fraction(sign * int(match["above"]), below))


def _decimal(body: str, sign: int, match: re.Match[str], start: int) -> Written:
    decimals = match["decimals"] or ""
    power = _exponent(body, match, start) if match["exponent"] else 0
    power -= len(decimals) + (2 if match["percent"] else 0)
    number = sign * int(match["whole"] + decimals)
    value = Fraction(number * 10**power) if power >= 0 else Fraction(number, 10**-power)
    text = "".join(body.split()) if match["percent"] else body  # 25 % is 25%
    return Written(text, value, _unit(power))


@lru_cache(maxsize=1024)
def _unit(power: int) -> Fraction:
    return Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)


def _exponent(body: str, match: re.Match[str], start: int) -> int:
    written = match["exponent"]
    size = written.lstrip("+-").lstrip("0") or "0"
    if len(size) > 3 or int(size) > LARGEST_EXPONENT:
        raise NotANumber(
            f"{quoted(body)} has an exponent beyond ±{LARGEST_EXPONENT}, the largest that is read",
            start + match.start("exponent") + 1,
        )
    return int(written[0] + size) if written[0] in "+-" else int(size)


def _too_long(text: str, start: int) -> NotANumber:
    if not re.search("[0-9]", text[start : start + 3]):
        return NotANumber(f"{quoted(text.strip())} is not a number; {_EXAMPLES}", start + 1)
    return NotANumber(
        f"{quoted(text.strip())} has over {MOST_DIGITS:,} digits, the most that a number may have", start + 1
    )


def _not_understood(text: str, body: str, start: int, end: int) -> NotANumber:
    """The message for a text that stops being a number after `end` characters."""
    rest, column = body[end:], start + end + 1
    said = f"{quoted(text.strip())} is not a number"
    if not rest:
        return NotANumber(f"{said}: it has no digits; {_EXAMPLES}", start + 1)
    if re.fullmatch(r"[+-]?(nan|inf(inity)?)", body, re.IGNORECASE):
        return NotANumber(f"{said} that can be calculated with; {_EXAMPLES}", start + 1)
    if rest[0] == "," and rest[1:2].isdigit():
        return NotANumber(f"{said}: the comma; decimals are written with a point", column)
    if not re.search("[0-9]", body[:end]):
        return NotANumber(f"{said}; {_EXAMPLES}", column)
    if rest[0].isspace():
        return NotANumber(f"{said}: there is a blank in it; {_EXAMPLES}", column)
    return NotANumber(f"{said}: {quoted(rest[0])} (character {column}) does not belong; {_EXAMPLES}", column)
