"""How the three programs speak on a terminal: a table of commands, one answer to ``--help``, one to errors.

A program is a table of lazily loaded commands. The table alone answers ``--help``, so that help needs no
heavy import (cyclopts with rich costs 0.3 to 0.8 seconds, measured); a named command is parsed by cyclopts.
Standard output carries results only; everything else goes to standard error (DESIGN.md section 7).
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vernix import __version__
from vernix.errors import KeeperFailed, UsageError, VernixError

if TYPE_CHECKING:
    from cyclopts import App, CycloptsError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = ("No space left on device", "disk is full", "Disk quota exceeded", "File too large")
TRACEBACK_VARIABLE = "VERNIX_TRACEBACK"
"""Set to 1 it shows developers where an unexpected error came from, with whatever values that prints."""


@dataclass(frozen=True)
class Command:
    """One command: its name (a word or two), its function's place (``module:function``), a line of help."""

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
        ending = _Ending()
        if arguments is None:
            # Registered first, so that it is called last.
            atexit.register(ending.leave)
        ending.code = self._answer(list(sys.argv[1:] if arguments is None else arguments))
        sys.exit(ending.code)

    def help(self) -> str:
        """The page that ``--help`` prints."""
        width = max(len(command.name) for command in self.commands)
        lines = [f"{self.name}: {self.about}", "", f"Usage: {self.name} COMMAND [OPTIONS]", ""]
        lines += [f"  {command.name:<{width}}  {command.summary}" for command in self.commands]
        lines += ["", f"{self.name} COMMAND --help says more about one command."]
        return "\n".join(lines) + "\n"

    def _answer(self, words: Sequence[str]) -> int:
        if not words or words[0] in ("--help", "-h"):
            sys.stdout.write(self.help())
            return 0 if words else UsageError.exit_code
        if words[0] == "--version":
            sys.stdout.write(f"{self.name} {__version__}\n")
            return 0
        return self._run(words)

    def _run(self, words: Sequence[str]) -> int:
        names = {command.name: command for command in self.commands}
        for length in (2, 1):
            name = " ".join(words[:length])
            if name in names:
                return _invoke(self.name, names[name], list(words[length:]))
        say(f"{self.name} has no command {words[0]!r}. It has: {', '.join(names)}.")
        return UsageError.exit_code


class _Ending:
    """The end of a process, with its exit code.

    What ``atexit`` holds is done, but Python is not taken apart: a thread of Arrow that asks for the
    interpreter while that goes on aborts the process (seen once in some dozens of runs, after all was done).
    """

    code = KeeperFailed.exit_code

    def leave(self) -> None:
        """Leave now."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(self.code)


def application(program: str, commands: Sequence[Command]) -> App:
    """The parser of some of a program's commands; the reference pages are written from it, too."""
    from cyclopts import App, Parameter

    app = App(
        name=program,
        result_action="return_value",
        help_format="plaintext",
        version=__version__,
        suppress_keyboard_interrupt=False,  # `_ended_by` says what a person who stops a command must know
        default_parameter=Parameter(negative=()),  # a flag is given or it is not: no `--no-...` beside each
    )
    for command in commands:
        app.command(command.target, name=command.name)
    return app


def _invoke(program: str, command: Command, words: list[str]) -> int:
    threading.excepthook = _quiet_thread
    try:
        result = _call(program, command, words)
        sys.stdout.flush()
    except BaseException as error:
        return _ended_by(error, f"{program} {command.name}")
    return result


def _call(program: str, command: Command, words: list[str]) -> int:
    from cyclopts import CycloptsError

    app = application(program, [command])
    try:
        return int(app([command.name, *words], exit_on_error=False, print_error=False) or 0)
    except CycloptsError as error:
        raise UsageError(_said(error), hint=f"See {program} {command.name} --help.") from None


