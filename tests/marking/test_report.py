from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import walkthrough
from walkthrough.case import load, read_case
from walkthrough.document import Block
from walkthrough.formats.text import TextFormat
from walkthrough.marking.check import Checked, CheckOptions, check, check_command
from walkthrough.marking.marked_worksheets import VERDICTS, unit_found
from walkthrough.words.problems import CaseError

FLIPPED = """case = "lecture-notes"
student = "Ben"
[claims]
dense = "-2.55"
sigmoid = "0.0724"
loss = "0.0752"
flatten = "1020 1275 765"
"conv[1,1]" = "?"
"conv[1,2]" = "-510"
"sigmoid.grad" = "7x"
"""
SIX = 'case = "cross-correlation"\nstudent = "Anna"\n[claims]\nconv = """\n8 7\n4 6\n"""\n'
RIGHT = 'case = "cross-correlation"\n[claims]\nconv = """\n8 7\n4 5\n"""\n'


def checked(paths: list[str | Path], **options: Any) -> tuple[str, str, int]:
    """What is printed, what is told, and the exit status."""
    told: list[str] = []
    result = check_command(paths, CheckOptions(**options), TextFormat().render, told.append)
    output = "".join(result)
    return output, "\n".join(told), result.exit_status


def sheet(tmp_path: Path, toml: str, name: str = "sheet.toml") -> Path:
    path = tmp_path / name
    path.write_text(toml)
    return path


# --- text ----------------------------------------------------------------------------------------


def test_a_wrong_sum_is_shown_with_its_line(tmp_path: Path) -> None:
    output, told, status = checked([sheet(tmp_path, SIX)])
    assert (told, status) == ("", 1)
    assert output.replace(f"{tmp_path}/", "").startswith(
        """\
Valid cross-correlation of a 3×3 image with a 2×2 kernel

   sheet.toml: Anna
   3 of 4 numbers are right (3 exact); 1 wrong.
   First wrong: conv[2,2] = 6 (line 6).

   conv
      8   7
      4   6!

   ! wrong.

conv[2,2] = 6 is wrong                                                                        line 6
   z₂₂ = x₂₂k₁₁ + x₂₃k₁₂   =    3·1 + 1·2
       + x₃₂k₂₁ + x₃₃k₂₂   + 0·(−1) + 4·0 = 3 + 2 = 5
"""
    )
    assert "No common slip gives this number." in output  # of one digit nearly any slip gives it


def test_what_gives_a_wrong_number_is_told_with_its_arithmetic(tmp_path: Path) -> None:
    output, _, _ = checked([sheet(tmp_path, SIX.replace("4 6", "4 -5"))])
    assert "Your −5 is what comes out if the sign is the other one: −(5) = −5" in output


def test_a_carried_error_is_not_blamed_again(tmp_path: Path) -> None:
    output, _, status = checked([sheet(tmp_path, FLIPPED)])
    assert status == 1
    assert "First wrong: dense = −2.55 (line 4)." in output
    assert "carried on: sigmoid, loss." in output
    assert output.count(" is wrong ") == 1
    assert "flatten cannot be read (line 7): the grid is a row of 3, and flatten is a row of 4." in output
    assert "sigmoid.grad cannot be read (line 10)" in output
    assert "1 not filled in" in output


def test_the_line_stands_once_with_true_and_once_with_own_numbers(tmp_path: Path) -> None:
    toml = 'case = "lecture-notes"\n[claims]\nsigmoid = "0.92757"\n"sigmoid.grad" = "13.9"\n'
    output, _, _ = checked([sheet(tmp_path, toml)])
    assert "= 1/(1 − 0.9275735146) ≈ 1/0.07242648536 ≈ 13.80710378" in output
    assert "With your own earlier numbers:" in output
    assert "= 1/(1 − 0.92757) = 1/0.07243 ≈ 13.80643380" in output


