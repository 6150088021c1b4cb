"""Mutants of columns, constraints and indexes, which statements over the catalogue find."""

from collections.abc import Iterator

from pgproof.connection import Connection
from pgproof.mutate import expressions
from pgproof.mutate.records import Mutant
from pgproof.mutate.scope import texts

COLUMNS = (
    """
-- The server refuses to drop NOT NULL of a key, and an identity needs it.
select 'not null' as operator, t.name || '.' || quote_ident(a.attname) as object, 'dropped' as what,
       format('alter table %s alter column %I drop not null', t.name, a.attname) as sql,
       t.oid, array[t.name, a.attname] as names
  from $tables as t
  join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
 where t.kind in ('r', 'p') and a.attnotnull and a.attidentity = ''
   and not exists (select from pg_index as i where i.indrelid = t.oid and i.indisprimary
                      and a.attnum = any (i.indkey))
""",
    """
select 'default', t.name || '.' || quote_ident(a.attname), 'dropped',
       format('alter table %s alter column %I drop default', t.name, a.attname),
       t.oid, array[t.name, a.attname]
  from $tables as t
  join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
 where t.kind in ('r', 'p') and a.atthasdef and a.attgenerated = ''
""",
    """
select 'row security', t.name, word,
       format('alter table %s %s', t.name, word), t.oid, array[t.name]
  from $tables as t
  join pg_class as c on c.oid = t.oid
  cross join (values ('disable row level security', true), ('no force row level security', false))
          as change (word, is_off)
 where case when is_off then c.relrowsecurity else c.relforcerowsecurity end
""",
    """
select 'foreign key', t.name || ' ' || quote_ident(k.conname),
       format('on %s %s', event, action),
       format('alter table %s drop constraint %I; alter table %1$s add constraint %2$I %s',
              t.name, k.conname,
              regexp_replace(pg_get_constraintdef(k.oid),
                             format('( ON %s (CASCADE|RESTRICT|SET NULL|SET DEFAULT))?'
                                    '(?=( ON UPDATE)|( ON DELETE)|( NOT? ?DEFERR)|$)',
                                    upper(event)), '') || format(' on %s %s', event, action)),
       t.oid, array[t.name, k.conname]
  from $tables as t
  join pg_constraint as k on k.conrelid = t.oid and k.contype = 'f' and k.conparentid = 0
  cross join (values ('delete', 'cascade'), ('delete', 'no action'), ('update', 'cascade'))
          as change (event, action)
 -- RESTRICT and NO ACTION differ only where a constraint is deferred.
 where case event when 'delete' then k.confdeltype else k.confupdtype end
       not in (case action when 'cascade' then 'c' else 'a' end,
               case action when 'no action' then 'r' else 'c' end)
""",
    """
select 'constraint', t.name || ' ' || quote_ident(k.conname), 'dropped',
       format('alter table %s drop constraint %I cascade', t.name, k.conname),
       t.oid, array[t.name, k.conname]
  from $tables as t
  join pg_constraint as k on k.conrelid = t.oid and k.contype in ('c', 'f', 'p', 'u', 'x')
   and k.conparentid = 0
""",
    """
select 'index', t.name || ' ' || quote_ident(c.relname), 'dropped',
       format('drop index %s', i.indexrelid::regclass), t.oid, array[t.name, c.relname]
  from $tables as t
  join pg_index as i on i.indrelid = t.oid
  join pg_class as c on c.oid = i.indexrelid
 where not exists (select from pg_constraint as k where k.conindid = i.indexrelid
                      and k.contype in ('p', 'u', 'x'))
""",
)

_CHECKS = """
select t.name, t.oid, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.contype,
       array(select quote_ident(a.attname) from pg_attribute as a
              where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and not a.attnotnull)
  from $tables as t
  join pg_constraint as k on k.conrelid = t.oid and k.contype in ('c', 'u', 'p', 'x')
   and k.conparentid = 0
 order by 1, 3
"""
_INDEXES = """
select t.name, t.oid, quote_ident(c.relname),
       replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '),
       i.indexrelid::regclass::text, i.indisunique, i.indnkeyatts, i.indnatts,
       coalesce(pg_get_expr(i.indpred, i.indrelid), '')
  from $tables as t
  join pg_index as i on i.indrelid = t.oid
  join pg_class as c on c.oid = i.indexrelid
 where not exists (select from pg_constraint as k where k.conindid = i.indexrelid
                      and k.contype in ('p', 'u', 'x'))
 order by 1, 3
"""
_DEFAULTS = """
select t.name, t.oid, quote_ident(a.attname), pg_get_expr(d.adbin, d.adrelid)
  from $tables as t
  join pg_attribute as a on a.attrelid = t.oid and a.attgenerated = ''
  join pg_attrdef as d on d.adrelid = t.oid and d.adnum = a.attnum
 where t.kind in ('r', 'p')
 order by 1, 3
"""
_KNOWS_NULL = (" is ", "coalesce", "null", "case", "num_nonnulls", "distinct")


