"""Restore into a folder or a server's place: look and copy first, exchange last."""

import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path

from tooling.backup import catalog, copying, exchange, recovery, restore, side
from tooling.backup.barman import Barman, connection_of
from tooling.backup.catalog import Backup
from tooling.backup.exchange import Site
from tooling.backup.recovery import Tell
from tooling.backup.restore import Restored, Target
from tooling.errors import RefusedError, ToolingError
from tooling.server import places
from tooling.server.embedded import reachable_programs
from tooling.server.server import Server

Locate = Callable[[Backup], copying.Spaces]
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


@dataclass(frozen=True)
class Replaced:
    """What was restored, and where the contents of the folder are now, if there were any.

    `timeline` is the one that a server restored in its place writes.
    """

    restored: Restored
    server: Server
    before: Path | None
    timeline: int = 1


def to_folder(barman: Barman, folder: Path, request: Request, tell: Tell) -> Replaced:
    """Restore into a folder of its own; the server there runs on a private socket.

    Raises RefusedError, InputError and ToolingError; what was in the folder is there again then.
    """
    server = side.server(barman, folder)
    site = _site(folder)
    locate = restore.beside(folder)
    _look(barman, site, server, request, locate)
    restored = _copied(barman, site, server, request, locate)
    locations = list(locate(restored.backup).values())
    running = server.is_running()
    copying.move_links(site.new, locate(restored.backup))
    server.stop("immediate")
    moves = site.moves(locations)
    exchange.make(moves)
    restored = changed(restored, server=server, spaces=locate(restored.backup))
    try:
        restored = side.start(restored, run=request.run, tell=tell)
    except BaseException as error:
        if site.old.exists():
            server.stop("immediate")
            exchange.put_back(moves)
            raise _undone(error, site, server, running, tell) from error
        raise
    exchange.clear([site.new_space(one) for one in locations])
    return Replaced(restored, server, site.old if site.old.exists() else None)


def in_place(barman: Barman, request: Request, tell: Tell) -> Replaced:
    """Restore the server itself, with its settings; it takes writes when this returns.

    The copy recovers beside it first. For a target the server runs until then; for the newest
    moment it is stopped when the backup is copied, so that all that it committed is received.
    Raises as `to_folder` does; the server is as it was then, and runs if it did.
    """
    layout = catalog.layout(barman.settings)
    missing = [str(file) for file in layout.outside if not file.exists()]
    if missing:
        raise RefusedError(
            f"{', '.join(missing)} of the server is missing, and no backup holds it",
            hint="Put it back first, or restore into a folder with --to.",
        )
    site = _site(layout.data)
    server = _original(barman, site.data, layout)
    _look(barman, site, server, request, _locations)
    running = server.is_running()
    work = side.server(barman, site.new)
    try:
        restored = _copied(barman, site, work, request, _locations)
        locations = list(_locations(restored.backup).values())
        if not restored.choice.goal:
            _stop(server, tell)
            restored = restore.add_received(barman, restored)
        restored = _recovered(restored, request, tell)
        copying.move_links(site.new, _locations(restored.backup))
        _stop(server, tell)
        moves = site.moves(locations)
        exchange.make(moves)
        try:
            if request.run:
                server.start()
        except BaseException:
            server.stop("immediate")
            exchange.put_back(moves)
            raise
    except BaseException as error:
        work.stop("immediate")
        raise _undone(error, site, server, running, tell) from error
    finally:
        shutil.rmtree(site.new.with_name(f"{site.new.name}.side"))
    exchange.clear([site.new, *(site.new_space(one) for one in locations)])
    work.log.unlink(missing_ok=True)
    timeline = restore.keep_history(barman.settings, site.data)
    return Replaced(restored, server, site.old if site.old.exists() else None, timeline)


def _site(data: Path) -> Site:
    return Site(data.resolve(), datetime.now(UTC).strftime("%Y%m%dT%H%M%S"))


def _locations(backup: Backup) -> copying.Spaces:
    return {one.oid: Path(one.location) for one in backup.tablespaces}


def _look(barman: Barman, site: Site, server: Server, request: Request, locate: Locate) -> None:
    """Refuse what would fail later. Nothing is written."""
    choice = next(restore.candidates(barman, request.target, request.backup_id))
    if server.is_running() and request.overwrite < 2:
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


def _copied(
    barman: Barman, site: Site, server: Server, request: Request, locate: Locate
) -> Restored:
    """Copy and verify the backup, under other names."""
    return restore.restore(
        barman,
        changed(server, data_dir=site.new),
        request.target,
        request.backup_id,
        lambda backup: {oid: site.new_space(one) for oid, one in locate(backup).items()},
    )


def _recovered(restored: Restored, request: Request, tell: Tell) -> Restored:
    """Recover a copy on a private socket, stop it, and give it its own settings again."""
    data, line = restored.server.data_dir, restored.choice.line
    own = recovery.own_settings(data)
    has_settings = (data / "postgresql.conf").exists()
    if not request.run:
        recovery.request(data, line, restored.choice.goal, {})
        for folder in restored.spaces.values():
            recovery.give(folder)
        return restored
    done = side.start(restored, tell=tell)
    done.server.stop()
    (data / side.HBA).unlink()
    recovery.write(data, own, {})
    if not has_settings:
        (data / "postgresql.conf").unlink()
    return done


def _stop(server: Server, tell: Tell) -> None:
    """Stop a server so that its receiver gets all of its WAL; if that takes too long, at once."""
    if not server.is_running():
        return
    tell(f"stopping the server in {server.data_dir}")
    with suppress(ToolingError):
        server.stop()
    server.stop("immediate")


def _undone(
    error: BaseException, site: Site, server: Server, running: bool, tell: Tell
) -> BaseException:
    """Start the server again if it ran; return the error with where everything is."""
    where = "nothing was replaced"
    if running and not server.is_running():
        tell("starting the server again, with its own data")
        try:
            server.start()
        except ToolingError as second:
            where += f", but the server does not start again: {second.message}"
        else:
            where += ", and the server runs again"
    if not isinstance(error, ToolingError):
        return error
    copy = f"; the copy is in {site.new}, delete it when it is of no use" * site.new.exists()
    return ToolingError(
        error.message,
        hint=f"{where[0].upper()}{where[1:]}{copy}. {error.hint or ''}".strip(),
        exit_code=error.exit_code,
    )


def _original(barman: Barman, data: Path, layout: catalog.Layout) -> Server:
    """Return the server that was backed up, with the words of its command line."""
    target = connection_of(barman.settings)
    programs = reachable_programs(data.parent, places.account_of(data.parent), barman.bin_dir)
    host = target.get("host", "/tmp")  # noqa: S108
    socket = Path(host if host.startswith("/") else "/tmp")  # noqa: S108
    options = _options(data / "postmaster.opts")
    if not options and not layout.settings.is_relative_to(layout.data):
        options = ("-c", f"config_file={layout.settings}")
    return Server(programs, data, socket, int(target.get("port", side.PORT)), options)


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
