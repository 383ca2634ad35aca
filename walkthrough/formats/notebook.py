"""A Jupyter notebook: words and formulas as Markdown, programs as cells that run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from walkthrough.document import Block, Code, Heading
from walkthrough.formats.markdown import MarkdownFormat

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class NotebookFormat:
    """Blocks as a notebook of nbformat 4.5: a new cell at each heading and at each program."""

    def __init__(self, plain: bool = False) -> None:
        self._markdown = MarkdownFormat(plain=plain)

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The notebook in pieces of text, a cell each."""
        yield '{"cells": [\n'
        for number, cell in enumerate(self._cells(blocks), 1):
            own = {"id": f"cell-{number}"} | cell
            yield (",\n" if number > 1 else "") + json.dumps(own, ensure_ascii=False)
        end = {"metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
        yield "],\n" + json.dumps(end)[1:] + "\n"

    def _cells(self, blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
        said: list[Block] = []
        for block in blocks:
            if isinstance(block, Heading | Code):
                yield from self._words(said)
                said = []
            if isinstance(block, Code):
                yield _program(block.text)
            else:
                said.append(block)
        yield from self._words(said)

    def _words(self, said: list[Block]) -> Iterator[dict[str, Any]]:
        text = "".join(self._markdown.render(said)).strip("\n")
        if text:
            yield {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _program(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
