"""What stands in the places of a worksheet: nothing yet, or the right numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell

Answer: TypeAlias = Callable[[str, Cell], str]
"""What is written in the place of a cell of a tensor."""


def open_places(mark: str) -> Answer:
    """The same mark in every place: nobody has filled it in."""
    return lambda tensor, cell: mark


def right_numbers(exercise: Exercise, plain: bool = False) -> Answer:
    """The numbers that are right, to the exercise's digits; `plain` as programs read them."""
    trace, digits = exercise.trace, exercise.digits

    def answer(tensor: str, cell: Cell) -> str:
        number = trace.shown(tensor, cell, digits)
        return number.plain if plain else number.text

    return answer
