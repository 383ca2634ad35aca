"""Writing: the right number, damaged on its way to the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf, log10

from flint import arb, fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, named, shown_value, text
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedStep

_POWERS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)
_TIMES = {power: fmpq(10) ** power for power in _POWERS}
_DIGITS_PLAYED = 4
_FEWEST_DIGITS = 3
_MOST_DIGITS = 60
_FINEST = fmpq(10) ** -_MOST_DIGITS
_LARGEST = fmpq(10) ** _MOST_DIGITS
_HALF, _NONE = fmpq(1, 2), fmpq(0)
_ROOM = 1e-9


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
    for power in _powers(own):
        times = _TIMES[power]
        value = own.right * times
        if own.fits(value):

            def told(power: int = power, times: Quantity = times, value: Quantity = value) -> Told:
                places = "1 place" if abs(power) == 1 else f"{abs(power)} places"
                line = equals(f"{text(own.right)}·{factor(times)}", value, own.right)
                return Told(f"the decimal point of {text(own.right)} is moved by {places}", line)

            yield Candidate(value, told, None, 2 * abs(power))


def _powers(own: ReworkedStep) -> tuple[int, ...]:
    """The powers of ten that can lead from the right number to what is sought."""
    if not own.right:
        return ()
    if own.sought is None:
        return _POWERS
    if own.sought.low <= 0 <= own.sought.high:
        return ()
    right = nearly(own.right) or inf
    times = sorted(nearly(end) / right for end in (own.sought.low, own.sought.high))
    if times[1] < 0:
        return ()
    if not (times[0] > 0 and times[1] < inf):
        return _POWERS
    low, high = log10(times[0]) - _ROOM, log10(times[1]) + _ROOM
    return tuple(power for power in _POWERS if low <= power <= high)


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


def _pairs(own: ReworkedStep, played: object) -> Iterable[tuple[str, str, Quantity]]:
    """The digits of the right number to the unit written, those written, and the number written.

    With nothing written, every number that a slip of this kind (`played`) makes of the right digits.
    """
    return _played(own, played) if own.sought is None else own.once("digits", lambda: tuple(_written(own)))


def _written(own: ReworkedStep) -> Iterator[tuple[str, str, Quantity]]:
    """The right number rounded and cut off, and what was written."""
    sought = own.sought
    assert sought is not None
    if sought.unit is None:
        return
    number, unit = (sought.low + sought.high) / 2, sought.unit
    whole, size = number / unit, abs(own.right) / unit
    if unit < _FINEST or abs(whole) > _LARGEST:
        return  # nobody compares so many digits
    if whole.q != 1 or (number < 0) != bool(own.right < 0) or not number:
        return
    other = _digits(abs(int(whole.p)), unit)
    for right in {_rounded(size, _HALF), _rounded(size, _NONE)}:
        one = _digits(right, unit)
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
