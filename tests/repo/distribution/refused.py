"""What a database distributed by Citus refuses or answers wrongly, found in parsed statements.

The sentences in quotation marks are those of Citus 14.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from pglast import ast, enums

from tests.repo.distribution.statements import Statement, find

_TRIGGERS_TABLE = {"tg_table_name", "tg_relname", "tg_relid"}
_VOLATILITY = """
    select p.proname, string_agg(distinct p.provolatile::text, '')
      from pg_proc as p
     group by p.proname"""


@dataclass(frozen=True)
class Catalogue:
    """Where tables live, what columns of an account they have, and how far functions vary."""

    placements: dict[str, str]
    views: frozenset[str]
    volatility: dict[str, str]

    def is_placed(self, table: ast.RangeVar, *placements: str) -> bool:
        """Tell whether a table, or what it is a partition of, is at one of these places."""
        name = f"{table.schemaname}.{table.relname}"
        wanted = placements or ("tenant", "reference")
        return any(
            place in wanted and (name == known or name.startswith(known + "_"))
            for known, place in self.placements.items()
        )

    def varies(self, node: Any, kinds: str) -> list[str]:
        """Return the functions called in it that may be of a volatility in `kinds`."""
        names = {call.funcname[-1].sval for call in find(node, ast.FuncCall)}
        return sorted(name for name in names if set(self.volatility.get(name, "")) & set(kinds))


def read(connection: psycopg.Connection[Any]) -> Catalogue:
    """Return what the laws have to know of the database."""
    views = connection.execute(
        "select c.oid::regclass::text from pg_class as c where c.relkind in ('v', 'm')"
        " and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace,"
        "                        'ops'::regnamespace)"
    )
    return Catalogue(
        dict(connection.execute("select relation, placement from ops.table_placements").fetchall()),
        frozenset(name for (name,) in views),
        dict(connection.execute(_VOLATILITY).fetchall()),
    )


def merges(one: Statement, _: Catalogue) -> list[str]:
    """Find MERGE, which takes rows from distributed tables alone."""
    return ["merge" for _node in find(one.tree, ast.MergeStmt)]


def grouping_sets(one: Statement, _: Catalogue) -> list[str]:
    """Find "GROUPING SETS, CUBE, or ROLLUP"."""
    return ["grouping sets" for _node in find(one.tree, ast.GroupingSet)]


def recursive(one: Statement, known: Catalogue) -> list[str]:
    """Find "recursive CTEs are not supported in distributed queries"."""
    if not any(known.is_placed(table, "tenant") for table in find(one.tree, ast.RangeVar)):
        return []
    return ["with recursive" for clause in find(one.tree, ast.WithClause) if clause.recursive]


def locks_across_tenants(one: Statement, known: Catalogue) -> list[str]:
    """Find "could not run distributed query with FOR UPDATE/SHARE commands"."""
    return [
        "locks rows of more than one account"
        for select in find(one.tree, ast.SelectStmt)
        if select.lockingClause and _tenants(select.fromClause, known) and not _names_one(select)
    ]


def not_in(one: Statement, _: Catalogue) -> list[str]:
    """Find NOT IN (select …) and <> ALL, which never end at size, there and here."""
    every = [node for node in find(one.tree, ast.SubLink) if node.subLinkType == _all()]
    for node in find(one.tree, ast.BoolExpr):
        if node.boolop == enums.BoolExprType.NOT_EXPR:
            every += [arg for arg in node.args if _is_any(arg)]
    return ["not in (select …)" for _node in every]


def volatile_changes(one: Statement, known: Catalogue) -> list[str]:
    """Find "functions used in UPDATE queries … must not be VOLATILE", nor in its condition."""
    return [
        f"{name}() in an update or its condition"
        for change in find(one.tree, ast.UpdateStmt, ast.DeleteStmt)
        if known.is_placed(change.relation)
        for part in (getattr(change, "targetList", None) or (), change.whereClause)
        if part
        for name in known.varies(part, "v")
    ]


def stable_of_columns(one: Statement, known: Catalogue) -> list[str]:
    """Find "STABLE functions used in UPDATE queries cannot be called with column references"."""
    return [
        f"{call.funcname[-1].sval}() of a column in an update or its condition"
        for change in find(one.tree, ast.UpdateStmt, ast.DeleteStmt)
        if known.is_placed(change.relation)
        for part in (getattr(change, "targetList", None) or (), change.whereClause)
        if part
        for call in find(part, ast.FuncCall)
        if "s" in known.volatility.get(call.funcname[-1].sval, "")
        and _columns(call, change.relation)
    ]


def varying_conflicts(one: Statement, known: Catalogue) -> list[str]:
    """Find "functions used in the DO UPDATE SET clause … must be marked IMMUTABLE"."""
    return [
        f"{name}() in on conflict do update"
        for insert in find(one.tree, ast.InsertStmt)
        if insert.onConflictClause
        and insert.onConflictClause.targetList
        and known.is_placed(insert.relation)
        for name in known.varies(insert.onConflictClause.targetList, "vs")
    ]


def joined_changes(one: Statement, known: Catalogue) -> list[str]:
    """Find "only reference tables may be queried when targeting a reference table".

    What comes from another table goes through a WITH, which is computed first.
    """
    found = []
    for change in find(one.tree, ast.UpdateStmt, ast.DeleteStmt):
        if not known.is_placed(change.relation, "reference"):
            continue
        parts = {part.ctename for part in (change.withClause.ctes if change.withClause else ())}
        others = getattr(change, "fromClause", None) or getattr(change, "usingClause", None) or ()
        found += [
            f"changes {change.relation.relname} from {table.relname}"
            for table in find(tuple(others), ast.RangeVar)
            if table.schemaname or table.relname not in parts
        ]
    return found


def moved_rows(one: Statement, known: Catalogue) -> list[str]:
    """Find a row whose account is changed, and which would have to move to another node."""
    return [
        "sets account_id"
        for change in find(one.tree, ast.UpdateStmt)
        if known.is_placed(change.relation, "tenant")
        and any(target.name == "account_id" for target in change.targetList)
    ]


def written_views(one: Statement, known: Catalogue) -> list[str]:
    """Find writes through views."""
    return [
        f"writes through {change.relation.relname}"
        for change in find(one.tree, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt)
        if f"{change.relation.schemaname}.{change.relation.relname}" in known.views
    ]


def notices(one: Statement, _: Catalogue) -> list[str]:
    """Find what a trigger on a node notifies of, and nobody hears; an outbox would be read."""
    calls = {call.funcname[-1].sval for call in find(one.tree, ast.FuncCall)}
    said = ["notify" for _node in find(one.tree, ast.NotifyStmt)]
    return said + [name for name in calls if name == "pg_notify"]


def shard_names(one: Statement, _: Catalogue) -> list[str]:
    """Find triggers that ask what their table is called, which a node calls otherwise."""
    columns = find(one.tree, ast.ColumnRef) if one.is_in_trigger else []
    names = {
        column.fields[-1].sval for column in columns if isinstance(column.fields[-1], ast.String)
    }
    return sorted(names & _TRIGGERS_TABLE)


def unheard_settings(one: Statement, _: Catalogue) -> list[str]:
    """Find settings by set_config(), of which nodes hear nothing; they hear of SET LOCAL."""
    return [
        f"set_config({call.args[0].val.sval!r})"
        for call in find(one.tree, ast.FuncCall)
        if call.funcname[-1].sval == "set_config"
        and isinstance(call.args[0], ast.A_Const)
        and call.args[0].val.sval.startswith("app.")
    ]


def selected_rows(one: Statement, known: Catalogue) -> list[str]:
    """Find INSERT … SELECT by a role that row security binds; VALUES work for it."""
    return [
        f"inserts what it selects into {insert.relation.relname}"
        for insert in find(one.tree, ast.InsertStmt)
        if one.is_tenants
        and known.is_placed(insert.relation, "tenant")
        and insert.selectStmt
        and not insert.selectStmt.valuesLists
    ]


def unrouted(one: Statement, known: Catalogue) -> list[str]:
    """Find a tenant's query that does not name its account: each node would be asked."""
    found = []
    for part in find(one.tree, ast.SelectStmt, ast.UpdateStmt, ast.DeleteStmt):
        from_clause = getattr(part, "fromClause", None) or ()
        target = getattr(part, "relation", None)
        read = _tenants((*from_clause, *((target,) if target else ())), known)
        if one.is_tenants and read and not _names_one(part):
            found.append(f"asks {', '.join(sorted(read))} of every account")
    return found


