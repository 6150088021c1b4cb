"""Restore into a folder or a server's place: look and copy first, exchange last."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path

from tooling.backup import catalog, copying, exchange, recovery, restore, side, survey
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.backup.exchange import Site
from tooling.backup.recovery import Tell
from tooling.backup.restore import Place, Restored
from tooling.backup.survey import Request
from tooling.errors import RefusedError, ToolingError
from tooling.server import places
from tooling.server.server import Server


@dataclass(frozen=True)
class Replaced:
    """What was restored, and where what was in its place is now: the first is the data directory.

    `timeline` is the one that a server restored in its place writes.
    """

    restored: Restored
    server: Server
    before: tuple[Path, ...]
    timeline: int = 1


def to_folder(barman: Barman, folder: Path, request: Request, tell: Tell) -> Replaced:
    """Restore into a folder of its own; the server there runs on a private socket.

    Raises RefusedError, InputError and ToolingError; what was in the folder is there again then.
    """
    site = _site(folder)
    locate = restore.beside(folder)
    survey.look(barman, site, request, locate)
    server = side.server(barman, folder)
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
            if (undone := _undone(error, site, server, running, tell)) is not error:
                raise undone from error
        raise
    exchange.clear([site.new_space(one) for one in locations])
    return Replaced(restored, server, site.before(locations))


def in_place(barman: Barman, request: Request, tell: Tell) -> Replaced:
    """Restore the server itself, with its settings; it takes writes when this returns.

    Without `run` it has recovered then, and is stopped. The copy recovers beside it first. For a
    target the server runs until then; for the newest moment it is stopped when the backup is
    copied, so that all that it committed is received. Raises as `to_folder` does; the server is as
    it was then, and runs if it did.
    """
    layout = catalog.layout(barman.settings)
    missing = [str(file) for file in layout.outside if not file.exists()]
    if missing:
        raise RefusedError(
            f"{', '.join(missing)} of the server is missing, and no backup holds it",
            hint="Put it back first, or restore into a folder with --to.",
        )
    site = _site(layout.data)
    survey.look(barman, site, request, _locations)
    server = survey.original(barman, site.data, layout)
    running = server.is_running()
    work = side.server(barman, site.new)
    try:
        restored = _copied(barman, site, work, request, _locations)
        locations = list(_locations(restored.backup).values())
        if not restored.choice.goal:
            _stop(server, tell)
            restored = restore.add_received(barman, restored)
        restored = _recovered(restored, tell)
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
        if (undone := _undone(error, site, server, running, tell)) is not error:
            raise undone from error
        raise
    finally:
        shutil.rmtree(site.new.with_name(f"{site.new.name}.side"))
    exchange.clear([site.new, *(site.new_space(one) for one in locations)])
    work.log.unlink(missing_ok=True)
    if (site.old / "pg_wal").is_symlink():
        tell(f"pg_wal was a link to {(site.old / 'pg_wal').readlink()}, and is a folder now")
    timeline = restore.keep_history(barman.settings, site.data)
    restored = changed(restored, server=server, spaces=_locations(restored.backup))
    return Replaced(restored, server, site.before(locations), timeline)


def _site(data: Path) -> Site:
    return Site(data.resolve(), datetime.now(UTC).strftime("%Y%m%dT%H%M%S"))


def _locations(backup: Backup) -> copying.Spaces:
    return {one.oid: Path(one.location) for one in backup.tablespaces}


def _copied(
    barman: Barman, site: Site, server: Server, request: Request, locate: Place
) -> Restored:
    """Copy and verify the backup, under other names; make folders of tablespaces that are lost."""

    def place(backup: Backup) -> copying.Spaces:
        for folder in locate(backup).values():
            if not folder.exists():
                folder.mkdir(mode=0o700, parents=True)
                places.hand_over(folder, places.account_of(site.new.parent))
        return {oid: site.new_space(one) for oid, one in locate(backup).items()}

    copy = changed(server, data_dir=site.new)
    return restore.restore(barman, copy, request.target, request.backup_id, place)


def _recovered(restored: Restored, tell: Tell) -> Restored:
    """Recover a copy on a private socket, stop it, and give it its own settings again."""
    data = restored.server.data_dir
    own = recovery.own_settings(data)
    has_settings = (data / "postgresql.conf").exists()
    done = side.start(restored, tell=tell)
    done.server.stop()
    (data / side.HBA).unlink()
    recovery.settle(data, own)
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
            server.start(recovering=lambda: None)
        except ToolingError as second:
            where += f", but the server does not start again: {second.message}"
        else:
            where += ", and the server runs again"
    where = f"{where[0].upper()}{where[1:]}"
    where += f"; the copy is in {site.new}, delete it when it is of no use" * site.new.exists()
    if not isinstance(error, ToolingError):
        tell(where)
        return error
    return ToolingError(
        error.message,
        hint=f"{where}. {error.hint or ''}".strip(),
        exit_code=error.exit_code,
    )
