"""A web page: one file that needs nothing from elsewhere, formulas as MathML, readable without its script."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from math import prod
from struct import pack
from typing import Any, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from walkthrough.document import (
    Block,
    Curve,
    Equations,
    Grid,
    Group,
    Heading,
    Picture,
    Quantity,
    Reading,
    Relation,
    Side,
    Working,
)
from walkthrough.formats._arranged_sides import Arrangement, piece
from walkthrough.formats._mathml import broken, mathml, pieces

_OTHER = re.compile(r"[^\w.]+|\.")
_INDEXED = re.compile("[₀-₉∂]")
Sides: TypeAlias = tuple[tuple[Relation, Side], ...]

_EM = 0.52
"""How wide a sign of a formula is, about; columns of like lines begin under each other."""
_WIDER = 0.62
"""The same of a left side, in which ∂ and capitals are many."""
_LONG = 200_000
"""Characters of equations and numbers that stand in a page as they are."""
_WIDEST = 30
"""Ems that a column keeps free; what is wider stands where it stands."""


class HtmlFormat:
    """Blocks as a page; `title` stands in the window's head, where no heading says another one."""

    def __init__(self, title: str = "walkthrough") -> None:
        self._title = title

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The page in pieces of text."""
        rest = iter(blocks)
        first = next(rest, None)
        title = first.text if isinstance(first, Heading) else self._title
        said = chain([first] if first is not None else (), rest)
        return _environment().get_template("page.html").generate(title=title, blocks=said, page=_Page())

    def fragment(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks as a part of another page, such as a notebook."""
        return _environment().get_template("fragment.html").generate(blocks=blocks, page=_Fragment())


class _Page:
    """What a page has said so far: an id stands once, and no level of headings is left out."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._level = 0

    def id(self, cell: str) -> Markup:
        """The attributes of what shows a cell; the id goes to what shows it first."""
        own = anchor(cell)
        if own in self._ids:
            return Markup(' data-cell="{}"').format(cell)
        self._ids.add(own)
        return Markup(' id="{}" data-cell="{}"').format(own, cell)

    def level(self, wanted: int) -> int:
        """The level of a heading, at most one below the last."""
        self._level = min(wanted, self._level + 1)
        return self._level


class _Fragment(_Page):
    """A part of a page that belongs to somebody else: no ids, whose names might be taken."""

    def id(self, cell: str) -> Markup:
        return Markup(' data-cell="{}"').format(cell)

    def level(self, wanted: int) -> int:
        return wanted


def anchor(cell: str) -> str:
    """The id of a cell: its name with every run of other characters as one -: conv1-3-5-7."""
    return _OTHER.sub("-", cell).strip("-")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("walkthrough", "formats/html_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "mathml": mathml,
        "broken": broken,
        "anchor": anchor,
        "kind": _kind,
        "symbol": _symbol,
    }
    environment.globals |= {
        "sides": _sides,
        "columns": _columns,
        "picture": _picture,
        "marked": _marked,
        "points": _points,
    }
    environment.globals |= {
        "style": _inside("style.css"),
        "fragment_style": _inside("fragment.css"),
        "script": Markup("\n").join(map(_inside, ("numbers.js", "equations.js", "script.js"))),
        "carried": _carried,
    }
    return environment


def _inside(name: str) -> Markup:
    """A file of ours, to stand in the page as it is."""
    source, _, _ = PackageLoader("walkthrough", "formats/html_page").get_source(Environment(), name)
    return Markup(source)


def _kind(block: Any) -> str:
    return type(block).__name__


def _symbol(text: str) -> str | Markup:
    """A letter with an index as a formula, anything else as it is."""
    return mathml(text) if _INDEXED.search(text) else text


def _sides(of: Working | Group, only: Sides | None = None) -> list[tuple[str, list[Markup]]]:
    """The sides of a line with their places: the symbols, the numbers, and what they come to."""
    said = of.sides if only is None else only
    last = len(said) - 1
    names = {last: "value", **({0: "symbols"} if last else {}), **({1: "numbers"} if last > 1 else {})}
    return [(names.get(at, "between"), list(pieces(*side))) for at, side in enumerate(said)]


def _columns(lines: Iterable[Working]) -> str:
    """How wide the columns of like lines are, in ems."""
    several = list(lines)
    left = max((len(line.left) for line in several), default=0)
    first = max((_width(line.sides[0][1]) for line in several if len(line.sides) > 1), default=0)
    second = max((_width(line.sides[1][1]) for line in several if len(line.sides) > 2), default=0)
    widths = (left * _WIDER, first * _EM + 1, second * _EM + 1)
    ems = (f"{min(width, _WIDEST):.1f}em" for width in widths)
    return "--left:{};--symbols:{};--numbers:{}".format(*ems)


def _width(side: Side) -> int:
    return max(len(row) for row in piece(side, Arrangement()))


def _carried(of: Equations) -> tuple[Markup, bool]:
    """The equations as JSON, in which no tag can begin; packed where they are long, and whether they are."""
    table = {"digits": of.digits, "guard": of.guard, "quantities": [_plain(each) for each in of.quantities]}
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    if len(text) < _LONG:
        return Markup(text), False
    return Markup(b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()), True


def _plain(of: Quantity) -> dict[str, Any]:
    readings = [{name: getattr(reading, name) for name in Reading.__slots__} for reading in of.readings]
    sizes = [prod(of.shape[axis:]) for axis in range(len(of.shape) + 1)]
    moving = (axis for axis, extent in enumerate(of.shape) if extent > 1)
    # leading axes of size 1 are left out of a name
    first = next(moving, max(len(of.shape) - 1, 0))
    # a cell of step 2 is conv[1,1]#2, the step behind the place
    base, _, step = of.name.partition("#")
    place = {
        "id": anchor(base),
        "end": f"-{step}" if step else "",
        "size": sizes[0],
        "steps": sizes[1:],
        "first": first,
        "readings": readings,
    }
    return {name: getattr(of, name) for name in Quantity.__slots__} | place


def _marked(grid: Grid) -> list[list[tuple[str, str, str]]]:
    """Number, mark and cell of each place."""
    return [
        [
            (
                text,
                grid.marks[y][x] if grid.marks else "",
                grid.cells[y][x] if grid.cells else "",
            )
            for x, text in enumerate(row)
        ]
        for y, row in enumerate(grid.rows)
    ]


def _points(block: Curve) -> str:
    """The corners of a curve, in a room of 100 by 40."""
    last = max(len(block.shares) - 1, 1)
    corners = (f"{100 * at / last:.2f},{40 * (1 - share):.2f}" for at, share in enumerate(block.shares))
    return " ".join(corners)


def _picture(block: Picture) -> str:
    """A picture in grey, black for the smallest number, as an address that holds it."""
    rows = b"".join(b"\0" + bytes(round(255 * shade) for shade in row) for row in block.shades)
    size = pack(">IIBBBBB", len(block.shades[0]), len(block.shades), 8, 0, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    chunks = (
        pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()
