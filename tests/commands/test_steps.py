"""Several steps on the command line: `show --steps`, and later cells in `show`, `why` and `check`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.test_cli import out, refused, walkthrough
from tests.updates.cases import RULES, case_text


def test_show_replays_one_step_after_the_other() -> None:
    text = out("show", "two-layer-update", "--steps", "2")
    assert text.count("step 1 of 2") == text.count("step 2 of 2") == 1
    assert "0.2910277737" in text
    assert "0.2835471331" in text
    assert "hidden.weight.new#2" in text  # in the verification
    assert "All 78 cells agree" in text


def test_the_default_is_one_step_and_the_new_loss() -> None:
    text = out("show", "two-layer-update")
    assert "step 1 of" not in text
    assert "with the new parameters" in text
    assert "≈ 0.2910277737" in text
    assert "It was about 0.2983711088 before. This one is the cell loss#2." in text


def test_cells_of_later_steps() -> None:
    assert "z₁ = w₁₁x₁ + w₁₂x₂ + b₁" in out("show", "two-layer-update", "hidden[1]#2")
    tree = out("why", "two-layer-update", "loss#2", "--all")
    unbroken = " ".join(tree.replace("│", " ").split())
    assert "hidden.weight[1,1]#2: w₁₁ ≈ 0.1497807161 as step 1 has left it: hidden.weight.new" in unbroken
    assert "hidden.weight.grad[1,1]:" in tree
    # z = 0.149780716133·0.05 + 0.199561432266·0.10 + 0.35
    document = json.loads(out("show", "two-layer-update", "hidden[1]#2", "--json"))
    assert [(step["cell"], step["value"]) for step in document["steps"]] == [("hidden[1]#2", "0.3774451790")]


def test_json_of_several_steps() -> None:
    document = json.loads(out("show", "two-layer-update", "--steps", "2", "--json"))
    assert float(document["tensors"]["loss#3"]["values"]) < float(document["tensors"]["loss#2"]["values"])
    assert {"hidden.weight.new#2", "output.weight.grad#2"} <= {each["tensor"] for each in document["checks"]}
    assert all(each["agrees"] for each in document["checks"])


def test_steps_that_there_are_not() -> None:
    assert "there is no update" not in refused("show", "two-layer-update", "hidden[3]#2")
    assert "for want of a loss" in refused("show", "convolution", "--steps", "2")
    assert "at most 100 steps" in refused("why", "two-layer-update", "loss#101")
    assert refused("show", "two-layer-update", "--steps", "0")


def test_check_carries_own_numbers_into_the_next_step(tmp_path: Path) -> None:
    """Of a wrong weight the next step's sums follow; what does not follow is wrong."""
    case = tmp_path / "line.toml"
    case.write_text(
        'learning_rate = "0.25"\n[input]\nvalues = "2"\n[[layers]]\ntype = "dense"\nweight = "3.7"\n'
        '[loss]\ntype = "squared_error"\ntarget = "5"\n'
    )
    # g = 2·(7.4 − 5) = 4.8, w = 3.7 − 1.2 = 2.5; this one added: 4.9, so z = 9.8, g = 9.6, w = 2.5
    sheet = tmp_path / "mine.toml"
    sheet.write_text(
        'case = "line.toml"\n[claims]\n"dense.weight.new" = "4.9"\n"dense[1]#2" = "9.8"\n'
        '"dense.weight.grad[1]#2" = "9.6"\n"dense.weight.new[1]#2" = "7.3"\n"loss#3" = "3.125"\n'
    )
    ended = walkthrough("check", str(sheet), "--json")
    assert ended.returncode == 1
    claims = json.loads(ended.stdout)["worksheets"][0]["claims"]
    assert {each["cell"]: each["verdict"] for each in claims} == {
        "dense.weight.new": "wrong",
        "dense[1]#2": "follows",
        "dense.weight.grad[1]#2": "follows",
        "dense.weight.new[1]#2": "wrong",
        "loss#3": "wrong",
    }
    slips = {each["cell"]: [slip["slip"] for slip in each["slips"]] for each in claims}
    assert slips["dense.weight.new"][0] == slips["dense.weight.new[1]#2"][0] == "gradient-added"


def test_a_worksheet_asks_for_what_a_rule_keeps(tmp_path: Path) -> None:
    case = tmp_path / "adam.toml"
    case.write_text(case_text(RULES["adam"]))
    sheet = out("worksheet", str(case))
    assert '"dense.bias.moment2_corrected" = "? ?"' in sheet
    assert ".before" not in sheet
    assert "#2" not in sheet
    longer = out("worksheet", str(case), "--steps", "2")
    assert '"dense.bias.moment2_corrected#2" = "? ?"' in longer
    assert '"dense.bias#2"' not in longer  # it is the first step's dense.bias.new


def test_the_published_claims_are_right_but_the_last() -> None:
    ended = walkthrough("check", "two-layer-update", "--json")
    assert ended.returncode == 1
    (sheet,) = json.loads(ended.stdout)["worksheets"]
    assert sheet["first_wrong"] == "loss#2"
    assert sheet["counts"] == {"exact": 1, "rounded": 19, "wrong": 1}