def test_every_wrong_delta_is_explained_as_the_negative_of_its_gradient(tmp_path: Path) -> None:
    case = '''
learning_rate = "0.1"
[input]
values = "-1 2"
[[layers]]
type = "dense"
weight = """
1 2
4 5
3 1
"""
[loss]
type = "absolute_error"
target = "-9 -9 -9"
[claims]
"dense.delta" = "1 1 1"
'''
    output, told, status = checked([sheet(tmp_path, case)])  # every output is above its target: δ is −1
    assert (told, status) == ("", 1)
    assert "dense.delta[1] = 1 is wrong" in output
    assert "δ is the negative of it." in output
    assert "3 wrong numbers of dense.grad are what comes out if target and output change places" in output


def test_winners_and_gates_in_ones_own_line_are_ones_own(tmp_path: Path) -> None:
    toml = 'case = "lecture-notes"\n[claims]\n"conv[1,1]" = "7650"\n"pool[1,1]" = "1021"\n'
    output, _, _ = checked([sheet(tmp_path, toml)])
    assert re.search(r"max\( +7650 +−510", output)
    assert "the largest is z₁₁" in output
    assert "the largest is z₂₁" in output


def test_all_right(tmp_path: Path) -> None:
    output, _, status = checked([sheet(tmp_path, RIGHT)])
    assert status == 0
    assert "4 of 4 numbers are right (4 exact)." in output
    assert "Nothing is wrong." in output


def test_every_claim_is_listed_when_asked_for(tmp_path: Path) -> None:
    output, _, _ = checked([sheet(tmp_path, FLIPPED)], everything=True)
    assert re.search(r"dense +−2\.55 +wrong +2\.55 +2\.55 +4\n", output)
    assert re.search(r"conv\[1,1\] +\? +blank", output)


def test_without_answers_only_verdict_and_place_are_said(tmp_path: Path) -> None:
    path = sheet(tmp_path, FLIPPED)
    for everything in (False, True):
        output, _, status = checked([path], hide_answers=True, everything=everything)
        assert status == 1
        assert re.search(r"dense +−2\.55 +wrong +4\n", output)
        for answer in (" 2.55", "=2.55", "0.927", "2.625", "flipped", "sign"):
            assert answer not in output
    output, _, _ = checked([path], hide_answers=True, format="json")
    for claim in json.loads(output)["worksheets"][0]["claims"]:
        assert claim["expected"] is None
        assert claim["from_yours"] is None
        assert claim["slips"] == []
    output, _, _ = checked([path], hide_answers=True, everything=True, format="csv")
    assert all(
        row["expected"] == row["from_yours"] == row["slip"] == ""
        for row in csv.DictReader(io.StringIO(output))
    )


def test_digits_are_as_many_as_asked_for(tmp_path: Path) -> None:
    toml = 'case = "lecture-notes"\n[claims]\nsigmoid = "0.5"\n'
    output, _, _ = checked([sheet(tmp_path, toml)], digits=4, format="json")
    assert json.loads(output)["worksheets"][0]["claims"][0]["expected"] == "0.9276"


# --- the lecture notes ---------------------------------------------------------------------------


def test_the_notes_own_claims_are_marked() -> None:
    output, told, status = checked(["lecture-notes"])
    assert (told, status) == ("", 1)
    assert "First wrong: dense = −2.55" in output
    assert "conv[" not in output.partition("carried on")[0]


# --- JSON ----------------------------------------------------------------------------------------


def test_json_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    output, _, _ = checked([sheet(tmp_path, FLIPPED)], format="json")
    whole = json.loads(output)
    assert set(whole) == {"worksheets"}
    (marked,) = whole["worksheets"]
    assert set(marked) == {"file", "case", "student", "claims", "counts", "first_wrong"}
    assert (marked["case"], marked["student"], marked["first_wrong"]) == ("lecture-notes", "Ben", "dense")
    assert marked["counts"] == {"exact": 1, "follows": 2, "wrong": 1, "unreadable": 2, "blank": 1}
    assert sum(marked["counts"].values()) == len(marked["claims"])
    for claim in marked["claims"]:
        keys = {"cell", "written", "verdict", "expected", "from_yours", "enough_digits", "line", "slips"}
        assert set(claim) - {"problem"} == keys
        assert claim["verdict"] in VERDICTS
        assert claim["slips"] == [] or claim["verdict"] == "wrong"
        for slip in claim["slips"]:
            assert set(slip) == {"slip", "at", "gives", "words"}
    dense = next(claim for claim in marked["claims"] if claim["cell"] == "dense")
    assert dense | {"slips": []} == {
        "cell": "dense", "written": "-2.55", "verdict": "wrong", "expected": "2.55", "from_yours": "2.55",
        "enough_digits": True, "line": 4, "slips": [],
    }  # fmt: skip
    assert dense["slips"][0]["slip"] == "sign-flipped"
    assert dense["slips"][0]["gives"] == "-2.55"


