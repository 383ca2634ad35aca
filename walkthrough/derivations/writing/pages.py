"""A proved derivation as a LaTeX document, as markdown and as a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from walkthrough.derivations.derivation import (
    Entries,
    Heading,
    Line,
    Picture,
    Prose,
    Proved,
    ProvedBlock,
    Rows,
)
from walkthrough.derivations.writing.formulas import Writer
from walkthrough.derivations.writing.latex import LatexWriter
from walkthrough.derivations.writing.rendering import how, verdict
from walkthrough.derivations.writing.web import HtmlWriter

_LATEX_WIDTH = 56
_LATEX_LINE = 84

# --- LaTeX and markdown ------------------------------------------------------------------------------


def _aligned(lines: tuple[Line, ...], writer: LatexWriter) -> Iterator[str]:
    """The rows of a chain; reasons beside the formulas if all of them fit there, else beneath."""
    assert lines[0].left is not None
    text = Writer()
    rows = [_latex_rows(line, writer, text) for line in lines]
    reasons = [text.words(line.because) + how(line) for line in lines]
    beside = _longest(lines) + max(map(len, reasons)) <= _LATEX_LINE
    for number, (line, each) in enumerate(zip(lines, rows, strict=True)):
        left = "" if line.left is None else writer.text(line.left)
        because = writer.words(line.because) + writer.plain(how(line))
        end = r" \\" if number < len(lines) - 1 else ""
        for at, (formula, _) in enumerate(each):
            start = f"{left} &= " if at == 0 else r"&\quad "
            if at < len(each) - 1:
                yield start + formula + r" \\"
            elif beside or not because:
                yield start + formula + (rf" && \text{{{because}}}" if because else "") + end
            else:
                yield start + formula + r" \\*"
                yield rf"&\qquad\text{{\footnotesize {because}}}" + end


def _longest(lines: tuple[Line, ...]) -> int:
    """About how many characters the longest row of a chain has."""
    text = Writer()
    assert lines[0].left is not None
    rows = (_latex_rows(line, LatexWriter(), text) for line in lines)
    return len(text.text(lines[0].left)) + max(width for each in rows for _, width in each)


def _latex_rows(line: Line, writer: LatexWriter, text: Writer) -> list[tuple[str, int]]:
    """A formula in rows that fit on a page, each with about how long it is."""
    rows: list[tuple[str, int]] = []
    for piece, shown in zip(writer.terms(line.right), text.terms(line.right), strict=True):
        if rows and rows[-1][1] + len(shown) <= _LATEX_WIDTH:
            rows[-1] = (rows[-1][0] + piece, rows[-1][1] + len(shown))
        else:
            rows.append((piece.strip(), len(shown)))
    return rows


def _latex_picture(parts: tuple[Rows | str, ...], writer: LatexWriter) -> str:
    written = []
    for part in parts:
        if isinstance(part, str):
            written.append(rf"\;\text{{{writer.plain(part)}}}\;")
        else:
            rows = r" \\ ".join(" & ".join(writer.text(each) for each in row) for row in part)
            written.append(rf"\left(\begin{{array}}{{{'c' * len(part[0])}}} {rows} \end{{array}}\right)")
    return " ".join(written)


def latex(proved: Proved) -> Iterator[str]:
    """A LaTeX document that needs article and amsmath only."""
    writer = LatexWriter()
    yield from (
        r"\documentclass[fleqn]{article}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage[T1]{fontenc}",
    )
    yield from (
        r"\usepackage{amsmath,amssymb}",
        r"\usepackage[margin=1.6cm]{geometry}",
        r"\allowdisplaybreaks",
    )
    yield from (r"\setcounter{MaxMatrixCols}{60}", r"\setlength{\parindent}{0pt}")
    yield from (r"\setlength{\parskip}{.5em}", r"\setlength{\mathindent}{.5em}", r"\begin{document}", "")
    yield rf"\section*{{{writer.plain(proved.title)}}}"
    if proved.sizes:
        yield rf"\texttt{{{writer.plain(proved.rule)}}}: {writer.plain(proved.sizes)}"
    for block in proved.blocks:
        match block:
            case Heading(text):
                yield from ("", rf"\subsection*{{{writer.plain(text)}}}")
            case Prose(words):
                yield from ("", writer.words(words), "")
            case Picture(parts):
                yield rf"\[ {_latex_picture(parts, writer)} \]"
            case Entries(lines):
                small = _longest(lines) > _LATEX_WIDTH + 6
                yield r"{\small" if small else "{"
                yield from (r"\begin{align*}", *_aligned(lines, writer), r"\end{align*}}")
    yield from ("", writer.plain(verdict(proved)), "", r"\end{document}")


def markdown(proved: Proved) -> Iterator[str]:
    """Markdown with formulas between dollar signs."""
    writer, text = LatexWriter(), Writer()
    yield f"# {proved.title}"
    if proved.sizes:
        yield from ("", f"`{proved.rule}`: {proved.sizes}")
    for block in proved.blocks:
        match block:
            case Heading(title):
                yield from ("", f"## {title}")
            case Prose(words):
                said = (
                    _markdown_plain(word) if isinstance(word, str) else f"${writer.text(word)}$"
                    for word in words
                )
                yield from ("", "".join(said))
            case Picture(parts):
                yield from ("", f"$${_latex_picture(parts, writer)}$$")
            case Entries(lines):
                yield from ("", "$$", r"\begin{aligned}", *_aligned(lines, writer), r"\end{aligned}", "$$")
    yield from ("", _markdown_plain(text.plain(verdict(proved))))


def _markdown_plain(text: str) -> str:
    return "".join(rf"\{each}" if each in r"\`*_[]<>#$|" else each for each in text)


# --- HTML --------------------------------------------------------------------------------------------

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
table.chain td.because { color: #555; padding-left: 1.5rem; font-size: .9em; min-width: 12rem; }
table.chain tr.failed td { background: #fdecea; }
div.picture { overflow-x: auto; margin: .9rem 0; }
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
    for chains, several in groupby(proved.blocks, lambda block: isinstance(block, Entries)):
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
        case Heading(text):
            yield f"<h2>{writer.plain(text)}</h2>"
        case Prose(words):
            yield f"<p>{writer.words(words)}</p>"
        case Picture(parts):
            yield f'<div class="picture">{"".join(_html_part(part, writer) for part in parts)}</div>'
        case Entries(lines):
            yield '<tbody class="long">' if len(lines) > 1 else "<tbody>"
            yield from (_html_line(line, writer) for line in lines)
            yield "</tbody>"


def _html_part(part: Rows | str, writer: HtmlWriter) -> str:
    if isinstance(part, str):
        return f"<span>{writer.plain(part)}</span>"
    rows = "".join(
        "<tr>" + "".join(f"<td>{writer.text(each)}</td>" for each in row) + "</tr>" for row in part
    )
    return f'<table class="grid">{rows}</table>'


def _html_line(line: Line, writer: HtmlWriter) -> str:
    left = "" if line.left is None else writer.text(line.left)
    mark, kind = ("✓", "") if line.proved else ("✗", ' class="failed"')
    because = writer.words(line.because) + writer.plain(how(line))
    terms = (_SIGN.sub(" \\1\u00a0", term).replace("·", "<wbr>·") for term in writer.terms(line.right))
    right = " ".join(f'<span class="term">{term.strip(" ")}</span>' for term in terms)
    return (
        f"<tr{kind}><td>{mark}</td><td>{left}</td><td>=</td><td>{right}</td>"
        f'<td class="because">{because}</td></tr>'
    )
