"""What keeps the log: the functions and triggers that write and guard it.

What is expected stands in sql/ beside this program, so that the database is not asked what it
should be.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

from tooling.audit import bodies
from tooling.audit.problem import Problem, whole
from tooling.audit.sight import TABLES
from tooling.database import Connection
from tooling.errors import InputError

SQL = Path(__file__).resolve().parents[2] / "sql"
_FUNCTIONS: LiteralString = """
select n.nspname || '.' || p.proname, p.prosrc, p.prosecdef, l.lanname, p.proowner::regrole::text,
       coalesce(p.proconfig, '{}')
  from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  join pg_language as l on l.oid = p.prolang
 where n.nspname in ('app', 'ops')
"""
_TRIGGERS: LiteralString = """
select t.name, c.oid::regclass::text, pg_get_triggerdef(g.oid), g.tgenabled::text
  from unnest(%s::text[]) as t (name)
 cross join lateral (
           select to_regclass(t.name) as oid
           union all
           select h.inhrelid from pg_inherits as h where h.inhparent = to_regclass(t.name)
       ) as c
  left join pg_trigger as g on g.tgrelid = c.oid and not g.tgisinternal
 order by 1, 2, 3
"""
_OTHERS: LiteralString = """
select format('rule: %%I of %%s', w.rulename, w.ev_class::regclass)
  from pg_rewrite as w
 where w.ev_class in (select to_regclass(t) from unnest(%(tables)s::text[]) as t)
union all
select format(
           'setting: every session%%s starts with %%s', coalesce(' of ' || r.rolname, ''), s.value
       )
  from pg_db_role_setting as d
 cross join lateral unnest(d.setconfig) as s (value)
  left join pg_roles as r on r.oid = d.setrole
 where s.value ~* '^(session_replication_role|app\\.erasing)='
union all
select format(
           'column: %%s.sha256 is not computed from what the payload holds', a.attrelid::regclass
       )
  from pg_attribute as a
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attname = 'sha256'
   and a.attrelid in (
           select to_regclass('app.project_payloads')
           union all
           select h.inhrelid
             from pg_inherits as h
            where h.inhparent = to_regclass('app.project_payloads')
       )
   and (a.attgenerated <> 's'
        or pg_get_expr(d.adbin, d.adrelid)
           is distinct from 'app.snapshot_sha256(config, files, cost_snapshot)')
union all
select format('partition: %%s is a table of its own', c.oid::regclass)
  from pg_class as c
 where c.relnamespace = to_regnamespace('app')
   and c.relkind in ('r', 'p', 'f')
   and c.relname ~ '^project_(events|payloads)_'
   and not c.relispartition
   and not exists (
           select
             from ops.retired_partitions as r
            where to_regclass(r.partition) = c.oid
              and r.state <> 'restored'
       )
 order by 1
"""
_TRIGGER = re.compile(
    r"^create trigger (\w+) (before|after) ((?:(?:insert|update|delete|truncate)(?: of [\w, ]+)?"
    r"(?: or )?)+) on \S+ for each (row|statement) (?:when (.*) )?execute function (\S+)\(\)"
)


def look(connection: Connection) -> Iterator[Problem]:
    """Yield what is not as declared of functions, triggers, columns, settings and partitions."""
    yield from functions(connection)
    yield from _triggers(connection)
    for (text,) in connection.execute(_OTHERS, {"tables": list(TABLES)}).fetchall():
        yield whole(text)


def functions(connection: Connection) -> Iterator[Problem]:
    """Yield the functions of app and ops that are not those of sql/. Needs no privilege.

    Raises InputError if sql/ is not beside this program.
    """
    if not SQL.is_dir():
        raise InputError(
            f"{SQL}: no such folder",
            hint="Run the command in a complete checkout of the repository.",
        )
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, *rest in connection.execute(_FUNCTIONS).fetchall():
        found.setdefault(name, []).append(tuple(rest))
    for file in sorted([*SQL.glob("app/functions/*.sql"), *SQL.glob("ops/functions/*.sql")]):
        name, declared = f"{file.parts[-3]}.{file.stem}", file.read_text(encoding="utf-8")
        _, _, body = declared.partition("as $function$")
        head = declared.partition(f"function {name}(")[2].partition("$function$")[0]
        settings = [
            one.strip().replace(" = ", "=").replace("'", "")
            for one in re.findall(r"^ {4}set (.*)$", head, re.MULTILINE)
        ]
        wanted = (
            body.rpartition("$function$")[0],
            "security definer" in head,
            "plpgsql" if "language plpgsql" in head else "sql",
            "eagle_owner",
        )
        there = found.pop(name, [])
        if len(there) != 1:
            yield whole(f"function: {name} is there {len(there)} times")
        elif body and there[0][:4] != wanted:
            yield whole(f"function: {name} is not that of sql/")
        elif [_setting(one) for one in there[0][4]] != [_setting(one) for one in settings]:
            yield whole(f"function: {name} has other settings than in sql/")
    for name in sorted(found):
        yield whole(f"function: {name} is not in sql/")
    now = bodies.there(connection)
    for name, text in bodies.declared().items():
        if now.get(name, text) != text:
            yield whole(f"function: {name} is not that of sql/")


def _setting(text: str) -> str:
    name, _, value = text.partition("=")
    return f"{name.lower()}={value.strip().strip(chr(34))}"


def _triggers(connection: Connection) -> Iterator[Problem]:
    declared = {name: _declared(name) for name in TABLES}
    missing: dict[str, set[tuple[str, ...]]] = {}
    for table, relation, text, enabled in connection.execute(_TRIGGERS, [list(TABLES)]).fetchall():
        left = missing.setdefault(relation, set(declared[table]))
        if text is None:
            continue
        one = _parsed(text)
        if one not in left:
            yield whole(f"trigger: {text.split()[2]} of {relation} is not in sql/")
        elif enabled not in ("O", "A"):
            yield whole(f"trigger: {one[0]} of {relation} is disabled")
        left.discard(one)
    for relation, left in missing.items():
        for one in sorted(left):
            yield whole(f"trigger: {one[0]} of {relation} is missing")


def _declared(table: str) -> set[tuple[str, ...]]:
    schema, name = table.split(".")
    text = (SQL / schema / "tables" / f"{name}.sql").read_text(encoding="utf-8")
    return {
        _parsed(one) for one in re.findall(r"^create trigger .*?;", text, re.DOTALL | re.MULTILINE)
    }


def _parsed(text: str) -> tuple[str, ...]:
    """Return a trigger's name, time, events, level, condition and function, however written."""
    flat = " ".join(text.lower().rstrip(";").split())
    found = _TRIGGER.match(flat)
    if found is None:
        return (flat,)
    name, when, events, level, condition, function = found.groups()
    condition = re.sub(r"[()]", "", condition or "")
    return name, when, " or ".join(sorted(events.split(" or "))), level, condition, function
