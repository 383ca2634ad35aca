"""`derive`: the rules themselves, proved line by line."""

from __future__ import annotations

import sys
from typing import Any

import click

from walkthrough.commands.printing import format_of, printing, write

_SIZE = {"metavar": "HxW", "help": "Rows and columns, or one number for both."}


@click.command()
@click.argument("rule", required=False)
@click.option("--input", "input_", **_SIZE)  # type: ignore[arg-type]
@click.option("--kernel", **_SIZE)  # type: ignore[arg-type]
@click.option("--stride", **_SIZE)  # type: ignore[arg-type]
@click.option("--padding", **_SIZE)  # type: ignore[arg-type]
@click.option("--channels", type=int, help="Input channels.")
@click.option("--filters", type=int, help="Filters.")
@click.option("--flip", is_flag=True, help="True convolution: the kernel turned by 180° first.")
@click.option("--classes", type=int, help="Classes of a softmax.")
@click.option("--outputs", type=int, help="Outputs of a dense layer or a loss.")
@printing("text", "markdown", "latex", "html", "json")
def derive(rule: str | None, **options: Any) -> None:
    """A derivation of RULE for your sizes, each line proved; without RULE, the list of rules."""
    from walkthrough.commands.output import needs_ascii, width
    from walkthrough.derivations import Sizes, derive_command, read_size
    from walkthrough.formats.text import ascii_only

    shapes = {"input": options["input_"]} | {key: options[key] for key in ("kernel", "stride", "padding")}
    counts = {key: options[key] for key in ("channels", "filters", "classes", "outputs", "flip")}
    read: dict[str, Any] = {key: read_size(text) for key, text in shapes.items() if text is not None}
    sizes = Sizes(**read, **counts)
    kind = format_of(options)
    columns = min(width(), 100) - 4 if options["file"] is None else 96
    text, status = derive_command(rule, sizes, kind, columns)  # type: ignore[arg-type]
    plain = options["plain"] or (options["file"] is None and needs_ascii())
    write([ascii_only(text) if plain and kind in ("text", "markdown") else text], options)
    if status:
        sys.exit(status)
