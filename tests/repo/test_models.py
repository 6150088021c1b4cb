"""The dataclasses say what the migrated database says, column for column."""

import asyncio
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

import eagle_sign_models as models
from tests.repo.staging import ROOT
from tooling.server.server import Server

TABLES = {
    "app.projects",
    "app.project_payloads",
    "app.project_events",
    "catalog.calibration_constants",
    "catalog.pricing_configs",
    "catalog.material_catalog",
    "catalog.code_references",
}
SCALARS = {
    "uuid": UUID,
    "text": str,
    "text[]": list[str],
    "timestamp with time zone": datetime,
    "date": date,
    "numeric": Decimal,
    "double precision": float,
    "integer": int,
    "bigint": int,
    "boolean": bool,
    "bytea": bytes,
}
ENUMS = {
    "app.project_status": models.ProjectStatus,
    "app.project_module": models.ProjectModule,
    "app.project_event_type": models.ProjectEventType,
    "catalog.price_category": models.PriceCategory,
}
COLUMNS = """
select a.attname as name,
       format_type(a.atttypid, null) as type,
       not a.attnotnull as nullable,
       exists (
           select
             from pg_constraint as c
            where c.conrelid = a.attrelid
              and a.attnum = any (c.conkey)
              and pg_get_constraintdef(c.oid) ~ 'jsonb_typeof.*array'
       ) as is_list
  from pg_attribute as a
 where a.attrelid = %s::regclass
   and a.attnum > 0
   and not a.attisdropped
 order by a.attnum
"""
ROWS = """
insert into app.projects (account_id, name, created_by, updated_by, constants_version, confidence)
values ('00000000-0000-0000-0000-000000000001', 'Harbour sign', 'ana', 'ana', '{footing_v1}', 0.9);

insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, 'signage.single_pole.base_plate', '{"height_ft": 25}'
  from app.projects;

insert into catalog.imports (
    import_id, kind, file_name, file_sha256, sheets,
    rows_read, rows_inserted, rows_changed, rows_unchanged, rows_rejected, is_kept
)
values ('00000000-0000-0000-0000-00000000000a', 'seed', 'x.csv', repeat('0', 64), '{}',
        1, 1, 0, 0, 0, true);

insert into catalog.calibration_constants
values ('FACTOR_X', 'test_v1', 0.15, 'unitless', 'A factor', 'A study', '2025-01-01', '2025-02-01');

insert into catalog.pricing_configs
values ('item_x', 'v1', 150.00, 'An item', 'base', '2025-01-01', null);

insert into catalog.material_catalog (
    kind, standard, edition, shape, shape_type, properties, source, import_id, source_row
)
values ('section', 'TEST', 'v1', 'W1X1', 'W', '{"us": {"W": 1.5, "A": 0.4}}', 'A book',
        '00000000-0000-0000-0000-00000000000a', 1);

insert into catalog.code_references
values ('TEST 1', '1.1', 'A clause', null, 'Nothing', 'A book',
        '00000000-0000-0000-0000-00000000000a', 1);
"""
models_of_tables = pytest.mark.parametrize("model", models.MODELS, ids=lambda m: m.__name__)


