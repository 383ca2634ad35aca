"""A case made of an architecture and a state_dict: options from the one, numbers from the other.

The architecture is a case file in which layers have no kernels and weights. Each takes the next module of the
state_dict that has what it needs, or the one that it names: `from = "features.0"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from walkthrough.case.tables.source import Source
from walkthrough.training.exchange.names import IGNORED, ROLES, converted
from walkthrough.training.exchange.state_dicts import StateDict
from walkthrough.training.refusal import NoWeights
from walkthrough.words.messages import quoted, suggestion

_TYPE = re.compile(r"\s*type\s*=")


@dataclass(frozen=True)
class Imported:
    """The text of a case, and the arrays that stand in the file beside it."""

    toml: str
    arrays: StateDict


def imported(architecture: Source, weights: StateDict, file: str) -> Imported:
    """The case, whose numbers are in a file of this name; raises NoWeights."""
    modules = _modules(weights)
    lines = architecture.toml.splitlines()
    added: dict[int, list[str]] = {}
    dropped: set[int] = set()
    arrays: StateDict = {}
    for place, table, module in _matched(architecture, modules):
        line = architecture.line(("layers", place, "type"))
        if line is None or not _TYPE.match(lines[line - 1]):
            said = "write it under [[layers]], with type = … on a line of its own"
            raise NoWeights(f"{architecture.file}: layers[{place + 1}]: {said}")
        if "from" in table:
            dropped.add(architecture.line(("layers", place, "from")) or 0)
        for role, own in ROLES[table["type"]].items():
            if own in modules[module]:
                name = f"{module}.{own}" if module else own
                arrays[name] = converted(table["type"], role, weights[name].astype(np.float64), table)
                grid = f"{{ file = {_quoted(file)}, array = {_quoted(name)} }}"
                added.setdefault(line, []).append(f"{role} = {grid}")
    text = []
    for number, line_text in enumerate(lines, 1):
        text += [] if number in dropped else [line_text]
        text += added.get(number, [])
    return Imported("\n".join(text) + "\n", arrays)


def _modules(weights: StateDict) -> dict[str, set[str]]:
    """What each module of a state_dict has: `conv1` → weight, bias."""
    found: dict[str, set[str]] = {}
    for name in weights:
        module, _, own = name.rpartition(".")
        if own not in IGNORED:
            found.setdefault(module, set()).add(own)
    return found


def _matched(source: Source, modules: dict[str, set[str]]) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Each layer that has numbers, with its place and the module that it takes."""
    tables = source.table.get("layers")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        said = "has no [[layers]]; the architecture is a case file without its weights"
        raise NoWeights(f"{source.file}: {said}")
    left = list(modules)
    for place, table in enumerate(tables):
        roles = ROLES.get(str(table.get("type")))
        if roles is None or set(roles) & table.keys():
            continue  # nothing to learn, or its numbers stand there already
        module = _module(source, place, table, left, modules)
        left.remove(module)
        yield place, table, module
    if left:
        raise NoWeights(
            f"{source.file}: no layer takes {', '.join(map(quoted, left[:5]))} of the weights; "
            "a layer is missing, or has a type without numbers"
        )


def _module(
    source: Source, place: int, table: dict[str, Any], left: list[str], modules: dict[str, set[str]]
) -> str:
    said, of = table.get("from"), f"{source.file}:{source.line(('layers', place))}: layers[{place + 1}]"
    if said is not None:
        if said not in left:
            near = suggestion(str(said), left)
            raise NoWeights(f"{of}.from: {quoted(str(said))} is not in the weights; {near}")
        return str(said)
    optional = set() if table["type"] == "batch_norm2d" else {"bias"}
    needed = set(ROLES[table["type"]].values()) - optional
    for module in left:
        if needed <= modules[module]:
            return module
    raise NoWeights(f"{of}: the weights have no module left with {', '.join(sorted(needed))}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
