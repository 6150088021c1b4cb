"""What is archived is its owner's alone, and does not come back damaged or forged."""

import json
import os
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.tooling.partitions.common import (
    EVENTS,
    MONTH,
    VERIFY,
    one,
    owner,
    rows,
)
from tooling.errors import InputError, RefusedError
from tooling.partitions import archive
from tooling.partitions import manifest as manifests
from tooling.partitions import retire as steps


def test_only_its_owner_reads_an_archive(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    before = os.umask(0)
    try:
        with owner(url) as connection:
            steps.retire(connection, MONTH, "archive", folder)
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes == {f"{MONTH}.copy.gz": 0o600, f"{MONTH}.json": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_damaged_archive_changes_nothing(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        steps.retire(connection, MONTH, "archive", tmp_path)
        file = tmp_path / f"{MONTH}.copy.gz"
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:50] + b"\0\0" + whole[52:], b""):
            file.write_bytes(damaged)
            with pytest.raises(InputError, match="not the file that the manifest describes"):
                steps.restore(connection, MONTH, tmp_path)
        file.write_bytes(whole)
        manifest = tmp_path / f"{MONTH}.json"
        text = manifest.read_text()
        manifest.write_text(text.replace('"content_sha256": "', '"content_sha256": "0'))
        with pytest.raises(RefusedError, match="not the one that this database recorded"):
            steps.restore(connection, MONTH, tmp_path)
        manifest.write_text("{")
        with pytest.raises(InputError, match="not a manifest"):
            steps.restore(connection, MONTH, tmp_path)
        manifest.write_text(text)
        assert one(connection, "select to_regclass(%s)", MONTH) is None
        assert steps.restore(connection, MONTH, tmp_path)["state"] == "restored"


def test_an_archive_is_for_its_owner_and_read_once_more_before_a_late_drop(
    url: str, tmp_path: Path
) -> None:
    with owner(url) as connection:
        steps.retire(connection, MONTH, "detach", None)
        record = rows(connection, "select row_count from ops.retired_partitions")
        kept = {"relation": "app.project_events", "starts_at": "", "ends_at": ""}
        connection.execute("update ops.retired_partitions set action = 'archive'")
        made = archive.write(connection, tmp_path, MONTH, kept)
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
        assert [(made.row_count,)] == record
        query = "select ops.archive_sha256(%s)"
        assert one(connection, query, MONTH) == made.content_sha256
        values = [MONTH, made.file_name, made.file_sha256, made.content_sha256, made.row_count]
        connection.execute("select ops.record_archive(%s, %s, %s, %s, %s)", values)

        file = tmp_path / made.file_name
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        with pytest.raises(InputError):
            steps.retire(connection, MONTH, "archive", tmp_path)
        with pytest.raises(RefusedError, match="is to be archived"):
            steps.retire(connection, MONTH, "archive", None)
        assert one(connection, "select to_regclass(%s)", MONTH) is not None
        file.write_bytes(whole)
        assert steps.retire(connection, MONTH, "archive", tmp_path)["state"] == "archived"
        assert one(connection, "select to_regclass(%s)", MONTH) is None


def test_an_archive_of_the_first_format_comes_back(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        before = rows(connection, EVENTS)
        steps.retire(connection, MONTH, "archive", tmp_path)
        text = b"".join(archive.rows(tmp_path, manifests.read(tmp_path, MONTH)))
        manifest = tmp_path / f"{MONTH}.json"
        found = json.loads(manifest.read_text())
        digest = sha256(text).hexdigest()
        manifest.write_text(json.dumps({**found, "format": 1, "content_sha256": digest}))
        connection.execute("update ops.retired_partitions set content_sha256 = %s", [digest])
        assert steps.restore(connection, MONTH, tmp_path)["state"] == "restored"
        assert rows(connection, EVENTS) == before


def test_forged_rows_do_not_come_back(url: str, tmp_path: Path) -> None:
    """Whoever can write files and manifests still cannot change a chain."""
    with owner(url) as connection:
        steps.retire(connection, MONTH, "detach", None)
        connection.execute(f"alter table {MONTH} disable trigger all")
        connection.execute(f"update {MONTH} set sha256 = sha256('x')")
        with pytest.raises(psycopg.Error) as refused:
            steps.restore(connection, MONTH, tmp_path)
        assert refused.value.sqlstate == "ES205"
        assert rows(connection, VERIFY) == []


def test_a_partition_names_no_file_outside_of_the_folder(url: str, tmp_path: Path) -> None:
    """Whoever owns the database decides what ops.partitions says."""
    elsewhere = str(tmp_path / "evil")
    retired = {"relation": "app.project_events", "starts_at": "x", "ends_at": "y"}
    with owner(url) as connection:
        connection.execute("set search_path = app")
        table = sql.Identifier(elsewhere)
        connection.execute(sql.SQL("create table {} (account_id uuid)").format(table))
        with pytest.raises(InputError, match="not the name of a file"):
            archive.write(connection, tmp_path / "archives", elsewhere, retired)
    with pytest.raises(InputError, match="not the name of a file"):
        manifests.read(tmp_path / "archives", f"../{elsewhere}")
    assert list(tmp_path.iterdir()) == []