def _said(error: CycloptsError) -> str:
    """What cyclopts has to say, as a sentence; words that nothing takes by their option's name alone."""
    from cyclopts import UnknownOptionError, UnusedCliTokensError

    words = (error.unused_tokens or ()) if isinstance(error, UnusedCliTokensError) else ()
    unknown = [word.split("=", 1)[0] for word in words if word.startswith("-")]
    if unknown:
        return f"Unknown option: {_flat(unknown[0])}."
    if words:
        return "There is a word too many." if len(words) == 1 else f"There are {len(words)} words too many."
    text = str(error)
    if isinstance(error, UnknownOptionError):
        word = error.token.keyword or error.token.value
        text = text.replace(word, word.split("=", 1)[0])
    text = _flat(text)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _ended_by(error: BaseException, what: str) -> int:
    """Say in one sentence why a command ended, and with which exit code it ends."""
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        traceback.print_exception(error)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(bool(error.code))
    if isinstance(error, VernixError):
        say(str(error))
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        say("Stopped. What was complete is kept; run the same command again to go on.")
        return 130
    if isinstance(error, BrokenPipeError):
        # The reader of our standard output went away (`| head`): that is its right, not our failure.
        _give_up_output()
        return 0
    if sys.stdout.closed or _is_output_lost():
        _give_up_output()
    say(_sentence(error, what))
    return KeeperFailed.exit_code


def _sentence(error: BaseException, what: str) -> str:
    """What to say of an error that nothing foresaw: never its own text, which may hold a value."""
    if is_full(error):
        return (
            "This machine's disk is full. Nothing is lost; free some space, then run the same command again."
        )
    if isinstance(error, MemoryError):
        return "This machine's memory is used up. Nothing is lost; end other programs, then run it again."
    if isinstance(error, OSError) and error.errno:
        place = f" ({_flat(os.fspath(error.filename))})" if isinstance(error.filename, str) else ""
        return (
            f"This machine's disk or system failed: {os.strerror(error.errno)}{place}. "
            "Look at that place and its permissions, then run the same command again."
        )
    return (
        f"{what} met an error that nobody foresaw: {type(error).__name__} at {_place_of(error)}. "
        "This is a defect of vernix: report this sentence (it holds no data) to its developers."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, innermost last."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def is_full(error: BaseException) -> bool:
    """Whether an error came of a full disk."""
    return any(_says_full(cause) for cause in _causes(error))


def _says_full(error: BaseException) -> bool:
    """Also where a library (SQLite, Arrow, DuckDB) says it in words of its own."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _FULL
    text = str(error)
    return not isinstance(error, VernixError) and any(words in text for words in _FULL_WORDS)


def _place_of(error: BaseException) -> str:
    """Module and line of our own innermost frame."""
    frames = traceback.walk_tb(error.__traceback__)
    places = [(frame.f_globals.get("__name__", ""), line) for frame, line in frames]
    ours = [f"{name}:{line}" for name, line in places if str(name).startswith("vernix.")]
    return ours[-1] if ours else "an unknown place"


def _quiet_thread(_problem: threading.ExceptHookArgs) -> None:
    """A thread's error reaches whoever waits for it; Python's own words on it could hold a value."""
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        threading.__excepthook__(_problem)


def _is_output_lost() -> bool:
    """Whether standard output takes nothing any more, so that Python would complain again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False


def _give_up_output() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flat(text: str) -> str:
    return " ".join(one_line(text).split())


def one_line(text: str) -> str:
    """What a far side wrote, as it may stand on a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(text: str) -> None:
    """Tell the person at the terminal something that is not a result."""
    sys.stderr.write(text.rstrip() + "\n")


def tell(text: str) -> None:
    """Tell a person the result that they asked for; it may be piped on."""
    sys.stdout.write(text.rstrip() + "\n")


def language(french: bool) -> str:
    """``fr`` if asked for, or if the terminal speaks it (in the order that POSIX gives its variables); else
    ``en``."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "fr" if french or spoken.lower().startswith("fr") else "en"


def size_in_words(count: int) -> str:
    """Bytes as people say them: ``2.0 GiB``."""
    if count < 1024:
        return f"{count} bytes"
    size, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"


def print_json(document: Any) -> None:
    """Print the one JSON document that ``--json`` promises."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
