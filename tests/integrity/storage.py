"""Pages that are damaged on the disk; the copy has not read them yet."""

from pathlib import Path

import psycopg

from tests.integrity.case import case
from tests.tamper.world import Copy

_PAGE = 8192


def _damage(copy: Copy, relation: str) -> None:
    """Overwrite the header of the last page of a table or index."""
    with psycopg.connect(copy.server.url(copy.database), autocommit=True) as connection:
        row = connection.execute(
            "select pg_relation_filepath(%(name)s), pg_relation_size(%(name)s::regclass)",
            {"name": relation},
        ).fetchone()
    assert row is not None
    with (Path(copy.server.data_dir) / row[0]).open("r+b") as file:
        file.seek(row[1] - _PAGE)
        file.write(b"\x5a" * 64)


@case("a page of a table is damaged", "unreadable")
def _(copy: Copy) -> None:
    _damage(copy, "app.event_chains")


@case("a page of designs is damaged", "unreadable")
def _(copy: Copy) -> None:
    _damage(copy, "app.project_payloads_single_pole_base_plate")


@case("a page of an index is damaged", "unreadable")
def _(copy: Copy) -> None:
    _damage(copy, "app.projects_account_id_etag_key")


@case("a page of a GIN index is damaged", "unreadable")
def _(copy: Copy) -> None:
    _damage(copy, "app.projects_account_id_word_hashes_idx")


@case("the file of an index is gone", "unreadable")
def _(copy: Copy) -> None:
    with psycopg.connect(copy.server.url(copy.database), autocommit=True) as connection:
        row = connection.execute("select pg_relation_filepath('app.event_chains_pkey')").fetchone()
    assert row is not None
    (Path(copy.server.data_dir) / row[0]).unlink()
