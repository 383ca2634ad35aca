"""The reasons of a number as a tree that can be folded: each number under what it goes into."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.document import Block, Branch, Heading, Prose
from walkthrough.page.reasons import Reason


def reason_blocks(reason: Reason) -> Iterator[Block]:
    """A page that says where one number comes from."""
    yield Heading(f"Where {reason.cell} comes from", 1)
    yield _branch(reason)
    if _is_cut(reason):
        yield Prose("…: --depth N goes back further, --routes N shows more, --all everything.")


def _branch(reason: Reason) -> Branch:
    remarks = [f"see {reason.again}"] if reason.again else ["…"] if reason.further else []
    if reason.because and not reason.again:
        remarks.append(reason.because)
    branches = [_branch(each) for each in reason.sources]
    if reason.left_out:
        together = f", together {reason.together}" if reason.together else ""
        branches.append(Branch("", "", f"… and {reason.left_out:,} more{together}"))
    return Branch(reason.cell, reason.line, "; ".join(remarks), tuple(branches))


def _is_cut(reason: Reason) -> bool:
    return reason.further or bool(reason.left_out) or any(map(_is_cut, reason.sources))
