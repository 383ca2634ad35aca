"""Lines as a page puts them together: patterns with gaps, and numbers that it works out for itself.

A large tensor's lines differ in their numbers, and those follow from numbers that the page carries
anyway: −0.01 − 0.1·(−0.0765) is the value of a formula, 0.1·(−0.0765) that of a part of it. Every line is put
together here as the page does it, and compared; what is otherwise is carried as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import DecimalException
from fractions import Fraction
from itertools import zip_longest
from math import prod
from typing import TypeAlias

from walkthrough.document import Formula, Pattern, Quantity
from walkthrough.mathematics.letters import MINUS, subscripts
from walkthrough.mathematics.notation import Shape
from walkthrough.page.records.decimal_readings import (
    Compiled,
    Figure,
    NotDecimal,
    compiled,
    figure,
    nodes,
    one_product,
    rounded,
    written,
)

GUARDS = (0, 2, 3, 4, 6)
"""Digits more than the result's that are looked for; lines with more of them are carried."""
_MOST_PATTERNS = 85
"""So many have a sign of their own in `codes`; lines of rarer ones are carried."""
_MOST_SPECIAL = 4
"""One number in so many may be otherwise than what is worked out; with more of them, all are carried."""
_FIRST_CODE = 35
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴-⁹]+)?")
_SUBSCRIPT = "\ue000"

Slot: TypeAlias = tuple[int, int, int]
"""A part of the formula by its number, digits more than the result's, whether it is of numbers as shown."""
Slots: TypeAlias = tuple[Slot | str, ...]
"""What the numbers of a line are, one after the other; a text is that number in every line."""


@dataclass
class Figures:
    """The numbers of all tensors as a page has them: carried, or worked out.

    `precise` has a tensor's texts with some digits more, for those that are worked with.
    """

    quantities: list[Quantity]
    digits: int
    guard: int
    _kept: dict[int, list[Figure]] = field(default_factory=dict)

    def read(self, tensor: int, place: int) -> Figure:
        """A number with as many digits as the page has of it."""
        if tensor not in self._kept:
            self._kept[tensor] = self._found(tensor)
        return self._kept[tensor][place]

    def _found(self, tensor: int) -> list[Figure]:
        of = self.quantities[tensor]
        if of.worked:
            return self._worked_out(of)
        if not of.numbers:
            raise NotDecimal(of.name)
        texts = [text.strip("()") for text in of.operands] or of.numbers
        digits = 0 if of.given else self.digits + (self.guard if of.operands else 0)
        return [figure(text, digits) for text in texts]

    def with_worked_numbers(self, at: int, of: Quantity) -> Quantity:
        """The tensor of this number without those that its equation gives; as it is where there are none."""
        if of.given or not of.numbers:
            return of
        try:
            found = self._worked_out(of)
        except NotDecimal:
            return of
        pairs = enumerate(zip(of.numbers, (signed(each, self.digits) for each in found), strict=True))
        other = tuple((place, own) for place, (own, text) in pairs if own != text)
        if _MOST_SPECIAL * len(other) > len(found):
            return of
        self._kept[at] = found
        return replace(of, numbers=(), operands=(), worked=True, special_numbers=other)

    def elementwise(self, of: Quantity) -> Formula | None:
        """The formula of a tensor each number of which is made of numbers at the same place."""
        if len(of.readings) != 1:
            return None
        reading, axes = of.readings[0], tuple((0, axis, 1) for axis in range(len(of.shape)))
        parts = [part for part in nodes(reading.formula) if part[0] == "entry"]
        same = all(where == axes and self.quantities[tensor].shape == of.shape for _, tensor, where in parts)  # type: ignore[index]
        return reading.formula if same and reading.target == axes and reading.extents == of.shape else None

    def _worked_out(self, of: Quantity) -> list[Figure]:
        formula = self.elementwise(of)
        if formula is not None:
            value = compiled(formula)
        else:
            value = one_product(of, [each.shape for each in self.quantities])
        try:
            return [value(place, self.read) for place in range(prod(of.shape))]
        except DecimalException:  # a division by 0
            raise NotDecimal(of.name) from None


def signed(of: Figure, digits: int) -> str:
    """A number as it is shown."""
    return (MINUS if of[0] < 0 else "") + written(of, digits, 0)


