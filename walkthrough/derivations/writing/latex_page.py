"""A proved derivation as a LaTeX document."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import Paragraph, PartTitle, Proved, ProvedEqualities, SideBySide
from walkthrough.derivations.writing.aligned_latex import ROW_WIDTH, aligned, longest, side_by_side
from walkthrough.derivations.writing.how_proved import verdict
from walkthrough.derivations.writing.latex_formulas import LatexWriter


def latex(proved: Proved) -> Iterator[str]:
    """A LaTeX document that needs article and amsmath only."""
    writer = LatexWriter()
    yield from (
        r"\documentclass[fleqn]{article}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage[T1]{fontenc}",
    )
    yield from (
        r"\usepackage{mathpazo,amsmath,amssymb}",
        r"\usepackage[margin=1.6cm]{geometry}",
        r"\allowdisplaybreaks",
        r"\renewcommand{\ttdefault}{txtt}",
    )
    yield from (r"\setcounter{MaxMatrixCols}{60}", r"\setlength{\parindent}{0pt}")
    yield from (r"\setlength{\parskip}{.5em}", r"\setlength{\mathindent}{.5em}", r"\begin{document}", "")
    yield rf"\section*{{{writer.plain(proved.title)}}}"
    if proved.sizes:
        yield rf"\texttt{{{writer.plain(proved.rule)}}}: {writer.plain(proved.sizes)}"
    for block in proved.blocks:
        match block:
            case PartTitle(text):
                yield from ("", rf"\subsection*{{{writer.plain(text)}}}")
            case Paragraph(words):
                yield from ("", writer.words(words), "")
            case SideBySide(parts):
                yield rf"\[ {side_by_side(parts, writer)} \]"
            case ProvedEqualities(lines):
                small = longest(lines) > ROW_WIDTH + 6
                yield r"{\small" if small else "{"
                yield from (r"\begin{align*}", *aligned(lines, writer), r"\end{align*}}")
    yield from ("", writer.plain(verdict(proved)), "", r"\end{document}")
