"""LaTeX: a handout on A4 that pdflatex sets with what every TeX installation has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from walkthrough.document import (
    Beside,
    Block,
    Boxes,
    Branch,
    Code,
    Compared,
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
from walkthrough.formats._paper import math, words, words_ems
from walkthrough.formats._paper_lines import WIDTH, aligned, display

_PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{textcomp,mathpazo}
\usepackage[fleqn]{amsmath}
\usepackage{amssymb,longtable,array,color}
\usepackage[margin=18mm,bottom=22mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt plus 2pt}
\setlength{\mathindent}{1em}\setlength{\jot}{4pt}
\setlength{\arraycolsep}{4pt}\setlength{\tabcolsep}{5pt}\setlength{\LTpre}{4pt}\setlength{\LTpost}{4pt}
\setlength{\LTleft}{1em}\setlength{\LTright}{\fill}
\relpenalty=100\binoppenalty=200\emergencystretch=3em\raggedbottom
% a part begins with its number, and what it is at the far end of the line
\newcommand{\partof}[3]{\par\pagebreak[2]\vspace{14pt plus 4pt}%
  {\large\bfseries\makebox[1.6em][l]{#1}\parbox[t]{.7\textwidth}{\raggedright #2}}\hfill{\itshape #3}%
  \par\nopagebreak\vspace{1pt}\hrule\nopagebreak\vspace{5pt}}
\newcommand{\wide}[1]{\par\pagebreak[2]\vspace{18pt plus 4pt}{\Large\bfseries #1\par}\nopagebreak\vspace{4pt}}
% a grid under its name: boxes that stand beside each other as long as there is room
\newcommand{\grid}[2]{\begin{tabular}[t]{@{}l@{}}#1\\[2pt]$#2$\end{tabular}}
\newcommand{\boxes}[2]{\begin{tabular}[t]{@{}l@{}}#1\\[3pt]#2\end{tabular}}
% a line that goes on further in
\newcommand{\hanging}[1]{{\par\raggedright\leftskip=3em\hspace*{-2em}#1\par}}
% lines that begin a paragraph begin at its height
\newcommand{\upwards}{\abovedisplayskip=4pt\abovedisplayshortskip=4pt\belowdisplayskip=6pt
  \belowdisplayshortskip=6pt\par\nopagebreak\vspace{-\baselineskip}\vspace{-\parskip}}
\begin{document}
"""
_TALL = 46
"""Rows of a grid that still fit on a page."""
_BOX = 3.6
"""The width of an empty box, in ems."""
_HIGH = 24
"""Rows of boxes that still fit on a page."""


