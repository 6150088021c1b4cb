"""Rows that break a rule, contradict other rows, or are not those that were recorded."""

from tests.integrity.case import statements
from tests.tamper.world import ANA, ATTACHED, PROJECT, QUIET

_NOT_CHECKED = (
    "update pg_class set relchecks = 0 where oid = '{table}'::regclass; {write};"
    " update pg_class set relchecks = (select count(*) from pg_constraint"
    " where conrelid = '{table}'::regclass and contype = 'c') where oid = '{table}'::regclass"
)
_NOT_INDEXED = (
    "update pg_index set indisready = false, indislive = false"
    " where indexrelid = '{index}'::regclass; {write};"
    " update pg_index set indisready = true, indislive = true"
    " where indexrelid = '{index}'::regclass"
)


def _unchecked(table: str, write: str) -> str:
    return _NOT_CHECKED.format(table=table, write=write)


def _unindexed(index: str, write: str) -> str:
    return _NOT_INDEXED.format(index=index, write=write)


statements(
    "checks",
    "a row breaks a check",
    _unchecked(
        "app.projects", f"update app.projects set confidence = 2 where project_id = '{QUIET}'"
    ),
)
statements(
    "nulls",
    "a null is in a NOT NULL column",
    "update pg_attribute set attnotnull = false where attrelid = 'app.projects'::regclass"
    " and attname = 'created_by';"
    f" update app.projects set created_by = null where project_id = '{QUIET}';"
    " update pg_attribute set attnotnull = true where attrelid = 'app.projects'::regclass"
    " and attname = 'created_by'",
)
statements(
    "labels",
    "a label is removed that rows use",
    "delete from pg_enum where enumlabel = 'estimating'",
)
statements(
    "bounds",
    "an event is in another month's partition",
    f"update pg_class set relispartition = false where oid = '{ATTACHED}'::regclass;"
    f" insert into {ATTACHED} select * from app.project_events"
    f" where project_id = '{QUIET}' limit 1;"
    f" update pg_class set relispartition = true where oid = '{ATTACHED}'::regclass",
)
statements(
    "generated",
    "a generated value is edited",
    "update pg_attribute set attgenerated = '' where attrelid ="
    " 'catalog.material_catalog'::regclass and attname = 'fy_ksi';"
    " update catalog.material_catalog set fy_ksi = fy_ksi - 1 where grade = 'A36';"
    " update pg_attribute set attgenerated = 's' where attrelid ="
    " 'catalog.material_catalog'::regclass and attname = 'fy_ksi'",
)
statements(
    "exclusions",
    "prices overlap in time",
    _unindexed(
        "catalog.pricing_configs_item_code_daterange_excl",
        "insert into catalog.pricing_configs values"
        " ('base_est', 'v9', 1, 'x', 'base', '2025-06-01', null)",
    ),
)
statements(
    "duplicates",
    "two projects have one etag",
    _unindexed(
        "app.projects_account_id_etag_key",
        "update app.projects set etag ="
        f" (select etag from app.projects where project_id = '{PROJECT}')"
        f" where account_id = '{ANA}'",
    ),
)
statements(
    "orphans",
    "a design has no project",
    "alter table app.projects disable trigger all;"
    f" delete from app.projects where project_id = '{QUIET}';"
    " alter table app.projects enable trigger user",
)
statements(
    "orphans",
    "a clause names an import that is not there",
    "update catalog.code_references set import_id = gen_random_uuid() where section = '26.5.1'",
)
statements(
    "totals",
    "the totals of an account are wrong",
    f"update app.project_totals set project_count = project_count + 1 where account_id = '{ANA}'",
)
statements("totals", "the totals are gone", "delete from app.project_totals")
statements(
    "project-stats",
    "the statistics of projects are emptied",
    "select ops.refresh_project_stats();"
    " update pg_class set relkind = 'r', relhasrules = false"
    " where oid = 'app.project_stats'::regclass; delete from app.project_stats;"
    " update pg_class set relkind = 'm', relhasrules = true"
    " where oid = 'app.project_stats'::regclass",
)
statements(
    "catalog-rows",
    "a printed value is edited",
    "update catalog.material_catalog set properties ="
    " jsonb_set(properties, '{us,Fy}', '35') where grade = 'A36'",
)
statements(
    "catalog-rows",
    "a price is edited",
    "update catalog.pricing_configs set price_usd = 1 where item_code = 'base_est'",
)
statements(
    "catalog-rows",
    "a constant is gone",
    "delete from catalog.calibration_constants where name = 'K_FACTOR'",
)
statements(
    "catalog-rows",
    "a constant appears",
    "insert into catalog.calibration_constants select 'EXTRA', version, value, unit, description,"
    " source, effective_from from catalog.calibration_constants limit 1",
)
statements(
    "catalog-rows",
    "what a price was is made up",
    "insert into catalog.past_versions (noun, object, version, was, ended_at, outcome)"
    " values ('price', 'base_est', 'v0', '{}', now(), 'closed')",
)
statements(
    "catalog-rows",
    "a unit is edited",
    "update catalog.property_definitions set unit_us = 'mm', unit_si = 'mm' where symbol = 'Ix'",
)
statements(
    "indexes",
    "a B-tree index lacks a row",
    _unindexed(
        "app.projects_account_id_status_updated_at_idx",
        "insert into app.projects (account_id, name, created_by, updated_by)"
        f" values ('{ANA}', 'unindexed', 'eve', 'eve')",
    ),
)
statements(
    "indexes",
    "a primary key lacks a row",
    _unindexed(
        "catalog.pricing_configs_pkey",
        "insert into catalog.pricing_configs values"
        " ('unindexed', 'v1', 1, 'x', 'base', '2025-06-01', null)",
    ),
)
statements(
    "indexes",
    "a GIN index lacks a row",
    _unindexed(
        "app.projects_account_id_word_hashes_idx",
        "insert into app.projects (account_id, name, created_by, updated_by)"
        f" values ('{ANA}', 'unindexed', 'eve', 'eve')",
    ),
)
statements(
    "indexes",
    "a GiST index lacks a row",
    _unindexed(
        "catalog.calibration_constants_name_daterange_excl",
        "insert into catalog.calibration_constants select 'EXTRA', version, value, unit,"
        " description, source, effective_from from catalog.calibration_constants limit 1",
    ),
)
statements(
    "settings",
    "every session starts with triggers off",
    "do $$ begin execute format('alter database %I set session_replication_role = replica',"
    " current_database()); end $$",
)
statements(
    "settings",
    "damaged pages are read as empty",
    "do $$ begin execute format('alter database %I set zero_damaged_pages = on',"
    " current_database()); end $$",
)