def mutants(connection: Connection, ledgers: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield those of which the parts of a definition are changed."""
    for row in texts(connection, _CHECKS, ledgers):
        yield from _of_check(*row) if row[4] == "c" else _of_key(*row[:4])
    for row in texts(connection, _INDEXES, ledgers):
        yield from _of_index(*row)
    for table, oid, column, default in texts(connection, _DEFAULTS, ledgers):
        for what, text in expressions.mutants(default):
            change = f"alter table {table} alter column {column} set default {text}"
            yield Mutant("default", f"{table}.{column}", what, change, oid, (table, column))


def _of_check(
    table: str, oid: int, name: str, definition: str, _kind: str, nullable: list[str]
) -> Iterator[Mutant]:
    def mutant(what: str, text: str, rule: str = "") -> Mutant:
        change = (
            f"alter table {table} drop constraint {name};"
            f" alter table {table} add constraint {name} {text}"
        )
        return Mutant("check", f"{table} {name}", what, change, oid, (table, name), rule=rule)

    for what, text in expressions.mutants(definition):
        yield mutant(what, text)
    lower = definition.lower()
    # Without such words an operand of NULL makes the whole unknown, which a check lets in.
    is_strict = len(nullable) == 1 and not any(word in lower for word in _KNOWS_NULL)
    rule = "a check that is unknown lets NULL in" if is_strict else ""
    inner = definition[len("CHECK ") :]
    for column in nullable:
        yield mutant(f"NULL let in for {column}", f"CHECK ({inner} or {column} is null)", rule)


def _of_key(table: str, oid: int, name: str, definition: str) -> Iterator[Mutant]:
    parts = expressions.pieces(definition)
    if len(parts) < 2:
        return
    for number, (start, end) in enumerate(parts):
        kept = [definition[a:b].strip() for i, (a, b) in enumerate(parts) if i != number]
        text = f"{definition[: parts[0][0]]}{', '.join(kept)}{definition[parts[-1][1] :]}"
        change = (
            f"alter table {table} drop constraint {name} cascade;"
            f" alter table {table} add constraint {name} {text}"
        )
        what = f"without {definition[start:end].strip()}"
        yield Mutant("key", f"{table} {name}", what, change, oid, (table, name))
    for what, text in expressions.mutants(definition):
        if what.startswith(("'[", "'(")):
            change = (
                f"alter table {table} drop constraint {name};"
                f" alter table {table} add constraint {name} {text}"
            )
            yield Mutant("key", f"{table} {name}", what, change, oid, (table, name))


def _of_index(
    table: str,
    oid: int,
    name: str,
    definition: str,
    index: str,
    is_unique: bool,
    keys: int,
    columns: int,
    predicate: str,
) -> Iterator[Mutant]:
    def mutant(what: str, text: str) -> Mutant:
        change = f"drop index {index}; {text}"
        return Mutant("index", f"{table} {name}", what, change, oid, (table, name))

    head, using, rest = definition.partition(" USING ")
    parts = expressions.pieces(rest)
    written = [rest[start:end].strip() for start, end in parts]
    first, last = parts[0][0], parts[-1][1]
    # In what order a GIN index holds its columns changes nothing.
    is_ordered = not rest.startswith(("gin", "brin", "hash"))
    if keys > 1:
        if is_ordered:
            swapped = [written[1], written[0], *written[2:]]
            text = f"{head}{using}{rest[:first]}{', '.join(swapped)}{rest[last:]}"
            yield mutant("first two columns swapped", text)
        text = f"{head}{using}{rest[:first]}{', '.join(written[:-1])}{rest[last:]}"
        yield mutant(f"without {written[-1]}", text)
    tail = rest[last:]
    if columns > keys and " INCLUDE (" in tail:
        included = tail[tail.index(" INCLUDE (") : tail.index(")", tail.index(" INCLUDE (")) + 1]
        yield mutant(
            "without INCLUDE", f"{head}{using}{rest[:last]}{tail.replace(included, '', 1)}"
        )
    if predicate and tail.endswith(f" WHERE {predicate}"):
        bare = tail.removesuffix(f" WHERE {predicate}")
        yield mutant("without WHERE", f"{head}{using}{rest[:last]}{bare}")
    if is_unique:
        yield mutant("not unique", definition.replace("CREATE UNIQUE ", "CREATE ", 1))
