"""Becoming somebody else, or changing what is asked of everybody."""

from tests.attacks.attacker import Attacker
from tests.attacks.case import (
    APPLICATION,
    AUDITOR,
    EXPORTER,
    INDEXER,
    OPERATOR,
    READER,
    BreachError,
    case,
    forbidden,
    statement,
)
from tests.attacks.world import BOB

ROLES = (APPLICATION, READER, AUDITOR, OPERATOR, EXPORTER, INDEXER)
_BECOME = (
    "postgres",
    "eagle_owner",
    "eagle_migrator",
    "eagle_backup",
    "eagle_operator",
    "eagle_auditor",
    "eagle_application",
    "eagle_indexer",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_execute_server_program",
)

for role in ROLES:
    for target in _BECOME:
        if target != role:

            @case(f"become {target}", role)
            def _(attacker: Attacker, target: str = target) -> None:
                for how in (
                    f"set role {target}",
                    f"set session authorization {target}",
                    f"set local role '{target}'",
                ):
                    if attacker.does(how).error is None:
                        raise BreachError(f"{how} succeeded")

    for setting in (
        "session_replication_role = replica",
        "allow_system_table_mods = on",
        "log_statement = 'none'",
        "session_preload_libraries = 'auto_explain'",
        "zero_damaged_pages = on",
    ):
        forbidden(f"set {setting}", f"set {setting}", role=role)

_ALTER = (
    "alter table app.project_events disable trigger all",
    "alter table app.project_events disable trigger project_events_immutable",
    "alter table app.projects disable row level security",
    "alter table app.projects no force row level security",
    "create policy mine on app.projects using (true)",
    "alter policy projects_tenant on app.projects using (true)",
    "drop policy projects_tenant on app.projects",
    "drop trigger project_events_chain on app.project_events",
    "alter table app.projects alter column name set statistics 1000",
    "create statistics app.mine (mcv) on name, customer from app.projects",
    "create index on app.projects (name)",
    "create trigger mine before insert on app.projects for each row execute function "
    "app.audit_project()",
    "create rule mine as on insert to app.projects do also notify x",
    "alter function app.require_account(uuid) rename to require_nothing",
    "create or replace function app.current_account_id() returns uuid language sql as "
    "'select null::uuid'",
    "alter view app.account_stats set (security_barrier = false)",
    "alter view app.account_stats owner to eagle_application",
    "create or replace view app.account_stats as select * from app.project_stats",
    "refresh materialized view app.project_stats",
    "drop table app.projects cascade",
    "drop schema app cascade",
    "drop owned by eagle_owner",
    "reassign owned by eagle_owner to eagle_application",
    "truncate app.projects, app.project_payloads cascade",
    "cluster app.projects using projects_pkey",
    "comment on table app.projects is 'mine'",
    "lock table app.project_events in access exclusive mode",
)
for role in (APPLICATION, OPERATOR):
    for text in _ALTER:
        forbidden(text, text, role=role)
    statement("analyze app.projects", "analyze app.projects", role=role)
    statement(
        "grant to everyone", "grant all on app.projects, app.project_events to public", role=role
    )

_CREATE = (
    "create table app.mine (x integer)",
    "create table public.mine (x integer)",
    "create table catalog.mine (x integer)",
    "create table ops.mine (x integer)",
    "create schema mine",
    "create function public.mine() returns integer language sql as 'select 1'",
    "create function app.mine() returns integer language sql as 'select 1'",
    "create extension pageinspect",
    "create extension hstore schema public",
    "create role mine superuser",
    "alter role eagle_application superuser",
    "alter role eagle_application bypassrls",
    "alter role eagle_auditor set row_security = off",
    "alter role eagle_reader password 'x'",
    "comment on role eagle_application is 'Sessions begin with statement_timeout=1ms.'",
    "alter role all set search_path = mine",
    "alter database {database} set app.account_id = 'x'",
    "alter system set archive_command = 'id'",
    "grant eagle_owner to eagle_application",
    "create publication mine for all tables",
    "create subscription mine connection 'host=x' publication x",
    "select pg_create_logical_replication_slot('mine', 'test_decoding')",
    "select pg_create_physical_replication_slot('mine')",
    "create foreign data wrapper mine",
    "create event trigger mine on ddl_command_start execute function app.audit_project()",
    "create tablespace mine location '/'",
    "create database mine",
    "update pg_class set relrowsecurity = false where relname = 'projects'",
    "update pg_policy set polqual = null",
    "delete from pg_trigger",
)
for role in (APPLICATION, OPERATOR):
    for text in _CREATE:

        @case(text, role)
        def _(attacker: Attacker, text: str = text) -> None:
            if attacker.does(text.format(database=attacker.world.database)).error is None:
                raise BreachError("it succeeded")


