"""A derivation's lines as JSON, formulas in SymPy's syntax."""

from __future__ import annotations

import json

from walkthrough.derivations.derivation import Proved, ProvedEqualities, ProvedLine
from walkthrough.derivations.writing.how_proved import how
from walkthrough.derivations.writing.sympy_syntax import SymPyWriter
from walkthrough.derivations.writing.text_formulas import TextWriter


def lines_as_json(proved: Proved) -> str:
    """`{"rule": …, "lines": [{"left", "right", "because", "proved", "how"}], "general": […]}`.

    Formulas are in SymPy's syntax. A line that holds only under a condition has it in `given`. `lines` are
    those of these sizes, entry by entry; `general` are those in letters, for any size.
    """
    chains = [block for block in proved.blocks if isinstance(block, ProvedEqualities)]
    told: dict[str, object] = {"rule": proved.rule}
    for key, general in (("lines", False), ("general", True)):
        told[key] = [_line(line) for chain in chains if chain.general is general for line in chain.lines]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _line(line: ProvedLine) -> dict[str, object]:
    sympy, text = SymPyWriter(), TextWriter()
    told: dict[str, object] = {
        "left": "" if line.left is None else sympy.line(line.left),
        "right": sympy.line(line.right),
        "because": text.words(line.because).replace("\u00a0", " ") + how(line),
        "proved": line.proved,
        "how": line.proof or None,
    }
    return told | ({"given": line.given} if line.given else {})
