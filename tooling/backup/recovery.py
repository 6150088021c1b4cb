"""The settings with which a restored server recovers, and how far it is with that."""

import contextlib
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tooling.backup import wal
from tooling.backup.timelines import Line
from tooling.server import places
from tooling.server.server import Server

NEVER: Mapping[str, object] = {"synchronous_standby_names": "", "archive_mode": "off"}
"""Settings of every restored server: its commits wait for nobody, and it archives nowhere."""

_FILE = "postgresql.auto.conf"
_SIGNAL = "recovery.signal"
_OF_PATRONI = "patroni.dynamic.json"
_OF_RECOVERY = re.compile(r"\s*(recovery_target\w*|recovery_end_command|restore_command)\b")
_REPLAYED = re.compile(r"redo in progress.*current LSN: ([0-9A-F]+/[0-9A-F]+)")
_TAIL = 20_000
_TELL_EVERY = 5.0

Tell = Callable[[str], None]


def own_settings(data: Path) -> str:
    """Return what ALTER SYSTEM had set, less what an earlier recovery has left there."""
    with contextlib.suppress(FileNotFoundError):
        lines = (data / _FILE).read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(line for line in lines if not _OF_RECOVERY.match(line))
    return ""


def request(
    data: Path, line: Line, goal: Mapping[str, str], settings: Mapping[str, object]
) -> None:
    """Let the server recover along a timeline when it starts, with settings above its own.

    All WAL is in its data directory already. `goal` are PostgreSQL's settings of the target; with
    none, all of it is replayed.
    """
    asked: dict[str, object] = {
        "restore_command": "false",
        "recovery_target_timeline": line.timeline,
        "recovery_target_action": "promote",
        "recovery_min_apply_delay": 0,
        **goal,
    }
    (data / _SIGNAL).touch()
    _write(data, own_settings(data), {**NEVER, **asked, **settings})


def settle(data: Path, own: str) -> None:
    """Give a server that has recovered its own settings again, and those of every restored one.

    Patroni manages those itself, and would not see that they are overridden.
    """
    _write(data, own, {} if (data / _OF_PATRONI).exists() else NEVER)


def _write(data: Path, own: str, settings: Mapping[str, object]) -> None:
    """Write settings that stand above the restored ones, and give the files to the server."""
    (data / "postgresql.conf").touch()
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    (data / _FILE).write_text("".join([own, *lines]), encoding="utf-8")
    give(data)


def give(folder: Path) -> None:
    """Give a folder and all that is in it to the account that a server there runs as."""
    account = places.account_of(folder.parent)
    for here, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            if account is not None:
                path = Path(here) / name
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    folder.chmod(0o700)


def watch(server: Server, line: Line, tell: Tell) -> Callable[[], None]:
    """Return what says, called again and again, how far a server is with the WAL."""
    begin, end = (min(line.segments) * line.size, (max(line.segments) + 1) * line.size)
    said = time.monotonic()

    def look() -> None:
        nonlocal said
        if time.monotonic() - said < _TELL_EVERY:
            return
        said = time.monotonic()
        found = _REPLAYED.findall(_tail(server.log))
        if found:
            done = (wal.position(found[-1]) - begin) / (end - begin)
            tell(f"replayed WAL up to {found[-1]}, {done:.0%}")
        else:
            tell("the server is starting recovery")

    return look


def _tail(file: Path) -> str:
    with contextlib.suppress(OSError):
        return file.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    return ""


def _quoted(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("'", "''")
