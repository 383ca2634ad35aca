"""Every rule at several sizes: all lines are proved, and what is printed is what a person would write."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from walkthrough import layers, losses
from walkthrough.derivations import (
    AskedSizes,
    CannotDerive,
    derive_command,
    derived,
    read_size,
    rule_words,
)
from walkthrough.derivations.derivation import (
    Derivation,
    Equalities,
    Equality,
    GeneralEqualities,
    Instance,
    Premises,
    Proved,
    ProvedEqualities,
    ProvedLine,
)
from walkthrough.derivations.derivation_notation import atom, letter
from walkthrough.derivations.proof.line_proofs import prove
from walkthrough.derivations.rules_by_word import rule
from walkthrough.derivations.writing.ascii_signs import without_own_signs
from walkthrough.derivations.writing.page_formats import FORMATS, rendered
from walkthrough.formats.text import ascii_only
from walkthrough.mathematics.notation import expression
from walkthrough.words import shelf

WORDS = [
    "output-size",
    "conv-output",
    "conv-kernel-gradient",
    "conv-bias-gradient",
    "conv-input-gradient",
    "multi-channel-gradients",
    "max-pool-gradient",
    "average-pool-gradient",
    "relu-derivative",
    "sigmoid-derivative",
    "tanh-derivative",
    "softmax-jacobian",
    "cross-entropy-gradient",
    "binary-cross-entropy-gradient",
    "squared-error-gradient",
    "dense-gradient",
    "flatten-index",
    "sigmoid-network",
    "delta-recursion",
    "transposed-convolution",
    "batch-norm-gradient",
    "dilated-convolution",
]
SLIDING = [
    AskedSizes(input=(2, 2), kernel=(2, 2)),
    AskedSizes(input=(1, 4), kernel=(1, 2)),
    AskedSizes(input=(4, 3), kernel=(2, 3)),
    AskedSizes(input=(5, 4), kernel=(3, 2), stride=(2,), padding=(1,)),
    AskedSizes(input=(7, 5), kernel=(2, 3), stride=(3, 2)),
    AskedSizes(input=(3, 3), kernel=(1, 1), stride=(2, 2)),
    AskedSizes(input=(2, 3), kernel=(3, 3), padding=(2, 1), flip=True),
    AskedSizes(input=(3, 3), kernel=(2, 2), channels=3, filters=2),
    AskedSizes(input=(4, 4), kernel=(3, 3), padding=(3, 3), flip=True, channels=2),
    AskedSizes(input=(11, 10), kernel=(2, 2), stride=(4, 4)),
]


def test_all_rules_of_the_issue_are_on_the_shelf() -> None:
    assert sorted(WORDS) == sorted(rule_words())


@pytest.mark.parametrize("word", WORDS)
def test_default_sizes(word: str) -> None:
    assert derived(word).holds


@pytest.mark.parametrize("sizes", SLIDING, ids=str)
@pytest.mark.parametrize(
    "word",
    [
        "conv-output",
        "conv-kernel-gradient",
        "conv-bias-gradient",
        "conv-input-gradient",
        "multi-channel-gradients",
    ],
)
def test_convolutions(word: str, sizes: AskedSizes) -> None:
    assert derived(word, sizes).holds


@pytest.mark.parametrize(
    "sizes",
    [
        AskedSizes(input=(2, 2)),
        AskedSizes(input=(5, 5), kernel=(2, 2)),  # a row and a column are in no window
        AskedSizes(input=(4, 3), kernel=(2, 2), stride=(1, 1)),
        AskedSizes(input=(4, 4), kernel=(3, 3), stride=(2, 2), padding=(1, 1)),
        AskedSizes(input=(4, 4), kernel=(2, 2), channels=2),
    ],
    ids=str,
)
@pytest.mark.parametrize("word", ["max-pool-gradient", "average-pool-gradient"])
def test_pools(word: str, sizes: AskedSizes) -> None:
    assert derived(word, sizes).holds


@pytest.mark.parametrize(
    "sizes",
    [
        AskedSizes(input=(1, 1), kernel=(1, 1)),
        AskedSizes(input=(2, 3), kernel=(3, 2), stride=(2, 3)),
        AskedSizes(input=(3, 2), kernel=(2, 2), stride=(3, 1), padding=(2, 0)),  # some of k lands nowhere
        AskedSizes(input=(2, 2), kernel=(3, 3), padding=(1,), channels=2, filters=3),
    ],
    ids=str,
)
def test_transposed_convolutions(sizes: AskedSizes) -> None:
    assert derived("transposed-convolution", sizes).holds


@pytest.mark.parametrize(
    "sizes",
    [
        AskedSizes(input=(3, 3), dilation=(1,)),
        AskedSizes(input=(7, 5), kernel=(3, 2), dilation=(3, 2), stride=(2,), padding=(1,)),
        AskedSizes(input=(4, 5), dilation=(2, 3), channels=2, filters=3),
    ],
    ids=str,
)
def test_dilated_convolutions(sizes: AskedSizes) -> None:
    assert derived("dilated-convolution", sizes).holds


@pytest.mark.parametrize("channels", [1, 3])
def test_batch_norm(channels: int) -> None:
    assert derived("batch-norm-gradient", AskedSizes(input=(1, 2), channels=channels)).holds


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize(
    "word",
    [
        "softmax-jacobian",
        "cross-entropy-gradient",
        "binary-cross-entropy-gradient",
        "squared-error-gradient",
    ],
)
def test_rows_of_numbers(word: str, number: int) -> None:
    asked = AskedSizes(classes=number) if rule(word).takes == ("classes",) else AskedSizes(outputs=number)
    assert derived(word, asked).holds


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 3), (12, 2), (4, 1)])
def test_dense(inputs: int, outputs: int) -> None:
    assert derived("dense-gradient", AskedSizes(input=(inputs,), outputs=outputs)).holds


@pytest.mark.parametrize(
    "sizes", [AskedSizes(input=(1, 1), channels=1), AskedSizes(input=(3, 4), channels=3)], ids=str
)
def test_flatten(sizes: AskedSizes) -> None:
    assert derived("flatten-index", sizes).holds


@pytest.mark.parametrize(
    "sizes",
    [AskedSizes(input=(4, 3), kernel=(2, 2), outputs=2), AskedSizes(input=(2, 2), kernel=(2, 2))],
    ids=str,
)
def test_sigmoid_network(sizes: AskedSizes) -> None:
    assert derived("sigmoid-network", sizes).holds


@pytest.mark.parametrize(
    "sizes",
    [AskedSizes(input=(10, 8), filters=1, classes=2), AskedSizes(channels=2, filters=3, outputs=1)],
    ids=str,
)
def test_delta_recursion(sizes: AskedSizes) -> None:
    assert derived("delta-recursion", sizes).holds


# --- what is printed -------------------------------------------------------------------------------------


def test_a_page_as_a_student_reads_it() -> None:
    page, status = derive_command("conv-input-gradient")
    assert status == 0
    assert "✓ ∂L/∂x₁₂ = ∂L/∂z₁₁·∂z₁₁/∂x₁₂ + ∂L/∂z₁₂·∂z₁₂/∂x₁₂\n" in page
    assert "✓         = g₁₁·k₁₂ + g₁₂·k₁₁\n" in page
    assert "│  0   g₁₁  g₁₂   0  │   ⋆   │ k₂₂  k₂₁ │" in page
    assert "✓ ∂L/∂x[c,m,n] = Σ ∂L/∂z[f,i,j]·∂z[f,i,j]/∂x[c,m,n] " in page
    assert "✓              = Σ g[f,i,j]·k[f, c, m−s₁(i−1)+P₁, n−s₂(j−1)+P₂]" in page
    assert page.rstrip().endswith(
        "All 29 lines hold: 27 proved term by term, 2 counted for the range that is named."
    )


def test_a_reason_is_said_where_it_is_new() -> None:
    page, _ = derive_command("conv-input-gradient")
    # nine entries, some of them going into one output and some into four, for one and the same reason
    assert page.count("chain rule: x") == 1
    assert page.count("is multiplied by there") == 1
    # where every line has something of its own to say, it says it
    assert page.count("of the padded g\n") == 9
    # a new part says it again: there the other logit is above the line
    page, _ = derive_command("softmax-jacobian")
    assert page.count("quotient rule") == page.count("each fraction is a share") == 2
    # a picture between two chains does not separate them
    page, _ = derive_command("dense-gradient")
    assert page.count("what w₁₁ is multiplied by\n") == 1
    assert page.count("the weights that leave x") == 2  # for these sizes, and in general
    # whoever reads the lines one by one has every reason
    told = json.loads(derive_command("conv-input-gradient", format="json")[0])
    assert sum(line["because"].startswith("chain rule: x") for line in told["lines"]) == 9


def test_a_line_that_was_not_proved_says_so_also_where_its_reason_is_known() -> None:
    x, y = letter("x"), letter("y")
    chain = ProvedEqualities((ProvedLine(x, y, ("so it is",), "terms"),))
    failed = ProvedEqualities((ProvedLine(x, y, ("so it is",), ""),))
    page = rendered(Proved("rule", "title", "", (chain, failed)), "text")
    assert page.count("so it is") == 1
    assert page.count("NOT PROVED: this does not follow") == 1


def test_textbook_forms_are_kept() -> None:
    assert "= σ(z)(1 − σ(z)) " in derive_command("sigmoid-derivative")[0]
    assert "cosh" not in derive_command("tanh-derivative")[0]
    assert "= p_c − 1 " in derive_command("cross-entropy-gradient")[0]
    assert "Σy = 1 is used here" in derive_command("cross-entropy-gradient")[0]
    assert "= ½·((1 − t₁)/(1 − y₁) − t₁/y₁) " in derive_command("binary-cross-entropy-gradient")[0]


@pytest.mark.parametrize("width", [56, 76, 96])
@pytest.mark.parametrize("word", WORDS)
def test_lines_fit(word: str, width: int) -> None:
    page, _ = derive_command(word, width=width)
    assert max(map(len, page.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 96])
@pytest.mark.parametrize(
    ("word", "sizes"),
    [
        ("conv-input-gradient", AskedSizes(input=(20, 20), kernel=(3, 3))),
        ("multi-channel-gradients", AskedSizes(input=(3, 12), channels=10, filters=1)),
        ("sigmoid-network", AskedSizes(input=(4, 4), outputs=11)),
        ("softmax-jacobian", AskedSizes(classes=6)),
        ("dense-gradient", AskedSizes(input=(30,), outputs=3)),
        ("delta-recursion", AskedSizes(filters=4, outputs=5, classes=5)),
    ],
)
def test_lines_of_large_sizes_fit(word: str, sizes: AskedSizes, width: int) -> None:
    page, _ = derive_command(word, sizes, width=width)
    assert max(map(len, page.splitlines())) <= width


@pytest.mark.parametrize("word", WORDS)
def test_ascii_fits_too_and_loses_nothing(word: str) -> None:
    def said(text: str) -> str:
        return ascii_only(without_own_signs(text))

    page, _ = derive_command(word, width=56, said=said)
    assert page.isascii()
    assert "?" not in page
    assert max(map(len, page.splitlines())) <= 56


def test_definitions_carry_no_tick() -> None:
    page, _ = derive_command("softmax-jacobian")
    assert "\n  p₁ = e^z₁/Σₙ e^zₙ " in page
    assert " ".join(page.split()).endswith(
        "All 31 lines hold: 3 by definition, 27 proved by SymPy, 1 counted for the range that is named."
    )
    assert "All 6 lines counted for the range that is named." in derive_command("output-size")[0]
    assert "1 by definition" in derive_command("relu-derivative")[0]


def test_a_definition_that_does_not_hold_is_blamed_too() -> None:
    y, z = letter("y"), letter("z")
    chain = Equalities(y, (Equality(z * 2, ("its definition",), defines=True),))
    premises = Premises({atom(y): z * 3})
    (block,) = prove(Derivation("rule", "", "", premises, (chain,))).blocks
    assert isinstance(block, ProvedEqualities)
    assert not block.lines[0].proved


def test_a_general_line_is_refuted_where_one_size_contradicts() -> None:
    """m = n − k + 1 is right with a stride of 1 and wrong with a stride of 2."""
    m, n, k = letter("m"), letter("n"), letter("k")
    by_stride = {1: lambda a, b: a - b + 1, 2: lambda a, b: (a - b) // 2 + 1}
    for stride, count in by_stride.items():
        instances = [
            Instance({"n": a, "k": b}, {}, Premises({atom(m): expression(count(a, b))}))
            for a in range(1, 6)
            for b in range(1, a + 1)
        ]
        chain = GeneralEqualities(m, (Equality(n - k + 1),), lambda several=instances: several)
        (block,) = prove(Derivation("rule", "", "", Premises(), (chain,))).blocks
        assert isinstance(block, ProvedEqualities)
        assert block.lines[0].proof == ("counted" if stride == 1 else "")
    nothing = GeneralEqualities(m, (Equality(n - k + 1),), list)
    (block,) = prove(Derivation("rule", "", "", Premises(), (nothing,))).blocks
    assert isinstance(block, ProvedEqualities)
    assert not block.lines[0].proved


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("max-pool-gradient", "z is written p, g is written ∂L/∂p."),
        ("cross-entropy-gradient", "On the page of a case p is written y, y is written t."),
    ],
)
def test_the_page_says_how_a_case_writes_the_letters(word: str, said: str) -> None:
    assert said in " ".join(derive_command(word)[0].split())


def test_markdown_keeps_to_what_mathematics_on_the_web_knows() -> None:
    for word in WORDS:
        page, _ = derive_command(word, format="markdown")
        assert "footnotesize" not in page
        assert "parbox" not in page


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("word", WORDS)
def test_every_format(word: str, format: str) -> None:
    page, status = derive_command(word, format=format)  # type: ignore[arg-type]
    assert status == 0
    if format == "latex":
        # all but letters that pdflatex knows by itself
        assert not [each for each in page if ord(each) > 127]
        assert page.count(r"\begin{") == page.count(r"\end{")
        assert page.count("{") - page.count(r"\{") == page.count("}") - page.count(r"\}")
    if format == "markdown":
        assert page.count("$$") % 2 == 0


# --- what cannot be derived ------------------------------------------------------------------------------


def test_the_nearest_rule_is_named() -> None:
    with pytest.raises(CannotDerive, match="conv-input-gradient"):
        derive_command("conv-input-gradent")


@pytest.mark.parametrize(
    ("word", "sizes", "said"),
    [
        ("conv-output", AskedSizes(input=(2, 2), kernel=(3, 3)), "does not fit"),
        ("output-size", AskedSizes(input=(2, 2), kernel=(3, 3)), "not a single window"),
        ("conv-output", AskedSizes(input=(41, 41)), "more than 40"),
        ("conv-output", AskedSizes(input=(0, 3)), "1 or more"),
        ("conv-output", AskedSizes(input=(40, 40), kernel=(20, 20)), "176,400 products"),
        ("softmax-jacobian", AskedSizes(classes=1000), "from 1 to 20"),
        ("dense-gradient", AskedSizes(input=(40, 40), outputs=3), "from 1 to 400"),
        ("max-pool-gradient", AskedSizes(kernel=(2, 2), padding=(2, 2)), "more than half"),
        ("delta-recursion", AskedSizes(input=(3, 3)), "does not fit"),
    ],
)
def test_sizes_that_cannot_be(word: str, sizes: AskedSizes, said: str) -> None:
    with pytest.raises(CannotDerive, match=said):
        derive_command(word, sizes)


def test_sizes_are_read() -> None:
    assert read_size("6x5") == read_size(" 6×5 ") == (6, 5)
    assert read_size("4") == (4,)
    for wrong in ("", "x", "6x", "-1", "6x5x4", "9" * 1000):
        with pytest.raises(CannotDerive):
            read_size(wrong)


@pytest.mark.parametrize(
    ("word", "sizes", "said"),
    [
        (
            "sigmoid-derivative",
            AskedSizes(input=(3, 3), classes=2),
            "knows no --input and no --classes; it takes no",
        ),
        ("dense-gradient", AskedSizes(kernel=(2, 2)), "knows no --kernel; it takes --input, --outputs"),
        (
            "average-pool-gradient",
            AskedSizes(flip=True),
            "knows no --flip; it takes --input, --kernel, --stride",
        ),
        (None, AskedSizes(kernel=(2, 2)), "--kernel belongs to a rule"),
    ],
)
def test_options_that_a_rule_does_not_know_are_refused(
    word: str | None, sizes: AskedSizes, said: str
) -> None:
    with pytest.raises(CannotDerive, match=said):
        derive_command(word, sizes)


def test_every_stage_is_linked_to_a_rule_that_there_is() -> None:
    for name in shelf.names(layers):
        assert set(shelf.load(layers, name).rules.values()) <= set(rule_words())
    for name in shelf.names(losses):
        word = shelf.load(losses, name).rule
        assert word in rule_words() or not word


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("word", ["conv-input-gradient", "softmax-jacobian", "delta-recursion"])
def test_latex_compiles_and_fits_the_page(word: str, tmp_path: Path) -> None:
    (tmp_path / "page.tex").write_text(derive_command(word, format="latex")[0], encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert "Overfull" not in ran.stdout


def test_a_reason_that_holds_for_a_block_is_said_once() -> None:
    page, _ = derive_command("batch-norm-gradient")
    assert page.count("normalised, scaled and shifted") == 2  # at these sizes, and in general