def timeless(one: Statement, known: Catalogue) -> list[str]:
    """Find a tenant's query of events without a range of time, and so of partitions."""
    found = []
    for part in find(one.tree, ast.SelectStmt):
        events = {"project_events"} & _tenants(part.fromClause or (), known)
        columns = find(part.whereClause, ast.ColumnRef) if part.whereClause else []
        names = {getattr(column.fields[-1], "sval", "") for column in columns}
        if one.is_tenants and events and "occurred_at" not in names:
            found.append("asks for events of any time")
    return found


def renamed_constraints(one: Statement, _: Catalogue) -> list[str]:
    """Find "renaming constraints belonging to distributed tables is currently unsupported"."""
    return [
        f"renames constraint {rename.subname}"
        for rename in find(one.tree, ast.RenameStmt)
        if rename.renameType == enums.ObjectType.OBJECT_TABCONSTRAINT
    ]


def concurrent_detachments(one: Statement, _: Catalogue) -> list[str]:
    """Find DETACH CONCURRENTLY, which is chosen at run time, where the server can do it."""
    return ["detach … concurrently" for part in find(one.tree, ast.PartitionCmd) if part.concurrent]


def refused_tables(one: Statement, _: Catalogue) -> list[str]:
    """Find INHERITS, and partitions that have partitions."""
    found = []
    for create in find(one.tree, ast.CreateStmt):
        is_partition = create.partbound is not None
        if create.inhRelations and not is_partition:
            found.append(f"{create.relation.relname} inherits")
        if is_partition and create.partspec:
            found.append(f"{create.relation.relname} is a partition with partitions")
    return found


