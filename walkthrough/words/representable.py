"""What shows itself in a notebook: asked for by name, because whatever says it lives further up."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = "walkthrough.notebooks.representations"


class Representable:
    """A thing that a notebook shows as a page in small: as HTML, as Markdown, or on a terminal as text."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return _said("html", self)

    def _repr_markdown_(self) -> str:
        return _said("markdown", self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        kinds = {"text/plain": "text", "text/html": "html", "text/markdown": "markdown"}
        return {kind: _said(how, self) for kind, how in kinds.items()}


def _said(how: str, of: Any) -> str:
    # imported when a notebook asks: until then nobody needs formats and pages
    return str(getattr(import_module(_HOME), how)(of))