@pytest.fixture
def connection(server: Server, migrated_template: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to the template itself; what a test writes is rolled back."""
    with psycopg.connect(server.url(migrated_template)) as opened:
        yield opened
        opened.rollback()


def declared(model: type) -> list[tuple[str, Any]]:
    """Return names and types of the fields, in order."""
    hints = get_type_hints(model)
    return [(field.name, hints[field.name]) for field in fields(model)]


def returned(column: dict[str, Any]) -> Any:
    """Return the Python type that the model must give a column."""
    if column["type"] == "jsonb":
        found: Any = list[Any] if column["is_list"] else dict[str, Any]
    else:
        found = SCALARS.get(column["type"]) or ENUMS[column["type"]]
    return found | None if column["nullable"] else found


def test_there_is_one_model_a_table() -> None:
    assert len(models.MODELS) == len(TABLES)
    assert {model.TABLE for model in models.MODELS} == TABLES


@models_of_tables
def test_fields_are_the_columns_in_order(connection: psycopg.Connection[Any], model: Any) -> None:
    cursor = connection.cursor(row_factory=dict_row)
    columns = cursor.execute(COLUMNS, [model.TABLE]).fetchall()
    assert declared(model) == [(column["name"], returned(column)) for column in columns]


@pytest.mark.parametrize(("name", "members"), ENUMS.items(), ids=ENUMS)
def test_members_are_the_labels_in_order(
    connection: psycopg.Connection[Any], name: str, members: type[StrEnum]
) -> None:
    labels = connection.execute("select unnest(enum_range(null::" + name + "))::text").fetchall()
    assert [(str(member),) for member in members] == labels


def test_every_enum_of_the_tables_has_a_class(connection: psycopg.Connection[Any]) -> None:
    query = """
        select distinct format_type(a.atttypid, null)
          from pg_attribute as a
          join pg_type as t on t.oid = a.atttypid
         where t.typtype = 'e'
           and a.attrelid = any (%s::regclass[])
    """
    found = connection.execute(query, [sorted(TABLES)]).fetchall()
    assert {name for (name,) in found} == set(ENUMS)


@models_of_tables
def test_a_row_arrives_with_the_declared_types(
    connection: psycopg.Connection[Any], model: Any
) -> None:
    connection.execute(ROWS)
    cursor = connection.cursor(row_factory=models.row_of(model))
    rows = cursor.execute(f"select * from {model.TABLE}").fetchall()
    assert rows
    wrong = [
        (name, type(getattr(row, name)), hint)
        for row in rows
        for name, hint in declared(model)
        if not isinstance(getattr(row, name), instances(hint))
    ]
    assert wrong == []


def instances(hint: Any) -> tuple[type, ...]:
    """Return the classes of which a value of the annotated type is an instance."""
    options = get_args(hint) if NoneType in get_args(hint) else (hint,)
    return tuple(get_origin(option) or option for option in options)


def test_a_row_cannot_be_changed(connection: psycopg.Connection[Any]) -> None:
    connection.execute(ROWS)
    cursor = connection.cursor(row_factory=models.row_of(models.Project))
    project = cursor.execute("select * from app.projects").fetchone()
    assert project is not None
    with pytest.raises(FrozenInstanceError):
        project.name = "another"  # type: ignore[misc]


def test_a_column_that_the_class_does_not_know_is_left_out(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute(ROWS)
    connection.execute("alter table app.projects add column priority integer default 1")
    cursor = connection.cursor(row_factory=models.row_of(models.Project))
    project = cursor.execute("select * from app.projects").fetchone()
    assert project is not None
    assert project.name == "Harbour sign"


def test_a_column_that_is_missing_is_an_error(connection: psycopg.Connection[Any]) -> None:
    connection.execute(ROWS)
    cursor = connection.cursor(row_factory=models.row_of(models.Project))
    with pytest.raises(TypeError, match="etag"):
        cursor.execute("select project_id from app.projects").fetchone()


async def fetched(url: str) -> models.CodeReference | None:
    async with await psycopg.AsyncConnection.connect(url) as opened:
        await opened.execute(ROWS.encode())
        async with opened.cursor(row_factory=models.row_of(models.CodeReference)) as cursor:
            await cursor.execute(
                "select *, 1 as more from catalog.code_references where code = 'TEST 1'"
            )
            found = await cursor.fetchone()
        await opened.rollback()
        return found


def test_rows_of_an_async_cursor_are_the_same(server: Server, migrated_template: str) -> None:
    found = asyncio.run(fetched(server.url(migrated_template)))
    assert found is not None
    assert found.title == "A clause"


def test_the_package_needs_psycopg_and_nothing_else(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "models", tmp_path / "models")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", tmp_path, folder], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    assert "eagle_sign_models/py.typed" in names
    assert [line for line in lines if line.startswith("Requires-Dist")] == [
        "Requires-Dist: psycopg>=3.2"
    ]


def test_a_label_that_the_class_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"project\.teleported"):
        models.ProjectEvent(
            account_id=UUID(int=1),
            project_id=UUID(int=2),
            event_id=UUID(int=3),
            event_type="project.teleported",  # type: ignore[arg-type]
            actor="ana",
            occurred_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
            data={},
            position=1,
            sha256=b"",
            erased_at=None,
        )
