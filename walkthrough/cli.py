"""The command line: thin, and each command imports what it needs when it is called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from keyword import iskeyword
from typing import NoReturn

import click

from walkthrough.commands.files import CannotWrite

_ROOMS = {
    "show": "showing", "why": "showing", "sizes": "sizing", "step": "stepping", "quiz": "quizzing",
    "check": "marking", "worksheet": "worksheets", "blindspots": "marking", "derive": "deriving",
    "train": "training", "import": "exchanging", "export": "exchanging",
}  # fmt: skip
"""In which file of `commands` a command stands: it is opened when somebody asks for it."""
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """The commands by name, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ROOMS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ROOMS:
            return super().get_command(ctx, cmd_name)
        room = import_module(f"walkthrough.commands.{_ROOMS[cmd_name]}")
        command = getattr(room, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from walkthrough.words.messages import quoted, suggestion

        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            ctx.fail(f"No such command {quoted(args[0])}; {suggestion(args[0], known)}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, invoke_without_command=True, context_settings=_SETTINGS)
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
    from walkthrough.case.shipped import list_shipped

    shipped = list_shipped()
    widest = max((len(each.name) for each in shipped), default=0)
    for each in shipped:
        _say(f"  {each.name.ljust(widest)}  {each.title}")


def _say(text: str) -> None:
    """A line on standard output, in ASCII where nothing else can be said."""
    from walkthrough.commands.output import needs_ascii, signs

    sys.stdout.write(signs(needs_ascii())(text) + "\n")


def main() -> NoReturn:
    """Run a command; every way it can end has its exit status."""
    from walkthrough.commands.output import give_up, open_closed_streams

    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # ended from outside, a command still clears away the file that it had not finished
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        status = _status()
        sys.stdout.flush()
    except BrokenPipeError:
        status = 0  # whoever reads has seen enough
        give_up(sys.stdout)
    except OSError as problem:
        status = _failed(f"standard output cannot be written: {problem.strerror or problem}")
        give_up(sys.stdout)
    sys.exit(status)


def _status() -> int:
    """The exit status of the command that was asked for, which says itself what went wrong with it."""
    try:
        # not click's own main, to which a reader who has seen enough is a failure
        with commands.make_context("walkthrough", sys.argv[1:]) as context:
            commands.invoke(context)
    except (click.exceptions.Exit, SystemExit) as ending:
        code = ending.exit_code if isinstance(ending, click.exceptions.Exit) else ending.code
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt, EOFError):
        return 130
    except click.ClickException as problem:
        return _complained(problem)
    except Exception as problem:  # a user sees a message, never a traceback
        if isinstance(problem, OSError) and not isinstance(problem, CannotWrite) and problem.filename is None:
            raise  # of standard output: everything else that is opened has a name
        if os.environ.get("WALKTHROUGH_TRACEBACK"):
            raise
        return _failed(_said(problem))
    return 0


def _complained(problem: click.ClickException) -> int:
    """A usage error in click's words, each of which stays short whatever was typed."""
    lines: list[str] = []
    if isinstance(problem, click.UsageError) and problem.ctx is not None:
        lines.append(problem.ctx.get_usage())
        lines.append(f"Try '{problem.ctx.command_path} --help' for help.\n")
    lines.append(f"Error: {problem.format_message()}")
    _tell("\n".join(lines))
    return 2


def _failed(message: str) -> int:
    _tell(f"walkthrough: {message}")
    return 2


def _tell(message: str) -> None:
    """A message on standard error, where it can still be told to somebody."""
    from walkthrough.commands.output import give_up
    from walkthrough.words.messages import bounded_line

    try:
        click.echo("\n".join(bounded_line(line) for line in message.splitlines()), err=True)
    except OSError:
        give_up(sys.stderr)


def _said(problem: Exception) -> str:
    """The message of a problem that is the input's; of any other, what it is."""
    from walkthrough.case.cells import NoSuchCell
    from walkthrough.derivations.pieces.asked_sizes import CannotDerive
    from walkthrough.trace.trace import CannotReplay
    from walkthrough.words.problems import CaseError

    if isinstance(problem, CaseError | NoSuchCell | CannotReplay | CannotWrite | CannotDerive):
        return str(problem)
    if isinstance(problem, OSError):
        return f"{problem.filename or 'a file'}: {problem.strerror or problem}"
    return f"this should not have happened ({type(problem).__name__}: {problem}); please report it"
