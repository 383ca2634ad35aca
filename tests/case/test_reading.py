from __future__ import annotations

import io
import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkthrough.case import Case, CaseError, list_shipped, load, read_case
from walkthrough.case import shipped as finding
from walkthrough.case.training import MnistFolder, Training
from walkthrough.numbers.written import read_number

NOTES = '''title = "One 3×3 filter, max pool, ReLU, dense, sigmoid"
source = "hand-written lecture notes"
arithmetic = "exact"
learning_rate = "0.1"

[input]
values = """
  0    0    0    0    0    0
  0  255    0  255    0    0
  0    0 -255    0    0  255
  0  255    0  255  255    0
  0    0    0  255 -255    0
  0 -255    0 -255    0  255
"""

[[layers]]
type = "conv2d"
kernel = """
1 2 1
0 4 0
1 2 1
"""

[[layers]]
type = "max_pool2d"
size = 2

[[layers]]
type = "relu"

[[layers]]
type = "flatten"

[[layers]]
type = "dense"
weight = "0.01 0.01 -0.01 -0.01"

[[layers]]
type = "sigmoid"

[loss]
type = "binary_cross_entropy"
target = "0"

[claims]
"conv[1,1]" = "765"
dense.weight.new = "-94.59 -118.24 -70.956 -118.25"
"conv" = """
765 -510
1020   0
"""
"sigmoid" = 0.92757
'''

DENSE = """
[[layers]]
type = "dense"
weight = "1 2 3"
"""
CONV = """
[[layers]]
type = "conv2d"
kernel = "1 2"
"""


def said(text: str, folder: Path | str = ".") -> str:
    """What is said about a case that is wrong."""
    with pytest.raises(CaseError) as refused:
        read_case(text, "case.toml", folder)
    return str(refused.value)


def read_or_refusal(text: str) -> Case | str:
    try:
        return read_case(text)
    except CaseError as refused:
        return str(refused)


def with_input(value: str, rest: str) -> Case:
    return read_case(f"[input]\nvalues = {value}\n{rest}")


# --- a whole case ------------------------------------------------------------------------------


def test_the_lecture_notes_are_read_as_they_stand() -> None:
    case = read_case(NOTES, "lecture-notes")
    assert case.name == "lecture-notes"
    assert case.title == "One 3×3 filter, max pool, ReLU, dense, sigmoid"
    assert case.source == "hand-written lecture notes"
    assert str(case.arithmetic) == "exact"
    assert case.learning_rate == read_number("0.1")
    assert [layer.name for layer in case.layers] == ["conv", "pool", "relu", "flatten", "dense", "sigmoid"]
    assert [layer.type for layer in case.layers][:2] == ["conv2d", "max_pool2d"]
    assert case.output_shapes() == ((1, 4, 4), (1, 2, 2), (1, 2, 2), (4,), (1,), (1,))
    (sample,) = case.samples
    assert sample.input.shape == (1, 6, 6)
    assert sample.input.numerators[0, 4].tolist() == [0, 0, 0, 255, -255, 0]
    assert sample.target is not None
    assert sample.target.shape == (1,)
    assert (case.loss_type, case.batch, case.training) == ("binary_cross_entropy", False, None)
    assert case.conventions.relu_at_zero == 0
    assert case.conventions.max_tie == "first"
    assert case.toml == NOTES


def test_claims_keep_what_was_written_and_its_line() -> None:
    claims = {claim.cell: claim for claim in read_case(NOTES).claims}
    assert list(claims) == ["conv[1,1]", "dense.weight.new", "conv", "sigmoid"]
    lines = NOTES.split("\n")
    assert claims["conv[1,1]"].written == "765"
    assert lines[claims["conv[1,1]"].line - 1] == '"conv[1,1]" = "765"'
    assert lines[claims["conv"].line - 1] == '"conv" = """'
    assert lines[claims["conv"].rows_from - 1] == "765 -510"
    assert claims["sigmoid"].written == "0.92757"


def test_cases_compare_and_can_be_looked_up() -> None:
    assert read_case(NOTES) == read_case(NOTES)
    assert len({read_case(NOTES), read_case(NOTES)}) == 1
    assert read_case(NOTES) != read_case(NOTES.replace("255 ", "254 "))