class LatexFormat:
    """Blocks as a LaTeX document for pdflatex."""

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The document in pieces of text."""
        yield _PREAMBLE
        for kind, alike in groupby(blocks, type):
            if kind is Grid:
                yield _row([each for each in alike if isinstance(each, Grid)])
            elif kind is Boxes:
                yield _boxed(
                    "\\qquad\n".join(box for each in alike if isinstance(each, Boxes) for box in _empty(each))
                )
            else:
                for block in alike:
                    yield _block(block)
        yield "\\end{document}\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return _heading(block)
        case Prose(text):
            return f"{words(text)}\n\n"
        case Rule():
            return _rule(block)
        case Grid():
            return _row([block])
        case Boxes():
            return _boxed("\\qquad\n".join(_empty(block)))
        case Beside():
            return _beside(block)
        case Picture():
            return _picture(block)
        case Working():
            return aligned((block,))
        case Compared():
            return "".join(map(_block, block.apart))
        case Workings(lines, because):
            return _because(because) + (aligned(lines) if lines else "")
        case Lines(texts, because):
            return _because(because) + "".join(map(_line, texts)) + "\n"
        case Table():
            return _table(block)
        case Omitted(tensor, count, because):
            said = f"{count:,} lines, left out here. Each of them is shown by itself: show … '{tensor}[…]'."
            return f"{_because(because)}\\textit{{{words(said)}}}\n\n"
        case Branch():
            return "".join(_branch(block, 0)) + "\n"
        case Code(lines):
            return "".join(f"\\hanging{{\\texttt{{{words(line)}}}}}\n" for line in lines) + "\n"
        case Equations():
            return ""


def _heading(block: Heading) -> str:
    text = words(" ".join(block.text.split("    ", 1)[0].split()))
    _, _, more = block.text.partition("    ")
    more = f"\\quad\\normalfont\\normalsize {words(more.strip())}" if more.strip() else ""
    if block.level == 1:
        return f"{{\\LARGE\\bfseries\\raggedright {text}{more}\\par}}\\vspace{{6pt}}\n\n"
    if block.level == 2:
        return f"\\wide{{{text}{more}}}\n"
    return f"\\partof{{{words(block.number)}}}{{{text}{more}}}{{{words(block.aside)}}}\n"


def _because(text: str) -> str:
    return f"\\hspace*{{1em}}\\textit{{{words(text)}}}\n\n" if text else ""


def _rule(block: Rule) -> str:
    said = [words(part.strip(), legend=True) for part in block.letters.split("     ") if part.strip()]
    said += [f"\\texttt{{walkthrough derive {words(block.derivation)}}}"] if block.derivation else []
    letters = "\\qquad ".join(said)
    legend = f"{{\\raggedright\\leftskip=2em\\small {letters}\\par}}\n" if said else ""
    return f"\\hanging{{${display(block.formula)}$}}\\nopagebreak\n{legend}\n"


def _line(text: str) -> str:
    """A line of a large tensor, broken before its signs; after a gap, a remark."""
    said, _, remark = text.partition("     ")
    aside = f"\\quad {words(remark.strip())}" if remark.strip() else ""
    return f"{{\\small\\hanging{{${math(said)}${aside}}}}}\n"


def _branch(block: Branch, depth: int) -> Iterator[str]:
    """A number under what it goes into, indented."""
    cell = f"\\textbf{{{words(block.cell)}}}\\enspace " if block.cell else ""
    line = f"${math(block.line)}$" if block.line else ""
    remark = f"\\quad\\textit{{{words(block.remark)}}}" if block.remark else ""
    indent = 1.2 * min(depth, 20) + 1
    yield f"{{\\par\\raggedright\\leftskip={indent:.1f}em\\hspace*{{-1em}}{cell}{line}{remark}\\par}}\n"
    for each in block.branches:
        yield from _branch(each, depth + 1)


# --- grids ---------------------------------------------------------------------------------------


def _row(grids: list[Grid]) -> str:
    """Grids beside each other, as many as there is room for."""
    boxes = [box for grid in grids for box in _boxes(grid)]
    return _boxed("\\qquad\n".join(boxes))


def _boxes(grid: Grid) -> Iterator[str]:
    """A grid under its name; one that is too wide or too tall for a page is cut into parts."""
    bands = list(_bands(grid))
    for first, last in bands:
        for top in range(0, max(len(grid.rows), 1), _TALL):
            rows = [row[first:last] for row in grid.rows[top : top + _TALL]]
            marks = [row[first:last] for row in grid.marks[top : top + _TALL]]
            name = grid.name
            if len(bands) > 1:
                name += f", columns {first + 1} to {last}" if last > first + 1 else f", column {last}"
            if len(grid.rows) > _TALL:
                name += f", rows {top + 1} to {top + len(rows)}"
            yield f"\\grid{{{words(name.strip(', '), legend=True)}}}{{{_matrix(rows, marks)}}}"


def _empty(block: Boxes) -> Iterator[str]:
    """Boxes to write in, as wide as their numbers are or may be, in as many tables as it takes."""
    columns = max((len(row) for row in block.rows), default=1)
    size = max(_BOX, max((words_ems(text) for row in block.rows for text in row), default=0.0) + 0.6)
    most = max(1, int((WIDTH - 2) / (size + 1)))
    for first in range(0, columns, most):
        last = min(first + most, columns)
        for top in range(0, len(block.rows), _HIGH):
            name = f"{block.name}, columns {first + 1} to {last}" if columns > most else block.name
            body = "".join(
                " & ".join(f"\\hfil{_number(text)}\\hfil" for text in row[first:last]) + r" \\[3pt] \hline "
                for row in block.rows[top : top + _HIGH]
            )
            spec = f"|*{{{last - first}}}{{>{{\\rule{{0pt}}{{15pt}}$}}p{{{size:.1f}em}}<{{$}}|}}"
            table = f"\\begin{{tabular}}{{{spec}}}\\hline {body}\\end{{tabular}}"
            yield f"\\boxes{{{words(name, legend=True)}}}{{{table}}}"


def _matrix(rows: list[tuple[str, ...]], marks: list[tuple[str, ...]]) -> str:
    columns = max((len(row) for row in rows), default=1)
    texts = [
        " & ".join(
            _number(text) + (f"\\;{math(marks[y][x].strip())}" if marks and marks[y][x].strip() else "")
            for x, text in enumerate(row)
        )
        for y, row in enumerate(rows)
    ]
    body = " \\\\ ".join(texts)
    return f"\\left(\\begin{{array}}{{@{{}}*{{{columns}}}{{r}}@{{}}}}{body}\\end{{array}}\\right)"


def _number(text: str) -> str:
    return math(text) if text else "\\ "


def _bands(grid: Grid) -> Iterator[tuple[int, int]]:
    """Columns in bands that fit on the page."""
    columns = max((len(row) for row in grid.rows), default=0)
    first, used = 0, 0.0
    for at in range(columns):
        cells = [row[at] for row in grid.rows if at < len(row)]
        own = max(map(words_ems, cells)) * 1.05 + 0.8
        own += max((words_ems(row[at]) for row in grid.marks if at < len(row)), default=0.0)
        if at > first and used + own > WIDTH - 3:
            yield first, at
            first, used = at, 0.0
        used += own
    yield first, columns


def _beside(block: Beside) -> str:
    """Grids with signs between them, each above its name: x ⋆ g = ∂L/∂k."""
    pieces = []
    for sign, grid in zip(("", *block.signs), block.grids, strict=True):
        for first, last in _bands(grid):
            rows = [row[first:last] for row in grid.rows]
            marks = [row[first:last] for row in grid.marks]
            lead = f"{math(sign)}\\enspace" if sign and not first else ""
            name = words(grid.name, legend=True)
            pieces.append(f"${lead}\\underset{{\\text{{{name}}}}}{{{_matrix(rows, marks)}}}$")
    return _boxed("\\enspace\n".join(pieces))


def _boxed(boxes: str) -> str:
    """Boxes beside each other; what comes after them begins below the tallest of the last row."""
    return f"{{\\raggedright\\leftskip=1em\\lineskip=6pt {boxes}\\par}}\\prevdepth=0pt\\vspace{{2pt}}\n\n"


def _picture(block: Picture) -> str:
    """Black for the smallest, white for the largest; neighbours of one shade are one rectangle."""
    rows = []
    for row in block.shades:
        runs = [(shade, len(list(several))) for shade, several in groupby(round(each, 2) for each in row)]
        rows.append("".join(f"\\textcolor[gray]{{{s:.2f}}}{{\\rule{{{4 * n}pt}}{{4.2pt}}}}" for s, n in runs))
    said = f"{words(block.name)}: black is {words(block.smallest)}, white is {words(block.largest)}"
    width = 4 * max(map(len, block.shades), default=1)
    pixels = "\\\\[-1pt]\n".join(rows)
    return (
        f"{said}\\par\\nopagebreak{{\\setlength{{\\fboxsep}}{{0pt}}\\hspace*{{1em}}\\fbox{{\\parbox{{{width}pt}}"
        f"{{\\offinterlineskip\\lineskip=0pt {pixels}}}}}}}\\par\n\n"
    )


# --- tables --------------------------------------------------------------------------------------


def _table(block: Table) -> str:
    """Columns under each other; what is too wide is cut where the table says that it may, or folded."""
    return "".join(_part(block, first, last) for first, last in _parts(block))


def _parts(block: Table) -> Iterator[tuple[int, int]]:
    starts = sorted(block.begins)
    if not starts:
        yield 0, len(block.header)
        return
    widths = _widths(block)
    first, used = starts[0], 0.0
    for start, end in zip(starts, [*starts[1:], len(widths)], strict=True):
        own = sum(widths[start:end])
        if start > first and used + own > WIDTH - 2:
            yield first, start
            first, used = start, 0.0
        used += own
    yield first, len(widths)


def _widths(block: Table) -> list[float]:
    rows = [block.header, *block.rows]
    return [max(words_ems(row[at]) for row in rows) + 1.1 for at in range(len(block.header))]


def _part(block: Table, first: int, last: int) -> str:
    columns = range(first, last)
    widths = _widths(block)
    total, room = sum(widths[at] for at in columns), WIDTH - 2
    longest = max(columns, key=lambda at: widths[at], default=first)
    left = room - (total - widths[longest])
    kinds = []
    for at in columns:
        fold = total > room and (at == longest if left > 8 else widths[at] > room / len(columns))
        size = left if left > 8 else room / len(columns)
        wide = f">{{\\raggedright\\arraybackslash}}p{{{max(size - 1.1, 2):.1f}em}}"
        kinds.append(wide if fold else "r" if at in block.right else "l")
    kept = [row for row in block.rows if any(row[at] for at in columns)]
    lines = [" & ".join("{}" + words(row[at]) for at in columns) for row in (block.header, *kept)]
    head, *below = lines
    body = "".join(f"{line} \\\\\n" for line in below)
    spec = "@{}" + "".join(kinds) + "@{}"
    return f"\\begin{{longtable}}{{{spec}}}\n{head} \\\\ \\hline \\endhead\n{body}\\end{{longtable}}\n\n"
