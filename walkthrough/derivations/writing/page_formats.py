"""A proved derivation in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

from walkthrough.derivations.derivation import Proved
from walkthrough.derivations.writing.repeated_reasons import reasons_said_once

Format: TypeAlias = Literal["text", "markdown", "latex", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)

WIDTH = 96

InSigns: TypeAlias = Callable[[str], str]


def rendered(proved: Proved, format: Format = "text", width: int = WIDTH, said: InSigns = str) -> str:
    """The finished page; `said` is how its text is said where signs are few.

    JSON has the reason of every line; a page says it where it is new.
    """
    if format != "json":
        proved = reasons_said_once(proved)
    match format:
        case "text":
            from walkthrough.derivations.writing.text_page import TextPage

            return TextPage(width, said).page(proved)
        case "json":
            from walkthrough.derivations.writing.json_lines import lines_as_json

            return lines_as_json(proved)
        case "latex":
            from walkthrough.derivations.writing.latex_page import latex

            return "\n".join(latex(proved)) + "\n"
        case "markdown":
            from walkthrough.derivations.writing.markdown_page import markdown

            return "\n".join(markdown(proved)) + "\n"
