"""How each style looks: on dark, on light, and without colour.

Colours are told apart by the colour-blind (blue, amber, green in their own brightness), and none of them
says what no sign says as well.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from rich.style import Style as Look

from walkthrough.stepper.pictures.runs import Style

Theme: TypeAlias = Literal["dark", "light", "none"]

_DARK: dict[Style, str] = {
    "plain": "#e8e8e8 on #10151a",
    "dim": "#a3b0bc on #10151a",
    "title": "bold #9ad1ff on #10151a",
    "stage": "bold #ffffff on #10151a",
    "window": "#ffffff on #1f4f82",
    "winner": "bold #ffffff on #00695c",
    "here": "bold #000000 on #ffb000",
    "frame": "#8794a0 on #10151a",
    "waits": "#66727d on #10151a",
    "wrong": "bold underline #ff9d76 on #10151a",
    "changed": "bold underline #ffd166 on #10151a",
    "message": "#ffd166 on #10151a",
    "bar": "#e8e8e8 on #2a3742",
    "key": "bold #ffd166 on #2a3742",
    "now": "bold #000000 on #9ad1ff",
}
_LIGHT: dict[Style, str] = {
    "plain": "#101010 on #ffffff",
    "dim": "#4a5560 on #ffffff",
    "title": "bold #0b4f8a on #ffffff",
    "stage": "bold #000000 on #ffffff",
    "window": "#000000 on #bcd9ff",
    "winner": "bold #000000 on #9fe0c6",
    "here": "bold #000000 on #ffb000",
    "frame": "#5d6874 on #ffffff",
    "waits": "#747f8a on #ffffff",
    "wrong": "bold underline #a3200d on #ffffff",
    "changed": "bold underline #7a4b00 on #ffffff",
    "message": "#7a4b00 on #ffffff",
    "bar": "#101010 on #dfe5ec",
    "key": "bold #0b4f8a on #dfe5ec",
    "now": "bold #ffffff on #0b4f8a",
}
_NONE: dict[Style, str] = {
    "plain": "",
    "dim": "",
    "title": "bold",
    "stage": "bold",
    "window": "underline",
    "winner": "bold underline",
    "here": "bold reverse",
    "frame": "",
    "waits": "",
    "wrong": "bold underline",
    "changed": "bold underline",
    "message": "bold",
    "bar": "reverse",
    "key": "bold reverse",
    "now": "bold reverse",
}


def looks(theme: Theme) -> dict[Style, Look]:
    """The look of every style."""
    named = {"dark": _DARK, "light": _LIGHT, "none": _NONE}[theme]
    return {style: Look.parse(text) if text else Look.null() for style, text in named.items()}


def is_dark(colours: str | None) -> bool:
    """Whether the terminal is dark, as it says in COLORFGBG; it is, if it does not say."""
    return (colours or "").rpartition(";")[2] not in ("7", "15")
