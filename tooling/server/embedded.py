"""The embedded server of a project: where it is, starting it, and servers for a while.

Its folder is `.postgres` in the project's root. Where the server's account cannot use that (a
clone inside /root, a path with special characters), `.postgres` is a link to another folder.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from tooling.errors import ToolingError
from tooling.server import places, processes
from tooling.server.pid_file import PidFile
from tooling.server.programs import programs_of, psql_program, reachable_programs
from tooling.server.server import NOT_DURABLE, Server
from tooling.settings import find_root

DATABASE = "eagle_sign"
PORT = 5432
SCRATCH = "eagle-server-"

__all__ = [
    "DATABASE",
    "Server",
    "project_server",
    "psql_program",
    "reachable_programs",
    "running_url",
    "start",
    "temporary_server",
]


def running_url(root: Path | None = None) -> str | None:
    """Return the libpq URL of the project's running server, None when it does not run.

    Reads three small files; starts nothing. None also of a server that cannot go on, as its
    programs were moved with it: start() starts it again.
    """
    server = project_server(root)
    if server is None or not server.is_ready() or not PidFile.of(server.data_dir).has_programs:
        return None
    return server.url(DATABASE)


def project_server(root: Path | None = None) -> Server | None:
    """Return the project's server, running or not; None before the first start."""
    place = _link(root).resolve()
    data = place / "data"
    try:
        if not (data / "PG_VERSION").is_file():
            return None
    except PermissionError:
        return None
    told = PidFile.of(data)
    socket = None if told.is_moved else told.socket_dir
    return Server(programs_of(place), data, socket or place / "run", PORT)


def start(
    root: Path | None = None,
    *,
    durable: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Server:
    """Start the project's server, made on first use, with an empty database DATABASE in it.

    Idempotent, and safe when several do it at once. Without `durable` nothing is flushed to disk.
    `tell` gets a line before what takes seconds. Raises ToolingError.
    """
    place = _place(root)
    account = places.account_of(place)
    with _lock(place / "lock", account):
        programs = reachable_programs(place, account)
        socket = places.socket_folder(place, PORT, account)
        server = Server(programs, place / "data", socket, PORT)
        if server.is_running() and PidFile.of(server.data_dir).is_moved:
            tell("the server was moved with its folder: stopping it")
            server.stop()
            for left in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):  # Of the old name.
                (place / "run" / left).unlink(missing_ok=True)
        if not server.is_ready():
            tell("starting PostgreSQL…")
        server.init(durable=durable)
        if not server.is_ready():
            server.start({} if durable else NOT_DURABLE)
        server.create_database(DATABASE)
    return server


@contextlib.contextmanager
def temporary_server(
    settings: Mapping[str, object] | None = None,
    *,
    bin_dir: Path | None = None,
    durable: bool = False,
) -> Iterator[Server]:
    """Yield a started server in a folder of its own; it and its folder go when the block ends.

    Other programs than the embedded ones are found in `bin_dir`.
    """
    place = places.scratch_folder(SCRATCH)
    sweep(place.parent, SCRATCH)
    account = places.account_of(place)
    programs = reachable_programs(place, account, bin_dir)
    server = Server(programs, place / "data", places.socket_folder(place, PORT, account), PORT)
    try:
        server.init(durable=durable)
        server.start({**({} if durable else NOT_DURABLE), **(settings or {})})
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(place)


def sweep(folder: Path, prefix: str) -> None:
    """Remove servers in scratch folders whose makers were killed before they could."""
    for place in folder.glob(f"{prefix}[0-9]*-*"):
        maker = int(place.name.removeprefix(prefix).split("-")[0])
        if not processes.is_alive(maker) and os.access(place, os.W_OK, effective_ids=True):
            Server(programs_of(place), place / "data", place / "run", PORT).kill()
            shutil.rmtree(place, ignore_errors=True)


def _link(root: Path | None) -> Path:
    return (root or find_root()) / ".postgres"


def _place(root: Path | None) -> Path:
    """Return the folder that holds the project's server, made where its account can use it."""
    link = _link(root)
    if link.is_dir():
        if not os.access(link, os.W_OK | os.X_OK, effective_ids=True):
            raise ToolingError(
                f"{link} belongs to another user",
                hint="Run as that user or as root, or remove the folder to create a new server.",
            )
        return link.resolve()
    if link.is_symlink():
        link.unlink()
    account = places.account_of(link)
    with contextlib.suppress(OSError):
        if places.usable(places.private_folder(link, account), account):
            return link
        link.rmdir()
    return _place_elsewhere(link, account)


def _place_elsewhere(link: Path, account: places.Account | None) -> Path:
    usual = Path("/var/lib") if account else Path.home() / ".local/state"
    chosen = os.environ.get("XDG_STATE_HOME")
    parents = [Path(chosen), usual] if chosen else [usual]
    key = sha256(os.fsencode(link.resolve())).hexdigest()[:16]
    for parent in parents:
        _let_in(parent / "eagle-sign", account)
        for number in range(1, 1000):
            folder = parent / "eagle-sign" / f"{key}-{number}"
            if folder.exists() and _retire(folder):
                continue
            with contextlib.suppress(OSError):
                if places.usable(places.private_folder(folder, account), account):
                    link.symlink_to(folder, target_is_directory=True)
                    return folder
            with contextlib.suppress(OSError):
                folder.rmdir()
            break
    raise ToolingError(
        f"cannot create a data directory in {link} or {' or '.join(map(str, parents))}",
        hint="Clone into a folder that you can write, with free space, and try again.",
    )


def _let_in(folder: Path, account: places.Account | None) -> None:
    """Make a folder that the server's account may pass through, whatever the caller's umask is."""
    if account is not None:
        made = [one for one in folder.parents if not one.exists()]
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for one in (*made, folder):
                one.chmod(0o755)


def _retire(folder: Path) -> bool:
    """Stop the server that a deleted clone left in `folder`; its data is left alone."""
    if (folder / "data/PG_VERSION").is_file():
        Server(programs_of(folder), folder / "data", folder / "run", PORT).stop()
    return True


@contextlib.contextmanager
def _lock(file: Path, account: places.Account | None) -> Iterator[None]:
    with file.open("w") as handle:
        places.hand_over(file, account)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
