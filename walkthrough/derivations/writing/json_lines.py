"""A derivation's lines as JSON, formulas in SymPy's syntax."""

from __future__ import annotations

import json

from walkthrough.derivations.derivation import Proved
from walkthrough.derivations.writing.how_proved import how
from walkthrough.derivations.writing.sympy_syntax import SymPyWriter
from walkthrough.derivations.writing.text_formulas import Writer


def lines_as_json(proved: Proved) -> str:
    """`{"rule": …, "lines": [{"left", "right", "because", "proved", "how"}]}`, formulas in SymPy's syntax.

    A line that holds only under a condition has it in `given`.
    """
    sympy, text = SymPyWriter(), Writer()
    lines = [
        {
            "left": "" if line.left is None else sympy.line(line.left),
            "right": sympy.line(line.right),
            "because": text.words(line.because).replace("\u00a0", " ") + how(line),
            "proved": line.proved,
            "how": line.proof or None,
        }
        | ({"given": line.given} if line.given else {})
        for line in proved.lines
    ]
    return json.dumps({"rule": proved.rule, "lines": lines}, ensure_ascii=False, indent=1) + "\n"
