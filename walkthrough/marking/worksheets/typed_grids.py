"""Grids as people type or paste them: from a spreadsheet, from Python, from LaTeX, from Markdown."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

_DEEPEST = 4
_MATRIX = re.compile(r"\\(?:begin|end)\{[bpvB]?(?:small)?matrix\}|\\(?:begin|end)\{array\}(?:\{[lcr| ]*\})?")
_LATEX_ROW = re.compile(r"\\\\(?:\[[^\]\n]{0,20}\])?")
_RULE = re.compile(r"\s*:?-+:?\s*")
_BRACKET = re.compile(r"[\[\]]")
_SEPARATED = re.compile(r"\s*[;,]\s*|\s+")
_SEPARATED_DECIMAL = re.compile(r",\s+|\s*;\s*|\s+")
_BLANK_BETWEEN = re.compile(r"[0-9](?:,\s++|\s*+;|\s++)\s*+[0-9+\-−.]")
_DIGIT = re.compile(r"[0-9½¼¾]")
_THOUSAND = re.compile(r"[+\-−–]?[1-9][0-9]{0,2}")
_REST = re.compile(r"0[0-9]{2}")


def plain_rows(text: str) -> str:
    """A grid in LaTeX or Markdown as lines whose cells have tabs between them; any other text as it is."""
    if "\\" in text and _MATRIX.search(text):
        text = _LATEX_ROW.sub("\n", _MATRIX.sub("\n", text)).replace("&", "\t")
        return "\n".join(line.strip(" ") for line in text.split("\n") if line.strip())
    if text.lstrip().startswith("|"):
        return _markdown(text)
    return text


def _markdown(text: str) -> str:
    rows: list[list[str]] = []
    for line in text.strip().split("\n"):
        bare = line.strip()
        cells = bare.removeprefix("|").removesuffix("|").split("|")
        if bare and all(_RULE.fullmatch(cell) for cell in cells):
            # the header above the rule, unless it is the first row of numbers
            if len(rows) == 1 and not any(_DIGIT.search(cell) for cell in rows[0]):
                rows.pop()
            continue
        rows.append([cell.strip() or "?" for cell in cells] if bare else [])
    return "\n".join("\t".join(row) for row in rows)


def bracketed(text: str, decimal: bool) -> list[Any] | None:
    """The nested lists that `[[1, 2], [3, 4]]` stands for; None for any other text."""
    text = text.strip()
    if not text.startswith("[[") and not re.match(r"\[\s+\[", text):
        return None
    separated = _SEPARATED_DECIMAL if decimal else _SEPARATED
    outer: list[Any] = []
    path, done = [outer], 0
    for bracket in _BRACKET.finditer(text):
        between = text[done : bracket.start()].strip().strip(",;").strip()
        if between:
            path[-1].extend(separated.split(between))
        done = bracket.end()
        if bracket[0] == "]":
            if len(path) == 1:
                return None
            path.pop()
        else:
            if len(path) > _DEEPEST:
                return None
            path.append([])
            path[-2].append(path[-1])
    return outer[0] if len(path) == 1 and len(outer) == 1 and not text[done:].strip() else None


def compact_list(text: str) -> bool:
    """Whether a text is a list in which nothing but commas separates the numbers: `[[1,2],[3,4]]`."""
    return text.lstrip().startswith("[") and "," in text and _BLANK_BETWEEN.search(text) is None


def cells_between_tabs(row: str) -> list[str] | None:
    """The cells of a row that was pasted from a spreadsheet, an empty one is blank; None for other rows."""
    if "\t" not in row:
        return None
    cells = [cell.strip() for cell in row.split("\t")]
    # a tab may also be no more than a wide blank
    return None if any(len(cell.split()) > 1 for cell in cells) else [cell or "?" for cell in cells]


def in_thousands(words: list[str]) -> str:
    """Why a row cannot be read: `1 020 1275` has a number that begins with a 0 like no other; or nothing."""
    for one, other in pairwise(words):
        if _REST.fullmatch(other) and _THOUSAND.fullmatch(one):
            return (
                f"{one} {other} can be {one}{other}, or {one} and {other}; write {one}{other} without a blank"
            )
    return ""
