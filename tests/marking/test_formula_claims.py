"""Formulas on worksheets and in cases: marked, explained in every format, and refused in good time."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from walkthrough.case import list_shipped, load, read_case
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat
from walkthrough.formulas import check_formula
from walkthrough.marking.check import CheckOptions, check, check_command
from walkthrough.marking.worksheets.formula_claims import MOST_FORMULAS
from walkthrough.trace.network import network
from walkthrough.words.problems import CaseError

CASE = 'case = "kernel-and-input-gradient"\n'
RIGHT = '"conv.kernel.grad[2,1]" = "g[1,1]*x[2,1] + g[1,2]*x[2,2] + g[2,1]*x[3,1] + g[2,2]*x[3,2]"\n'
BESIDE = RIGHT.replace("x[3,2]", "x[3,3]")
NOT_TURNED = '"input.grad[1,2]" = "g11*k21 + g12*k22"\n'


def checked(tmp_path: Path, toml: str, **options: Any) -> tuple[str, str, int]:
    """What is printed, what is told, and the exit status."""
    path = tmp_path / "sheet.toml"
    path.write_text(toml)
    told: list[str] = []
    render = (MarkdownFormat() if options.get("format") == "markdown" else TextFormat()).render
    result = check_command([path], CheckOptions(**options), render, told.append)
    return "".join(result), "\n".join(told), result.exit_status


def claims(tmp_path: Path, formulas: str, **options: Any) -> list[dict[str, Any]]:
    output, told, _ = checked(tmp_path, f"{CASE}[formulas]\n{formulas}", format="json", **options)
    assert told == ""
    found: list[dict[str, Any]] = json.loads(output)["worksheets"][0]["claims"]
    return found


# --- JSON ------------------------------------------------------------------------------------------------


def test_a_right_formula(tmp_path: Path) -> None:
    output, _, status = checked(tmp_path, f"{CASE}[formulas]\n{RIGHT}", format="json")
    (sheet,) = json.loads(output)["worksheets"]
    text = RIGHT.split('"')[3]
    assert status == 0
    assert sheet["claims"] == [
        {
            "cell": "conv.kernel.grad[2,1]",
            "written": text,
            "verdict": "right",
            "expected": text,
            "from_yours": None,
            "enough_digits": True,
            "line": 3,
            "missing": [],
            "spare": [],
            "misindexed": [],
            "instead": [],
            "slips": [],
        }
    ]
    assert sheet["counts"] == {"right": 1}
    assert sheet["first_wrong"] is None


def test_an_index_that_is_off_by_one(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, BESIDE)
    assert claim["verdict"] == "wrong"
    assert (claim["misindexed"], claim["instead"]) == (["g[2,2]*x[3,3]"], ["g[2,2]*x[3,2]"])
    assert (claim["missing"], claim["spare"]) == ([], [])
    assert [slip["slip"] for slip in claim["slips"]] == ["neighbour-read"]
    assert claim["slips"][0].keys() == {"slip", "at", "gives", "words"}


def test_terms_that_are_missing_and_spare(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, '"conv[1,1]" = "x11k11 + x12k12 + x21k21 + g11"\n')
    assert (claim["missing"], claim["spare"], claim["misindexed"]) == (["x[2,2]*k[2,2]"], ["g[1,1]"], [])
    assert claim["expected"] == "x[1,1]*k[1,1] + x[1,2]*k[1,2] + x[2,1]*k[2,1] + x[2,2]*k[2,2]"


def test_a_kernel_that_is_not_turned(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, NOT_TURNED)
    assert [slip["slip"] for slip in claim["slips"]] == ["kernel-not-rotated"]
    assert claim["slips"][0]["gives"] == "g[1,1]*k[2,1] + g[1,2]*k[2,2]"


def test_formulas_come_after_the_numbers_in_the_order_of_computation(tmp_path: Path) -> None:
    toml = f'{CASE}[claims]\n"conv[1,1]" = "13"\n"input.grad[1,1]" = "5"\n[formulas]\n{NOT_TURNED}{RIGHT}'
    output, _, status = checked(tmp_path, toml + '"conv[1,2]" = "x12"\n', format="json")
    (sheet,) = json.loads(output)["worksheets"]
    cells = ["conv[1,1]", "input.grad[1,1]", "conv[1,2]", "conv.kernel.grad[2,1]", "input.grad[1,2]"]
    assert [claim["cell"] for claim in sheet["claims"]] == cells
    assert sheet["counts"] == {"right": 1, "exact": 1, "wrong": 3}
    assert (status, sheet["first_wrong"]) == (1, "conv[1,2]")


def test_first_wrong_is_the_number_if_that_comes_first(tmp_path: Path) -> None:
    toml = f'{CASE}[formulas]\n{NOT_TURNED}[claims]\n"conv[1,1]" = "7"\n'
    assert (
        json.loads(checked(tmp_path, toml, format="json")[0])["worksheets"][0]["first_wrong"] == "conv[1,1]"
    )
    assert "First wrong: conv[1,1] = 7 (line 5)." in checked(tmp_path, toml)[0]


def test_what_cannot_be_read_is_never_wrong(tmp_path: Path) -> None:
    texts = ["", "?", "q1", "g11 +", "x", "__import__('os')", "1e5", "\x7f\u202e"]
    cells = ["conv[1,1]", "conv[1,2]", "conv[2,1]", "conv[2,2]", *(f"input.grad[1,{n}]" for n in (1, 2, 3))]
    toml = "".join(
        f"{json.dumps(cell)} = {json.dumps(text)}\n"
        for cell, text in zip([*cells, "input.grad[2,1]"], texts, strict=True)
    )
    found = claims(tmp_path, toml)
    assert {claim["verdict"] for claim in found} == {"unreadable"}
    assert all(claim["problem"].isprintable() for claim in found)
    assert checked(tmp_path, f"{CASE}[formulas]\n{toml}")[2] == 0


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ('"conv" = "x11"', "whole tensor"),
        ('"conv[1,1]" = ["x11"]', "a list of 1"),
        ('"conv[1,1]" = true', "expected a formula in quotation marks"),
        ('"input[1,1]" = "x11"', "input is given"),
        ('"conv.kernel[1,1]" = "k11"', "conv.kernel is given"),
    ],
)
def test_reasons_for_what_is_unreadable(tmp_path: Path, formula: str, said: str) -> None:
    (claim,) = claims(tmp_path, formula)
    assert claim["verdict"] == "unreadable"
    assert said in claim["problem"]


def test_a_number_is_a_formula_too(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, '"conv[1,1]" = 13')
    assert (claim["verdict"], claim["spare"]) == ("wrong", ["13"])


def test_in_a_batch_the_gradient_of_a_parameter_is_a_mean(tmp_path: Path) -> None:
    toml = 'case = "two-conv-network"\n[formulas]\n'
    toml += '"dense2.weight.grad[1,2]" = "g1*x2"\n"dense2.weight.grad@2[1,2]" = "g1*x2"\n'
    toml += '"dense2.weight.new[1,2]" = "g1*x2"\n"relu3.grad@2[2]" = "g1*w12 + g2*w22 + g3*w32"\n'
    (sheet,) = json.loads(checked(tmp_path, toml, format="json")[0])["worksheets"]
    verdicts = {claim["cell"]: claim["verdict"] for claim in sheet["claims"]}
    assert verdicts.pop("dense2.weight.grad[1,2]") == "unreadable"
    assert verdicts.pop("dense2.weight.new[1,2]") == "unreadable"
    assert set(verdicts.values()) == {"right"}
    said = {claim["cell"]: claim.get("problem", "") for claim in sheet["claims"]}
    assert "dense2.weight.grad@1[1,2]" in said["dense2.weight.grad[1,2]"]


# --- files that make no sense ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formulas", "line", "said"),
    [
        ('"konv[1,1]" = "x11"', 3, 'did you mean "conv"'),
        ('"conv[3,3]" = "x11"', 3, "lies outside"),
        ('"conv[1,1]" = "x11"\n"conv[1,1,1]" = "x11"', 4, "is claimed twice, the other time in line 3"),
    ],
)
def test_cells_that_are_not_there(tmp_path: Path, formulas: str, line: int, said: str) -> None:
    output, told, status = checked(tmp_path, f"{CASE}[formulas]\n{formulas}\n")
    assert (output, status) == ("", 2)
    assert f"line {line}" in told or f":{line}" in told
    assert said in told


def test_so_many_formulas_are_refused(tmp_path: Path) -> None:
    toml = "".join(f'"a{n}" = "x"\n' for n in range(MOST_FORMULAS + 1))
    _, told, status = checked(tmp_path, f"{CASE}[formulas]\n{toml}")
    assert status == 2
    assert f"at most {MOST_FORMULAS:,} are marked" in told


def test_no_table_of_formulas(tmp_path: Path) -> None:
    assert checked(tmp_path, f'{CASE}formulas = "x"\n')[2] == 2
    shipped = load("cross-correlation").toml
    with pytest.raises(CaseError, match="expected a table"):
        read_case('formulas = "x"\n' + shipped)


@pytest.mark.parametrize(
    "text",
    [
        "g11+" * 250_000,
        "(" * 10_000 + "g11" + ")" * 10_000,
        "\x01\x1b[31m\u202e" * 100,
        "-" * 19_999,
        "(x11+k11)^4(x12+k12)^4+" * 900 + "1",
        "9^4^4^4",
        "x[" + "9" * 10_000 + "]",
    ],
)
def test_hostile_formulas(tmp_path: Path, text: str) -> None:
    start = time.perf_counter()
    toml = f'{CASE}[formulas]\n"conv[1,1]" = {json.dumps(text)}\n'
    for kind in ("text", "json", "csv", "markdown"):
        output, told, status = checked(tmp_path, toml, format=kind, everything=True)
        assert (told, status) == ("", 0)
        assert output.replace("\n", "").isprintable()
    assert time.perf_counter() - start < 20, "not a measurement, only a floor under which nothing hangs"


# --- text, markdown, CSV ---------------------------------------------------------------------------------


def test_text_shows_yours_the_right_one_and_the_difference(tmp_path: Path) -> None:
    output, _, status = checked(tmp_path, f'{CASE}student = "Ada"\n[formulas]\n{BESIDE}')
    assert status == 1
    assert output.replace(f"{tmp_path}/", "").endswith(
        """\
   sheet.toml: Ada
   0 of 1 formula is right; 1 wrong.
   First wrong: the formula for conv.kernel.grad[2,1] (line 4).

