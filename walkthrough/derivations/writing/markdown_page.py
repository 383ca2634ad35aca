"""A proved derivation as markdown, formulas between dollar signs."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import Paragraph, PartTitle, Proved, ProvedEqualities, SideBySide
from walkthrough.derivations.writing.aligned_latex import aligned, side_by_side
from walkthrough.derivations.writing.how_proved import verdict
from walkthrough.derivations.writing.latex_formulas import LatexWriter
from walkthrough.derivations.writing.text_formulas import Writer


def markdown(proved: Proved) -> Iterator[str]:
    """Markdown with formulas between dollar signs."""
    writer, text = LatexWriter(), Writer()
    yield f"# {proved.title}"
    if proved.sizes:
        yield from ("", f"`{proved.rule}`: {proved.sizes}")
    for block in proved.blocks:
        match block:
            case PartTitle(title):
                yield from ("", f"## {title}")
            case Paragraph(words):
                said = (
                    _markdown_plain(word) if isinstance(word, str) else f"${writer.text(word)}$"
                    for word in words
                )
                yield from ("", "".join(said))
            case SideBySide(parts):
                yield from ("", f"$${side_by_side(parts, writer)}$$")
            case ProvedEqualities(lines):
                yield from ("", "$$", r"\begin{aligned}", *aligned(lines, writer), r"\end{aligned}", "$$")
    yield from ("", _markdown_plain(text.plain(verdict(proved))))


def _markdown_plain(text: str) -> str:
    return "".join(rf"\{each}" if each in r"\`*_[]<>#$|" else each for each in text)