def test_claims_stand_in_the_order_of_computation(tmp_path: Path) -> None:
    output, _, _ = checked([sheet(tmp_path, FLIPPED)], format="json")
    cells = [claim["cell"] for claim in json.loads(output)["worksheets"][0]["claims"]]
    assert cells == ["conv[1,1]", "conv[1,2]", "flatten", "dense", "sigmoid", "loss", "sigmoid.grad"]


def test_unreadable_and_blank_do_not_change_the_exit_status(tmp_path: Path) -> None:
    toml = 'case = "lecture-notes"\n[claims]\ndense = "x"\nsigmoid = "?"\npool = "1 2 3"\n'
    output, _, status = checked([sheet(tmp_path, toml)], format="json")
    assert status == 0
    claims = json.loads(output)["worksheets"][0]["claims"]
    assert [claim["verdict"] for claim in claims] == ["unreadable", "unreadable", "blank"]
    assert claims[0]["expected"] is None
    assert "2×2" in claims[0]["problem"]


# --- several -------------------------------------------------------------------------------------


def test_readable_worksheets_are_marked_even_if_others_are_not(tmp_path: Path) -> None:
    sheet(tmp_path, SIX, "a.toml")
    sheet(tmp_path, "case = 3", "b.toml")
    sheet(tmp_path, RIGHT, "c.toml")
    output, told, status = checked([tmp_path], format="json")
    whole = json.loads(output)
    assert status == 2
    assert [Path(each["file"]).name for each in whole["worksheets"]] == ["a.toml", "c.toml"]
    assert whole["problems"][0]["line"] == 1
    assert "b.toml:1: case" in told
    for kind in ("text", "csv"):
        assert checked([tmp_path], format=kind)[2] == 2
    assert checked([tmp_path / "b.toml"], format="json")[2] == 2
    assert checked([tmp_path / "nothing.toml"])[2] == 2


def test_where_there_is_nothing_to_mark_that_is_said(tmp_path: Path) -> None:
    sheet(tmp_path, load("convolution").toml, "case.toml")
    assert checked([tmp_path]) == ("", f"{tmp_path}: no worksheet is there to be marked", 2)
    assert checked([sheet(tmp_path, "student,case,dense\n", "class.csv")])[2] == 2


def test_a_class_has_a_table_for_cells_for_slips_and_for_students(tmp_path: Path) -> None:
    names = [f"S{number:02}" for number in range(12)]
    rows = [f"{name};cross-correlation;8;7;4;{-5 if at < 3 else 5}" for at, name in enumerate(names)]
    table = "student;case;conv[1,1];conv[1,2];conv[2,1];conv[2,2]\n" + "\n".join(rows) + "\n"
    output, _, status = checked([sheet(tmp_path, table, "class.csv")])
    assert status == 1
    assert output.startswith("12 worksheets\n")
    assert "45 of 48 numbers are right (45 exact); 3 wrong." in output
    assert "On 9 of 12 worksheets nothing is wrong." in output
    assert re.search(r"conv\[2,2\] +9 +0 +3 +3 +0 +0 +sign-flipped \(3\)", output)
    assert re.search(r"sign-flipped +3 +3 +conv\[2,2\]", output)
    assert re.search(r"S02 +3 +0 +1 +4 +conv\[2,2\] +sign-flipped", output)
    assert re.search(r"S03 +4 +0 +0 +4", output)
    assert "S11" in output
    assert "sign-flipped, 3 of 12 worksheets: in conv[2,2]," in output
    assert "flipped" not in checked([tmp_path / "class.csv"], hide_answers=True)[0]


