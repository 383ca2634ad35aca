"""`worksheet`: an exercise to fill in, as a file or on paper, for one or for a class, and its key."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from walkthrough.commands.printing import blocks_in, loaded, of_step, step_option, write

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.marking.worksheets.exercises import Exercise

_ENDINGS = {"toml": "toml", "text": "txt", "html": "html", "markdown": "md", "latex": "tex"}


@click.command()
@click.argument("case")
@step_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(_ENDINGS)),
    default="toml",
    help="A file to fill in and to check (toml), or a sheet to be printed.  [default: toml]",
)
@click.option("--csv", "as_table", is_flag=True, help="The header of a table for a class.")
@click.option("--answers", is_flag=True, help="The key: with the right numbers in their places.")
@click.option("--fresh", is_flag=True, help="Other numbers of the same shape, as a case beside the sheet.")
@click.option("--seed", type=click.IntRange(0, 2**63), help="Which other numbers.  [default: 1]")
@click.option("--copies", type=click.IntRange(1, 999), help="So many with other numbers each, into a folder.")
@click.option("--steps", type=click.IntRange(1), default=1, help="So many updates in a row.")
@click.option(
    "--digits",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Significant digits of numbers that do not end, in the key.",
)
@click.option("--plain", is_flag=True, help="ASCII only.")
@click.option("-o", "file", type=click.Path(path_type=Path), help="A file, or the folder of the copies.")
def worksheet(
    case: str,
    step: int | None,
    as_table: bool,
    answers: bool,
    fresh: bool,
    seed: int | None,
    copies: int | None,
    file: Path | None,
    **how: Any,
) -> None:
    """An empty worksheet for CASE: a ? in every place, or boxes to be printed."""
    first = opened = loaded(case, None, step)
    if seed is not None and not fresh and copies is None:
        raise click.UsageError("--seed: without --fresh or --copies nothing is drawn")
    if as_table and (how["format_"] != "toml" or copies is not None):
        raise click.UsageError("--csv: a table is no printed sheet, and stands beside copies anyway")
    how = {**how, "json_": False, "no_color": True, "file": file}
    if copies is not None:
        if answers:
            raise click.UsageError("--answers: the key is written beside the copies anyway")
        if file is None:
            raise click.UsageError("--copies: say into which folder with -o FOLDER")
        _into_folder(file, opened, seed, copies, how)
        return
    named = case if opened.path is None or not Path(case).exists() else str(Path(case).resolve())
    named = of_step(named, step)
    if fresh:
        if file is None and how["format_"] == "toml":
            raise click.UsageError("--fresh: say where with -o FILE; the case is written beside it")
        (opened,) = _drawn(first, seed, 1)
        named = named if file is None else _beside(opened, first, file)
    sheet = _Sheet(_exercise(opened, how), named, how)
    write(sheet.table(answers) if as_table else sheet.pieces(answers), how, first)


@dataclass(frozen=True)
class _Sheet:
    """A worksheet of a case that is called `name`; `label` tells one copy from another."""

    exercise: Exercise
    name: str
    how: dict[str, Any]
    label: str = ""

    def pieces(self, answers: bool) -> Iterator[str]:
        """The sheet or its key in the format asked for."""
        if self.how["format_"] == "toml":
            yield self.toml(answers)
            return
        from walkthrough.marking.worksheets.printed_sheets import printed_key, printed_sheet

        printed = printed_key if answers else printed_sheet
        yield from blocks_in(printed(self.exercise, self.label), self.how)

    def toml(self, answers: bool) -> str:
        """The file that somebody fills in."""
        from walkthrough.marking.worksheets.answers import open_places, right_numbers
        from walkthrough.marking.worksheets.empty_sheets import worksheet_file

        answer = right_numbers(self.exercise, plain=True) if answers else open_places("?")
        return worksheet_file(self.exercise, self.name, answer)

    def table(self, answers: bool) -> Iterator[str]:
        """The table of a class."""
        from walkthrough.marking.worksheets.answers import open_places, right_numbers
        from walkthrough.marking.worksheets.empty_sheets import class_table

        answer = right_numbers(self.exercise, plain=True) if answers else open_places("?")
        yield class_table(self.exercise, [self.name], answer)


def _exercise(case: Case, how: dict[str, Any]) -> Exercise:
    from walkthrough.marking.worksheets.exercises import Exercise

    return Exercise(case, how["digits"]).of_steps(how["steps"])


# --- other numbers -------------------------------------------------------------------------------


def _drawn(case: Case, seed: int | None, count: int) -> tuple[Case, ...]:
    """So many fresh cases, or in words why there are none."""
    from walkthrough.marking.fresh_cases.copies import copies
    from walkthrough.marking.fresh_cases.fresh_case import CannotDraw

    several = copies(case, 1 if seed is None else seed, count)
    try:
        if count == 1 or not sys.stderr.isatty():
            return tuple(several)
        with click.progressbar(several, length=count, label="drawing", file=sys.stderr) as watched:
            return tuple(watched)
    except CannotDraw as problem:
        raise click.UsageError(str(problem)) from None


def _beside(fresh: Case, first: Case, file: Path) -> str:
    """The fresh case as a file beside its sheet, and what the sheet calls it; another's stays."""
    from walkthrough.commands.files import CannotWrite, write_file

    beside = file.with_name(f"{file.stem}-case.toml")
    if beside.exists() and beside.read_bytes() != fresh.toml.encode():
        raise CannotWrite(f"{beside} is there already, with other numbers; nothing was written")
    write_file([fresh.toml], beside, lambda: first.files)
    return beside.name


