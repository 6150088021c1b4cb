"""Running the files of one side after those of the other on a copy of a scratch database."""

import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgproof.catalogue import snapshot
from pgproof.catalogue.snapshot import Key, Objects
from pgproof.connection import connect
from pgproof.drift.expectation import recorded
from pgproof.errors import Exit, PgproofError
from pgproof.files.script import Migration
from pgproof.ledger.tables import Ledger
from pgproof.order import data
from pgproof.order.branches import depending
from pgproof.order.records import Failure
from pgproof.report import Reporter, silent
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.scratch.copies import Prepare
from pgproof.scratch.databases import Databases
from pgproof.settings import Settings
from pgproof.sql.parser import tree
from pgproof.trace.shared import created
from pgproof.verify.fill import columns
from pgproof.verify.values import Column

_ROLES = "select rolname::text from pg_catalog.pg_roles"
_OURS = (Exit.MIGRATION, Exit.REFUSED, Exit.LOCKED)
"""What says something of the files, and not of the server or of a signal."""


@dataclass(frozen=True)
class Ran:
    """What one order left: after the files of the first side alone, and at its end.

    `touched` is the file of the first side that changed an object. Of an order that failed, `rows`
    is None.
    """

    alone: Objects
    touched: Mapping[Key, str]
    failure: Failure | None = None
    objects: Objects = field(default_factory=dict)
    rows: data.Data | None = None
    columns: Mapping[str, list[Column]] = field(default_factory=dict)


class AloneError(PgproofError):
    """The files of one side fail without those of the other."""

    def __init__(self, error: PgproofError):
        super().__init__(error.message, hint=error.hint, exit_code=error.exit_code)


@dataclass
class Runs:
    """Makes databases of `made`; `here` is a folder for the files that are applied."""

    made: Databases
    settings: Settings
    here: Path
    prepare: Prepare
    shown: Mapping[Path, str]
    """What messages call a folder that files were read from."""
    report: Reporter = silent

    def apply(
        self,
        conninfo: str,
        files: Sequence[Migration],
        more: Mapping[str, Sequence[str]] | None = None,
        *,
        record: bool = True,
    ) -> None:
        """Apply files to a database; `more` names what some of them depend on beside what they say.

        `record` says whether the ledger is told which file touches which object. Raises
        PgproofError, in whose message files have their own names.
        """
        folder = self.here / "applied"
        folder.mkdir()
        try:
            for one in files:
                added = (more or {}).get(one.id, ())
                raw = depending(one.script.raw, added) if added else one.script.raw
                (folder / one.path.name).write_bytes(raw)
                if one.undo:
                    shutil.copy(one.undo, folder)
            alone = self.settings.of_scratch(folder, after=(), require_empty=False)
            options = Options(allow_out_of_order=True, record=record)
            migrate(self.prepare(conninfo), alone, self.report, options)
        except PgproofError as error:
            error.message = self._named(error.message, folder, more or {})
            raise
        finally:
            shutil.rmtree(folder)

    def both(
        self,
        base: str,
        common: Sequence[Migration],
        first: Sequence[Migration],
        second: Sequence[Migration],
        more: Mapping[str, Sequence[str]],
    ) -> Ran:
        """Run the files of one side, then those of the other, on a copy of `base`.

        Raises AloneError if those of the first fail.
        """
        conninfo = self.made.create(template=name_of(base))
        roles = self.roles()
        try:
            try:
                self.apply(conninfo, [*common, *first])
            except PgproofError as error:
                if error.exit_code not in _OURS:
                    raise
                raise AloneError(error) from error
            ids = {one.id for one in first}
            alone, touched = self.objects(conninfo), self._touched(conninfo, ids)
            ran = [*common, *first]
            try:
                rest = [one for one in second if one.id not in ids]
                self.apply(conninfo, [*ran, *rest], more, record=False)
            except PgproofError as error:
                if error.exit_code not in _OURS:
                    raise
                return Ran(alone, touched, Failure(error.message))
            with closing(connect(conninfo, autocommit=True)) as connection:
                rows = data.read(connection, self.settings.ledger_schema)
                kinds = {name: columns(connection, name) for name in rows.names}
            return Ran(alone, touched, None, self.objects(conninfo), rows, kinds)
        finally:
            self.made.drop(conninfo)
            for name in self.roles_of([*first, *second], roles):
                role = psycopg.sql.SQL("drop role {}").format(psycopg.sql.Identifier(name))
                self.made.connection.execute(role)

    def objects(self, conninfo: str) -> Objects:
        """Return the objects of a database."""
        with closing(connect(conninfo, autocommit=True)) as connection:
            return snapshot.take(connection, self.settings.ledger_schema).objects

    def _touched(self, conninfo: str, ids: set[str]) -> dict[Key, str]:
        with closing(connect(conninfo, autocommit=True)) as connection:
            ledger = Ledger(self.settings.ledger_schema)
            found = recorded(connection, ledger, self.settings.owner)
        by = found.touched if found else {}
        return {key: name for key, name in by.items() if name in ids}

    def roles(self) -> set[str]:
        """Return the roles of the server."""
        return {name for (name,) in self.made.connection.execute(_ROLES).fetchall()}

    def roles_of(self, files: Sequence[Migration], known: set[str]) -> list[str]:
        """Return the roles that files have made: they are the server's, beside those `known`."""
        made = {created(tree(one.sql)) for file in files for one in file.script.statements} - {""}
        return sorted(made & (self.roles() - known))

    def _named(self, message: str, folder: Path, more: Mapping[str, Sequence[str]]) -> str:
        """Return a message with the files' own names, and lines as they are in them."""
        text = message.replace(f"{folder}/", "")
        for place, shown in self.shown.items():
            text = text.replace(f"{place}/", shown)
        for name in more:
            text = re.sub(
                rf"({re.escape(name)}\.sql):(\d+):", lambda m: f"{m[1]}:{int(m[2]) - 1}:", text
            )
        return " ".join(text.split())


def name_of(conninfo: str) -> str:
    """Return the name of a scratch database."""
    return str(conninfo_to_dict(conninfo)["dbname"])
