"""A Jupyter notebook: code in cells, everything else as Markdown between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from walkthrough.document import Block, Code
from walkthrough.formats.markdown import MarkdownFormat


class NotebookFormat:
    """Blocks as a notebook (nbformat 4.5) that has not been run yet."""

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The notebook in one piece."""
        cells = list(_cells(blocks))
        for number, cell in enumerate(cells, start=1):
            cell["id"] = f"cell-{number}"
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = {
            "cells": cells,
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        yield json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cells(blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
    for is_code, several in groupby(blocks, lambda block: isinstance(block, Code)):
        if not is_code:
            text = "".join(MarkdownFormat().render(several)).rstrip("\n")
            yield {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}
            continue
        for block in several:
            assert isinstance(block, Code)
            source = "\n".join(block.lines).splitlines(keepends=True)
            yield {
                "cell_type": "code",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
