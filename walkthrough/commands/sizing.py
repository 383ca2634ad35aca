"""`sizes`: how large everything is, and what one output sees of the input."""

from __future__ import annotations

from typing import Any

import click

from walkthrough.commands.printing import blocks_in, format_of, printing, write


@click.command()
@click.argument("case")
@printing("text", "json", "markdown", "latex", "html")
def sizes(case: str, **how: Any) -> None:
    """Shapes, parameters, multiply-adds and receptive fields of CASE, each with its arithmetic."""
    from walkthrough.page.size_lines import size_blocks, size_record
    from walkthrough.trace.extents.sizes import sizes as sizes_of
    from walkthrough.training.runs.opening import load

    opened = load(case)
    if not opened.samples:
        raise click.UsageError(f"{case} has no [input]; shape = [1, 28, 28] in it is enough to count with")
    found = sizes_of(opened)
    if format_of(how) == "json":
        import json

        pieces = [json.dumps(size_record(found), ensure_ascii=False, indent=1) + "\n"]
        write(pieces, how, opened)
        return
    write(blocks_in(size_blocks(found, opened.title), how), how, opened)