def with_patterns(of: Quantity, lines: Sequence[str], figures: Figures) -> Quantity | None:
    """A tensor with its lines as patterns; None if its formula is none of decimals."""
    formula = figures.elementwise(of)
    if formula is None or len(lines) != prod(of.shape):
        return None
    try:
        voice = _Patterns(of.shape, formula, figures)
        found = [voice.pattern(place, line) for place, line in enumerate(lines)]
    except NotDecimal:
        return None
    common = [pattern for pattern, _ in Counter(found).most_common(_MOST_PATTERNS)]
    code = {pattern: chr(_FIRST_CODE + at) for at, pattern in enumerate(common)}
    pairs = enumerate(zip(found, lines, strict=True))
    special = tuple((at, line) for at, (pattern, line) in pairs if pattern not in code)
    codes = "".join(code.get(pattern, " ") for pattern in found)
    return replace(of, patterns=tuple(common), codes=codes, special=special)


class _Patterns:
    """The patterns of one tensor's lines, as they are found."""

    def __init__(self, shape: Shape, formula: Formula, figures: Figures) -> None:
        parts = list(nodes(formula))
        self._figures, self._parts = figures, parts
        self._values: list[Compiled] = [compiled(part) for part in parts]
        self._constants = {Fraction(str(part[1])) for part in parts if part[0] == "number"}
        self._subscripts = subscripts(shape)
        self._known: dict[tuple[str, ...], list[tuple[Slots, Pattern]]] = {}

    def pattern(self, place: int, line: str) -> Pattern:
        """The pattern that gives a line."""
        own = self._subscripts[place]
        text = line.replace(own, _SUBSCRIPT) if own else line
        between, said = _NUMBER.split(text), _NUMBER.findall(text)
        texts: dict[Slot, str] = {}

        def fits(slot: Slot | str, number: str) -> bool:
            if isinstance(slot, str):
                return slot == number
            if slot not in texts:
                texts[slot] = self._text(slot, place)
            return texts[slot] == number

        known = self._known.setdefault(tuple(between), [])
        for at, (slots, joined) in enumerate(known):
            if all(map(fits, slots, said)):
                if at:  # what was found last is likely to come next
                    known.insert(0, known.pop(at))
                return joined
        slots = tuple(self._slot(number, fits) for number in said)
        known.insert(0, (slots, _joined(between, slots)))
        return known[0][1]

    def _slot(self, number: str, fits: Callable[[Slot, str], bool]) -> Slot | str:
        if "·" not in number and Fraction(number) in self._constants:
            return number
        for guard in GUARDS:
            for as_shown in (0, 1):
                for at, part in enumerate(self._parts):
                    if part[0] != "number" and fits((at, guard, as_shown), number):
                        return at, guard, as_shown
        return number

    def _text(self, slot: Slot, place: int) -> str:
        at, guard, as_shown = slot
        part, digits = self._parts[at], self._figures.digits
        if part[0] == "entry":
            assert isinstance(part[1], int)
            tensor = self._figures.quantities[part[1]]
            if tensor.given:  # as the case writes it
                return tensor.numbers[place].removeprefix(MINUS)

        def shown(tensor: int, place: int) -> Figure:
            return rounded(self._figures.read(tensor, place), digits, guard)

        try:
            value = self._values[at](place, shown if as_shown else self._figures.read)
        except DecimalException:
            return ""
        return written(value, digits, guard)


def _joined(between: list[str], slots: Slots) -> Pattern:
    """Texts, 0 for the subscript, and gaps for numbers."""
    found: list[str | int | Slot] = []
    for text, slot in zip_longest(between, slots):
        pieces = (0 if each == _SUBSCRIPT else each for each in re.split(f"({_SUBSCRIPT})", text) if each)
        for each in (*pieces, *([] if slot is None else [slot])):
            last = found[-1] if found else None
            if isinstance(each, str) and isinstance(last, str):
                found[-1] = last + each
            else:
                found.append(each)
    return tuple(found)


def entries(of: Formula) -> set[int]:
    """The tensors that a formula reads."""
    return {part[1] for part in nodes(of) if part[0] == "entry" and isinstance(part[1], int)}
