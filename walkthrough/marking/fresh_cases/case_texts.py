"""A case written as the text of a file: what stood in the first one's, with other grids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from walkthrough.case.grids.grid_text import read_text
from walkthrough.case.tables.values import Bare, Misread
from walkthrough.marking.worksheets.claimed_grids import laid_out
from walkthrough.numbers.grid import GivenGrid


def case_text(table: Mapping[str, Any], heading: str) -> str:
    """The TOML of a case: plain keys first, then its tables; grids with their numbers as they are written."""
    lines = [f"# {heading}"]
    lines += _pairs({key: value for key, value in table.items() if not _is_table(value)})
    for key, value in table.items():
        if _is_table(value):
            for each in value if isinstance(value, list) else [value]:
                mark = f"[[{key}]]" if isinstance(value, list) else f"[{key}]"
                lines += ["", mark, *_pairs(each)]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, GivenGrid):
        return _grid(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(_pairs(value)) + " }"
    return str(value)


def _grid(grid: GivenGrid) -> str:
    """A grid as text in the rank that it has, or as nested lists where text would lose a rank."""
    texts = [grid.text(place).replace("−", "-") for place in range(grid.size)]
    if len(grid.shape) == 1:
        return f'"{" ".join(texts)}"'
    body = "\n".join(laid_out(grid.shape, texts))
    try:
        same = read_text(body).shape == grid.shape
    except Misread:
        same = False
    if same:
        return f'"""\n{body}\n"""' if "\n" in body else f'"{body}"'
    return _nested(grid.shape, texts)


def _nested(shape: tuple[int, ...], texts: list[str]) -> str:
    if not shape:
        return f'"{texts[0]}"'
    size = prod(shape[1:])
    parts = (_nested(shape[1:], texts[at * size : (at + 1) * size]) for at in range(shape[0]))
    return "[" + ", ".join(parts) + "]"
