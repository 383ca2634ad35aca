"""Lines of an update that are said once and repeated read as those that are said each for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkthrough.case import load
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.ledger import Ledger
from walkthrough.page.voice.one_row import in_one_row
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay

# a gradient is 0 where an input is; two weights are one number, written in two ways
INPUT = "0 1 0 0.5 0 0 2 0 0 -1"
ROW = "0.10 0.1 0.1 -0.3 1/3 0.10 0.1 0.10 -0.30 0.3"


@pytest.mark.parametrize("update", ["sgd", "adam", "rmsprop"])
def test_each_line_is_its_own(tmp_path: Path, update: str) -> None:
    case = tmp_path / "case.toml"
    rows = "\\n".join([ROW] * 12)
    case.write_text(
        f'learning_rate = "0.1"\n[input]\nvalues = "{INPUT}"\n'
        f'[[layers]]\ntype = "dense"\nweight = "{rows}"\n[[layers]]\ntype = "sigmoid"\n'
        f'[loss]\ntype = "squared_error"\ntarget = "{" ".join("1" * 12)}"\n[update]\ntype = "{update}"\n'
    )
    narration = Narration(Steps(replay(load(str(case)))))
    ledger = Ledger(narration)
    names = [name for name in narration.steps.trace.places if name.startswith("dense.weight.")]
    said = [name for name in names if ledger.takes(name) and not name.endswith((".grad", ".before"))]
    for name in said:
        steps = narration.steps.tensor(name)
        lines = [line for several in ledger.lines(name) for line in several]
        assert lines == [in_one_row(narration.line(step)).text for step in steps]
    assert "dense.weight.new" in said
    new = [line for several in ledger.lines("dense.weight.new") for line in several]
    # as the case writes them, also where all else is alike
    assert new[0].endswith("= 0.1")
    assert "w[1,1]" in new[0]
    assert " = 0.10 " in new[0]
    assert " = 0.1 " in new[2].removesuffix("= 0.1")
    assert "w[12,1]" in new[110]
    assert new[110] == new[0].replace("[1,1]", "[12,1]")
