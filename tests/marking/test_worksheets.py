from __future__ import annotations

import io
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.large import LARGE
from walkthrough.case import list_shipped, load
from walkthrough.marking.marked_worksheets import NumberClaim, Worksheet
from walkthrough.marking.worksheets.empty_sheets import empty_class_list, empty_worksheet
from walkthrough.marking.worksheets.exercises import Exercises
from walkthrough.marking.worksheets.sheet_files import Sheet, read_worksheet, worksheet_of
from walkthrough.marking.worksheets.sheet_sources import gather, sources
from walkthrough.words.problems import CaseError

SHEET = '''case = "lecture-notes"
student = "Anna"

[claims]
"conv" = """
765 -510  765  255
1020   0 1275 1020
765 -255 1020    ?
0      0 1275 -255
"""
"dense" = "2.55"
"sigmoid" = 0.92757
"dense.weight.new[1,1]" = "-94.59"
'''


def read(toml: str, case: str | None = None, folder: Path = Path()) -> Worksheet:
    sheet = read_worksheet(toml, "sheet.toml", folder, Exercises(), case)
    assert sheet is not None
    return sheet.worksheet


def claims(toml: str, case: str = "lecture-notes") -> dict[str, NumberClaim]:
    return {claim.cell: claim for claim in read(f"[claims]\n{toml}", case).claims}


def refused(toml: str, case: str | None = None, folder: Path = Path()) -> str:
    with pytest.raises(CaseError) as error:
        read(toml, case, folder)
    return str(error.value)


def gathered(paths: list[str | Path], case: str | None = None) -> tuple[list[Worksheet], str]:
    """What can be read, and what is said of the rest."""
    exercises, sheets, problems = Exercises(), [], []
    for source in sources(paths, exercises):
        for sheet in [source] if isinstance(source, CaseError) else gather(source, exercises, case):
            if isinstance(sheet, Sheet):
                sheets.append(sheet.worksheet)
                problems += [str(CaseError(sheet.odd))] if sheet.odd else []
            else:
                problems.append(str(sheet))
    return sheets, "\n".join(problems)


# --- one worksheet -------------------------------------------------------------------------------


def test_a_worksheet_as_in_the_contract() -> None:
    sheet = read(SHEET)
    assert (sheet.case, sheet.student) == ("lecture-notes", "Anna")
    by_cell = {claim.cell: claim for claim in sheet.claims}
    assert len(by_cell) == 19
    assert by_cell["conv[1,2]"].at == (0, 0, 1)
    assert by_cell["conv[1,2]"].written == "-510"
    assert by_cell["conv[3,4]"].number is None
    assert by_cell["conv[3,4]"].problem is None
    assert by_cell["dense"].tensor == "dense"
    assert by_cell["sigmoid"].written == "0.92757"
    assert by_cell["dense.weight.new[1,1]"].at == (0, 0)


def test_each_claim_knows_its_line() -> None:
    lines = {claim.cell: claim.line for claim in read(SHEET).claims}
    assert lines["conv[1,1]"] == 6
    assert lines["conv[4,4]"] == 9
    assert lines["dense"] == 11
    assert lines["dense.weight.new[1,1]"] == 13


@pytest.mark.parametrize(
    "toml",
    [
        '\n[claims] # "conv" = "1"\n\n  conv = """1 2 3 4\n1 2 3 4\n\n"""\n',
        "[claims]\n\n\n'conv' = '''\n1 2 3 4\n1 2 3 4\n'''\n",
        'claims = { "dense" = "1", \'conv\' = "1" }\n',
        'claims.dense = "1"\nclaims."conv" = """\n1 2\n3"""\n',
        '[claims]\nflatten.grad = "1 2 3 4"\nconv = """\nx = 3\n"""\n',
    ],
)
def test_lines_are_those_that_toml_would_say_however_the_file_is_laid_out(toml: str) -> None:
    from walkthrough.case.claims import read_claims
    from walkthrough.case.tables.source import Source
    from walkthrough.marking.worksheets.sheet_files import _quick

    source = Source("sheet.toml", toml)
    quick = _quick(toml, source.table["claims"])
    slow = list(read_claims(source, source.table["claims"]))
    assert quick is None or quick == slow
    sheet = worksheet_of({"dense": "1"}, "lecture-notes").worksheet
    assert sheet.claims[0].line == 1


