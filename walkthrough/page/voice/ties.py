"""Equal largest entries of a window, in the same words on every line."""

from __future__ import annotations

from walkthrough.page.voice.said_numbers import Voice
from walkthrough.trace.steps.kinds import Choice, Share

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def equals(voice: Voice, share: Share) -> int:
    """How many entries of a window are the largest."""
    step = voice.steps.step(*share.window)
    return len(step.ties) if isinstance(step, Choice) else 1


def tied(count: int, tie: str) -> str:
    """`first of four that are equal (max_tie = first)`."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{'first' if tie == 'first' else 'one'} of {number} that are equal (max_tie = {tie})"