@pytest.mark.parametrize("text", ["4 decimals", "1 decimal", "0 decimals", "100 decimals", "float", "exact"])
def test_arithmetic_reads_and_prints(text: str) -> None:
    case = read_case(f'arithmetic = "{text}"\ninput = [1, 2, 3]\n{DENSE}')
    assert str(case.arithmetic) == text


def test_conventions() -> None:
    for slope, value in (
        ('"1/2"', Fraction(1, 2)),
        ("0.5", Fraction(1, 2)),
        ("1", Fraction(1)),
        ("0", Fraction(0)),
    ):
        case = read_case(
            f"input = [1, 2, 3]\n{DENSE}[conventions]\nrelu_at_zero = {slope}\nmax_tie = 'split'"
        )
        assert case.conventions.relu_at_zero == value
        assert case.conventions.max_tie == "split"
    answer = said(
        f"input = [1, 2, 3]\n{DENSE}[conventions]\nrelu_at_zero = '1/3'\nmax_tie = 'last'\nmax_tei = 1"
    )
    assert 'case.toml:7: conventions.relu_at_zero: found the text "1/3"; expected "0", "1/2" or "1"' in answer
    assert (
        'case.toml:8: conventions.max_tie: found the text "last"; expected "first", "split" or "all"'
        in answer
    )
    assert 'case.toml:9: conventions.max_tei: is not known here; did you mean "max_tie"?' in answer


# --- shapes of inputs and targets --------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "layers", "shape"),
    [
        ('"1 2 3"', DENSE, (3,)),
        ("[1, 2, 3]", DENSE, (3,)),
        ('"1\\n2\\n3"', DENSE, (1, 3, 1)),
        ("[[1, 2, 3]]", DENSE, (1, 1, 3)),
        ('"1 2 3"', '[[layers]]\ntype = "softmax"', (3,)),
        ('"1\\n2\\n3"', '[[layers]]\ntype = "softmax"', (3,)),
        ("[[1, 2, 3]]", '[[layers]]\ntype = "softmax"', (3,)),
        ('"1 2 3"', CONV, (1, 1, 3)),
        ('"1 2 3"', '[[layers]]\ntype = "relu"\n' + CONV, (1, 1, 3)),
        ('"1 2 3; 4 5 6"', CONV, (1, 2, 3)),
        ("[[[1, 2, 3]], [[4, 5, 6]]]", '[[layers]]\ntype = "relu"', (2, 1, 3)),
        ("7", '[[layers]]\ntype = "sigmoid"', (1,)),
        ("7", '[[layers]]\ntype = "average_pool2d"\nsize = 1', (1, 1, 1)),
    ],
)
def test_an_input_has_the_shape_that_the_layers_ask_for(
    value: str, layers: str, shape: tuple[int, ...]
) -> None:
    assert with_input(value, layers).samples[0].input.shape == shape


def test_an_input_may_be_drawn_or_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_text("1,2,3\n4,5,6\n")
    for toml in (
        '[input]\nfile = "image.csv"',
        '[input]\nvalues = { file = "image.csv" }',
        'input = { file = "image.csv" }',
    ):
        assert read_case(f"{toml}\n{CONV}", folder=tmp_path).samples[0].input.shape == (1, 2, 3)
    drawn = read_case(f'[input]\nrandom = "uniform"\nshape = [2, 3]\nseed = 1\n{CONV}')
    assert drawn.samples[0].input.shape == (1, 2, 3)


def test_a_target_takes_the_shape_of_the_output() -> None:
    loss = '[loss]\ntype = "squared_error"\ntarget = "1 2; 3 4"'
    case = with_input('"1 2 3; 4 5 6"', f"{CONV}{loss}")
    assert case.samples[0].target is not None
    assert case.samples[0].target.shape == (1, 2, 2)
    column = with_input(
        "[1, 2]", '[[layers]]\ntype = "softmax"\n[loss]\ntype = "cross_entropy"\ntarget = "1\\n0"'
    )
    assert column.samples[0].target is not None
    assert column.samples[0].target.shape == (2,)