def test_results_of_a_class_as_csv(tmp_path: Path) -> None:
    table = "student,case,conv[2,2]\n=cmd(),cross-correlation,-5\nBen,cross-correlation,5\n"
    path = sheet(tmp_path, table, "class.csv")
    output, _, status = checked([path], format="csv")
    first, second = csv.DictReader(io.StringIO(output))
    assert status == 1
    assert first["student"] == "'=cmd()"
    assert (first["wrong"], first["first_wrong"], first["slip"]) == ("1", "conv[2,2]", "sign-flipped")
    assert (second["student"], second["exact"], second["wrong"], second["first_wrong"]) == (
        "Ben",
        "1",
        "0",
        "",
    )
    assert (first["right"], second["right"]) == ("0", "1")
    output, _, _ = checked([path], format="csv", everything=True)
    rows = list(csv.DictReader(io.StringIO(output)))
    assert [(row["cell"], row["written"], row["verdict"]) for row in rows] == [
        ("conv[2,2]", "-5", "wrong"),
        ("conv[2,2]", "5", "exact"),
    ]


def test_everybody_is_listed_whatever_they_handed_in(tmp_path: Path) -> None:
    rows = "perfect;8;7;4;5\nblank;;;;\npartial;8;?;;6\nodd;x;7;4;5\n"
    table = "student;conv[1,1];conv[1,2];conv[2,1];conv[2,2]\n" + rows
    output, _, status = checked([sheet(tmp_path, table, "class.csv")], case="cross-correlation")
    assert status == 1
    for row in (
        r"perfect +4 +0 +0 +4",
        r"blank +0 +0 +0 +4",
        r"partial +1 +0 +1 +4 +conv\[2,2\]",
        r"odd +3 +0 +0 +4",
    ):
        assert re.search(row, output), row


def test_the_odd_ones_are_told_and_the_rest_is_marked(tmp_path: Path) -> None:
    path = sheet(tmp_path, 'case = "lecture-notes"\n[claims]\ndense = "2.55"\n"sigmiod" = "0.93"\n')
    output, told, status = checked([path], format="json")
    whole = json.loads(output)
    assert status == 2
    assert [each["verdict"] for each in whole["worksheets"][0]["claims"]] == ["exact"]
    assert 'did you mean "sigmoid"' in told
    assert "sigmiod" in whole["problems"][0]["message"]


def test_each_worksheet_has_its_own_page(tmp_path: Path) -> None:
    table = "student,case,conv[2,2]\nAnna B./../,cross-correlation,6\nAnna B,cross-correlation,5\n"
    pages: list[tuple[str, int]] = []
    options = CheckOptions(page=lambda whose, blocks: pages.append((whose, len(list(blocks)))))
    list(check_command([sheet(tmp_path, table, "class.csv")], options, TextFormat().render))
    assert [whose for whose, _ in pages] == ["Anna B./../", "Anna B"]
    assert all(count > 2 for _, count in pages)


def test_a_few_worksheets_are_each_reported_after_what_they_have_in_common(tmp_path: Path) -> None:
    output, _, _ = checked([sheet(tmp_path, SIX, "a.toml"), sheet(tmp_path, RIGHT, "b.toml")])
    assert output.startswith("2 worksheets\n")
    assert output.count("Valid cross-correlation of a 3×3 image") == 2


def test_results_of_many_are_passed_on_one_by_one(tmp_path: Path) -> None:
    for number in range(3):
        sheet(tmp_path, SIX, f"{number}.toml")
    (tmp_path / "3.toml").write_text(RIGHT)
    pieces = iter(check_command([tmp_path], CheckOptions(format="json"), TextFormat().render))
    assert next(pieces)
    first = next(pieces)
    (tmp_path / "3.toml").write_text("broken")
    assert json.loads(first)["student"] == "Anna"
    assert "problems" in "".join(pieces)


# --- from Python ---------------------------------------------------------------------------------


