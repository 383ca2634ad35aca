"""What can be typed in place of a number."""

from __future__ import annotations

from enum import Enum

WORDS = (
    "type each number; or h for a hint, s to be shown it, r to have the rest of its tensor filled in, "
    "q to end with the counts"
)
HUNTING = "type its name, such as conv[2,3]; or h for a hint, s to be shown it, q to end"


class Word(Enum):
    """A word that is no number, with all that people type for it."""

    HINT = ("h", "hint")
    SHOW = ("s", "show", "give up")
    REST = ("r", "rest", "skip")
    HELP = ("?", "help")
    QUIT = ("q", "quit", "exit")


_BY_TEXT = {text: word for word in Word for text in word.value}


def word_of(text: str) -> Word | None:
    """The word that was typed; None if it is meant to be an answer."""
    return _BY_TEXT.get(text.strip().lower()) if len(text) < 40 else None
