"""Writing: the right number, damaged on its way to the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import arb, fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, named, shown_value, text
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedStep

_POWERS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)
_DIGITS_PLAYED = 4
_FEWEST_DIGITS = 3
_MOST_DIGITS = 60
_FINEST = fmpq(10) ** -_MOST_DIGITS


@slip(common=6)
def sign_flipped(own: ReworkedStep) -> Candidates:
    """−v."""
    value = -own.right
    if own.right:

        def told() -> Told:
            return Told("the sign is the other one", equals(f"−({text(own.right)})", value, own.right))

        yield Candidate(value, told)


@slip(common=3)
def point_moved(own: ReworkedStep) -> Candidates:
    """v·10ᵏ: the decimal point one or more places further."""
    for power in _POWERS:
        times = fmpq(10) ** power
        value = own.right * times
        if own.right and own.fits(value) and not (own.sought and own.sought.low <= 0 <= own.sought.high):

            def told(power: int = power, times: Quantity = times, value: Quantity = value) -> Told:
                places = "1 place" if abs(power) == 1 else f"{abs(power)} places"
                line = equals(f"{text(own.right)}·{factor(times)}", value, own.right)
                return Told(f"the decimal point of {text(own.right)} is moved by {places}", line)

            yield Candidate(value, told, None, 2 * abs(power))


@slip(common=2)
def digits_swapped(own: ReworkedStep) -> Candidates:
    """Two neighbouring digits in the wrong order."""
    for right, written, value in _pairs(own, _swaps):
        if _swapped(right, written):
            told = _changed(own, "two neighbouring digits change places", right, written)
            yield Candidate(value, told, None, len(right))


@slip(common=1)
def digit_changed(own: ReworkedStep) -> Candidates:
    """One digit wrong."""
    for right, written, value in _pairs(own, _changes):
        # of a number with few digits nearly any other is one digit away
        if len(right.lstrip("0")) >= _FEWEST_DIGITS and _differing(right, written) == 1:
            places = 9 * len(right)
            yield Candidate(value, _changed(own, "one digit is another", right, written), None, places)


def _differing(one: str, other: str) -> int:
    """How many digits are not the same."""
    return sum(digit != instead for digit, instead in zip(one, other, strict=True))


@slip(common=1, solves=True)
def copied_from(own: ReworkedStep) -> Candidates:
    """Another cell that stood there before, as written."""
    operands = {
        ref: own.number(ref) for row in own.rows for ref in row.refs if ref is not None and _visible(own, ref)
    }
    elsewhere = own.sought.page.about(own.sought.low, own.sought.high) if own.sought else []
    count = len(operands) + (len(own.sought.page.numbers) if own.sought else 0)
    for ref, value in {**operands, **dict(elsewhere)}.items():
        if own.fits(value) and own.book.before(ref, own.ref):

            def told(ref: Ref = ref, value: Quantity = value) -> Told:
                condition = f"{own.book.name(ref)}, which is {text(value)}, is copied into this place"
                return Told(condition, named(own, ref, value))

            yield Candidate(value, told, ref, max(4, count))


def _visible(own: ReworkedStep, ref: Ref) -> bool:
    """Whether a number lies before somebody who copies: given, or on the sheet."""
    return own.book.given(ref) is not None or (own.sought is not None and ref in own.sought.page)


# --- digits ------------------------------------------------------------------------------------


def _changed(own: ReworkedStep, condition: str, right: str, written: str) -> Callable[[], Told]:
    def told() -> Told:
        said = _as_written(own, right)
        return Told(f"in {said} {condition}", f"{said} became {_as_written(own, written)}")

    return told


def _as_written(own: ReworkedStep, digits: str) -> str:
    """Digits with their sign and the point where it was written."""
    unit = own.sought.unit if own.sought is not None else None
    decimals = len(str(int(unit.q))) - 1 if unit is not None and unit < 1 else 0
    said = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    if unit is not None and unit > 1:
        said += "0" * (len(str(int(unit.p))) - 1)
    return f"−{said}" if own.right < 0 else said


def _pairs(own: ReworkedStep, played: object) -> Iterator[tuple[str, str, Quantity]]:
    """The digits of the right number to the unit written, those written, and the number written.

    With nothing written, every number that a slip of this kind (`played`) makes of the right digits.
    """
    if own.sought is None:
        yield from _played(own, played)
    elif own.sought.unit is not None:
        number, unit = (own.sought.low + own.sought.high) / 2, own.sought.unit
        whole = number / unit
        if unit < _FINEST or abs(whole) > 1 / _FINEST:
            return  # nobody compares so many digits
        if whole.q != 1 or (number < 0) != bool(own.right < 0) or not number:
            return
        for right in {_rounded(abs(own.right) / unit, half) for half in (fmpq(1, 2), fmpq(0))}:
            one, other = _digits(right, unit), _digits(abs(int(whole.p)), unit)
            if len(one) == len(other) <= _MOST_DIGITS:
                yield one, other, number


def _rounded(size: Quantity, half: Quantity) -> int:
    """The size in whole units, rounded (half = ½) or cut off (half = 0)."""
    floor = (size + half).floor()
    whole = floor.unique_fmpz() if isinstance(floor, arb) else floor
    return 0 if whole is None else int(whole)


def _digits(whole: int, unit: Quantity) -> str:
    """All digits that are written, those of 0.05 too."""
    decimals = len(str(int(unit.q))) - 1 if unit < 1 else 0
    return str(whole).rjust(decimals + 1, "0")


def _swapped(right: str, written: str) -> bool:
    differing = [at for at, (one, other) in enumerate(zip(right, written, strict=True)) if one != other]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    at = differing[0]
    return right[at : at + 2] == written[at : at + 2][::-1]


def _played(own: ReworkedStep, played: object) -> Iterator[tuple[str, str, Quantity]]:
    said = shown_value(own.right, _DIGITS_PLAYED)
    scale = fmpq(10) ** said.exponent * (-1 if said.negative else 1)
    assert callable(played)
    for other in played(said.digits):
        if other != said.digits and int(other):  # a 0 looks like a place that nobody worked out
            yield said.digits, other, scale * int(other)


def _swaps(digits: str) -> Iterator[str]:
    for at in range(len(digits) - 1):
        yield digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


def _changes(digits: str) -> Iterator[str]:
    for at in range(len(digits)):
        for other in "0123456789":
            yield digits[:at] + other + digits[at + 1 :]
