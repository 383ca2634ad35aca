"""LaTeX: a document for a plain TeX installation (pdflatex with amsmath), nothing but A4 and black."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from walkthrough.document import (
    Beside,
    Block,
    Branch,
    Code,
    Compared,
    Curve,
    Equations,
    Grid,
    Heading,
    Lines,
    Omitted,
    Picture,
    Prose,
    Rule,
    Table,
    Working,
    Workings,
)
from walkthrough.formats._latex.grids import beside, curve, grid, picture
from walkthrough.formats._latex.lines import broken, lines, one_row
from walkthrough.formats._latex.rows import ROOM
from walkthrough.formats._latex.text import code, escaped, inline, math, said

_PREAMBLE = r"""\documentclass[10pt,a4paper,fleqn]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{mathpazo}
\renewcommand{\ttdefault}{txtt}
\usepackage{textcomp,amsmath,amssymb,array,booktabs,longtable,graphicx,color}
\usepackage[margin=18mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{.5em}
\setlength{\mathindent}{.5em}
\setlength{\LTpre}{.5em}
\setlength{\LTpost}{.5em}
\setlength{\arraycolsep}{.4em}
\setlength{\emergencystretch}{3em}
\raggedbottom
\setlength{\lineskip}{.4em}
\AtBeginDocument{\raggedright}
\binoppenalty=9000
\relpenalty=9000
\newcommand{\remark}{\small\itshape}
\newsavebox{\fitting}
\newcommand{\fitted}[1]{\sbox{\fitting}{#1}%
  \ifdim\wd\fitting>\linewidth\resizebox{\linewidth}{!}{\usebox{\fitting}}\else\usebox{\fitting}\fi}
\newcommand{\named}[2]{\fitted{\begin{tabular}[t]{@{}l@{}}#1\\[.2em]#2\end{tabular}}\hspace{2em}}
\newlength{\lead}
\newcommand{\leads}[1]{\settowidth{\lead}{$#1\;$}}
\newcommand{\working}[2]{\par\hangindent=\dimexpr\lead+.5em\hangafter=1
  \hspace*{.5em}\makebox[\lead][l]{$#1$}#2\par}
\newcommand{\row}[1]{{\par\small\hangindent=2em\hangafter=1\hspace*{.5em}$\relax#1$\par}}
\newcommand{\shade}[2]{{\color[gray]{#1}\rule{#2\pixel}{\pixel}}}
\newlength{\pixel}
"""
_TALLEST = 40
"""Rows of a table that stand on a page."""
_SECTIONS = {1: "section", 2: "subsection"}
_SIGN = 5.2
"""Points of a sign of text, about."""


class LatexFormat:
    """Blocks as a LaTeX document."""

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The document in pieces of text."""
        yield _PREAMBLE + "\\begin{document}\n"
        before: Block | None = None
        for block in blocks:
            if isinstance(block, Grid | Picture | Curve) and not isinstance(before, Grid | Picture | Curve):
                yield "\n"
            if isinstance(before, Heading) and isinstance(block, Working | Workings | Compared):
                yield "\\vspace{-\\baselineskip}\n"  # a display opens a paragraph, which is empty here
            yield from self._block(block)
            before = block
        yield "\n\\end{document}\n"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                yield _heading(block)
            case Prose(text):
                yield f"\n{said(text)}\n"
            case Rule():
                yield _rule(block)
            case Grid():
                yield from grid(block)
            case Beside(grids, signs) if not any(signs):
                yield "\n"
                for one in grids:
                    yield from grid(one)
            case Beside():
                yield beside(block)
            case Picture():
                yield from picture(block)
            case Working():
                yield from lines((block,))
            case Compared():
                for each in block.apart:
                    yield from self._block(each)
            case Workings(workings, because):
                yield _because(because)
                yield from lines(workings) if workings else ()
            case Lines(texts, because):
                yield _because(because)
                yield from map(one_row, texts)
            case Omitted(tensor, count, because):
                yield _because(because)
                yield _omitted(tensor, count)
            case Table():
                yield from _table(block)
            case Branch():
                yield from _branch(block, 0)
            case Curve():
                yield from curve(block)
            case Code(text):
                yield from _program(text)
            case Equations():
                pass


def _because(text: str) -> str:
    return f"\n{{\\remark {said(text)}.}}\\nopagebreak\n" if text else ""


def _omitted(tensor: str, count: int) -> str:
    asked = code(f"walkthrough show CASE {tensor}")
    return (
        f"\n{count:,} lines, one for each cell of {code(tensor)}, are not printed here; {asked} gives them.\n"
    )


def _heading(block: Heading) -> str:
    """A title, what stands at the end of its line far right."""
    kind = _SECTIONS.get(block.level, "subsubsection")
    number = rf"{escaped(block.number)}\quad " if block.number else ""
    aside = rf"\hfill\mbox{{\normalfont\normalsize\itshape {said(block.aside)}}}" if block.aside else ""
    words = r"\quad ".join(map(said, re.split(" {3,}", block.text)))
    return f"\n\\{kind}*{{{number}{words}{aside}}}\n"


_LETTER = re.compile(r"[A-Za-z](\[[^\]]*\])?,?")


def _rule(block: Rule) -> str:
    parts = [_legend(part) for part in block.letters.split("     ") if part.strip()]
    parts += [code(f"walkthrough derive {block.derivation}")] if block.derivation else []
    legend = rf"\nopagebreak\par{{\small\hspace*{{1.5em}}{'; '.join(parts)}}}" if parts else ""
    formula = rf"\hangindent=3em\hangafter=1\hspace*{{.5em}}$\displaystyle\relax {broken(block.formula)}$"
    return f"\n{formula}{legend}\\nopagebreak\n"


def _legend(text: str) -> str:
    """What the letters of a formula mean; a letter alone is a symbol."""
    words = text.split()
    return " ".join(inline(word) if _LETTER.fullmatch(word) else said(word) for word in words)


# --- tables and trees ----------------------------------------------------------------------------


def _table(block: Table) -> Iterator[str]:
    """A table that goes on on the next page; long texts are folded in their columns."""
    rows = [block.header, *block.rows]
    widths = [max(len(row[at]) for row in rows) * _SIGN for at in range(len(block.header))]
    starts = sorted(block.begins) or [0]
    bands: list[tuple[int, int]] = []
    for first, last in zip(starts, [*starts[1:], len(widths)], strict=True):
        if bands and sum(w + _GAP for w in widths[bands[-1][0] : last]) <= ROOM:
            bands[-1] = (bands[-1][0], last)
        else:
            bands.append((first, last))
    for first, last in bands:
        kept = [row[first:last] for row in block.rows if any(row[first:last])]
        yield "\n"
        yield from _rows(block.header[first:last], kept, _columns(widths[first:last], first, block.right))


_GAP = 12.0
_FOLDED = 60.0
"""Points that a column of words has at least."""


def _columns(widths: list[float], first: int, right: frozenset[int]) -> str:
    """Columns as wide as they are; those of the longest words share what is left."""
    room = ROOM - _GAP * len(widths)
    folded: set[int] = set()
    while sum(w for at, w in enumerate(widths) if at not in folded) + _FOLDED * len(folded) > room:
        open_ = [at for at in range(len(widths)) if at not in folded]
        if not open_:
            break
        folded.add(max(open_, key=lambda at: widths[at]))
    left = room - sum(w for at, w in enumerate(widths) if at not in folded)
    share = max(left / len(folded), 20.0) if folded else 0.0
    kinds = [
        rf">{{\raggedright\arraybackslash}}p{{{share:.0f}pt}}"
        if at in folded
        else ("r" if at + first in right else "l")
        for at in range(len(widths))
    ]
    return "@{}" + "".join(kinds) + "@{}"


def _rows(header: tuple[str, ...], rows: list[tuple[str, ...]], spec: str) -> Iterator[str]:
    """A table on one page, or one that goes on on the next (which takes LaTeX a second run)."""
    long = len(rows) > _TALLEST
    yield rf"\begin{{longtable}}[l]{{{spec}}}" + "\n" if long else rf"\begin{{tabular}}{{{spec}}}" + "\n"
    yield " & ".join(map(said, header)) + " \\\\\n\\midrule\n" + ("\\endhead\n" if long else "")
    for row in rows:
        yield "{}" + " & ".join(map(said, row)) + " \\\\\n"
    yield "\\end{longtable}\n" if long else "\\end{tabular}\n"


def _program(text: str) -> Iterator[str]:
    """Lines as they are typed."""
    yield "\n{\\setlength{\\parskip}{0pt}\\small\n"
    for line in text.splitlines():
        room = len(line) - len(line.lstrip())
        yield rf"\par\hangindent=4em\hspace*{{{room / 2:.1f}em}}{code(line.strip())}" + "\n"
    yield "\\par}\n"


_DEEPEST = 12


def _branch(block: Branch, depth: int) -> Iterator[str]:
    """A tree, each number under what it goes into, further to the right."""
    indent = 1.3 * min(depth, _DEEPEST)
    cell = f"{code(block.cell)}\\quad " if block.cell else ""
    line = f"${broken(block.line)}$" if math(block.line) else ""
    remark = rf"\quad{{\remark {said(block.remark)}}}" if block.remark else ""
    bullet = r"\makebox[1em][l]{\textbullet}" if depth else ""
    yield "\n"
    yield rf"{{\leftskip={indent + 2:.1f}em\parindent=-2em\indent {bullet}{cell}{line}{remark}\par}}" + "\n"
    for each in block.branches:
        yield from _branch(each, depth + 1)