_FILES = (
    "select pg_read_file('postgresql.conf')",
    "select pg_read_binary_file('PG_VERSION')",
    "select * from pg_ls_dir('.')",
    "select pg_stat_file('PG_VERSION')",
    "copy app.projects to program 'cat'",
    "copy app.projects to '/dev/null'",
    "copy app.projects from program 'echo x'",
    "copy app.projects from '/etc/hostname'",
    "select lo_import('/etc/hostname')",
    "select lo_create(424242)",
    "select lo_creat(-1)",
    "select lo_from_bytea(424243, 'x')",
    "select pg_reload_conf()",
    "select pg_rotate_logfile()",
    "select pg_switch_wal()",
    "select rolpassword from pg_authid",
    "select passwd from pg_shadow",
    "select * from pg_hba_file_rules",
    "select * from pg_file_settings",
    "select pg_current_logfile()",
    "load 'auto_explain'",
)
for role in (APPLICATION, READER):
    for text in _FILES:

        @case(text, role)
        def _(attacker: Attacker, text: str = text) -> None:
            if attacker.does(text).error is None:
                raise BreachError("it succeeded")


_SHADOWS = (
    "create temporary table projects (account_id uuid)",
    "create temporary table pg_class (oid oid)",
    "create temporary view account_stats as select 1 as one",
    "create function pg_temp.current_setting(text, boolean) returns text language sql as "
    "$$ select 'b0000000-0000-7000-8000-000000000000' $$",
    "create function pg_temp.row_security_active(oid) returns boolean language sql as "
    "'select false'",
    "create function pg_temp.uuid_eq(uuid, uuid) returns boolean language sql as 'select true'",
    "create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = uuid_ne)",
)
for role in (APPLICATION, READER):

    @case("shadow what functions and policies name", role)
    def _(attacker: Attacker) -> None:
        attacker.does("set search_path = pg_temp, app, ops, catalog, pg_catalog")
        for shadow in _SHADOWS:
            if attacker.does(shadow).error is None:
                raise BreachError(f"{shadow} succeeded")
        attacker.tries(
            "select * from projects",
            f"select * from app.list_projects('{BOB}', 'submitted')",
            f"select app.require_account('{BOB}')",
            "select * from app.account_stats",
        )


@case("lead functions astray by search_path")
def _(attacker: Attacker) -> None:
    for path in ("public, app", "''", '"$user", public, pg_temp', "pg_temp", "app, pg_catalog"):
        attacker.does(f"set search_path = {path}")
        attacker.tries(
            f"select * from app.search_projects('{BOB}', 'sign')",
            "insert into app.project_events (account_id, project_id, event_type, actor) "
            f"values ('{BOB}', '{BOB}', 'file.attached', 'x')",
            "select app.current_account_id()",
        )


@case("run a block that goes on after each refusal")
def _(attacker: Attacker) -> None:
    """Catch each exception and ask the next question."""
    attacker.tries(
        f"""do $$
        declare
            seen integer := 0;
        begin
            for n in 1 .. 20 loop
                begin
                    perform app.append_event('{BOB}', gen_random_uuid(), 'file.attached', 'x');
                exception when others then seen := seen + 1;
                end;
                begin
                    delete from app.project_events;
                exception when others then seen := seen + 1;
                end;
            end loop;
            raise notice 'refused %', seen;
        end $$"""
    )


@case("stop what others do with locks")
def _(attacker: Attacker) -> None:
    """Take the locks of jobs and partitions; nothing that an account does waits for one."""
    attacker.does("select pg_advisory_lock(hashtextextended('app.project_events', 0))")
    attacker.does("select pg_advisory_lock(n) from generate_series(1, 100) as n")
    with Attacker(attacker.world, APPLICATION) as victim:
        victim.does("set statement_timeout = '5s'")
        outcome = victim.tries(
            "select app.append_event(account_id, project_id, 'file.attached', 'x') from "
            "app.projects where name = 'Harbour sign'"
        )
    if outcome.error is not None:
        raise BreachError(f"another session could not work: {outcome.error}")