def test_whole_tensors_in_every_layout() -> None:
    grid = [claim.written for claim in claims('conv.grad = "1 2 3 4; 5 6 7 8; 1 2 3 4; 5 6 7 8;"').values()]
    assert grid == [*"12345678"] * 2
    lists = claims("pool = [[1, 2.50], ['?', '1/3']]")
    assert [claim.written for claim in lists.values()] == ["1", "2.50", "?", "1/3"]
    assert [claim.written for claim in claims('pool = "1, 2\\n3, 4.5"').values()] == ["1", "2", "3", "4.5"]
    assert list(claims('flatten = "1\\n2\\n3\\n4"')) == [f"flatten[{n}]" for n in (1, 2, 3, 4)]
    spacious = claims('pool = "≈ 0.5  = 3\\n1.5 × 10^-3   25 %"')
    assert [claim.number is not None for claim in spacious.values()] == [True] * 4


def test_channels_and_filters_are_laid_out_as_in_a_case() -> None:
    text = "1 2\n3 4\n\n5 6\n7 8\n"
    found = claims(f'"conv.kernel" = """\n{text}---\n{text}---\n{text}"""', "multi-channel")
    assert len(found) == 24
    assert found["conv.kernel[3,2,1,2]"].written == "6"
    assert found["conv.kernel[2,1,2,2]"].line == 10


def test_blank_and_empty_tensors_are_blank_as_a_whole() -> None:
    for text in ("?", "", "  "):
        (claim,) = claims(f'conv = "{text}"').values()
        assert claim.whole
        assert claim.number is None
        assert claim.problem is None


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('conv = "1 2 3\\n4 5 6"', "is 2×3, and conv is 4×4"),
        ('conv = "1 2 3\\n4 5"', "has rows of 3, 2 numbers, and conv is 4×4"),
        ('pool = "1 2 3 4"', "is a row of 4, and pool is 2×2"),
        ("pool = [[1, 2], [3]]", "has rows of different lengths, and pool is 2×2"),
        ("pool = 7", "is a row of 1, and pool is 2×2"),
        ("pool = true", "found true; expected numbers, pool is 2×2"),
        ('conv = """\n1 2 3 4\n1 2 3 4\n\n1 2 3 4\n1 2 3 4\n"""', "is 2×2×4, and conv is 4×4"),
        ('dense.weight.grad = "1\\n2\\n3\\n4"', "is 4×1, and dense.weight.grad is 1×4"),
        ('pool = "0,5, 1,5\\n2,5, 3,5, 4"', "decimal commas, so put blanks between"),
    ],
)
def test_a_grid_of_the_wrong_shape_is_unreadable_as_a_whole(toml: str, said: str) -> None:
    (claim,) = claims(toml).values()
    assert claim.whole
    assert claim.number is None
    assert said in (claim.problem or "")


def test_an_unreadable_number_is_said_with_line_and_column() -> None:
    found = claims('pool = """\n1 2x\n2x 2x\n"""\ndense = "  1O5"\nloss = "1 000"\nsigmoid.grad = true')
    assert (found["pool[1,2]"].problem or "").endswith("(column 3)")
    assert (found["pool[2,2]"].problem or "").endswith("(column 4)")
    assert (found["dense"].problem or "").endswith("(column 12)")
    assert (found["loss"].problem or "").endswith("(column 9)")
    assert "true" in (found["sigmoid.grad"].problem or "")
    assert found["pool[1,1]"].problem is None


