"""Worked examples that others published, typed as they print them: only what is wrong is called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkthrough.marking.check import check

PUBLISHED = sorted((Path(__file__).parent / "published").glob("*.toml"))
# what does not follow from what stands before it, and the slip that it is (none that is common)
WRONG = {
    "cs231n-softmax": {"loss": "log-base-10"},  # −log₁₀ 0.353 = 0.452; −ln 0.353 = 1.041
    "ng-strided": {"conv[1,3]": "digit-changed", "conv[2,3]": "digit-changed"},  # 88 and 117
}


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.stem)
def test_only_what_is_wrong_is_called_wrong(file: Path) -> None:
    (sheet,) = check(str(file))
    found = {
        each.claim.cell: next((slip.slip for slip in each.slips), "")
        for each in sheet.claims
        if each.verdict not in ("exact", "rounded", "cut-off", "own-rounding")
    }
    expected = WRONG.get(file.stem, {})
    assert set(found) == set(expected)
    for cell, word in expected.items():
        assert found[cell] in (word, ""), found


def test_the_logarithm_to_ten_of_an_older_figure_is_told() -> None:
    (sheet,) = check(str(next(file for file in PUBLISHED if file.stem == "cs231n-softmax")))
    (loss,) = [each for each in sheet.claims if each.claim.cell == "loss"]
    assert [slip.slip for slip in loss.slips] == ["log-base-10"]