def test_a_gradient_may_be_given_in_place_of_a_loss() -> None:
    case = with_input('"1 2 3; 4 5 6"', f'{CONV}[loss]\ntype = "upstream"\ngradient = "1 2; 3 4"')
    assert case.samples[0].target is None
    assert case.loss_type == "upstream"


def test_several_samples() -> None:
    case = read_case(
        f"""{DENSE}
[loss]
type = "squared_error"
scale = 1
[[samples]]
input = "1 2 3"
target = 1
[[samples]]
input = [4, 5, 6]
target = "0"
"""
    )
    assert case.batch
    assert [sample.input.numerators.tolist() for sample in case.samples] == [[1, 2, 3], [4, 5, 6]]
    assert [list(sample.target.values()) for sample in case.samples if sample.target] == [[1], [0]]
    assert case.loss.scale.value == 1  # type: ignore[union-attr]


def test_a_training_case_needs_no_input_and_no_target() -> None:
    case = read_case(
        f"{CONV}[loss]\ntype = 'binary_cross_entropy'\n"
        "[training]\nepochs = 20\ndata = { mnist = 'folder', digits = [0, 1], limit = 500 }"
    )
    assert case.samples == ()
    assert case.training == Training(epochs=20, data=MnistFolder("folder", (0, 1), 500))
    assert case.output_shapes((1, 28, 28)) == ((1, 28, 27),)
    with pytest.raises(ValueError, match="layer conv: a window of 1×2 does not fit"):
        case.output_shapes((1, 28, 1))
    assert "[training].eposch" not in said(f"{CONV}[training]\neposch = 1\ndata = {{ mist = 'x' }}")
    assert 'training.eposch: is not known here; did you mean "epochs"?' in said(
        f"{CONV}[training]\neposch = 1"
    )
    assert "case.toml: input: is missing" in said(f"{CONV}[training]\nepochs = 1")


# --- names -------------------------------------------------------------------------------------


def names(*layers: str) -> list[str]:
    text = "".join(f"[[layers]]\n{layer}\n" for layer in layers)
    return [each.name for each in with_input("[[1, 2], [3, 4]]", text).layers]


def test_default_names_get_ordinals_where_they_collide() -> None:
    relu, sigmoid = 'type = "relu"', 'type = "sigmoid"'
    assert names(relu, sigmoid) == ["relu", "sigmoid"]
    assert names(relu, sigmoid, relu) == ["relu1", "sigmoid", "relu2"]
    assert names(f'{relu}\nname = "gate"', relu) == ["gate", "relu"]
    pools = ('type = "max_pool2d"\nsize = 1', 'type = "average_pool2d"\nsize = 1')
    assert names(*pools) == ["pool1", "pool2"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ('"input"', "cannot be a layer's name"),
        ('"loss"', "cannot be a layer's name"),
        ('"2nd"', "expected a letter, then letters, digits or _"),
        ('"a.b"', "expected a letter"),
        ('"a\\n"', "expected a letter"),
        ("3", "expected a letter"),
        ('""', "expected a letter"),
        ('"relu"', '"relu" is also the name of layer 2'),
    ],
)
def test_a_name_is_a_word_of_its_own(name: str, answer: str) -> None:
    text = f'[input]\nvalues = 1\n[[layers]]\ntype = "relu"\nname = {name}\n[[layers]]\ntype = "relu"'
    line = said(text).split("\n")[0]
    assert line.startswith("case.toml:5: layers[1].name: ")
    assert answer in line


# --- what is wrong, and where ------------------------------------------------------------------


