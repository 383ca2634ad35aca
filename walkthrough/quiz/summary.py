"""The counts at the end: by kind of step, and by slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from walkthrough.quiz.quiz import Quiz
from walkthrough.quiz.turns import Turn


def summary(quiz: Quiz) -> Iterator[str]:
    """How many numbers were right at once, of each kind of step; and the slips, with where they happened."""
    if not quiz.turns:
        yield "nothing has been answered"
        return
    yield counted(quiz.turns)
    kinds: dict[str, list[Turn]] = {}
    for turn in quiz.turns:
        kinds.setdefault(quiz.kind(turn.cell), []).append(turn)
    if len(kinds) > 1:
        widest = max(map(len, kinds))
        for kind, several in kinds.items():
            yield f"  {kind.ljust(widest)}  {counted(several)}"
    yield from slips(quiz.turns)


def counted(turns: Sequence[Turn]) -> str:
    """`5 of 8 right at once, 1 after another try, 1 with a hint, 1 shown`."""
    done = [turn for turn in turns if turn.done and not turn.given_up]
    helped = [turn for turn in done if turn.hints]
    at_once = [turn for turn in done if turn.at_once and not turn.hints]
    counts = {
        "after another try": len(done) - len(helped) - len(at_once),
        "with a hint": len(helped),
        "shown": sum(turn.given_up for turn in turns),
        "not finished": sum(not turn.done for turn in turns),
    }
    said = [f"{len(at_once)} of {len(turns)} right at once"]
    return ", ".join(said + [f"{count} {words}" for words, count in counts.items() if count])


def slips(turns: Sequence[Turn]) -> Iterator[str]:
    """`slips: kernel-flipped 2 (conv[1,2], conv[2,1])`, a line each, the most frequent first."""
    where: dict[str, list[str]] = {}
    count: Counter[str] = Counter()
    for turn in turns:
        for one in turn.tries:
            if one.verdict == "wrong":
                word = one.slip or "none that is known"
                count[word] += 1
                where.setdefault(word, [])
                if turn.cell not in where[word]:
                    where[word].append(turn.cell)
    if count:
        yield "slips:"
    for word, times in count.most_common():
        cells = where[word]
        more = f" and {len(cells) - 4} more" if len(cells) > 4 else ""
        yield f"  {word}  {times}  ({', '.join(cells[:4])}{more})"