def test_check_from_python(tmp_path: Path) -> None:
    (marked,) = check({"dense": "-2.55", "sigmoid": 0.0724}, case="lecture-notes")
    assert [each.verdict for each in marked.claims] == ["wrong", "follows"]
    assert marked.first_wrong == "dense"
    (again,) = check(marked.worksheet)
    assert again == marked
    own = read_case((load("cross-correlation").toml), "mine")
    assert check({"conv[1,1]": 8}, case=own)[0].claims[0].verdict == "exact"
    assert len(check(sheet(tmp_path, SIX, "a.toml"), str(sheet(tmp_path, RIGHT, "b.toml")))) == 2
    with pytest.raises(CaseError, match="there is no"):
        check({"dnse": "1"}, case="lecture-notes")
    with pytest.raises(CaseError, match="case"):
        check({"dense": "1"})
    with pytest.raises(CaseError, match="neither a file"):
        check(tmp_path / "nothing.toml")


# --- hostile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "json", "csv"])
def test_no_escape_sequence_of_a_worksheet_reaches_the_terminal(tmp_path: Path, kind: str) -> None:
    bad = "\\u001b[31m\\u202e"
    toml = f'case = "lecture-notes"\nstudent = "{bad}"\n[claims]\ndense = "{bad}1"\npool = "{bad}"\n'
    path = sheet(tmp_path, toml, "\x1b[2J.toml")
    for everything in (False, True):
        output, told, _ = checked([path, path], format=kind, everything=everything)
        assert "\\x1b[31m" in output or kind == "json"
        assert all(line.isprintable() for line in (output + told).split("\n"))


def test_a_long_number_is_not_repeated_in_full(tmp_path: Path) -> None:
    toml = f'case = "lecture-notes"\n[claims]\ndense = "{"9" * 4000}"\nsigmoid = "{"9" * 100_000}"\n'
    output, _, status = checked([sheet(tmp_path, toml)])
    assert status == 1
    assert len(output) < 5_000
    assert "over 4,000 digits" in output


class Everything:
    """A format that only counts."""

    def render(self, blocks: Iterable[Block]) -> Iterable[str]:
        return [str(len(list(blocks)))]


def test_any_format_may_render_the_report(tmp_path: Path) -> None:
    result = check_command([sheet(tmp_path, SIX)], CheckOptions(format="markdown"), Everything().render)
    assert isinstance(result, Checked)
    assert int("".join(result)) > 5
    assert walkthrough.__version__


def test_the_digits_that_were_found_are_said(tmp_path: Path) -> None:
    """1182.656 as 1200 is right to the hundreds, and as 1180 to the tens: its zeros were not worked out."""
    file = tmp_path / "sheet.toml"
    file.write_text(
        'case = "lecture-notes"\n[claims]\n"dense.weight.grad[2]" = "1200"\n"dense.weight.grad[4]" = "1180"\n'
    )
    (sheet,) = check(file)
    found = {marked.claim.cell: unit_found(marked) for marked in sheet.claims}
    assert found == {"dense.weight.grad[2]": 100, "dense.weight.grad[4]": 10}
    assert [marked.verdict for marked in sheet.claims] == ["rounded", "rounded"]


def test_what_to_look_at_again_can_be_typed(tmp_path: Path) -> None:
    (tmp_path / "my case.toml").write_text(
        'input.values = "1 2 3"\n[[layers]]\ntype = "dense"\nweight = "400 50 6"\n[claims]\ndense = "519"\n'
    )
    said = " ".join(checked([tmp_path / "my case.toml"])[0].split())
    assert f"walkthrough show '{tmp_path}/my case.toml' 'dense[1]'" in said


def test_ones_own_number_that_ends_is_printed_whole(tmp_path: Path) -> None:
    # 0.01 − 0.1·(0.0724·1020), which ends, though what it comes from was rounded
    toml = 'case = "lecture-notes"\n[claims]\nsigmoid = "0.0724"\n"dense.weight.new[1]" = "946.1"\n'
    output, _, _ = checked([sheet(tmp_path, toml)])
    assert "0.01 − 0.1·73.848 = 0.01 − 7.3848 = −7.3748" in output
