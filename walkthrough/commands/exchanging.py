"""`import` and `export`: the weights of a trained model, from PyTorch and to it, and never by a pickle."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from walkthrough.commands.files import write_file
from walkthrough.commands.printing import step_option

if TYPE_CHECKING:
    from walkthrough.case import Case

_FILE = click.Path(path_type=Path)


@click.command("import")
@click.argument("weights", type=_FILE)
@click.argument("architecture", type=_FILE)
@click.option("-o", "file", type=_FILE, required=True, help="The case; its numbers go into a .npz beside it.")
def import_(weights: Path, architecture: Path, file: Path) -> None:
    """A case from WEIGHTS (a state_dict as .npz, .safetensors or a folder of .npy) and an ARCHITECTURE.

    ARCHITECTURE is a case file whose layers have no kernels and weights: each takes the next of the
    state_dict, or the one that it names with from = "features.0".
    """
    from walkthrough.case.grids.numpy_files import packed
    from walkthrough.case.reading import read_text
    from walkthrough.case.tables.source import Source
    from walkthrough.training.exchange.imported import imported
    from walkthrough.training.exchange.state_dicts import read_state_dict

    arrays = read_state_dict(weights)
    numbers = file.with_name(f"{file.stem}-weights.npz")
    made = imported(Source(str(architecture), _text(architecture)), arrays, numbers.name)
    read = [weights, architecture]
    new = not numbers.exists()
    write_file([packed(made.arrays)], numbers, lambda: read)
    try:
        case = read_text(made.toml, file.stem, str(file), file.parent, file)
    except BaseException:
        if new:
            numbers.unlink(missing_ok=True)
        raise
    write_file([made.toml], file, lambda: read)
    learned = sum(array.size for array in made.arrays.values())
    sys.stderr.write(
        f"walkthrough: {file} has {len(case.layers)} layers and {learned:,} numbers of {weights}\n"
    )


@click.command()
@click.argument("case")
@step_option
@click.option("-o", "file", type=_FILE, required=True, help="A .npz or .safetensors file.")
def export(case: str, step: int | None, file: Path) -> None:
    """The parameters of CASE as a state_dict in FILE; of a training, those at its end, or before a step."""
    from walkthrough.case.grids.numpy_files import packed
    from walkthrough.training.exchange.exported import exported
    from walkthrough.training.exchange.state_dicts import as_safetensors

    if file.suffix not in (".npz", ".safetensors"):
        raise click.UsageError(f"-o {file}: expected a name that ends with .npz or .safetensors")
    opened = _opened(case, step)
    arrays, remarks = exported(opened)
    content = packed(arrays) if file.suffix == ".npz" else as_safetensors(arrays)
    write_file([content], file, lambda: opened.files)
    for remark in remarks:
        sys.stderr.write(f"walkthrough: {remark}\n")


def _opened(name: str, step: int | None) -> Case:
    from walkthrough.commands.printing import of_step
    from walkthrough.training.runs.opened_steps import ended
    from walkthrough.training.runs.opening import load
    from walkthrough.training.runs.step_names import is_run

    case = ended(Path(name)) if step is None and is_run(name) else load(of_step(name, step))
    case.refuse_sizes()
    return case


def _text(path: Path) -> str:
    from walkthrough.case.tables.source import LARGEST_FILE, decoded

    with path.open("rb") as file:
        return decoded(file.read(LARGEST_FILE + 1), str(path))
