"""How the three programs speak on a terminal: a table of commands, one answer to ``--help``, one to errors.

A program is a table of lazily loaded commands. The table alone answers ``--help``, so that help needs no
heavy import (cyclopts with rich costs 0.3 to 0.8 seconds, measured); a named command is then parsed by cyclopts.
Standard output carries results only; everything else goes to standard error (DESIGN.md section 7).
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vernix import __version__
from vernix.errors import KeeperFailed, VernixError

if TYPE_CHECKING:
    from cyclopts import App

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


@dataclass(frozen=True)
class Command:
    """One command: its name, where its function lives (``module:function``) and one line of help."""

    name: str
    target: str
    summary: str


@dataclass(frozen=True)
class Program:
    """A program of vernix: its name, what it is, its commands in the order a newcomer needs them."""

    name: str
    about: str
    commands: tuple[Command, ...]

    def main(self, arguments: Sequence[str] | None = None) -> None:
        """Run one command and leave the process with its exit code."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        if not words or words[0] in ("--help", "-h"):
            sys.stdout.write(self.help())
            sys.exit(0 if words else 2)
        if words[0] == "--version":
            sys.stdout.write(f"{self.name} {__version__}\n")
            sys.exit(0)
        sys.exit(self._run(words))

    def help(self) -> str:
        """The page that ``--help`` prints."""
        width = max(len(command.name) for command in self.commands)
        lines = [f"{self.name}: {self.about}", "", f"Usage: {self.name} COMMAND [OPTIONS]", ""]
        lines += [f"  {command.name:<{width}}  {command.summary}" for command in self.commands]
        lines += ["", f"{self.name} COMMAND --help says more about one command."]
        return "\n".join(lines) + "\n"

    def _run(self, words: Sequence[str]) -> int:
        names = {command.name: command for command in self.commands}
        if words[0] not in names:
            say(f"{self.name} has no command {words[0]!r}. It has: {', '.join(names)}.")
            return 2
        return _invoke(self.name, names[words[0]], list(words[1:]))


def application(program: str, commands: Sequence[Command]) -> App:
    """The parser of some of a program's commands; the reference pages are written from it, too."""
    from cyclopts import App, Parameter

    app = App(
        name=program,
        result_action="return_value",
        help_format="plaintext",
        version=__version__,
        default_parameter=Parameter(negative=()),  # a flag is given or it is not: no `--no-...` beside each
    )
    for command in commands:
        app.command(command.target, name=command.name)
    return app


def _invoke(program: str, command: Command, words: list[str]) -> int:
    from cyclopts import CycloptsError

    app = application(program, [command])
    try:
        result = app([command.name, *words], exit_on_error=False, print_error=False)
    except CycloptsError as error:
        say(f"{error} See {program} {command.name} --help.")
        return 2
    except VernixError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("Stopped. What was complete is kept; run the same command again to go on.")
        return 130
    except BrokenPipeError:
        # The reader of our standard output went away (`| head`): that is its right, not our failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _keeper_failed(error)
    return int(result or 0)


def _keeper_failed(error: OSError) -> int:
    """A failure of this machine's own disk, said without the text of any record."""
    if error.errno in _DISK_ERRORS:
        say(
            f"This machine's disk failed: {os.strerror(error.errno or 0)}. "
            "Free some space, then run it again."
        )
    else:
        place = f" ({error.filename})" if error.filename else ""
        say(f"This machine said: {error.strerror or type(error).__name__}{place}.")
    return KeeperFailed.exit_code


def say(text: str) -> None:
    """Tell the person at the terminal something that is not a result."""
    sys.stderr.write(text.rstrip() + "\n")


def print_json(document: Any) -> None:
    """Print the one JSON document that ``--json`` promises."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
