"""`derive`: the rules themselves, proved line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from walkthrough.commands.printing import blocks_in, format_of, is_plain, printing, write

_SIZES = {
    "input": "Rows and columns, or one number for both; of a dense layer how many inputs.",
    "kernel": "Rows and columns of the kernel, or of a pool's window.",
    "stride": "How far apart the windows are.",
    "padding": "Zeros around the input.",
    "dilation": "How far apart the kernel's entries lie.",
}


def _sizes(command: Any) -> Any:
    """The options that take rows × columns."""
    for name, words in reversed(_SIZES.items()):
        command = click.option(f"--{name}", metavar="HxW", help=words)(command)
    return command


@click.command()
@click.argument("rule", required=False)
@_sizes
@click.option("--channels", type=int, help="Input channels.")
@click.option("--filters", type=int, help="Filters.")
@click.option("--flip", is_flag=True, help="True convolution: the kernel turned by 180° first.")
@click.option("--classes", type=int, help="Classes of a softmax.")
@click.option("--outputs", type=int, help="Outputs of a dense layer or a loss.")
@printing("text", "markdown", "latex", "html", "json")
def derive(rule: str | None, **options: Any) -> None:
    """A derivation of RULE for your sizes, each line proved; without RULE, the list of rules."""
    from walkthrough.commands.output import signs, width
    from walkthrough.derivations import AskedSizes, derive_command, read_size
    from walkthrough.derivations.rules_by_word import derived
    from walkthrough.derivations.writing.ascii_signs import without_own_signs

    shapes = {key: options[key] for key in _SIZES}
    counts = {key: options[key] for key in ("channels", "filters", "classes", "outputs", "flip")}
    read: dict[str, Any] = {key: read_size(text) for key, text in shapes.items() if text is not None}
    sizes = AskedSizes(**read, **counts)
    kind = format_of(options)
    if kind == "html" and rule is not None:
        from walkthrough.derivations.writing.blocks import derivation_blocks

        proved = derived(rule, sizes)
        write(blocks_in(derivation_blocks(proved), options), options)
        if not proved.holds:
            sys.exit(1)
        return
    if rule is None and kind in ("html", "latex") and not sizes.given:
        write(blocks_in(_listing(), options), options)
        return
    columns = min(width(), 100) - 4 if options["file"] is None else 96
    plain = is_plain(options)
    in_signs = signs(plain)

    def said(text: str) -> str:
        return in_signs(without_own_signs(text)) if plain else text

    text, status = derive_command(rule, sizes, kind, columns, said)  # type: ignore[arg-type]
    told = kind != "json" and (rule is None or kind == "markdown")
    write([said(text) if told else text], options)
    if status:
        sys.exit(status)


def _listing() -> Iterator[Any]:
    """The rules, as a page."""
    from walkthrough.derivations.rules_by_word import rule, rule_words
    from walkthrough.document import Heading, Table

    yield Heading("The rules", 1)
    yield Table(("rule", "what it says"), tuple((word, rule(word).title) for word in rule_words()))