def test_everything_that_is_wrong_is_said_at_once_with_its_line() -> None:
    text = '''titel = "x"
learning_rate = "fast"
[input]
values = """
1 2
3 x
"""
[[layers]]
type = "conv2"
[[layers]]
type = "dense"
wieght = "1"
'''
    expected = "expected a number such as -3, 0.10, 1/3, 2.1e-3 or 25%"
    assert said(text).split("\n") == [
        'case.toml:1: titel: is not known here; did you mean "title"?',
        f'case.toml:2: learning_rate: "fast" is not a number; {expected}',
        f'case.toml:6: input.values: "x" is not a number; {expected}',
        'case.toml:9: layers[1].type: "conv2" is not known; did you mean "conv2d" or "conv1d"?',
        'case.toml:10: layers[2].weight: is missing; "dense" needs it',
        'case.toml:12: layers[2].wieght: is not known here; did you mean "weight"?',
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "case.toml: layers: is missing; a case needs at least one layer, headed [[layers]]"),
        (DENSE, "case.toml: input: is missing; a case needs an [input], [[samples]] or [training] with data"),
        (
            "[input]\nvalues = 1\n[layers]\ntype = 'relu'",
            "found a table; expected a table each, headed [[layers]]",
        ),
        ("input = 1\nlayers = 3", "found the number 3; expected a table each"),
        ("input = 1\nlayers = [3]", "case.toml:2: layers[1]: found the number 3; expected a table"),
        ("input = 1\n[[layers]]", "case.toml:2: layers[1].type: is missing; expected one of average_pool2d"),
        ("input = [1,2]\n" + DENSE, "case.toml:5: layers[1].weight: layer dense: the weight has 3 column(s)"),
        ("input = [[1]]\n" + CONV, "case.toml:5: layers[1].kernel: layer conv: a window of 1×2 does not fit"),
        (
            "input = [[1,2],[3,4]]\n[[layers]]\ntype = 'softmax'",
            "case.toml:2: layers[1]: layer softmax: needs a flat row of numbers, and what comes in is 1×2×2",
        ),
        (
            f"input = [1,2,3]\n{DENSE}[loss]\ntype = 'squared_error'\ntarget = '1 2'",
            "case.toml:8: loss.target: has 2 number(s) and there are 1 output(s) (1)",
        ),
        (
            f"input = [1,2,3]\n{DENSE}[loss]\ntype = 'binary_cross_entropy'",
            "case.toml:6: loss.target: is missing; expected 1 number(s)",
        ),
        (
            f"input = [1,2,3]\n{DENSE}[loss]\ntype = 'upstream'\ngradient = 1\ntarget = 1",
            "case.toml:9: loss.target: is given, and this loss takes no target",
        ),
        (
            f"input = [1,2,3]\n{DENSE}[loss]\ntype = 'upstream'\ngradient = '1 2'",
            "case.toml:8: loss.gradient: the gradient is 2 and the last layer gives 1",
        ),
        (f"input = [1,2,3]\n{DENSE}[loss]\ntype = 'henge'", 'case.toml:7: loss.type: "henge" is not known'),
        (
            f"input = [1,2,3]\nloss = 3\n{DENSE}",
            "case.toml:2: loss: found the number 3; expected a table, [loss]",
        ),
        (
            f"input = [1,2,3]\nclaims = 3\n{DENSE}",
            "case.toml:2: claims: found the number 3; expected a table",
        ),
        (f"input = [1,2,3]\narithmetic = '101 decimals'\n{DENSE}", "expected at most 100"),
        (f"input = [1,2,3]\narithmetic = 4\n{DENSE}", 'expected "exact", "float" or a number of decimals'),
        (f"input = [1,2,3]\ntitle = 4\n{DENSE}", "case.toml:2: title: found the number 4"),
        (f"input = [1,2,3]\n[[samples]]\ninput = 1\n{DENSE}", "stands beside [[samples]]"),
        (f"[[samples]]\ntarget = 1\n{DENSE}", "case.toml:1: samples[1].input: is missing"),
        (
            f"[[samples]]\ninput = [1,2,3]\n[[samples]]\ninput = [1,2,3,4]\n{DENSE}",
            "case.toml:4: samples[2].input: is 4 and the first sample's input is 3",
        ),
        (
            "input = [[1]]\n[[layers]]\ntype = 'conv2d'\nkernel = 1\nstride = 0",
            "case.toml:5: layers[1].stride: found the number 0; expected a whole number from 1",
        ),
        (
            "input = [[1]]\n[[layers]]\ntype = 'conv2d'\nkernel = 1\npadding = [1]",
            'expected a whole number, [rows, columns], [top, bottom, left, right] or "same"',
        ),
        ("input = [[1]]\n[[layers]]\ntype = 'conv2d'\nkernel = 1\nflip = 1", "expected true or false"),
        (
            "input = [[1]]\n[[layers]]\ntype = 'conv2d'\nkernel = 1\npadding = 1000000",
            "case.toml:5: layers[1].padding: layer conv: with its padding is 1×2000001×2000001",
        ),
        (
            "input = [[1,2]]\n[[layers]]\ntype = 'reshape'\nshape = [3]",
            "case.toml:4: layers[1].shape: layer reshape: 3 holds 3 numbers",
        ),
        (
            'case = "lecture-notes"\n[claims]\nconv = 1',
            'case.toml:1: case: is a worksheet for "lecture-notes"',
        ),
        ("[input\nvalues = 1", "case.toml:1: TOML cannot be read here: Expected ']'"),
        ("[claims]\nconv[1,1] = 3", 'in quotation marks: "conv[1,1]" = …'),
        ("title = 'a'\ntitle = 'b'", "case.toml:2: TOML cannot be read here: Cannot overwrite a value"),
        ("title = '\x00'", "case.toml:1: TOML cannot be read here"),
        ("a = '''", "at the end of the file"),
        ("input = 1\nx = " + "9" * 5000, "case.toml:2: a number of over 4,000 digits"),
        ("input = " + "9" * 4100 + "\n[[layers]]\ntype = 'relu'", "case.toml:1: input: "),
        ("x = " + "[" * 60 + "]" * 60, "nested over 50 levels deep"),
        ("x = " + "[" * 100_000, "nested over 50 levels deep"),
        ("a." * 200_000 + "b = 1", "nested over 50 levels deep"),
        ("x = 2021-02-31", "case.toml:1: TOML cannot be read here: Invalid date"),
    ],
)
def test_a_mistake_is_answered_with_its_place_and_the_remedy(text: str, answer: str) -> None:
    assert answer in said(text)


