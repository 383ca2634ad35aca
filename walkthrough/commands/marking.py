"""`check` and `blindspots`: somebody's own arithmetic."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from walkthrough.commands.printing import (
    blocks_in,
    format_of,
    is_plain,
    loaded,
    of_step,
    printing,
    step_option,
    write,
)
from walkthrough.commands.student_pages import StudentPages


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE|FOLDER|CSV...")
@click.option("--all", "everything", is_flag=True, help="Show every claim, not only what is not right.")
@click.option("--hide-answers", is_flag=True, help="Say verdict and place only.")
@click.option("--case", help="The case that all of them are about; others are reported, not marked.")
@step_option
@click.option(
    "--pages", type=click.Path(path_type=Path, file_okay=False), help="A folder for a page per student."
)
@printing("text", "json", "markdown", "latex", "html", "csv")
def check(
    files: tuple[str, ...],
    everything: bool,
    hide_answers: bool,
    case: str | None,
    step: int | None,
    pages: Path | None,
    **how: Any,
) -> None:
    """Mark what somebody worked out: which number is wrong, whose fault it is, what the slip was."""
    from walkthrough.marking.check import CheckOptions, check_command

    if step is not None and case is None:
        raise click.UsageError("--step is that of a training; name its file with --case")
    read = [Path(file) for file in files]
    page = None if pages is None else StudentPages(pages, read, format_of(how)).write
    options = CheckOptions(
        everything,
        hide_answers,
        case if case is None else of_step(case, step),
        format_of(how),  # type: ignore[arg-type]  # one of those it may be
        how["digits"],
        page=page,
        benches=os.cpu_count() or 1,
    )
    marked = check_command(files, options, lambda blocks: blocks_in(blocks, how))
    write(marked, how, read=lambda: marked.files)
    if marked.exit_status:
        sys.exit(marked.exit_status)


@click.command()
@click.argument("case")
@click.option("--suggest", "wanted", is_flag=True, help="A changed example that reveals more.")
@printing("text", "json")
def blindspots(case: str, wanted: bool, **how: Any) -> None:
    """The slips that CASE cannot reveal, and those that it cannot tell apart."""
    from walkthrough.marking.diagnosis.blindspots import blindspots as found_in
    from walkthrough.marking.diagnosis.played_exercises import PlayedExercise
    from walkthrough.marking.diagnosis.suggestions import suggest

    opened = loaded(case, None)
    if not opened.samples:
        raise click.UsageError(f"{case} has no sample of its own")
    exercise = PlayedExercise(opened)
    found = found_in(opened, exercise)
    suggestion = suggest(opened, found, exercise) if wanted else None
    if format_of(how) == "json":
        table = found.table | ({"suggestion": suggestion and suggestion.table} if wanted else {})
        import json

        write([json.dumps(table, ensure_ascii=False, indent=1) + "\n"], how, opened)
        return
    lines = list(found.lines)
    if wanted:
        lines += ["", *(suggestion.lines if suggestion else ["No example nearby reveals more."])]
    write(_plain(lines, how), how, opened)


def _plain(lines: Iterable[str], how: dict[str, Any]) -> list[str]:
    from walkthrough.commands.output import signs

    said = signs(is_plain(how))
    return [said(line) + "\n" for line in lines]
