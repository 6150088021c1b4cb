"""Folders a server can use, and the operating-system account that may use them.

PostgreSQL refuses to run as root, so root hands it to an unprivileged account, which then has to
reach every folder involved. A socket's path has a limit of its own.
"""

import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tooling.errors import ToolingError

SERVER_USER = "embedded_postgres"
SOCKET_PATH_MAX = 103 if os.uname().sysname == "Darwin" else 107
_PATH_MAX = 800
_UNSAFE = set("\"'`$\\\n,")


@dataclass(frozen=True)
class Account:
    """An unprivileged operating-system account that a server runs as."""

    name: str
    uid: int
    gid: int


def account_of(folder: Path) -> Account | None:
    """Return the account that a server keeping its data in `folder` runs as; None: the caller's.

    For root that is the owner of `folder` or, when that is root, SERVER_USER, created if needed.
    """
    if os.geteuid() != 0:
        return None
    try:
        owner = folder.stat().st_uid
    except OSError:
        owner = 0
    return _account(owner) if owner else _server_account()


def hand_over(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; nothing to do for the caller's own account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def private_folder(path: Path, account: Account | None) -> Path:
    """Create `path` (mode 0700) for `account`. Raises OSError; PermissionError if it is another's.

    Other users who can write in the parent, such as /tmp, cannot put a folder of their own there.
    """
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
        hand_over(path, account)
    except FileExistsError:
        owner = account.uid if account else os.geteuid()
        if path.is_symlink() or path.lstat().st_uid != owner:
            raise PermissionError(f"{path} belongs to another user") from None
        path.chmod(0o700)
    return path


def usable(folder: Path, account: Account | None) -> bool:
    """Tell whether `account` can work in `folder`, and its path can be passed to pg_ctl's shell."""
    if _UNSAFE & set(str(folder)) or len(os.fsencode(folder)) > _PATH_MAX:
        return False
    return run_as(account, ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder)])


def run_as(account: Account | None, command: list[str]) -> bool:
    """Tell whether `command` can be run by `account` and exits 0. Its output is dropped."""
    try:
        done = subprocess.run(  # noqa: S603
            command,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **identity(account),
        )
    except OSError:
        return False
    return done.returncode == 0


def identity(account: Account | None) -> dict[str, Any]:
    """Return subprocess's keywords for running as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def socket_folder(place: Path, port: int, account: Account | None) -> Path:
    """Return a private folder for the socket: in `place`, or in /tmp if its path is too long."""
    folder = place / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{port}")) <= SOCKET_PATH_MAX:
        return private_folder(folder, account)
    key = sha256(os.fsencode(place)).hexdigest()[:16]
    owner = account.uid if account else os.geteuid()
    return private_folder(Path("/tmp") / f"eagle-sign-{owner}-{key}", account)  # noqa: S108


def scratch_folder(prefix: str) -> Path:
    """Create a private folder in the system's temporary folder, for a server and root to use.

    Its name is `prefix`, the caller's process id and some random letters.
    """
    account = account_of(Path("/"))
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))
        hand_over(folder, account)
        if usable(folder, account):
            return folder
        shutil.rmtree(folder)
    raise ToolingError(
        "no temporary folder that the server's account can use",
        hint="Set TMPDIR to a folder that every user may enter and write.",
    )


@functools.cache
def _server_account() -> Account:
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        try:
            subprocess.run([*command, SERVER_USER], check=True, capture_output=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            raise ToolingError(
                f"cannot create the account {SERVER_USER!r}: PostgreSQL does not run as root",
                hint=f"Create it yourself (`{' '.join(command)} {SERVER_USER}`), "
                "or run as an ordinary user.",
            ) from error
        entry = pwd.getpwnam(SERVER_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, uid, entry.pw_gid)