def _tenants(nodes: Any, known: Catalogue) -> set[str]:
    """Return the tenants' tables that a FROM names itself, those of subqueries left out."""
    found: set[str] = set()
    for node in nodes or ():
        if isinstance(node, ast.RangeVar) and known.is_placed(node, "tenant"):
            found.add(node.relname)
        elif isinstance(node, ast.JoinExpr):
            found |= _tenants((node.larg, node.rarg), known)
    return found


def _names_one(part: Any) -> bool:
    """Whether an account is compared with something that is no column of a table here."""
    if not part.whereClause:
        return False
    for comparison in find(part.whereClause, ast.A_Expr):
        if comparison.name[-1].sval != "=" or not isinstance(comparison.lexpr, ast.ColumnRef):
            continue
        if getattr(comparison.lexpr.fields[-1], "sval", "") == "account_id":
            return True
    return False


def _columns(call: ast.FuncCall, relation: ast.RangeVar) -> bool:
    alias = relation.alias.aliasname if relation.alias else relation.relname
    return any(
        len(column.fields) == 1 or column.fields[0].sval == alias
        for column in find(call, ast.ColumnRef)
        if not isinstance(column.fields[0], ast.A_Star)
    )


def _all() -> Any:
    return enums.SubLinkType.ALL_SUBLINK


def _is_any(node: Any) -> bool:
    return isinstance(node, ast.SubLink) and node.subLinkType == enums.SubLinkType.ANY_SUBLINK
