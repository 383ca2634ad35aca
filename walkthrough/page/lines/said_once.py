"""Lines of a block, and what is said once because it holds for all of them."""

from __future__ import annotations

from dataclasses import replace

from walkthrough.document import Working, Workings
from walkthrough.page.lines.drafts import Draft


def said_once(drafts: list[Draft], lines: list[Working]) -> Workings:
    """The lines with the remarks in which they differ, and the others once for all of them."""
    remarks = [line.because.split("; ") if line.because else [] for line in lines]
    alike = {draft.alike for draft in drafts}
    common: list[str] = []
    if len(lines) > 1 and len(alike) == 1 and (words := alike.pop()):
        common.append(words)
        remarks = [each[1:] for each in remarks]
    parts = dict.fromkeys(part for own in remarks for part in own)
    common += [each for each in parts if _holds(each, lines, remarks)]
    kept = ["; ".join(part for part in own if part not in common) for own in remarks]
    found = (
        line if own == line.because else replace(line, because=own)
        for line, own in zip(lines, kept, strict=True)
    )
    return Workings(tuple(found), "; ".join(common))


def _holds(remark: str, lines: list[Working], remarks: list[list[str]]) -> bool:
    """Whether a remark is made of every line, but for a few that nothing comes to and that say so."""
    without = [line for line, own in zip(lines, remarks, strict=True) if remark not in own]
    closed = all(len(line.sides) == 1 and line.because for line in without)
    return closed and 2 * len(without) < len(lines)