def test_decimal_commas_are_settled_for_the_whole_sheet() -> None:
    found = claims('dense = "2,55"\npool = "1,5 2\\n3 -4,25"')
    assert [float(c.number.value) for c in found.values() if c.number] == [2.55, 1.5, 2, 3, -4.25]
    mixed = claims('dense = "2,55"\nsigmoid = 0.5')
    assert "with a point" in (mixed["dense"].problem or "")
    assert "1.234 or 1234" in (claims('dense = "1,234"')["dense"].problem or "")
    assert "thousands" in (claims('flatten = "1,020 2 3 4.5"')["flatten[1]"].problem or "")


def test_names_may_be_written_in_several_ways() -> None:
    found = claims('"conv[1,1,2]" = "1"\n" conv[ 2 , 2 ] " = "2"\n"dense[1]" = "3"\n"sigmoid@1" = "4"')
    assert [claim.at for claim in found.values()] == [(0, 0, 1), (0, 1, 1), (0,), (0,)]
    assert list(found) == ["conv[1,1,2]", "conv[2,2]", "dense[1]", "sigmoid@1"]


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('case = "lecture-notes"\n[claims]\n"cnov[1,1]" = "1"', 'toml:3: claims."cnov[1,1]": there is no "cnov"'),  # noqa: E501
        ('case = "lecture-notes"\n[claims]\n"conv[9,1]" = "1"', "lies outside: conv is 1×4×4"),
        ('case = "lecture-note"\n[claims]\ndense = "1"', 'did you mean "lecture-notes"'),
        ('student = "x"\ncase = 3\n[claims]\ndense = "1"', "sheet.toml:2: case: found the number 3"),
        ('[claims]\ndense = "1"', "sheet.toml:1: case: is missing"),
        ('case = "lecture-notes"\n[clams]\ndense = "1"', 'did you mean "claims"'),
        ('case = "lecture-notes"', "has no [claims]"),
        ('case = "lecture-notes"\nclaims = 3', "expected a table, [claims]"),
        ('case = "-"\n[claims]\ndense = "1"', "is neither a shipped case nor a file"),
        ('case = "\\u0000"\n[claims]\ndense = "1"', "is neither a shipped case nor a file"),
        ('case = "lecture-notes"\n[claims]\ndense = 1\n"dense[1]" = 2', 'toml:4: claims."dense[1]": is claimed twice'),  # noqa: E501
        ('case = "lecture-notes"\n[claims]\n"pool[1,1]" = 1\npool = "1 2\\n3 4"', "is claimed twice, the other time in line 3"),  # noqa: E501
        ('case = "lecture-notes"\n[claims]\n"pool[1,1]" = 1\npool = "1"', "is claimed twice"),
        ('case = "lecture-notes"\n[claims]\ndense = "1"\ndense = "1"', "sheet.toml:4"),
        ('case = "lecture-notes"\n[claims]\nconv[1,1] = "1"', "quotation marks"),
        ('case = "lenet"\n[claims]\n"conv1[7,1,1]" = "1"', "conv1[1…6"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_line_and_remedy(toml: str, said: str) -> None:
    assert said in refused(toml)


def test_a_case_is_found_beside_the_worksheet(tmp_path: Path) -> None:
    shipped = {each.name: each.path for each in list_shipped()}
    (tmp_path / "own.toml").write_text(shipped["cross-correlation"].read_text())
    sheet = read('case = "own.toml"\n[claims]\n"conv[1,1]" = "8"', folder=tmp_path)
    assert sheet.case == "own.toml"
    assert 'did you mean "own.toml"' in refused('case = "own.tom"\n[claims]\nconv = "1"', folder=tmp_path)
    (tmp_path / "broken.toml").write_text("[[layers]]\n")
    message = refused('case = "broken.toml"\n[claims]\nconv = "1"', folder=tmp_path)
    assert message.startswith('sheet.toml:1: case: "broken.toml" cannot be used: ')
    (tmp_path / "sheet.toml").write_text('case = "own.toml"\n[claims]\n')
    assert "is a worksheet" in refused('case = "sheet.toml"\n[claims]\nconv = "1"', folder=tmp_path)


def test_a_case_without_an_answer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        '[input]\nvalues = "0"\n[[layers]]\ntype = "relu"\n[loss]\ntype = "binary_cross_entropy"\ntarget = "1"\n'  # noqa: E501
    )
    assert "cannot be used" in refused('case = "c.toml"\n[claims]\nrelu = "0"', folder=tmp_path)


