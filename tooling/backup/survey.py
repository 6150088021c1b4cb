"""What is looked at before a folder is restored, and refused before anything is stopped."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tooling.backup import catalog, copying, exchange, side
from tooling.backup.barman import Barman, connection_of
from tooling.backup.exchange import Site
from tooling.backup.restore import Place
from tooling.backup.target import Target, candidates
from tooling.errors import RefusedError
from tooling.server import places
from tooling.server.embedded import reachable_programs
from tooling.server.server import Server

_MARGIN = 64 << 20


@dataclass(frozen=True)
class Request:
    """What is wanted: a target, a backup if one is named, and what may be done for it.

    `overwrite` is 1 if files may be moved away, and 2 if a server may be stopped, too. Without
    `run` nothing is started.
    """

    target: Target
    backup_id: str | None = None
    overwrite: int = 0
    run: bool = True


def look(barman: Barman, site: Site, request: Request, locate: Place) -> None:
    """Refuse what would fail later. Nothing is written."""
    choice = next(candidates(barman, request.target, request.backup_id))
    if Server(barman.bin_dir, site.data, site.data).is_running() and request.overwrite < 2:
        raise RefusedError(
            f"a server runs in {site.data}",
            hint="Restore into another folder with --to, or give --overwrite twice to stop it "
            "and put the backup in its place.",
        )
    if not site.is_empty() and request.overwrite < 1:
        raise RefusedError(
            f"{site.data} holds files",
            hint="Restore into another folder with --to, or give --overwrite to move them away.",
        )
    spaces = locate(choice.backup)
    for folder in (site.new.parent, *spaces.values()):
        if not exchange.is_writable(folder):
            raise RefusedError(
                f"{folder} cannot be written", hint="Run as the server's account or as root."
            )
    if site.data.exists() and os.geteuid() not in (0, site.data.stat().st_uid):
        raise RefusedError(
            f"{site.data} belongs to another account", hint="Run as that account or as root."
        )
    data, sizes = copying.size(barman.settings, choice.backup)
    log = len(choice.line.segments) * choice.line.size
    needed = {site.new.parent: data + log + _MARGIN}
    for oid, folder in spaces.items():
        needed[folder] = needed.get(folder, 0) + sizes[oid]
    for folder, wanted, there in exchange.free(needed):
        raise RefusedError(
            f"the copy needs {wanted / 1e6:,.0f} MB, and the disk of {folder} has "
            f"{there / 1e6:,.0f} MB left",
            hint="The data is kept until the copy runs. Make space, or move the data directory of "
            "the stopped server to another disk and try again.",
        )


def original(barman: Barman, data: Path, layout: catalog.Layout) -> Server:
    """Return the server that was backed up, with the words of its command line."""
    target = connection_of(barman.settings)
    programs = reachable_programs(data.parent, places.account_of(data.parent), barman.bin_dir)
    # A cluster has several of each; the data here are of one of them.
    host, port = (target.get(key, "").partition(",")[0] for key in ("host", "port"))
    socket = Path(host if host.startswith("/") else "/tmp")  # noqa: S108
    options = _options(data / "postmaster.opts")
    if not options and not layout.settings.is_relative_to(layout.data):
        options = ("-c", f"config_file={layout.settings}")
    return Server(programs, data, socket, int(port or side.PORT), options)


def _options(file: Path) -> tuple[str, ...]:
    """Return how the server was started last, less the name of its data directory."""
    try:
        words: Sequence[str] = shlex.split(file.read_text(encoding="utf-8"))[1:]
    except (OSError, ValueError):
        return ()
    if "-D" in words:
        at = words.index("-D")
        words = [*words[:at], *words[at + 2 :]]
    return tuple(words)
