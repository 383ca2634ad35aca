"""A proved derivation in the format that was asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from walkthrough.derivations.derivation import Proved

Format: TypeAlias = Literal["text", "markdown", "latex", "html", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)

WIDTH = 96


def rendered(proved: Proved, format: Format = "text", width: int = WIDTH) -> str:
    """The finished page."""
    match format:
        case "text":
            from walkthrough.derivations.writing.text_page import text_page

            return text_page(proved, width)
        case "json":
            from walkthrough.derivations.writing.json_lines import lines_as_json

            return lines_as_json(proved)
        case "latex":
            from walkthrough.derivations.writing.latex_page import latex

            return "\n".join(latex(proved)) + "\n"
        case "markdown":
            from walkthrough.derivations.writing.markdown_page import markdown

            return "\n".join(markdown(proved)) + "\n"
        case "html":
            from walkthrough.derivations.writing.html_page import html

            return "\n".join(html(proved)) + "\n"
