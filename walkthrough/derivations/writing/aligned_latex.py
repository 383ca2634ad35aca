"""Chains and grids in LaTeX: rows that fit on a page, reasons beside them or beneath."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import ProvedLine, Rows
from walkthrough.derivations.writing.how_proved import how
from walkthrough.derivations.writing.latex_formulas import LatexWriter
from walkthrough.derivations.writing.text_formulas import Writer

ROW_WIDTH = 56
_LINE_WIDTH = 84


def aligned(lines: tuple[ProvedLine, ...], writer: LatexWriter) -> Iterator[str]:
    """The rows of a chain; reasons beside the formulas if all of them fit there, else beneath."""
    assert lines[0].left is not None
    text = Writer()
    rows = [_latex_rows(line, writer, text) for line in lines]
    reasons = [text.words(line.because) + how(line) for line in lines]
    beside = longest(lines) + max(map(len, reasons)) <= _LINE_WIDTH
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
                box = rf"\parbox{{.75\textwidth}}{{\raggedright\footnotesize {because}}}"
                short = rf"\text{{\footnotesize {because}}}"
                yield r"&\qquad" + (box if len(reasons[number]) > _LINE_WIDTH else short) + end


def longest(lines: tuple[ProvedLine, ...]) -> int:
    """About how many characters the longest row of a chain has."""
    text = Writer()
    assert lines[0].left is not None
    rows = (_latex_rows(line, LatexWriter(), text) for line in lines)
    return len(text.text(lines[0].left)) + max(width for each in rows for _, width in each)


def _latex_rows(line: ProvedLine, writer: LatexWriter, text: Writer) -> list[tuple[str, int]]:
    """A formula in rows that fit on a page, each with about how long it is."""
    rows: list[tuple[str, int]] = []
    for piece, shown in zip(writer.terms(line.right), text.terms(line.right), strict=True):
        if rows and rows[-1][1] + len(shown) <= ROW_WIDTH:
            rows[-1] = (rows[-1][0] + piece, rows[-1][1] + len(shown))
        else:
            rows.append((piece.strip(), len(shown)))
    return rows


def side_by_side(parts: tuple[Rows | str, ...], writer: LatexWriter) -> str:
    """Grids and signs beside each other."""
    written = []
    for part in parts:
        if isinstance(part, str):
            written.append(rf"\;\text{{{writer.plain(part)}}}\;")
        else:
            rows = r" \\ ".join(" & ".join(writer.text(each) for each in row) for row in part)
            written.append(rf"\left(\begin{{array}}{{{'c' * len(part[0])}}} {rows} \end{{array}}\right)")
    return " ".join(written)