def test_formulas_are_kept_as_they_stand() -> None:
    sheet = read('case = "lecture-notes"\n[formulas]\n"conv[1,1]" = "x11 k11"\n')
    assert [(each.cell, each.written, each.line) for each in sheet.formulas] == [("conv[1,1]", "x11 k11", 3)]
    assert sheet.claims == ()


# --- gathering -----------------------------------------------------------------------------------


def test_a_folder_is_read_in_order_and_case_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.toml").write_text(SHEET.replace("Anna", name))
    (tmp_path / "case.toml").write_text(list_shipped()[2].path.read_text())
    (tmp_path / "image.csv").write_text("1,2\n3,4\n")
    (tmp_path / "class.csv").write_text("student,case,dense\nd,lecture-notes,2.55\n")
    (tmp_path / ".hidden.toml").write_text("nonsense")
    (tmp_path / "broken.toml").write_text("case = ")
    (tmp_path / "below").mkdir()
    sheets, problems = gathered([tmp_path])
    assert [sheet.student for sheet in sheets] == ["a", "b", "c", "d"]
    assert problems.count("\n") == 0
    assert "broken.toml:1" in problems


def test_what_is_not_there_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    assert 'did you mean "lecture-notes"' in gathered(["lecture-nots"])[1]
    assert "is a folder without worksheets" in gathered([tmp_path])[1]
    assert gathered(["a\0b"])[1]
    (tmp_path / "anna.toml").write_text(SHEET)
    assert "anna.toml" in gathered([tmp_path / "ana.toml"])[1]


def test_a_case_is_marked_for_its_own_claims() -> None:
    for path in ("lecture-notes", next(each.path for each in list_shipped() if each.name == "lecture-notes")):
        ((sheet,), problems) = gathered([path])
        assert problems == ""
        assert {claim.cell: claim.written for claim in sheet.claims}["dense"] == "-2.55"
    assert "without [claims]" in gathered(["lenet"])[1]


def test_standard_input_may_be_a_worksheet_a_case_or_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(each.path for each in list_shipped() if each.name == "lecture-notes").read_text()
    for text, count in ((SHEET, 1), (case, 1), ("student;dense\na;2,55\nb;2,5\n", 2)):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode()), closed=False))
        sheets, problems = gathered(["-"], "lecture-notes")
        assert (len(sheets), problems) == (count, "")


# --- a class -------------------------------------------------------------------------------------


def in_class(
    tmp_path: Path, content: str | bytes, case: str | None = "lecture-notes"
) -> tuple[list[Worksheet], str]:
    path = tmp_path / "class.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    sheets, problems = gathered([path], case)
    return sheets, problems.replace(f"{tmp_path}/", "")


def test_a_class_is_a_row_for_each_student(tmp_path: Path) -> None:
    table = 'student,case,"conv[1,1]",dense\nAnna,lecture-notes,765,2.55\n\nBen,lecture-notes,,-2.55\n'
    (anna, ben), problems = in_class(tmp_path, table, None)
    assert problems == ""
    assert [(c.cell, c.written, c.line) for c in anna.claims] == [
        ("conv[1,1]", "765", 2),
        ("dense", "2.55", 2),
    ]
    assert [(c.written, c.line) for c in ben.claims] == [("", 4), ("-2.55", 4)]
    assert ben.claims[0].number is None
    assert ben.claims[0].problem is None


