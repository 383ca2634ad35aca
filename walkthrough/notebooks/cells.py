"""The page of a case with code between its parts: it loads the case, replays it, and shows steps of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import compress

from walkthrough.case import Case, list_shipped
from walkthrough.document import Block, Code, Heading, Lines, Omitted, Prose, Rule, Working, Workings
from walkthrough.trace.trace import Trace
from walkthrough.training.runs.step_names import parts, step_name
from walkthrough.words.messages import shortened
from walkthrough.words.problems import CaseError, Problem

_WIDTH = 100
"""Characters of packed numbers in a row."""


def with_code(blocks: Iterable[Block], trace: Trace, setup: str, shown: bool = True) -> Iterator[Block]:
    """The blocks of a page; `setup` after its opening, and a step of each tensor after its lines.

    Without `shown` no steps are: those of a symbolic page have no numbers.
    """
    waiting, cell = [*_opening(setup)], ""
    for block in blocks:
        first = isinstance(block, Heading) and block.level == 1
        if waiting and not first and not isinstance(block, Prose):
            yield from waiting
            waiting = []
        if cell and isinstance(block, Heading | Rule | Working | Workings | Lines | Omitted):
            yield Code(f'walkthrough.step(trace, "{cell}")')
            cell = ""
        yield block
        cell = (_first(block, trace) if shown else "") or cell
    yield from waiting
    if cell:
        yield Code(f'walkthrough.step(trace, "{cell}")')


def _opening(setup: str) -> Iterator[Block]:
    yield Code(setup)
    yield Code("trace")


def _first(block: Block, trace: Trace) -> str:
    """The first cell of which a block has a line."""
    match block:
        case Working(cell=cell):
            return cell
        case Workings(lines=lines) if lines:
            return lines[0].cell
        case Lines(cells=cells) if cells:
            return cells[0]
        case Omitted(tensor=tensor):
            return trace.cell_name(tensor, tuple(0 for _ in trace.place(tensor).shape))
    return ""


# --- the case ------------------------------------------------------------------------------------


def setup(case: Case, name: str = "", steps: int = 1, arithmetic: str | None = None) -> str:
    """A program that has the case and its trace: a shipped case by its name, any other with its text in it.

    `name` is what the case was asked for by: of a step of a training, which a notebook cannot hold, the file
    is opened where it is. Raises CaseError if a file of its numbers cannot be read.
    """
    of_training, shipped = parts(name), _shipped(case)
    if of_training is not None:
        lines = _loading(step_name(str(Path(of_training[0]).resolve()), of_training[1]))
    else:
        lines = _loading(shipped) if shipped else _loading_text(case)
    otherwise = "" if arithmetic is None else f".in_arithmetic({arithmetic!r})"
    several = "" if steps == 1 else f", steps={steps}"
    return "\n".join(
        [*lines[:-1], lines[-1] + otherwise, f"trace = walkthrough.replay(case{several})", "case"]
    )


def _shipped(case: Case) -> str:
    """The name under which a case is shipped, unless it is somebody's own."""
    if case.path is None:
        return ""
    own = case.path.resolve()
    return next((each.name for each in list_shipped() if each.path.resolve() == own), "")


def _loading(name: str) -> list[str]:
    return ["import walkthrough", "", f"case = walkthrough.load({name!r})"]


def _loading_text(case: Case) -> list[str]:
    """The case is written into a folder of its own, with the files of its numbers beside it."""
    toml, files = case.toml, []
    for number, (name, path) in enumerate(case.grid_files.items(), 1):
        own = f"numbers-{number}{Path(name).suffix}"
        for quote in ('"', "'"):
            toml = toml.replace(f"{quote}{name}{quote}", f'"{own}"')
        files.append((own, _content(case, path)))
    file = f"{_plain(case.name)}.toml"
    lines = ["from pathlib import Path", "from tempfile import mkdtemp"]
    lines += ["from base64 import b64decode", "from zlib import decompress"] if files else []
    lines += ["", "import walkthrough", "", f"toml = {_literal(toml)}", "folder = Path(mkdtemp())"]
    lines += [f'(folder / "{file}").write_text(toml, encoding="utf-8")']
    for own, content in files:
        packed = b64encode(compress(content, 9)).decode()
        rows = [f'    "{packed[at : at + _WIDTH]}"' for at in range(0, len(packed), _WIDTH)]
        lines += ["packed = (", *rows, ")"]
        lines += [f'(folder / "{own}").write_bytes(decompress(b64decode(packed)))']
    return [*lines, f'case = walkthrough.load(folder / "{file}")']


def _content(case: Case, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        said = f"{shortened(str(path))} cannot be read: {problem.strerror or problem}"
        raise CaseError([Problem(case.file, None, "", said)]) from None


def _plain(name: str) -> str:
    """A file's name that every system takes."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)[:60] or "case"


def _literal(text: str) -> str:
    """A text as a program writes it: as it stands, where nothing in it means something else there."""
    literally = all(sign.isprintable() or sign in "\n\t" for sign in text)
    if literally and "'''" not in text and not text.endswith(("'", "\\")):
        return f"r'''{text}'''"
    return repr(text)