def test_the_line_of_a_number_in_a_nested_list() -> None:
    answer = said("[input]\nvalues = [\n  [1, 2], # first\n  [3,\n   'x'],\n]\n[[layers]]\ntype = 'relu'")
    assert answer.startswith('case.toml:5: input.values[2][2]: "x" is not a number')


def test_lines_are_found_among_look_alikes() -> None:
    text = '''# [[layers]]
source = """
[[layers]]
type = "no\\"""
""""
"title" = \'\'\'a = [ "\'\'\'
[ input ]
values = [ [ 1 , 2 ] , # ]
 [3, 4] ]
[[ "layers" ]]
type = \'relu\'
[[layers]]
type = "dense"
"weight" = { file = "a}b.npy" }
[[layers]]
type = "dense"
weight . "values" = "1 z"
[claims]
a.b = 1979-05-27 07:32:00
c = { d = [ "x]" , 1.5 ], e = 2 }
f = 3
'''
    answer = said(text).split("\n")
    assert answer[0].startswith('case.toml:14: layers[2].weight.file: "a}b.npy" is not there')
    assert answer[1].startswith('case.toml:17: layers[3].weight.values: "z" is not a number')
    good = text.replace('{ file = "a}b.npy" }', '"1 2 3 4"').replace("1 z", "1")
    assert [(claim.cell, claim.line) for claim in read_case(good).claims] == [
        ("a.b", 19),
        ("c.d", 20),
        ("c.e", 20),
        ("f", 21),
    ]


def test_nothing_invisible_reaches_the_screen() -> None:
    case = read_case(f'title = "a\\u001b[2J\\u202eb\\n c\\u0085\\u009b"\ninput = [1, 2, 3]\n{DENSE}')
    assert case.title == "a\\x1b[2J\\u202eb c \\x9b"
    answer = said(f'"\\u001b[2J" = 1\ntype = "\\u202e"\ninput = "\\u0007"\n{DENSE}')
    assert "\\x1b[2J" in answer
    assert not set(answer) & {"\x1b", "\u202e", "\x07"}