def test_what_spreadsheets_make_of_a_class(tmp_path: Path) -> None:
    for table in (
        "\ufeffStudent;dense;conv[1,1]\r\nAnna;2,55;765\r\n",
        "sep=;\r\nstudent;dense;conv[1,1]\r\nAnna;2,55;765\r\n",
        "student\tdense\tconv[1,1]\nAnna\t2,55\t765\n",
        "student,dense,conv[1,1]\nAnna,2.55,765\n",
        'student,dense,"conv[1,1]"\n"Anna","2,55",765\n',
        '\nstudent;dense;"conv[1,1]";;\nAnna;2,55;765;;\n',
    ):
        (anna,), problems = in_class(tmp_path, table)
        assert problems == ""
        assert [float(claim.number.value) for claim in anna.claims if claim.number] == [2.55, 765]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("student,dense\nAnna,2,55\n", "class.csv:2: has 3 fields, and the header 2; a decimal comma needs"),
        (
            "student,dnse\nAnna,2.55\n",
            'class.csv:1: column "dnse": there is no "dnse" in this case; did you mean',
        ),
        ("pupil,dense\nAnna,2.55\n", 'has no column "student"'),
        ("student\nAnna\n", "has no column for a cell"),
        ("student,dense,dense\nAnna,1,2\n", 'has two columns "dense"'),
        ("student,dense,dense[1]\nAnna,1,2\n", "is claimed twice"),
        ("student,case,dense\nAnna,lecture-note,2.55\n", "class.csv:2: case"),
        ("student,dense,\nAnna,1,2\n", "column without a name"),
        ("", 'has no column "student"'),
        (b"student,dense\nAnn\xe4,1\n", "class.csv:2: is not text in UTF-8"),
        ("student,dense\nAnna,1\n".encode("utf-16-le"), 'has no column "student"'),
        ("student,dense\nA," + "9" * 200_000 + "\n", "class.csv:2: cannot be read as a table"),
    ],
)
def test_a_table_that_makes_no_sense(tmp_path: Path, table: str | bytes, said: str) -> None:
    assert said in in_class(tmp_path, table)[1]


def test_one_bad_row_leaves_the_others(tmp_path: Path) -> None:
    table = "student,case,dense\nA,lecture-notes,1\nB,nonsense,1\nC,,1\nD,lecture-notes,1\n"
    sheets, problems = in_class(tmp_path, table, None)
    assert [sheet.student for sheet in sheets] == ["A", "D"]
    assert "class.csv:3" in problems
    assert "class.csv:4" in problems


def test_cells_of_several_cases_in_one_table(tmp_path: Path) -> None:
    table = "student;case;dense;relu\nA;lecture-notes;1;\nB;cross-correlation;;\nC;cross-correlation;1;\n"
    sheets, problems = in_class(tmp_path, table, None)
    assert [len(sheet.claims) for sheet in sheets] == [2, 0]
    assert 'class.csv:4: column "dense"' in problems


def test_without_a_case_the_option_says_which(tmp_path: Path) -> None:
    assert "--case" in in_class(tmp_path, "student,dense\nA,1\n", None)[1]
    assert "--case" in in_class(tmp_path, "student,dense\nA,1\n", "nonsense")[1]


def test_the_odd_ones_are_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    table = "Name;dense;sigmiod;pool[3,1]\nAnna;2.55;0.93;1\nBen;2.5;0.9;\n"
    sheets, problems = in_class(tmp_path, table)
    assert [(sheet.student, len(sheet.claims)) for sheet in sheets] == [("Anna", 1), ("Ben", 1)]
    assert problems.count("sigmiod") == 2  # once, with what was written and in its sentence
    assert 'did you mean "sigmoid"' in problems
    assert "lies outside" in problems
    (tmp_path / "a.toml").write_text(
        'case = "lecture-notes"\nnmae = "A"\n[claims]\ndense = "1"\n"dnse" = "1"\n'
    )
    sheets, problems = gathered([tmp_path / "a.toml"])
    assert len(sheets[0].claims) == 1
    assert 'a.toml:5: claims."dnse": there is no "dnse" in this case; did you mean "dense"' in problems
    assert "nmae: is not known here" in problems


