"""What is said of an answer, in words: it begins with right, wrong, or what could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.marking.marked_worksheets import Marked, Slip
from walkthrough.quiz.turns import TAKEN
from walkthrough.slips import all_slips
from walkthrough.words.messages import printable, quoted

_MOST_TOLD = 2
_NUMBER = re.compile(r"−?[0-9]+(?:\.[0-9]+)?")
_NEAR = 2_000
"""A number within this part of the right one tells it."""
LONGEST = 200
"""Characters of an answer; nobody writes a longer number."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Lines that answer an answer; `right` is None where there was nothing to mark."""

    lines: tuple[str, ...]
    right: bool | None = None


def reply(marked: Marked) -> Reply:
    """Right to the digits, right from one's own rounded numbers, or wrong with the likely slip."""
    if marked.verdict in TAKEN:
        return Reply((_right(marked),), True)
    if marked.verdict == "wrong":
        return Reply(tuple(_wrong(marked)), False)
    return unread(marked.claim.problem or "there is no number in it")


def unread(problem: str) -> Reply:
    """An answer that is no number: neither right nor wrong, and asked again."""
    return Reply((f"unreadable: {printable(problem)}",))


def too_long(text: str) -> Reply:
    """An answer longer than any number that people write."""
    return unread(f"{quoted(text)}; a number of at most {LONGEST} characters is expected")


def _right(marked: Marked) -> str:
    expected, verdict = marked.expected, marked.verdict
    number = "" if expected is None else expected.text
    about = "" if expected is None or expected.complete else "≈ "
    if verdict == "rounded":
        said = f"right to the digits written; more of them: {about}{number}"
        if expected is not None and expected.complete:
            said = f"right, rounded; exactly {number}"
    elif verdict == "cut-off":
        said = f"right, but cut off where it should be rounded: {about}{number}"
    elif verdict in ("own-rounding", "follows"):
        yours = marked.from_yours
        said = "right from your rounded numbers"
        said += f"; from the unrounded ones it is {about}{number}" if yours is not None else ""
    else:
        said = "right"
    if not marked.enough_digits:
        said += " (so few digits tell little: write at least two that count)"
    return said


def _wrong(marked: Marked) -> list[str]:
    if not marked.slips:
        return ["wrong: no common slip gives this number"]
    told = list(dict.fromkeys(_sentence(each, marked) for each in marked.slips))[:_MOST_TOLD]
    return [f"wrong: {told[0]}", *(f"   or: {each}" for each in told[1:])]


def _sentence(slip: Slip, marked: Marked) -> str:
    """What gives the number that was typed, and the line that shows it, as far as it keeps the right one."""
    words, line = printable(slip.words).rstrip("."), printable(slip.line)
    yours, comes_out, condition = words.partition(" is what comes out if ")
    if comes_out and _tells(condition, marked):
        return f"{yours} is a slip of the kind {slip.slip}: {_about(slip.slip)}"
    left, _, value = line.rpartition(" = ")
    return words if not line or left == value or _tells(line, marked) else f"{words}: {line}"


def _about(word: str) -> str:
    """A slip in general, in the words of its shelf, without their formula."""
    said = next((kind.about for kind in all_slips() if kind.word == word), "")
    words: str = max(said.rstrip(".").split(": "), key=lambda part: sum(map(str.isalpha, part)))
    return words[:1].lower() + words[1:]


def _tells(text: str, marked: Marked) -> bool:
    """Whether a text gives away the number that is asked, which can be tried again."""
    right = [each for each in (marked.expected, marked.from_yours) if each is not None]
    if any(len(each.digits) == 1 and each.complete for each in right):
        # 0 and 1 stand everywhere; what a line begins with is what terms are taken from
        number = re.escape(right[0].text)
        return bool(re.match(rf"{number} [+−] ", text) or re.search(rf"in {number}(?![0-9.])", text))
    numbers = [Fraction(each.replace("−", "-")) for each in _NUMBER.findall(text)]
    return any(abs(number - each.value) * _NEAR <= abs(each.value) for number in numbers for each in right)