def test_a_file_full_of_mistakes_is_answered_quickly_and_briefly() -> None:
    answer = said("".join(f"key{number} = 1\n" for number in range(100_000)))
    assert answer.count("\n") <= 20
    assert answer.endswith("… and more")


# --- finding a case ----------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "lecture-notes.toml").write_text(NOTES)
    (folder / "another.toml").write_text(NOTES.replace("title", "# title", 1))
    monkeypatch.setattr(finding, "_shipped_folder", lambda: folder)
    return folder


def test_a_shipped_case_is_found_by_its_name(shipped: Path) -> None:
    assert load("lecture-notes").name == "lecture-notes"
    assert [(each.name, each.title) for each in list_shipped()] == [
        ("another", "another"),
        ("lecture-notes", "One 3×3 filter, max pool, ReLU, dense, sigmoid"),
    ]
    with pytest.raises(CaseError, match='did you mean "lecture-notes"'):
        load("lecture-note")
    with pytest.raises(CaseError, match="is neither a shipped case nor a file"):
        load("x" * 5000)


def test_a_case_is_found_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf" + NOTES.replace("\n", "\r\n").encode())
    (tmp_path / "mine").write_text(NOTES)
    monkeypatch.chdir(tmp_path)
    for name in ("mine.toml", "./mine.toml", "mine", str(tmp_path / "mine.toml")):
        assert load(name).name == "mine"
    assert load(Path("mine.toml")).path == Path("mine.toml")


def test_a_case_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NOTES.encode())))
    assert load("-").output_shapes()[0] == (1, 4, 4)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"a = 1\ntitle = '\xe9'")
    with (tmp_path / "large.toml").open("wb") as file:
        file.truncate(20_000_001)
    for name, answer in [
        ("latin.toml", "latin.toml:2: is not text in UTF-8"),
        ("large.toml", "is over 20 MB"),
        ("missing.toml", "cannot be read: No such file or directory"),
        ("", "cannot be read: Is a directory"),
        ("a\x00.toml", "cannot be read"),
    ]:
        with pytest.raises(CaseError, match=re.escape(answer)):
            load(f"{tmp_path}/{name}")


# --- anything else -----------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_any_bytes_are_a_case_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    with pytest.raises(CaseError):
        load(path)


_VALUES = st.sampled_from(
    [
        "1",
        "'1 2'",
        "[1, 2]",
        "[[1], [2, 3]]",
        "{}",
        "{ file = 'x' }",
        "{ random = 'normal' }",
        "true",
        "-1",
        "1e9",
        "nan",
        "1979-05-27",
        "''",
        "'relu'",
        "'dense'",
        "'conv2d'",
        "'upstream'",
        "[]",
        "[{}]",
        "{ values = 1 }",
    ]
)
_KEYS = st.sampled_from(
    [
        "type",
        "name",
        "kernel",
        "weight",
        "bias",
        "stride",
        "size",
        "shape",
        "padding",
        "flip",
        "values",
        "target",
        "gradient",
        "scale",
        "input",
        "samples",
        "loss",
        "layers",
        "claims",
        "training",
        "data",
        "conventions",
        "title",
        "arithmetic",
        "learning_rate",
        "relu_at_zero",
        "max_tie",
        "source",
    ]
)
_HEADERS = st.sampled_from(
    ["[input]", "[[layers]]", "[loss]", "[[samples]]", "[conventions]", "[training]", "[claims]"]
)


@settings(max_examples=500)
@given(st.lists(st.one_of(_HEADERS, st.builds("{} = {}".format, _KEYS, _VALUES)), max_size=12))
def test_any_table_is_a_case_or_is_refused(lines: list[str]) -> None:
    case = read_or_refusal("\n".join(lines))
    assert case if isinstance(case, str) else case.layers


@settings(max_examples=300)
@given(st.integers(0, len(NOTES) - 1), st.integers(0, 30), st.text(max_size=3))
def test_a_damaged_case_is_read_or_refused(start: int, length: int, text: str) -> None:
    case = read_or_refusal(NOTES[:start] + text + NOTES[start + length :])
    assert case if isinstance(case, str) else len(case.output_shapes()) == len(case.layers)
