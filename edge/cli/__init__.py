"""The command line: one command, one file, and one line on stderr for anything that goes wrong.

Exit codes: 0 done; 1 what was asked for does not hold; 2 not understood, or could not be carried out; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from edge import __version__
from edge.cli.commands import COMMANDS, LATER, Command
from edge.cli.complaint import complaint
from edge.errors import WindsockError
from rules.spelling import nearest


def main() -> None:
    """The entry point `windsock`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and give its exit code."""
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    try:
        code = _carry_out(name, list(arguments) or ["--help"])
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # who read along has left: nobody is there to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        if sys.flags.dev_mode and not isinstance(error, WindsockError | typer.TyperException):
            raise
        print(complaint(error, f"windsock {name}".strip()), file=sys.stderr)
        return 2


def _carry_out(name: str, arguments: list[str]) -> int:
    if not name and not arguments[0].startswith("-"):
        raise WindsockError(_no_command(arguments[0]))
    app = _app(COMMANDS[name].load() if name else _listed, name)
    code = app(arguments, prog_name="windsock", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _app(function: Callable[..., Any], name: str) -> typer.Typer:
    """All commands, by name and summary; only the one that was asked for is more than a line of the list."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help="The page that fits the moment, from an edge that knows no visitor.",
        epilog="windsock COMMAND --help tells more, with an example.",
    )
    app.callback()(_windsock)
    for command in COMMANDS.values():
        if command.name == name:
            app.command(name, epilog=_example(command, function), short_help=command.summary)(function)
        else:
            app.command(command.name, help=command.summary)(_listed)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"windsock {__version__}")
        raise typer.Exit


def _windsock(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version, then end.", is_eager=True, callback=_print_version)
    ] = False,
) -> None: ...


def _listed() -> None:
    """Stands for a command that is only listed."""


def _example(command: Command, function: Callable[..., Any]) -> str | None:
    """A usage example for --help, unless the function's own words hold one."""
    told = f"windsock {command.name}" in (function.__doc__ or "")
    return None if told else f"Example: {command.example}"


def _no_command(name: str) -> str:
    if name in LATER:
        return f"{name} is not in this version; windsock --help lists the commands that are"
    near = nearest(name, COMMANDS)
    hint = f"did you mean {near}?" if near else "windsock --help lists the commands"
    return f"there is no command {name!r}; {hint}"
