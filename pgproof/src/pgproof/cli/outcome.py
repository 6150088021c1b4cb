"""How a command ends: one error for whatever failed, and with --json one last event that says so.

The last line on stdout of a command with --json is an object whose `event` is `result` or `error`.
"""

import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
import psycopg

from pgproof import printing
from pgproof.connection import explained
from pgproof.errors import Exit, InputError, PgproofError
from pgproof.run import interrupt

_NAME_A_PATH = "Name a path that exists and that this user may read and write."
_FREE_SPACE = "Free space on the disk, or write to another one."
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_UNWRITTEN = frozenset((errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))

_told: list[bool] = []
"""Not empty once this process has told how a command ended."""


_HINTS = {"42501": "Connect as a role that has the privilege, or have it granted."}


class Command(click.Command):
    """A command that fails by PgproofError alone, or by click's own error of usage."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the command line; an error in it is the last event, too."""
        with telling(is_json="--json" in args):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; SIGTERM and Ctrl-C end it as an error does."""
        is_json = bool(ctx.params.get("as_json"))
        with interrupt.interruptible(), telling(is_json=is_json, settle=interrupt.settle):
            code = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return code


def result(document: dict[str, Any], exit_code: int = Exit.OK) -> None:
    """Print the last event of a command that succeeded: what it found or did."""
    interrupt.settle()
    _told.append(True)
    printing.say_json({"event": "result", "exit_code": int(exit_code), **document})


@contextlib.contextmanager
def telling(*, is_json: bool, settle: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Turn whatever fails into an error for the user, after the last event of a JSON output."""
    try:
        yield
    except (click.exceptions.Exit, SystemExit):
        raise
    except BaseException as error:
        settle()
        failure = explain(error)
        if is_json:
            _tell(failure)
        if failure is error:
            raise
        raise failure from error


def end(error: BaseException, hints: Mapping[str, str]) -> NoReturn:
    """End the process by an error: print it for people, and exit with its code.

    `hints` are by SQLSTATE, and replace those of the server.
    """
    interrupt.settle()
    failure = explain(error)
    if isinstance(failure, PgproofError):
        told = error if isinstance(error, psycopg.Error) else error.__cause__
        state = (told.sqlstate or "") if isinstance(told, psycopg.Error) else ""
        failure.hint = hints.get(state) or failure.hint or _HINTS.get(state)
    if "--json" in sys.argv and not _told:
        _tell(failure)
    if isinstance(failure, PgproofError):
        printing.fail(failure.message, failure.hint)
    else:
        printing.misused(failure)
    sys.exit(int(failure.exit_code))


def _tell(failure: PgproofError | click.ClickException) -> None:
    _told.append(True)
    if isinstance(failure, PgproofError):
        printing.say_error(failure.message, failure.hint, failure.exit_code)
    else:
        printing.say_error(failure.format_message(), None, failure.exit_code)


def explain(error: BaseException) -> PgproofError | click.ClickException:
    """Return what a command failed by as an error for the user."""
    if isinstance(error, click.FileError):
        return InputError(f"{error.ui_filename}: {error.message}", hint=_NAME_A_PATH)
    if isinstance(error, PgproofError | click.ClickException):
        return error
    if isinstance(error, interrupt.Stopped):
        return interrupt.explained(error)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return interrupt.explained(interrupt.Stopped(signal.SIGINT))
    if isinstance(error, psycopg.Error):
        return explained(error)
    if isinstance(error, OSError):
        return _of_a_file(error)
    if isinstance(error, UnicodeError):
        return InputError(
            f"a name or value is not UTF-8: {error}",
            hint="Write it in UTF-8, and run in a locale of UTF-8.",
        )
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return PgproofError(
        f"unexpected {type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})",
        hint="This is a defect of the program; report it with this line.",
    )


def _of_a_file(error: OSError) -> PgproofError:
    reason = error.strerror or str(error)
    if error.filename is not None:
        hint = _FREE_SPACE if error.errno in _FULL else _NAME_A_PATH
        return InputError(f"{os.fsdecode(error.filename)}: {reason}", hint=hint)
    if error.errno not in _UNWRITTEN:
        return PgproofError(reason)
    # What is left for stdout has nowhere to go.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PgproofError(
        f"cannot write the output: {reason}",
        hint=_FREE_SPACE if error.errno in _FULL else None,
    )
