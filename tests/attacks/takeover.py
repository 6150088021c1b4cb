"""Making somebody with more rights run code, or a command line, that one has planted."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.attacks.attacker import Attacker
from tests.attacks.case import APPLICATION, OPERATOR, READER, BreachError, case
from tests.attacks.planted import RETIRED, Planted, apart
from tests.attacks.world import MARK, ROOT, World

MIGRATOR = "eagle_migrator"
SUPERUSER = "postgres"

# An immutable function of the caller's, which tells him what the owner can read.
_EVIL = """
create function pg_temp.evil(i integer) returns integer language plpgsql immutable as $$
begin
    if current_user <> 'eagle_operator' then
        raise notice '% reads %', current_user, (
            select string_agg(p.name || ' ' || p.account_id, ' ') from app.projects as p
        );
    end if;
    return 1;
end $$
"""
_TABLE = "create temporary table mine (at timestamptz not null, x integer) partition by range (at)"
_EXPRESSION = "create index on mine ((x + pg_temp.evil(3)))"
_POLICY = "insert into ops.partition_policies (relation, months_ahead) values ('pg_temp.mine', 1)"
_NAMED = {
    "ops.create_time_partitions": "select ops.create_time_partitions('{}', '2031-01-01')",
    "ops.ensure_partitions": "select ops.ensure_partitions()",
    "ops.begin_retirement": "select ops.begin_retirement('{}', 'drop')",
    "ops.detach_statement": "select ops.detach_statement('{}')",
    "ops.finish_detachment": "select ops.finish_detachment('{}')",
    "ops.record_archive": (
        "select ops.record_archive('{}', 'f', repeat('0', 64), repeat('0', 64), 0)"
    ),
    "ops.attach_retired_partition": "select ops.attach_retired_partition('{}')",
    "ops.drop_retired_partition": "select ops.drop_retired_partition('{}')",
    "ops.analyze_partitioned_tables": "select ops.analyze_partitioned_tables()",
    "ops.refresh_project_stats": "select ops.refresh_project_stats()",
    "ops.check_integrity": "select count(*) from ops.check_integrity(false)",
}
"""Each function of the owner that takes a name from the operator or looks for tables itself."""


@contextmanager
def _defining(attacker: Attacker) -> Iterator[None]:
    """Let the operator define what the event trigger refuses: each function must refuse it, too."""
    attacker.world.admin.execute("alter event trigger eagle_refuse_definition disable")
    try:
        yield
    finally:
        attacker.world.admin.execute("alter event trigger eagle_refuse_definition enable")


for function, call in _NAMED.items():

    @case(f"plant an index expression for {function}", OPERATOR)
    def _(attacker: Attacker, call: str = call) -> None:
        with _defining(attacker):
            _plant(attacker, call)


def _plant(attacker: Attacker, call: str) -> None:
    for column in (_EXPRESSION, "alter table mine alter column x set default pg_temp.evil(1)"):
        attacker.connection.execute("begin")
        for text in (
            _EVIL,
            _TABLE,
            "create temporary table part partition of mine"
            " for values from ('2020-01-01') to ('2020-02-01')",
            column,
            "grant all on mine, part to eagle_owner",
            "savepoint made",
            _POLICY,
        ):
            attacker.does(text)
        for name in ("pg_temp.mine", "mine", "pg_temp.part", '"pg_temp".mine'):
            attacker.connection.execute("rollback to savepoint made")
            attacker.does(_POLICY.replace("pg_temp.mine", name))
            if attacker.connection.info.transaction_status.name == "INERROR":
                attacker.connection.execute("rollback to savepoint made")
            attacker.does(call.format(name))
        attacker.connection.execute("rollback")


@case("have a policy name a table that the operator made", OPERATOR)
def _(attacker: Attacker) -> None:
    attacker.connection.execute("begin")
    attacker.does(_TABLE)
    for text in (_POLICY, "update ops.partition_policies set relation = 'pg_temp.mine'"):
        attacker.connection.execute("savepoint made")
        if attacker.does(text).error is None:
            raise BreachError(f"allowed: {text}")
        attacker.connection.execute("rollback to savepoint made")
    attacker.connection.execute("rollback")


# What superusers run, on a database whose owner planted code in everything that he owns.
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("drift",),
    ("plan",),
    ("migrate",),
    ("rollback", "--dry-run"),
    ("baseline", "0001.core-schema", "--dry-run"),
    ("preflight",),
    ("preflight", "--record", "{folder}/record.json"),
    ("postflight", "--check", "ledger", "--check", "access", "--check", "jobs"),
    ("postflight", "--since", "{folder}/record.json", "--check", "plans"),
    ("partition", "list"),
    ("partition", "ensure"),
    ("partition", "retire"),
    ("partition", "restore", RETIRED),
    ("partition", "retire", RETIRED, "--action", "detach"),
    ("integrity",),
    ("metrics", "--once"),
    ("top", "--once", "--interval", "0.2"),
    ("audit", "verify"),
    ("audit", "anchor", "{folder}/heads.anchor", "--key", "{folder}/anchor.key"),
    ("audit", "check", "{folder}/heads.anchor", "--key", "{folder}/anchor.key.pub"),
    ("seed",),
    ("import-asce", str(ROOT / "seeds/reference/code_references.csv")),
    ("catalog", "shape", "W14X90", "--edition", "v16.0"),
    ("catalog", "lightest", "HSS"),
    ("catalog", "diff", "v15.0", "v16.0"),
    ("catalog", "source", "W14X90", "Zx"),
    ("job", "list"),
    ("job", "run", "partition-ensure"),
    ("job", "run", "project-stats"),
    ("job", "run", "audit-verify"),
    ("job", "timers", "{folder}/systemd"),
    ("search-feed", "--once", "--url", "http://127.0.0.1:9"),
)

_HARMLESS = {
    # Reads the catalogue and the ledger alone.
    ("drift",),
    # Reads the heads of the chains from their table alone.
    ("audit", "anchor"),
    ("audit", "check"),
    # Compares its file with one table, and finds nothing new.
    ("import-asce", str(ROOT / "seeds/reference/code_references.csv")),
    # Nothing answers there; tests/tooling/search has what does.
    ("search-feed", "--once"),
}
"""What those of these commands begin with that meet nothing of the owner's."""

