"""Mutants of triggers, policies, views, types and routines."""

from collections.abc import Iterator

from pgproof.connection import Connection
from pgproof.mutate import bodies, expressions
from pgproof.mutate.records import Mutant
from pgproof.mutate.scope import texts
from pgproof.sql import parser

ROWS = (
    """
select 'trigger', t.name || ' ' || quote_ident(g.tgname), 'dropped',
       format('drop trigger %I on %s', g.tgname, t.name), t.oid, array[t.name, g.tgname::text]
  from $tables as t
  join pg_trigger as g on g.tgrelid = t.oid and not g.tgisinternal and g.tgparentid = 0
""",
    """
select 'policy', t.name || ' ' || quote_ident(p.polname), what,
       case what when 'dropped' then format('drop policy %I on %s', p.polname, t.name)
                 when 'to public' then format('alter policy %I on %s to public', p.polname, t.name)
                 else format('alter policy %I on %s %s', p.polname, t.name, what) end,
       t.oid, array[t.name, p.polname::text]
  from $tables as t
  join pg_policy as p on p.polrelid = t.oid
  cross join unnest(array['dropped', 'to public', 'using (true)', 'with check (true)']) as what
 where case what when 'to public' then p.polroles <> array[0::oid]
                 when 'using (true)' then pg_get_expr(p.polqual, p.polrelid) <> 'true'
                 when 'with check (true)' then pg_get_expr(p.polwithcheck, p.polrelid) <> 'true'
                 else true end
""",
    """
-- A policy of SELECT or DELETE has no WITH CHECK; FOR ALL takes its USING for both.
select 'policy', t.name || ' ' || quote_ident(p.polname), 'for all',
       format('drop policy %I on %s; create policy %1$I on %2$s as %s for all to %s%s%s',
              p.polname, t.name, case when p.polpermissive then 'permissive' else 'restrictive' end,
              (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ')
                 from unnest(p.polroles) as r),
              ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
              ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
       t.oid, array[t.name, p.polname::text]
  from $tables as t
  join pg_policy as p on p.polrelid = t.oid and p.polcmd <> '*'
""",
    """
select 'enum', t.name, format('label %L renamed', e.enumlabel),
       format('alter type %s rename value %L to %L', t.name, e.enumlabel,
              left(e.enumlabel, 60) || '_x'),
       t.oid, array[t.name, e.enumlabel::text]
  from $types as t
  join pg_enum as e on e.enumtypid = t.oid
union all
select 'enum', t.name, format('labels %L and %L swapped', e.enumlabel, e.next),
       format('alter type %1$s rename value %2$L to %4$L;'
              ' alter type %1$s rename value %3$L to %2$L;'
              ' alter type %1$s rename value %4$L to %3$L',
              t.name, e.enumlabel, e.next, left(e.enumlabel, 60) || '_x'),
       t.oid, array[t.name, e.enumlabel::text]
  from $types as t
  join (select enumtypid, enumlabel,
               lead(enumlabel) over (partition by enumtypid order by enumsortorder) as next
          from pg_enum) as e on e.enumtypid = t.oid and e.next is not null
""",
    """
select 'domain', t.name, format('constraint %I dropped', k.conname),
       format('alter domain %s drop constraint %I', t.name, k.conname), t.oid, array[t.name]
  from $types as t
  join pg_constraint as k on k.contypid = t.oid and k.contype = 'c'
union all
select 'domain', t.name, 'NOT NULL dropped', format('alter domain %s drop not null', t.name),
       t.oid, array[t.name]
  from $types as t
  join pg_type as y on y.oid = t.oid and y.typtype = 'd' and y.typnotnull
""",
    """
select 'volatility', r.name, word, format('alter routine %s %s', r.name, word), r.oid,
       array[r.bare]
  from $routines as r
  join pg_proc as p on p.oid = r.oid and p.prokind = 'f'
  cross join lateral (select case p.provolatile when 'v' then 'stable' else 'volatile' end)
          as w (word)
union all
select 'security', r.name, word, format('alter routine %s %s', r.name, word), r.oid, array[r.bare]
  from $routines as r
  join pg_proc as p on p.oid = r.oid
  cross join lateral (
           select case when p.prosecdef then 'security invoker' else 'security definer' end
       ) as w (word)
union all
select 'search_path', r.name, 'reset', format('alter routine %s reset search_path', r.name),
       r.oid, array[r.bare]
  from $routines as r
  join pg_proc as p on p.oid = r.oid
 where exists (select from unnest(p.proconfig) as one where one like 'search\\_path=%')
""",
)
_TRIGGERS = """
select t.name, t.oid, quote_ident(g.tgname), pg_get_triggerdef(g.oid), g.tgtype::integer
  from $tables as t
  join pg_trigger as g on g.tgrelid = t.oid and not g.tgisinternal and g.tgparentid = 0
 order by 1, 3
"""
_VIEWS = """
select t.name, t.oid, t.kind, pg_get_viewdef(t.oid)
  from $tables as t where t.kind in ('v', 'm') order by 1
"""
_ROUTINES = """
select r.name, r.oid, r.bare, pg_get_functiondef(r.oid), l.lanname
  from $routines as r
  join pg_language as l on l.oid = r.language and l.lanname in ('sql', 'plpgsql')
 order by 1
"""
_BEFORE = 2


