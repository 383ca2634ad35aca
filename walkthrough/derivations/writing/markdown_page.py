"""A proved derivation as markdown, formulas between dollar signs."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Paragraph,
    PartTitle,
    Proved,
    ProvedEqualities,
    ProvedLine,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import Words
from walkthrough.derivations.writing.aligned_latex import aligned, fits_beside, formula_rows, side_by_side
from walkthrough.derivations.writing.how_proved import how, verdict
from walkthrough.derivations.writing.latex_formulas import LatexWriter
from walkthrough.derivations.writing.text_formulas import TextWriter


def markdown(proved: Proved) -> Iterator[str]:
    """Markdown with formulas between dollar signs."""
    writer, text = LatexWriter(), TextWriter()
    yield f"# {proved.title}"
    if proved.sizes:
        yield from ("", f"`{proved.rule}`: {proved.sizes}")
    for block in proved.blocks:
        match block:
            case PartTitle(title):
                yield from ("", f"## {title}")
            case Paragraph(words):
                yield from ("", _markdown_words(words, writer))
            case SideBySide(parts):
                yield from ("", f"$${side_by_side(parts, writer)}$$")
            case ProvedEqualities(lines):
                yield from _equalities(lines, writer)
    yield from ("", _markdown_plain(text.plain(verdict(proved))))


def _equalities(lines: tuple[ProvedLine, ...], writer: LatexWriter) -> Iterator[str]:
    """A chain in one block, its reasons beside it; if they are long, each line with its reason below."""
    if fits_beside(lines):
        yield from ("", "$$", r"\begin{aligned}", *aligned(lines, writer), r"\end{aligned}", "$$")
        return
    for line in lines:
        rows = r" \\".join(formula_rows(line, writer))
        yield from ("", "$$", r"\begin{aligned}", rows, r"\end{aligned}", "$$")
        if line.because or how(line):
            yield from ("", _markdown_words((*line.because, how(line)), writer))


def _markdown_words(words: Words, writer: LatexWriter) -> str:
    return "".join(
        _markdown_plain(word) if isinstance(word, str) else f"${writer.text(word)}$" for word in words
    )


def _markdown_plain(text: str) -> str:
    return "".join(rf"\{each}" if each in r"\`*_[]<>#$|" else each for each in text)
