"""A Python script: code as it stands, everything else as comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from walkthrough.document import Block, Code, Heading, Prose
from walkthrough.formats._pieces import folded

_WIDTH = 100


class PytorchFormat:
    """Code, with headings and sentences between it; the script's own docstring is its title."""

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The script in pieces of text."""
        for block in blocks:
            match block:
                case Heading(text, 1):
                    yield from (f"# {line}\n" for line in wrap(_one_line(text), _WIDTH))
                case Heading(text):
                    yield f"\n\n# --- {_one_line(text)} {'-' * max(3, 70 - len(text))}\n"
                case Prose(text):
                    yield from (f"# {line}\n" for line in folded(_one_line(text), _WIDTH, ""))
                case Code(lines):
                    # two empty lines around a function, as Python is written
                    yield "\n\n" if lines and lines[0].startswith(("def ", "class ")) else "\n"
                    yield "".join(f"{line}\n" for line in lines)
                case _:
                    raise TypeError(f"a script has no {type(block).__name__}")


def _one_line(text: str) -> str:
    """A text that cannot leave its comment."""
    return " ".join(text.split())
