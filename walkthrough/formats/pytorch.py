"""A Python script: code as it is, everything else as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from walkthrough.document import Block, Code, Heading, Prose

_WIDTH = 96


class PytorchFormat:
    """Blocks of code with what is said about them; what is neither code nor said has no place in a script."""

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The script in pieces of text."""
        for block in blocks:
            match block:
                case Heading(text, level):
                    yield _comment(text) if level == 1 else f"\n\n{_comment(f'--- {_line(text)} ---')}"
                case Prose(text):
                    yield f"#\n{_comment(text)}"
                case Code(text):
                    yield f"\n{text}\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _comment(text: str) -> str:
    lines = textwrap.wrap(_line(text), _WIDTH, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)
