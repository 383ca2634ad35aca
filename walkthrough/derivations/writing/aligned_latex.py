"""Chains and grids in LaTeX: rows that fit on a page, reasons beside them or beneath."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import GridRows, ProvedLine
from walkthrough.derivations.writing.how_proved import how
from walkthrough.derivations.writing.latex_formulas import LatexWriter
from walkthrough.derivations.writing.text_formulas import TextWriter

ROW_WIDTH = 56
_LINE_WIDTH = 84


def aligned(lines: tuple[ProvedLine, ...], writer: LatexWriter) -> Iterator[str]:
    """The rows of a chain; reasons beside the formulas if all of them fit there, else beneath."""
    beside = fits_beside(lines)
    for number, line in enumerate(lines):
        *some, last = formula_rows(line, writer)
        because = reason(line, writer)
        end = r" \\" if number < len(lines) - 1 else ""
        yield from (row + r" \\" for row in some)
        if beside or not because:
            yield last + (rf" && \text{{{because}}}" if because else "") + end
        else:
            yield last + r" \\*"
            box = rf"\parbox{{.75\textwidth}}{{\raggedright\footnotesize {because}}}"
            short = rf"\text{{\footnotesize {because}}}"
            yield r"&\qquad" + (box if _reason_width(line) > _LINE_WIDTH else short) + end


def fits_beside(lines: tuple[ProvedLine, ...]) -> bool:
    """Whether all reasons of a chain fit beside its formulas."""
    return longest(lines) + max(map(_reason_width, lines)) <= _LINE_WIDTH


def formula_rows(line: ProvedLine, writer: LatexWriter) -> Iterator[str]:
    """A line's formula, each row with its place for the sign =."""
    left = "" if line.left is None else writer.text(line.left)
    for at, (formula, _) in enumerate(_latex_rows(line, writer, TextWriter())):
        yield (f"{left} &= " if at == 0 else r"&\quad ") + formula


def reason(line: ProvedLine, writer: LatexWriter) -> str:
    """Why a line holds."""
    return writer.words(line.because) + writer.plain(how(line))


def _reason_width(line: ProvedLine) -> int:
    return len(TextWriter().words(line.because) + how(line))


def longest(lines: tuple[ProvedLine, ...]) -> int:
    """About how many characters the longest row of a chain has."""
    text = TextWriter()
    assert lines[0].left is not None
    rows = (_latex_rows(line, LatexWriter(), text) for line in lines)
    return len(text.text(lines[0].left)) + max(width for each in rows for _, width in each)


def _latex_rows(line: ProvedLine, writer: LatexWriter, text: TextWriter) -> list[tuple[str, int]]:
    """A formula in rows that fit on a page, each with about how long it is."""
    rows: list[tuple[str, int]] = []
    for piece, shown in zip(writer.terms(line.right), text.terms(line.right), strict=True):
        if rows and rows[-1][1] + len(shown) <= ROW_WIDTH:
            rows[-1] = (rows[-1][0] + piece, rows[-1][1] + len(shown))
        else:
            rows.append((piece.strip(), len(shown)))
    return rows


def side_by_side(parts: tuple[GridRows | str, ...], writer: LatexWriter) -> str:
    """Grids and signs beside each other."""
    written = []
    for part in parts:
        if isinstance(part, str):
            written.append(rf"\;\text{{{writer.plain(part)}}}\;")
        else:
            rows = r" \\ ".join(" & ".join(writer.text(each) for each in row) for row in part)
            written.append(rf"\left(\begin{{array}}{{{'c' * len(part[0])}}} {rows} \end{{array}}\right)")
    return " ".join(written)
