"""A page is one file: well-formed, nothing from elsewhere, colours that can be read, the same digits."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path
from zlib import decompress

import pytest

from walkthrough.case import list_shipped, load
from walkthrough.document import (
    Beside,
    Block,
    Branch,
    Compared,
    Curve,
    Equations,
    Grid,
    Group,
    Heading,
    Lines,
    Omitted,
    Picture,
    Prose,
    Quantity,
    Rule,
    Sum,
    Table,
    Window,
    Working,
    Workings,
)
from walkthrough.formats import html
from walkthrough.formats.html import HtmlFormat, anchor

PageOf = Callable[..., Path]
_ASKS = {"src", "href", "data", "srcset", "action", "poster"}
"""Attributes with which a page asks for something."""
_VOID = {"meta", "input", "img", "br", "hr", "link", "wbr"}


_SHOWN = [each.name for each in list_shipped() if each.name != "lenet" and load(each.name).samples]


def rendered(*blocks: Block) -> str:
    return "".join(HtmlFormat().render(blocks))


class Reader(HTMLParser):
    """Elements that are closed as they were opened; their text, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("name", _SHOWN)
def test_every_case_is_a_page_of_its_own(page_of: PageOf, name: str) -> None:
    page = page_of("show", name).read_text()
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    asked = [
        value or "" for _, attributes in reader.found for key, value in attributes.items() if key in _ASKS
    ]
    assert all(value.startswith(("data:", "#")) for value in asked)
    assert not re.search(r"url\(|@import", page.partition("</style>")[0])
    levels = [int(tag[1]) for tag, _ in reader.found if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_line_is_formulas_with_the_digits_of_its_blocks() -> None:
    rows = (("x₁₁k₁₁", "x₁₂k₁₂"), ("x₂₁k₂₁", "x₂₂k₂₂"))
    numbers = (("0·1", "(−255)·2"), ("3·4", "5·6"))
    line = Working("conv[1,1]", "z₁₁", (("=", Sum(rows)), ("=", Sum(numbers)), ("=", "−468")), "why <not>")
    reader = Reader(rendered(Workings((line,))))
    assert {"class": "line", "id": "conv-1-1", "data-cell": "conv[1,1]"} in reader.all("div")
    said = re.sub(r"\s", "", reader.text)
    assert "z11=x11k11+x12k12+x21k21+x22k22=0·1+(−255)·2+3·4+5·6=−468" in said
    assert "why<not>" in said
    assert len(reader.all("msub")) == 9


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x[i+p−1, j]", ["<msub><mi>x</mi><mrow>", "<mi>p</mi>"]),
        ("e^(−2.55)", ["<msup><mi>e</mi><mrow>", '<mo form="prefix">−</mo><mn>2.55</mn>']),
        ("1.5·10⁻⁹", ["<msup><mn>10</mn><mrow>"]),
        ("∂L/∂k₂₁", ["<mfrac>", "<msub><mi>k</mi><mrow><mn>21</mn>"]),
        ("ln y", ["<mi>ln</mi><mspace"]),
        ("z if it was its window's largest, else 0", ["was its window&#39;s largest, else"]),
        ("a < b & c", ["&lt;", "&amp;"]),
        ("Σ ŷ₂", ["<mo>∑</mo>"]),
    ],
)
def test_formulas_become_mathml(text: str, parts: list[str]) -> None:
    page = rendered(Rule(text))
    for part in parts:
        assert part in page


def test_every_kind_of_block_is_said() -> None:
    grid = Grid("x", (("1", "−2"),), (("!", " "),), (("input[1]", "input[2]"),))
    line = Working("a[1]", "a₁", (("=", "b₁"), ("=", "7")))
    grouped = Working(
        "c[1]", "c₁", (("=", "s"), ("=", "t"), ("=", "9")), "", (Group("channel 1", (("=", "u"),)),)
    )
    window = Working("p[1]", "p₁", (("=", Window((("3", "4"),))), ("=", "4")))
    blocks: tuple[Block, ...] = (
        Heading("title & co", 1),
        Heading("part", 3, "forward", "2"),
        Prose("1 < 2"),
        grid,
        Beside((grid, grid), ("⋆",)),
        Curve("loss", (1.0, 0.5, 0.0), "step", "0.1", "0.9"),
        Picture("z", ((0.0, 1.0), (0.5, 0.25)), "−1", "1"),
        line,
        grouped,
        window,
        Compared(line, "yours:", line),
        Lines(("d₁ = 1 + 2 = 3",), "all alike", ("d[1]",)),
        Omitted("conv", 4704, "chain rule"),
        Table(("cell", "right"), (("conv[1]", "3"),), frozenset({1})),
        Branch("e[1]", "e₁ = f₁", "because", (Branch("f[1]", "f₁ = 5"),)),
    )
    reader = Reader(rendered(*blocks))
    said = " ".join(reader.text.split())
    for part in (
        "title & co",
        "2 part forward",
        "1 < 2",
        "⋆",
        "channel 1",
        "yours:",
        "4704 lines",
        "because",
    ):
        assert part in said
    assert [attributes.get("id") for attributes in reader.all("div")].count("a-1") == 1
    assert len(reader.all("details")) == 1
    assert reader.all("polyline")[0]["points"] == "0.00,0.00 50.00,20.00 100.00,40.00"
    assert "max(3,4)" in re.sub(r"\s", "", reader.text)


