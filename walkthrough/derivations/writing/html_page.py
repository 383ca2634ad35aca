"""A proved derivation as a web page that needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from walkthrough.derivations.derivation import (
    GridRows,
    Paragraph,
    PartTitle,
    Proved,
    ProvedBlock,
    ProvedEqualities,
    ProvedLine,
    SideBySide,
)
from walkthrough.derivations.writing.how_proved import how, tick, verdict
from walkthrough.derivations.writing.html_formulas import HtmlWriter

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 Georgia, "Times New Roman", serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1, h2 { line-height: 1.25; }
sub, sup { font-size: .72em; line-height: 0; }
.unbroken { white-space: nowrap; }
.term { display: inline-block; vertical-align: top; }
table.chain { border-collapse: collapse; margin: .3rem 0 .9rem; }
table.chain td { padding: .15rem .35rem; vertical-align: baseline; }
table.chain tbody + tbody tr:first-child td { padding-top: .5rem; }
table.chain tbody.long + tbody tr:first-child td { padding-top: 1.1rem; }
table.chain td:nth-child(2) { white-space: nowrap; }
table.chain td.because { color: #555; padding-left: 1.5rem; font-size: .9em; min-width: 12rem;
  max-width: 26rem; }
table.chain tr.failed td { background: #fdecea; }
div.picture { overflow-x: auto; margin: .9rem 0; }
div.picture span { margin: 0 .4rem; }
table.grid { display: inline-table; border-left: 2px solid; border-right: 2px solid; border-radius: .4rem;
  margin: .3rem .6rem; vertical-align: middle; }
table.grid td { padding: .1rem .45rem; text-align: center; }
@media (max-width: 45rem) {
  table.chain { display: grid; grid-template-columns: auto auto auto 1fr; }
  table.chain tbody, table.chain tr { display: contents; }
  table.chain td { padding: .1rem .2rem; }
  table.chain td.because, table.chain tbody + tbody tr:first-child td.because {
    grid-column: 4; padding: 0 .2rem .3rem 1rem; min-width: 0; }
}
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #171717; }
  table.chain td.because { color: #b0b0b0; } table.chain tr.failed td { background: #4a1d18; } }
"""
_SIGN = re.compile(" ([+−·]) ")
"""A line is broken between two terms; in a term that is too long, before a sign or a factor."""


def html(proved: Proved) -> Iterator[str]:
    """A page that needs nothing from elsewhere."""
    writer = HtmlWriter()
    yield from ("<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield from (
        f"<title>{escape(proved.title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
    )
    yield f"<h1>{writer.plain(proved.title)}</h1>"
    if proved.sizes:
        yield f"<p><code>{writer.plain(proved.rule)}</code>: {writer.plain(proved.sizes)}</p>"
    for chains, several in groupby(proved.blocks, lambda block: isinstance(block, ProvedEqualities)):
        if chains:
            yield '<table class="chain">'
            yield from (line for block in several for line in _html_block(block, writer))
            yield "</table>"
        else:
            yield from (line for block in several for line in _html_block(block, writer))
    yield from (f"<p>{writer.plain(verdict(proved))}</p>", "</main>", "</body>", "</html>")


def _html_block(block: ProvedBlock, writer: HtmlWriter) -> Iterator[str]:
    """A block; chains one after the other are parts of one table, their reasons below each other."""
    match block:
        case PartTitle(text):
            yield f"<h2>{writer.plain(text)}</h2>"
        case Paragraph(words):
            yield f"<p>{writer.words(words)}</p>"
        case SideBySide(parts):
            yield f'<div class="picture">{"".join(_html_part(part, writer) for part in parts)}</div>'
        case ProvedEqualities(lines):
            yield '<tbody class="long">' if len(lines) > 1 else "<tbody>"
            yield from (_html_line(line, writer) for line in lines)
            yield "</tbody>"


def _html_part(part: GridRows | str, writer: HtmlWriter) -> str:
    if isinstance(part, str):
        return f"<span>{writer.plain(part)}</span>"
    rows = "".join(
        "<tr>" + "".join(f"<td>{writer.text(each)}</td>" for each in row) + "</tr>" for row in part
    )
    return f'<table class="grid">{rows}</table>'


def _html_line(line: ProvedLine, writer: HtmlWriter) -> str:
    left = "" if line.left is None else writer.text(line.left)
    kind = "" if line.proved else ' class="failed"'
    because = writer.words(line.because) + writer.plain(how(line))
    terms = (_SIGN.sub(" \\1\u00a0", term).replace("·", "<wbr>·") for term in writer.terms(line.right))
    right = " ".join(f'<span class="term">{term.strip(" ")}</span>' for term in terms)
    return (
        f"<tr{kind}><td>{tick(line)}</td><td>{left}</td><td>=</td><td>{right}</td>"
        f'<td class="because">{because}</td></tr>'
    )