def test_thousands_of_unknown_columns_cost_nothing(tmp_path: Path) -> None:
    many = [f"q{number}" for number in range(100_000)]
    table = ",".join(["student", "dense", *many]) + "\n" + ",".join(["A", "2.55", *["1"] * len(many)]) + "\n"
    sheets, problems = in_class(tmp_path, table)
    assert len(sheets[0].claims) == 1
    assert "99,985 more columns" in problems
    assert len(problems) < 10_000
    sheet = '[claims]\ndense = "1"\n' + "".join(f'{name} = "1"\n' for name in many)
    (tmp_path / "a.toml").write_text(sheet)
    sheets, problems = gathered([tmp_path / "a.toml"], "lecture-notes")
    assert len(sheets[0].claims) == 1
    assert "99,985 more names" in problems


def test_the_option_case_binds(tmp_path: Path) -> None:
    easy = '[input]\nvalues = "0"\n[[layers]]\ntype = "relu"\n'
    (tmp_path / "mine.toml").write_text(easy)
    (tmp_path / "sheet.toml").write_text('case = "mine.toml"\n[claims]\nrelu = "0"\n')
    sheets, problems = gathered([tmp_path / "sheet.toml"], "lecture-notes")
    assert sheets == []
    assert 'names "mine.toml", and what is marked here is "lecture-notes"' in problems
    # nothing of the case that a sheet names is looked at
    (tmp_path / "mine.toml").write_text("secret = [")
    assert gathered([tmp_path / "sheet.toml"], "lecture-notes")[1] == problems
    table = "student,case,dense\nA,lecture-notes,2.55\nB,mine.toml,1\nC,,2.55\n"
    sheets, problems = in_class(tmp_path, table)
    assert [sheet.student for sheet in sheets] == ["A", "C"]
    assert "class.csv:3: case" in problems
    sheets, problems = gathered(["lecture-notes", "convolution"], "lecture-notes")
    assert [sheet.case for sheet in sheets] == ["lecture-notes"]
    assert "convolution" in problems


def test_the_case_that_is_marked_may_be_named_by_its_path(tmp_path: Path) -> None:
    case = tmp_path / "mine.toml"
    case.write_text('[input]\nvalues = "3"\n[[layers]]\ntype = "relu"\n')
    (tmp_path / "sheets").mkdir()
    for number, said in enumerate((str(case), "../mine.toml", "mine.toml")):
        (tmp_path / "sheets" / f"{number}.toml").write_text(f'case = "{said}"\n[claims]\nrelu = "3"\n')
    sheets, problems = gathered([tmp_path / "sheets"], str(case))
    assert (len(sheets), problems) == (3, "")


def test_what_stands_in_another_file_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('title = "x"\npassword = "hunter2"\n[input]\nvalues = "sesame"\n')
    said = refused('case = "other.toml"\n[claims]\nconv = "1"', folder=tmp_path)
    assert "cannot be used" in said
    assert "hunter2" not in said
    assert "sesame" not in said


def test_a_table_as_spreadsheets_save_it(tmp_path: Path) -> None:
    text = "Name\tdense\tsigmoid\r\nAnna\t2,55\t0,93\r\n"
    (anna,), problems = in_class(tmp_path, text.encode("utf-16"))
    assert problems == ""
    assert [float(claim.number.value) for claim in anna.claims if claim.number] == [2.55, 0.93]


# --- as people type ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1020\t1275\n765\t1275",
        "[[1020, 1275], [765, 1275]]",
        "[[1020,1275],[765,1275]]",
        "[[1020 1275]\n [765 1275]]",
        "[1020 1275; 765 1275]",
        "(1020, 1275)\n(765, 1275)",
        "| 1020 | 1275 |\n|------|------|\n| 765 | 1275 |",
        "| a | b |\n|:--|--:|\n| 1020 | 1275 |\n| 765 | 1275 |",
        r"\begin{pmatrix} 1020 & 1275 \\ 765 & 1275 \end{pmatrix}",
        "１０２０ １２７５\n７６５ １２７５",
    ],
)
def test_grids_as_people_paste_them(text: str) -> None:
    found = worksheet_of({"pool": text}, "lecture-notes").worksheet.claims
    assert [claim.number and claim.number.value for claim in found] == [1020, 1275, 765, 1275]


