"""The command line: thin, and each command imports what it needs when it is called."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from walkthrough.commands.deriving import derive
from walkthrough.commands.marking import blindspots, check, worksheet
from walkthrough.commands.showing import show, why
from walkthrough.commands.stepping import step

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(invoke_without_command=True, context_settings=_SETTINGS)
@click.version_option(package_name="walkthrough")
@click.pass_context
def commands(context: click.Context) -> None:
    """Replay the convolutional-network calculations of lecture notes, every line of them."""
    if context.invoked_subcommand is None:
        _say(context.get_help())
        _say("\nShipped cases:")
        _list()


@commands.command("list")
def list_() -> None:
    """The shipped cases, a line each."""
    _list()


def _list() -> None:
    from walkthrough.case import list_shipped

    shipped = list_shipped()
    widest = max((len(each.name) for each in shipped), default=0)
    for each in shipped:
        _say(f"  {each.name.ljust(widest)}  {each.title}")


def _say(text: str) -> None:
    """A line on standard output, in ASCII where nothing else can be said."""
    from walkthrough.commands.output import needs_ascii
    from walkthrough.formats.text import ascii_only

    sys.stdout.write((ascii_only(text) if needs_ascii() else text) + "\n")


for _command in (show, why, step, check, worksheet, blindspots, derive):
    commands.add_command(_command)


def _fail(message: str) -> NoReturn:
    from walkthrough.words.messages import printable

    text = "\n".join(printable(line) for line in message.splitlines())
    click.echo(f"walkthrough: {text}", err=True)
    sys.exit(2)


def main() -> NoReturn:
    """Run a command; every way it can end has its exit status."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
        sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    # ended from outside, a command still clears away the file that it had not finished
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except BrokenPipeError:
        # whoever reads has seen enough; Python would complain once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:  # a user sees a message, never a traceback
        if os.environ.get("WALKTHROUGH_TRACEBACK"):
            raise
        _fail(_said(problem))


def _said(problem: Exception) -> str:
    """The message of a problem that is the input's; of any other, what it is."""
    from walkthrough.case.cells import NoSuchCell
    from walkthrough.commands.output import CannotWrite
    from walkthrough.derivations.pieces.sizes import CannotDerive
    from walkthrough.trace.trace import CannotReplay
    from walkthrough.words.problems import CaseError

    if isinstance(problem, CaseError | NoSuchCell | CannotReplay | CannotWrite | CannotDerive):
        return str(problem)
    if isinstance(problem, OSError):
        return f"{problem.filename or 'a file'}: {problem.strerror or problem}"
    return f"this should not have happened ({type(problem).__name__}: {problem}); please report it"