for words in _COMMANDS:

    @case(f"plant code for a superuser's tooling {' '.join(words)}", SUPERUSER)
    def _(attacker: Attacker, words: tuple[str, ...] = words) -> None:
        planted = Planted.on(attacker.world)
        before = planted.calls()
        said = planted.run(*words)
        if planted.calls() == before and words[:2] not in _HARMLESS:
            raise BreachError(f"did not come as far as what was planted: {said[-200:]}")
        if risen := planted.risen():
            raise BreachError(f"a superuser by now: {', '.join(risen)}")


for file in ("roles.sql", "superuser.sql"):

    @case(f"plant code for sql/{file}, run by a superuser", SUPERUSER)
    def _(attacker: Attacker, file: str = file) -> None:
        planted = Planted.on(attacker.world)
        planted.run_file(file)
        if risen := planted.risen():
            raise BreachError(f"a superuser by now: {', '.join(risen)}")


for role in (APPLICATION, READER, OPERATOR, MIGRATOR):

    @case("watch and stop sessions from another database", role)
    def _(attacker: Attacker) -> None:
        server = attacker.world.server
        with Attacker(attacker.world, attacker.role) as victim:
            victim.does(f"select '{MARK} secret literal'")
            for database in ("postgres", "template1"):
                try:
                    other = psycopg.connect(server.url(database, attacker.role), autocommit=True)
                except psycopg.OperationalError:
                    continue
                with other:
                    seen = other.execute(
                        "select query from pg_stat_activity where pid = %s",
                        [victim.connection.info.backend_pid],
                    ).fetchall()
                raise BreachError(f"connected to {database} and saw {seen}")


_PLANTED_JOBS = (
    "update ops.jobs set command = {command} where job = 'integrity'",
    "update ops.jobs set command = {command}, statement = null where job = 'project-stats'",
    "insert into ops.jobs (job, command, schedule, late_after, time_limit, description)"
    " values ('integrity-2', {command}, '* * * * *', '1 hour', '1 hour', 'x')",
    "update ops.jobs set statement = 'create table public.pwned (x integer)', command = null"
    " where job = 'integrity'",
)
JOBS = "eagle_jobs"
# What the owner may do to his own table.
_WITHOUT_CHECKS = """
do $$
begin
    execute (
        select string_agg(format('alter table ops.jobs drop constraint %I', c.conname), '; ')
          from pg_constraint as c
         where c.conrelid = 'ops.jobs'::regclass
           and c.contype = 'c'
    );
end
$$
"""

for text in _PLANTED_JOBS:

    @case(f"plant a command line in the table of jobs: {text}", MIGRATOR)
    def _(attacker: Attacker, text: str = text) -> None:
        world = attacker.world
        url = apart(world, JOBS)
        try:
            _run_planted(world, url, text)
        finally:
            world.admin.execute(f"drop database {JOBS} with (force)".encode())
            world.apart.remove(JOBS)
            world.changes()


def _run_planted(world: World, url: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pwned.md"
        command = sql.Literal(["plan", "--markdown", str(file)])
        owner_url = world.server.url(JOBS, MIGRATOR)
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("set role eagle_owner")
            owner.execute(_WITHOUT_CHECKS)
            owner.execute(text.replace("{command}", command.as_string(owner)).encode())
        for job in ("integrity", "project-stats", "integrity-2"):
            world.run("job", "run", job, "--dsn", url, dsn=False)
            world.run("job", "run", job, "--scheduled", "--dsn", url, dsn=False)
        with psycopg.connect(url) as admin:
            made = admin.execute("select to_regclass('public.pwned') is not null").fetchone()
            roles = admin.execute("select rolname from pg_roles where rolname = 'pwned'").fetchall()
        if file.exists() or made == (True,) or roles:
            raise BreachError("a job ran what the table said")
