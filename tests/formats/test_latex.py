"""LaTeX compiles whatever stands in it, nothing runs over the margin, the numbers are those of the text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.formats.conftest import Set
from walkthrough.case import load
from walkthrough.cli import commands
from walkthrough.document import (
    Beside,
    Block,
    Branch,
    Code,
    Grid,
    Group,
    Heading,
    Lines,
    Omitted,
    Picture,
    Prose,
    Rule,
    Sum,
    Table,
    Window,
    Working,
    Workings,
)
from walkthrough.formats.latex import LatexFormat
from walkthrough.formats.text import TextFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay

Typeset = Callable[[str], Set]

# what Debian's texlive-latex-base, -latex-recommended and -fonts-recommended have
PLAIN = {
    "inputenc", "fontenc", "mathpazo", "textcomp", "amsmath", "amssymb", "array", "booktabs", "longtable",
    "graphicx", "color", "geometry",
}  # fmt: skip


def rendered(*blocks: Block) -> str:
    return "".join(LatexFormat().render(blocks))


def written(file: Path, *words: str) -> str:
    """What a command writes as LaTeX."""
    done = CliRunner().invoke(commands, [*words, "--format", "latex", "-o", str(file)])
    assert file.exists(), done.output
    return file.read_text(encoding="utf-8")


# --- compiled ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("show", "lecture-notes"),
        ("show", "four-by-four"),
        ("show", "multi-channel"),
        ("show", "two-layer-update", "--steps", "2"),
        ("show", "batch-normalisation", "--digits", "60"),
        ("show", "lenet"),
        ("show", "lenet", "conv2[3,5,7]"),
        ("why", "lecture-notes", "input.grad[4,2]", "--all"),
        ("check", "lecture-notes"),
        ("derive", "conv-input-gradient", "--input", "4x4"),
        ("derive",),
        ("sizes", "lenet"),
        ("derive", "softmax-jacobian"),
        ("worksheet", "lecture-notes"),
        ("worksheet", "four-by-four", "--answers"),
        ("worksheet", "softmax-cross-entropy", "--answers"),
    ],
    ids=" ".join,
)
def test_pages_are_set_within_their_margins(words: tuple[str, ...], tmp_path: Path, typeset: Typeset) -> None:
    page = typeset(written(tmp_path / "page.tex", *words))
    assert page.errors == []
    assert page.too_wide == []
    assert page.pages


SIGNS = [
    *"\\{}$%&#_^~\"'`<>|@[]()!?-,;:.=+*/ \t\nabexLz019",
    *"\x00\x07\x1b\x7f∂Σ←½₁₂✓✗ᵀ²⁻−·×≈\u0302éßłŁő中😀\u202e\u00a0δΔᵢ⟨⟩⌊…√′’“λ²₃",
    *(
        "\\input{secret}",
        "^^M",
        "^^5c",
        "\\end{document}",
        "e^(",
        "e^(−z₁)²",
        "x[",
        "x₁[",
        "''",
        "--",
        "$$",
        "\\\\",
    ),
]


def hostile(seed: int, count: int) -> list[Block]:
    """Blocks of every kind with whatever people may write in every text of them."""
    draw = random.Random(seed)

    def text(most: int = 30) -> str:
        return "".join(draw.choice(SIGNS) for _ in range(draw.randint(0, most)))

    def rows(most: int) -> tuple[tuple[str, ...], ...]:
        return ((text(most), text(most)), (text(most), text(most)))

    kinds: list[Callable[[], Block]] = [
        lambda: Heading(text(), draw.randint(1, 3), text(), text(3)),
        lambda: Prose(text(200)),
        lambda: Rule(text(), text(), text()),
        lambda: Grid(text(), rows(5), rows(2), boxes=draw.random() < 0.3),
        lambda: Beside((Grid(text(), rows(4)), Grid(text(), rows(4))), (text(3),)),
        lambda: Picture(text(), ((0.0, 0.5), (1.0, 0.5)), text(5), text(5)),
        lambda: Working(
            text(), text(), (("=", Sum(rows(8), text(3), text(3))), ("≈", Window(rows(4))), ("←", text(40)))
        ),
        lambda: Workings((Working(text(), text(), (("=", text(90)), ("=", text(90))), text()),), text()),
        lambda: Working(text(), text(), (("=", text()),), text(), (Group(text(), (("=", text()),)),)),
        lambda: Lines((text(), text(90)), text()),
        lambda: Table((text(), text(), text()), ((text(9), text(100), text(7)),), frozenset({1})),
        lambda: Branch(text(), text(), text(), (Branch(text(), text(), text()),)),
        lambda: Code(f"{text(50)}\n    {text(50)}"),
        lambda: Omitted(text(), 3, text()),
    ]
    return [draw.choice(kinds)() for _ in range(count)]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_written_is_only_text(seed: int, typeset: Typeset, tmp_path: Path) -> None:
    page = typeset(rendered(*hostile(seed, 150), Prose("the end")))
    assert page.errors == []
    assert page.pages > 1
    assert not [file for file in page.read if "secret" in file.name]


def test_a_title_reads_no_file(typeset: Typeset, tmp_path: Path) -> None:
    secret = tmp_path / "secret.tex"
    secret.write_text("told")
    case = tmp_path / "case.toml"
    toml = Path(load("single-channel").path or "").read_text(encoding="utf-8")
    title = rf"title = '\input{{{secret}}} 100% of $x$ & #1 ^_~ ∂ Σ ← ½ ₁₂ ✓'"
    case.write_text(re.sub("(?m)^title = .*", lambda _: title, toml), encoding="utf-8")
    page = typeset(written(tmp_path / "page.tex", "show", str(case)))
    assert page.errors == []
    assert secret.resolve() not in page.read


# --- as it is written ----------------------------------------------------------------------------


def test_only_packages_of_a_plain_installation() -> None:
    packages = re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", rendered())
    assert {name for several in packages for name in several.split(",")} == PLAIN


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four", "multi-channel"])
def test_every_number_of_the_text_is_there(name: str) -> None:
    blocks = list(Page(Narration(Steps(replay(load(name))))).blocks())
    number = r"\d+\.?\d*"
    text = "".join(TextFormat().render(blocks))
    assert set(re.findall(number, text)) <= set(re.findall(number, rendered(*blocks)))


def test_a_window_keeps_its_rows() -> None:
    symbols, numbers = Sum((("a", "b"), ("c", "d"))), Sum((("1", "2"), ("3", "4")))
    text = rendered(Working("", "z", (("=", symbols), ("=", numbers), ("=", "10"))))
    assert r"{}={} & a & {}+{} & b \\ {}+{} & c & {}+{} & d\end{array}" in text
    assert r"{}={} & 1 & {}+{} & 2 \\ {}+{} & 3 & {}+{} & 4\end{array} \\ {}= 10\end{array}" in text


def test_relations_are_the_documents() -> None:
    text = rendered(Working("", "w", (("←", "w − α·g"), ("≈", "0.1"))))
    assert r"\relax w &{}\leftarrow w - \alpha \cdot g & & & &\; {}\approx 0.1" in text


def test_text_stays_text() -> None:
    text = rendered(Prose(r"100% of \input{x} & $5 #1 a_b 中 é −2"))
    assert r"100\% of \textbackslash{}input\{x\} \& \$5 \#1 a\_b" in text
    assert r"\texttt{[U+4E2D]} \'{e} \ensuremath{-}2" in text


def test_formulas_in_sentences_are_set() -> None:
    assert r"(a word lost to $a_{111})$, where $x$ is 2" in rendered(
        Prose("(a word lost to a₁₁₁), where x is 2")
    )


def test_a_long_number_can_be_broken() -> None:
    text = rendered(Working("", "z", (("=", "1" * 400),)))
    assert max(map(len, re.findall(r"\d+", text.split(r"\begin{document}")[1]))) == 10


def test_a_tall_grid_goes_on_on_the_next_page() -> None:
    text = rendered(Grid("b", tuple((str(row),) for row in range(100))))
    assert re.findall(r"rows (\d+) to (\d+)", text) == [
        ("1", "40"), ("41", "80"), ("81", "100"),
    ]  # fmt: skip


def test_boxes_are_empty() -> None:
    text = rendered(Grid("z", (("", "7"),), boxes=True))
    assert r" & $7$ \\ \hline" in text
    assert text.count(r"\hline") == 2