def _into_folder(folder: Path, first: Case, seed: int | None, count: int, how: dict[str, Any]) -> None:
    """Each copy's case and sheet, the table for all answers, and one key; what is there stays."""
    from walkthrough.commands.copies_in_folder import refuse_taken, write_new

    ending = _ENDINGS[how["format_"]]
    printed = ending != "toml"
    stems = [f"copy-{str(at).rjust(max(2, len(str(count))), '0')}" for at in range(1, count + 1)]
    ends = ("-case.toml", ".toml", *([f".{ending}"] if printed else []))
    key = f"key.{ending if printed else 'txt'}"
    # before the copies are drawn, which takes a while
    refuse_taken([*(stem + end for stem in stems for end in ends), "answers.csv", key], folder)
    how = {**how, "file": folder / key}
    files: dict[str, Iterable[str]] = {}
    sheets = []
    for stem, case in zip(stems, _drawn(first, seed, count), strict=True):
        label = stem.replace("-", " ").capitalize()
        sheet = _Sheet(_exercise(case, how), f"{stem}-case.toml", how, label)
        files |= {f"{stem}-case.toml": [case.toml], f"{stem}.toml": [sheet.toml(False)]}
        if printed:
            files[f"{stem}.{ending}"] = sheet.pieces(False)
        sheets.append(sheet)
    files |= {"answers.csv": _collected(sheets), key: _key(sheets)}
    write_new(files, folder, first.files)


def _collected(sheets: list[_Sheet]) -> Iterator[str]:
    """The table in which the answers of all copies are collected."""
    from walkthrough.marking.worksheets.empty_sheets import class_table

    yield class_table(sheets[0].exercise, [sheet.name for sheet in sheets])


def _key(sheets: list[_Sheet]) -> Iterator[str]:
    """The keys of all copies, one after the other."""
    from walkthrough.marking.worksheets.printed_sheets import printed_key

    how = sheets[0].how
    kind = "text" if how["format_"] == "toml" else how["format_"]
    blocks = (block for sheet in sheets for block in printed_key(sheet.exercise, sheet.label))
    yield from blocks_in(blocks, {**how, "format_": kind})