def test_a_picture_has_its_shades() -> None:
    (image,) = Reader(rendered(Picture("z", ((0.0, 1.0), (0.5, 0.2)), "−1", "1"))).all("img")
    source = image["src"]
    assert source is not None
    data = b64decode(source.partition("base64,")[2])
    assert data.startswith(b"\x89PNG")
    at = data.index(b"IDAT")
    size = int.from_bytes(data[at - 4 : at], "big")
    # a row is a filter byte, 0, and its shades from 0 to 255
    assert decompress(data[at + 4 : at + 4 + size]) == bytes([0, 0, 255, 0, 128, 51])


def test_equations_cannot_end_their_script() -> None:
    odd = Quantity("</script><b>", "x", (1,), True, False, ("1",))
    page = rendered(Equations((odd,)))
    (data,) = re.findall(r'id="equations">(.*?)</script>', page)
    assert json.loads(data)["quantities"][0]["name"] == "</script><b>"
    assert "<b>" not in data


@pytest.mark.parametrize(
    ("cell", "own"),
    [("conv1[3,5,7]", "conv1-3-5-7"), ("conv[2,3]", "conv-2-3"), ("loss", "loss"),
     ("dense.weight.new[1]", "dense-weight-new-1"), ("conv@2[1,3]", "conv-2-1-3"),
     ("my_layer[1]", "my_layer-1")],
)  # fmt: skip
def test_ids_are_names(cell: str, own: str) -> None:
    assert anchor(cell) == own


# --- sheets, classes, reasons, rules -----------------------------------------------------------------


def test_a_marked_sheet_has_its_marks_and_both_lines(page_of: PageOf) -> None:
    page = page_of("check", "lecture-notes").read_text()
    reader = Reader(page)
    # note 000 writes −2.55 for 2.55 and carries a wrong gradient on: 10 wrong numbers, most of them in grids
    assert re.search(r'<td class="marked">−94.59<span class="mark">!</span></td>', page)
    assert "! wrong;" in reader.text
    said = re.sub(r"\s", "", reader.text)
    assert "Right:∂L/∂f1=∂L/∂z1·w1≈0.9275735146·0.01≈0.009275735146chainrule" in said
    assert "Withyourownearliernumbers:∂L/∂f1=∂L/∂z1·w1=0.9274·0.01=0.009274" in said
    assert {"class": "compared"} in reader.all("div")


def test_a_class_is_one_page_and_a_page_each(page_of: PageOf, tmp_path: Path) -> None:
    table = tmp_path / "class.csv"
    table.write_text(
        "student,case,dense,sigmoid\n<b>Ann</b>,lecture-notes,2.55,0.9276\nBob,lecture-notes,-2.55,0.0724\n"
    )
    page = page_of("check", str(table), "--pages", str(tmp_path / "pages")).read_text()
    reader = Reader(page)
    assert page.count("<!DOCTYPE html>") == 1
    assert "<b>Ann</b>" in reader.text
    assert "sign-flipped" in reader.text
    own = sorted((tmp_path / "pages").iterdir())
    assert [each.suffix for each in own] == [".html", ".html"]
    assert any("dense = −2.55 is wrong" in Reader(each.read_text()).text for each in own)


def test_reasons_fold(page_of: PageOf) -> None:
    page = page_of("why", "lecture-notes", "input.grad[4,2]").read_text()
    depth = deepest = 0
    for tag in re.findall(r"</?details", page):
        depth += 1 if tag == "<details" else -1
        deepest = max(deepest, depth)
    assert deepest == 3  # the input's gradient, the conv output's, the pool's
    assert page.count("<summary>") == page.count("<details")
    assert "pool.grad[1,1]" in Reader(page).text


def test_a_rule_is_proved_on_its_page(page_of: PageOf) -> None:
    reader = Reader(page_of("derive", "sigmoid-derivative").read_text())
    assert "proved by SymPy" in reader.text
    assert reader.text.count("✓") >= 3
    assert len(reader.all("math")) > 5


# --- colours -----------------------------------------------------------------------------------------


def _schemes() -> dict[str, dict[str, str]]:
    style = (Path(html.__file__).parent / "html_page" / "style.css").read_text()
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark, *_ = (dict(re.findall(r"--([\w-]+): (#\w{6})", root)) for root in roots)
    return {"light": light, "dark": light | dark}


def _luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_can_be_read(scheme: str) -> None:
    colours = _schemes()[scheme]
    grounds = ["paper", "panel", "window", "used", "active"]
    pairs = [*product(["ink", "soft", "changed"], grounds), *product(["accent", "right"], grounds[:2])]
    # small text needs 4.5, what is drawn 3 (WCAG 2.2, 1.4.3 and 1.4.11)
    low = {pair: _contrast(*(colours[each] for each in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
    assert all(_contrast(colours["edge"], colours[each]) >= 3 for each in ("paper", "panel"))


def test_the_script_is_short_and_colours_stand_in_one_place() -> None:
    folder = Path(html.__file__).parent / "html_page"
    lengths = [len(each.read_text().splitlines()) for each in folder.glob("*.js")]
    assert max(lengths) < 400
    style = (folder / "style.css").read_text()
    rules = re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,6}\b(?=[;\s])", rules) == []