The formula for conv.kernel.grad[2,1] is wrong                                                line 4
   yours = g[1,1]*x[2,1] + g[1,2]*x[2,2] + g[2,1]*x[3,1] + g[2,2]*x[3,3]
   right = g[1,1]*x[2,1] + g[1,2]*x[2,2] + g[2,1]*x[3,1] + g[2,2]*x[3,2]

   Mis-indexed: g[2,2]*x[3,3] for g[2,2]*x[3,2].
   Yours is what comes out if x[3,3] is read for x[3,2]: an index is off by one.
"""
    )


def test_text_names_what_is_missing_and_spare(tmp_path: Path) -> None:
    output, _, _ = checked(tmp_path, f'{CASE}[formulas]\n"conv[1,1]" = "x11k11 + x12k12 + x21k21 - g11"\n')
    assert "Missing: x[2,2]*k[2,2]." in output
    assert "Spare: −g[1,1]." in output


def test_nothing_is_wrong(tmp_path: Path) -> None:
    output, _, status = checked(tmp_path, f"{CASE}[formulas]\n{RIGHT}")
    assert status == 0
    assert "1 of 1 formula is right.\n   Nothing is wrong." in output
    assert "numbers" not in output


def test_markup_in_a_formula_is_literal(tmp_path: Path) -> None:
    toml = f"{CASE}[formulas]\n\"conv[1,1]\" = '<b>*x*</b> | `x`'\n"
    output, _, _ = checked(tmp_path, toml, format="markdown", everything=True)
    assert r"\<b\>\*x\*" in output
    assert "<b>" not in output.replace(r"\<b\>", "")


@pytest.mark.parametrize("kind", ["text", "markdown", "json", "csv"])
@pytest.mark.parametrize("everything", [False, True])
def test_hidden_answers_stand_nowhere(tmp_path: Path, kind: str, everything: bool) -> None:
    toml = f'{CASE}[formulas]\n"conv.kernel.grad[2,1]" = "g22*x33"\n'
    output, _, status = checked(tmp_path, toml, format=kind, hide_answers=True, everything=everything)
    assert status == 1
    assert "wrong" in output
    plain = output.replace("\\", "")
    assert not any(each in plain for each in ("x[2,1]", "x[3,2]", "g[1,1]", "g[2,2]", "neighbour-read"))
    if kind == "json":
        (claim,) = json.loads(output)["worksheets"][0]["claims"]
        assert claim["expected"] is None
        assert claim["missing"] == claim["spare"] == claim["misindexed"] == claim["slips"] == []


def test_csv_has_a_row_for_a_formula(tmp_path: Path) -> None:
    toml = f'{CASE}[claims]\n"conv[1,1]" = "13"\n[formulas]\n{RIGHT}"conv[1,2]" = "-x12k11"\n'
    output, _, _ = checked(tmp_path, toml, format="csv", everything=True)
    number, formula, right = csv.DictReader(io.StringIO(output))
    assert (number["verdict"], number["missing"]) == ("exact", "")
    assert (formula["written"], formula["verdict"], right["verdict"]) == ("'-x12k11", "wrong", "right")
    assert formula["missing"].startswith("x[1,2]*k[1,1]; x[1,3]*k[1,2]")
    assert formula["spare"] == "'-x[1,2]*k[1,1]"
    (row,) = csv.DictReader(io.StringIO(checked(tmp_path, toml, format="csv")[0]))
    assert (row["claims"], row["exact"], row["right"], row["wrong"]) == ("3", "1", "2", "1")


def test_a_class_with_formulas(tmp_path: Path) -> None:
    for name, formulas in {"a": RIGHT, "b": BESIDE, "c": NOT_TURNED + RIGHT}.items():
        (tmp_path / f"{name}.toml").write_text(f'{CASE}student = "{name}"\n[formulas]\n{formulas}')
    result = check_command([tmp_path], CheckOptions(), TextFormat().render)
    output = "".join(result)
    assert result.exit_status == 1
    assert "2 of 4 formulas are right; 2 wrong." in output
    assert "On 1 of 3 worksheets nothing is wrong." in output
    assert "neighbour-read (1)" in output
    assert "formula by formula" in output


def test_from_python(tmp_path: Path) -> None:
    path = tmp_path / "sheet.toml"
    path.write_text(f"{CASE}[formulas]\n{BESIDE}")
    (sheet,) = check(path)
    assert sheet.first_wrong == "conv.kernel.grad[2,1]"
    assert [marked.verdict.verdict for marked in sheet.formulas] == ["wrong"]


# --- the notes' own formulas -----------------------------------------------------------------------------

SHIPPED = [(each.name, len(load(each.path).formulas)) for each in list_shipped()]


WRONG_AS_PRINTED = {
    "lecture-notes": "dense",
    "two-layer-update": "loss#2",
    "cross-correlation": "conv.shape",
    "sigmoid-network": "conv.kernel.grad[1,2]",
}
"""What sources print that does not follow, as their cases claim it."""


@pytest.mark.parametrize("name", [name for name, count in SHIPPED if count])
def test_the_notes_own_formulas(name: str) -> None:
    (sheet,) = check(name)
    wrong = [(each.cell, each.verdict.verdict) for each in sheet.formulas if each.verdict.verdict != "right"]
    assert wrong == ([("conv.kernel.grad[1,2]", "wrong")] if name == "sigmoid-network" else [])


@pytest.mark.parametrize(("name", "count"), SHIPPED)
def test_what_sources_claim(name: str, count: int) -> None:
    case = load(name)
    if case.claims or count:
        (sheet,) = check(name)
        assert sheet.first_wrong == WRONG_AS_PRINTED.get(name)


def test_which_formulas_are_shipped() -> None:
    assert dict(SHIPPED)["single-channel"] == 4 + 4 + 4 + 9
    assert dict(SHIPPED)["kernel-and-input-gradient"] == 4 + 9


@pytest.mark.parametrize(
    ("case", "cell", "text", "slip"),
    [
        # 001, if the kernel is not "rotated by 180°" as it says
        ("kernel-and-input-gradient", "input.grad[3,2]", "∂L/∂z21*k11 + ∂L/∂z22*k12", "kernel-not-rotated"),
        # 001 as the recognizer has it: ∂L/∂x₃₃ with the index of another place
        ("kernel-and-input-gradient", "input.grad[3,3]", "∂L/∂z21*k22", "neighbour-read"),
        # 003 is true convolution; read as the cross-correlation of 000, 001 and 004 it is wrong
        ("convolution", "conv[1,1]", "x11*k11 + x12*k12 + x21*k21 + x22*k22", "kernel-flipped"),
    ],
)
def test_known_wrong_ones_are_refuted(case: str, cell: str, text: str, slip: str) -> None:
    verdict = check_formula(network(load(case)), cell, text)
    assert verdict.verdict == "wrong"
    assert slip in [each.slip for each in verdict.slips]
    assert check_formula(network(load(case)), cell, verdict.expected).verdict == "right"


def test_a_bias_gradient_of_hundreds_of_terms_does_not_take_long() -> None:
    start = time.perf_counter()
    verdict = check_formula(network(load("lenet")), "conv1.bias.grad[1]", "g[1,1,1]")
    assert len(verdict.missing) == 28 * 28 - 1
    assert time.perf_counter() - start < 5, "not a measurement; it took ten seconds to play 2,352 slips"