def mutants(connection: Connection, ledgers: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield those of which the parts of a definition are changed."""
    for row in texts(connection, _TRIGGERS, ledgers):
        yield from _of_trigger(*row)
    for name, oid, kind, text in texts(connection, _VIEWS, ledgers):
        yield from _of_view(name, oid, kind, text)
    for name, oid, bare, definition, language in texts(connection, _ROUTINES, ledgers):
        for change in bodies.mutants(definition, language):
            yield Mutant(
                change.operator,
                name,
                change.what,
                change.sql,
                oid,
                (bare,),
                change.line,
                change.rule,
            )


def _of_trigger(table: str, oid: int, name: str, definition: str, bits: int) -> Iterator[Mutant]:
    def mutant(what: str, text: str) -> Mutant:
        change = f"drop trigger {name} on {table}; {text}"
        return Mutant("trigger", f"{table} {name}", what, change, oid, (table, name))

    head, on, rest = definition.partition(" ON ")
    if " BEFORE " in head:
        yield mutant("AFTER", f"{head.replace(' BEFORE ', ' AFTER ', 1)}{on}{rest}")
    elif " AFTER " in head and not head.startswith("CREATE CONSTRAINT"):
        yield mutant("BEFORE", f"{head.replace(' AFTER ', ' BEFORE ', 1)}{on}{rest}")
    timing, _, events = head.rpartition(" BEFORE" if bits & _BEFORE else " AFTER")
    several = events.split(" OR ")
    if len(several) > 1:
        word = head[len(timing) : len(head) - len(events)]
        for number, event in enumerate(several):
            kept = " OR ".join(one for i, one in enumerate(several) if i != number)
            text = f"{timing}{word} {kept.strip()}{on}{rest}"
            yield mutant(f"without {event.strip()}", text)
    before, when, after = rest.partition(" WHEN (")
    if when:
        condition, execute, function = after.rpartition(") EXECUTE ")
        yield mutant("without WHEN", f"{head}{on}{before} EXECUTE {function}")
        turned = f"not ({condition})"
        yield mutant("WHEN turned", f"{head}{on}{before}{when}{turned}{execute}{function}")


def _of_view(name: str, oid: int, kind: str, text: str) -> Iterator[Mutant]:
    found = parser.words(text)
    changes = [*bodies.filters(text, found), *expressions.numbers(text, found)]
    for what, query in changes:
        change = _REPLACE[kind].format(name=name, query=query.rstrip().removesuffix(";"))
        yield Mutant("view", name, what, change, oid, (name,))


_REPLACE = {
    "v": "create or replace view {name} as {query}",
    # A materialized view cannot be replaced; its rule can, by that of another of the same columns.
    "m": """create materialized view public.pgproof_mutant as {query} with no data;
        update pg_rewrite as r set ev_action = m.ev_action
          from pg_rewrite as m
         where r.ev_class = '{name}'::regclass and m.ev_class = 'public.pgproof_mutant'::regclass;
        -- For the cache of relations to be read anew.
        update pg_class set relname = relname where oid = '{name}'::regclass;
        drop materialized view public.pgproof_mutant;
        refresh materialized view {name}""",
}