def test_an_empty_cell_of_a_spreadsheet_is_blank() -> None:
    found = worksheet_of({"pool": "1020\t\n765\t1275"}, "lecture-notes").worksheet.claims
    assert [(claim.written, claim.problem) for claim in found][1] == ("?", None)


def test_blanks_between_thousands_are_not_guessed_at() -> None:
    (flat,) = worksheet_of({"flatten": "1 020 1275 765"}, "lecture-notes").worksheet.claims
    assert flat.whole
    assert "1 020 can be 1020, or 1 and 020" in (flat.problem or "")
    (one,) = worksheet_of({"pool[1,1]": "1 020"}, "lecture-notes").worksheet.claims
    assert "can be 1020, or 1 and 020" in (one.problem or "")


# --- hostile -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "toml",
    [
        'case = "lecture-notes"\n[claims]\n"\x1b[2J" = "1"'.replace("\x1b", "\\u001b"),
        'case = "\\u001b]0;x\\u0007"\n[claims]\ndense = "1"',
        'case = "lecture-notes"\n[claims]\n"' + "a" * 1_000_000 + '" = "1"',
        'case = "lecture-notes"\n[claims]\n' + "a." * 10_000 + 'b = "1"',
        'case = "lecture-notes"\n[claims]\ndense = ' + "[" * 100_000,
        'case = "lecture-notes"\n[claims]\ndense = ' + "9" * 100_000,
        "\x00" * 1000,
    ],
)
def test_a_hostile_file_is_refused_quickly_and_not_obeyed(toml: str) -> None:
    started = time.monotonic()
    said = refused(toml)
    assert time.monotonic() - started < 5
    assert all(line.isprintable() for line in said.split("\n"))
    assert len(said) < 5_000


def test_a_label_is_made_printable_and_short() -> None:
    assert read(SHEET.replace("Anna", "\\u001b[31m\\u202eA")).student == "\\x1b[31m\\u202eA"
    assert len(read(SHEET.replace("Anna", "A" * 1_000_000)).student or "") < 200
    assert read(SHEET.replace('"Anna"', "17")).student == "17"
    assert read(SHEET.replace("Anna", "")).student is None


def test_a_sheet_of_a_hundred_thousand_unreadable_numbers_is_read_quickly() -> None:
    row = "x " * 100_000
    started = time.monotonic()
    (claim,) = claims(f'conv = "{row}"').values()
    assert claim.whole
    many = "\n".join(f'"conv1[1,{i},{j}]" = "x{i}"' for i in range(1, 25) for j in range(1, 25))
    assert len(claims(many, "lenet")) == 576
    assert time.monotonic() - started < 20


# --- empty worksheets ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [each.name for each in list_shipped() if each.name not in LARGE])
def test_an_empty_worksheet_can_be_read_and_is_blank(name: str) -> None:
    case = load(name)
    sheet = read(empty_worksheet(case))
    assert sheet.claims
    assert all(claim.number is None and claim.problem is None and not claim.whole for claim in sheet.claims)
    given = {
        "input",
        "target",
        *(f"{each.name}.{part}" for each in case.layers for part in ("kernel", "weight", "bias")),
    }
    assert not given & {claim.tensor for claim in sheet.claims}


def test_an_empty_worksheet_is_laid_out_as_on_paper() -> None:
    assert empty_worksheet(load("cross-correlation")) == (
        "# Valid cross-correlation of a 3×3 image with a 2×2 kernel\n"
        'case = "cross-correlation"\n'
        'student = ""\n'
        "\n"
        "[claims]                # ? = not filled in; what is left out need not be here\n"
        '"conv" = """\n? ?\n? ?\n"""\n'
    )


def test_an_empty_table_for_a_class_can_be_read(tmp_path: Path) -> None:
    table = empty_class_list(load("cross-correlation"))
    assert table.startswith('student,case,"conv[1,1]","conv[1,2]"')
    (sheet,), problems = in_class(tmp_path, table, None)
    assert problems == ""
    assert [claim.number for claim in sheet.claims] == [None] * 4
