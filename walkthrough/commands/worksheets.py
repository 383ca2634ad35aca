"""`worksheet`: an exercise to fill in, as TOML or on paper, with numbers of their own for each student."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from walkthrough.commands.printing import loaded, write

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.document import Block

_ENDINGS = {"toml": "toml", "markdown": "md", "latex": "tex", "html": "html"}
_MOST_COPIES = 500
_MOST_SEEDS = 20
"""Seeds that are tried for a copy that is like none before it."""


@click.command()
@click.argument("case")
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(_ENDINGS)),
    default="toml",
    show_default=True,
    help="toml to fill in and check, or one to print.",
)
@click.option("--answers", is_flag=True, help="The key: the numbers in their places.")
@click.option("--csv", "as_table", is_flag=True, help="The header of a table for a class.")
@click.option("--steps", type=click.IntRange(1), default=1, help="So many updates in a row.")
@click.option("--fresh", is_flag=True, help="Other numbers of the same shape; their case goes beside it.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which other numbers.")
@click.option("--copies", type=click.IntRange(1, _MOST_COPIES), help="So many of these, and a key, in -o.")
@click.option("-o", "file", type=click.Path(path_type=Path), help="Write to a file (of copies: a folder).")
def worksheet(case: str, **how: Any) -> None:
    """An empty worksheet for CASE: a ? in every place, or an empty box on paper."""
    opened = loaded(case, None)
    if how["as_table"] and (how["answers"] or how["fresh"] or how["copies"] or how["format_"] != "toml"):
        raise click.UsageError("--csv stands for itself")
    if how["copies"]:
        _copies(opened, how)
    elif how["fresh"]:
        _fresh(opened, how)
    else:
        named = case if opened.path is None or not Path(case).exists() else str(Path(case).resolve())
        write(_sheet(opened, named, how), {"file": how["file"]}, opened)


def _sheet(case: Case, named: str, how: dict[str, Any]) -> Iterable[str]:
    """A sheet as text, in the format asked for; `named` is what it calls its case."""
    from walkthrough.marking.worksheets.empty_sheets import empty_class_list, empty_worksheet

    if how["as_table"]:
        return [empty_class_list(case, named, steps=how["steps"])]
    if how["format_"] == "toml":
        return [empty_worksheet(case, named, steps=how["steps"], answers=how["answers"])]
    from walkthrough.marking.worksheets.printed_sheets import printed_sheet

    return _printed(printed_sheet(case, how["steps"], how["answers"]), how["format_"])


def _printed(blocks: Iterable[Block], format_: str) -> Iterator[str]:
    if format_ == "latex":
        from walkthrough.formats.latex import LatexFormat

        return LatexFormat().render(blocks)
    if format_ == "html":
        from walkthrough.formats.html import HtmlFormat

        return HtmlFormat().render(blocks)
    from walkthrough.formats.markdown import MarkdownFormat

    return MarkdownFormat().render(blocks)


# --- other numbers -------------------------------------------------------------------------------


def _fresh(case: Case, how: dict[str, Any]) -> None:
    """One exercise with other numbers: its sheet, and its case beside it."""
    file: Path | None = how["file"]
    if file is None:
        raise click.UsageError("--fresh writes two files; say with -o FILE where the sheet goes")
    drawn = next(_drawn(case, how["seed"], 1))
    beside = file.with_name(f"{file.stem}-case.toml")
    write([drawn.toml], {"file": beside}, case)
    write(_sheet(replace(drawn, name=beside.stem), beside.name, how), {"file": file}, case)


@dataclass(frozen=True)
class _Copy:
    """An exercise of a class: its number, and the names of its files."""

    number: int
    of: int
    case: Case

    @property
    def name(self) -> str:
        """`copy-07`."""
        return f"copy-{self.number:0{max(2, len(str(self.of)))}d}"

    @property
    def title(self) -> str:
        """What stands on its sheet."""
        return f"{self.case.title.partition(' (other numbers')[0]}    {self.name}"


def _copies(case: Case, how: dict[str, Any]) -> None:
    """A sheet with numbers of its own for each student, one key, and the table for collecting the answers."""
    from walkthrough.marking.worksheets.empty_sheets import empty_worksheet
    from walkthrough.marking.worksheets.printed_sheets import printed_sheet

    folder: Path | None = how["file"]
    if folder is None:
        raise click.UsageError("--copies writes many files; say with -o FOLDER where they go")
    if how["answers"]:
        raise click.UsageError("--copies writes the key anyway")
    _make(folder)
    steps, format_ = how["steps"], how["format_"]
    # all are drawn before the first is written
    copies = [
        _Copy(at, how["copies"], drawn)
        for at, drawn in enumerate(_drawn(case, how["seed"], how["copies"]), 1)
    ]
    for copy in copies:
        beside = f"{copy.name}-case.toml"
        write([copy.case.toml], {"file": folder / beside}, case)
        write([empty_worksheet(copy.case, beside, steps)], {"file": folder / f"{copy.name}.toml"}, case)
        if format_ != "toml":
            pieces = _printed(printed_sheet(copy.case, steps, title=copy.title), format_)
            write(pieces, {"file": folder / f"{copy.name}.{_ENDINGS[format_]}"}, case)
    key = (block for copy in copies for block in printed_sheet(copy.case, steps, True, copy.title))
    ending = "markdown" if format_ == "toml" else format_
    write(_printed(key, ending), {"file": folder / f"key.{_ENDINGS[ending]}"}, case)
    write([_class_list(copies, steps)], {"file": folder / "answers.csv"}, case)


def _class_list(copies: list[_Copy], steps: int) -> str:
    """A table with a row for each copy, which names its case."""
    from walkthrough.marking.worksheets.empty_sheets import empty_class_list

    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    for copy in copies:
        head, row = csv.reader(
            io.StringIO(empty_class_list(copy.case, f"{copy.name}-case.toml", steps=steps))
        )
        if copy.number == 1:
            table.writerow(head)
        table.writerow([copy.name, *row[1:]])
    return written.getvalue()


def _make(folder: Path) -> None:
    from walkthrough.commands.files import CannotWrite

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotWrite(f"{folder} cannot be made: {problem.strerror or problem}") from None


def _drawn(case: Case, seed: int, count: int) -> Iterator[Case]:
    """So many exercises, no two alike."""
    from walkthrough.marking.fresh_cases.fresh_case import CannotDraw, FreshCases

    fresh, seen = FreshCases(case), set[str]()
    for number in range(count):
        for attempt in range(_MOST_SEEDS):
            try:
                drawn = fresh.of(seed + number + attempt * _MOST_COPIES)
            except CannotDraw:
                if attempt == _MOST_SEEDS - 1 or count == 1:
                    raise
                continue
            numbers = drawn.toml.partition("\n[")[2]
            if numbers not in seen:
                seen.add(numbers)
                yield drawn
                break
        else:
            raise CannotDraw(f"{case.name}: {count} exercises that are all different were not found")
