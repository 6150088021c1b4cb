"""What a statement leaves in the catalogue, for the statements that are planned after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pgproof.ahead import learn_alter, learn_drop, learn_rename, learn_tables, types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation, Trigger, Type, TypeRef, View
from pgproof.ahead.functions import walk
from pgproof.ahead.learn_constraints import default_schema
from pgproof.ahead.names import at

_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}


def learn(tree: Any, catalogue: Catalogue) -> bool:
    """Change the catalogue as a statement would. Returns whether it may have changed."""
    handler = _HANDLERS.get(tree.tag)
    if handler is None:
        return bool(tree.is_a("SelectStmt") and tree.intoClause and _selected(tree, catalogue))
    handler(tree, catalogue)
    return True


def _place(catalogue: Catalogue, parts: Any) -> tuple[str, str]:
    """Return schema and name of a new object of which the tree holds the parts."""
    *schema, name = [part.sval for part in parts]
    return (schema[-1] if schema else default_schema(catalogue)), name


def _domain(tree: Any, catalogue: Catalogue) -> None:
    schema, name = _place(catalogue, tree.domainname)
    base = types.resolve(catalogue, tree.typeName)
    under = catalogue.types.get(base.oid) if base else None
    constrained = any(
        one.contype in ("CONSTR_CHECK", "CONSTR_NOTNULL") for one in tree.constraints or ()
    ) or (under is not None and under.constrained)
    catalogue.put_type(Type(catalogue.new(), schema, name, base or TypeRef(0), constrained))


def _alter_domain(tree: Any, catalogue: Catalogue) -> None:
    *schema, name = [part.sval for part in tree.typeName]
    found = catalogue.type_of(name, schema[-1] if schema else None)
    if found is not None and tree.subtype in ("C", "O"):
        catalogue.put_type(replace(found, constrained=True))


def _type(tree: Any, catalogue: Catalogue) -> None:
    schema, name = _place(catalogue, tree.typeName)
    catalogue.put_type(Type(catalogue.new(), schema, name, None, False))


def _composite(tree: Any, catalogue: Catalogue) -> None:
    schema = tree.typevar.schemaname or default_schema(catalogue)
    columns = dict(learn_tables.column(catalogue, one) for one in tree.coldeflist or ())
    name = tree.typevar.relname
    catalogue.put_type(Type(catalogue.new(), schema, name, None, False))
    catalogue.put(Relation(catalogue.new(), schema, name, "c", columns=columns))


def _function(tree: Any, catalogue: Catalogue) -> None:
    options = {one.defname: one.arg for one in tree.options or ()}
    volatility = options["volatility"].sval if "volatility" in options else "volatile"
    place = _place(catalogue, tree.funcname)
    known = place in catalogue.functions and not tree.replace
    catalogue.functions[place] = volatility[0]
    language = options["language"].sval if "language" in options else "sql"
    texts = [one.sval or "" for one in options.get("as") or ()]
    if known or len(texts) != 1:
        catalogue.bodies.pop(place, None)
    else:
        catalogue.bodies[place] = (language, texts[0])


def _trigger(tree: Any, catalogue: Catalogue) -> None:
    found = catalogue.named(tree.relation)
    if found is not None:
        *schema, name = [part.sval for part in tree.funcname]
        function = (schema[-1] if schema else default_schema(catalogue), name)
        events = frozenset(event for bit, event in _EVENTS.items() if (tree.events or 0) & bit)
        whole = catalogue.tree(found) if tree.row and found.kind == "p" else (found,)
        made = [Trigger(tree.trigname, one.oid, function, events, bool(tree.row)) for one in whole]
        replaced = {(one.name, one.table) for one in made}
        kept = [one for one in catalogue.triggers if (one.name, one.table) not in replaced]
        catalogue.triggers = (*kept, *made)


def _sequence(tree: Any, catalogue: Catalogue) -> None:
    owner = _owner(tree.options, catalogue)
    if catalogue.named(tree.sequence) is None:
        schema = tree.sequence.schemaname or default_schema(catalogue)
        name = tree.sequence.relname
        catalogue.put(Relation(catalogue.new(), schema, name, "S", owner=owner or 0))


def _alter_sequence(tree: Any, catalogue: Catalogue) -> None:
    found, owner = catalogue.named(tree.sequence), _owner(tree.options, catalogue)
    if found is not None and owner is not None:
        catalogue.put(replace(found, owner=owner))


def _owner(options: Any, catalogue: Catalogue) -> int | None:
    """Return the table of OWNED BY: 0 of NONE, None where that is not written."""
    for one in options or ():
        if one.defname == "owned_by":
            table = at(catalogue, one.arg[:-1]) if len(one.arg) > 1 else None
            return table.oid if table else 0
    return None


def _view(tree: Any, catalogue: Catalogue) -> None:
    _made(catalogue, tree.view, "v", tree.query)


def _selected(tree: Any, catalogue: Catalogue) -> bool:
    _made(catalogue, tree.intoClause.rel, "r", None)
    return True


def _table_as(tree: Any, catalogue: Catalogue) -> None:
    is_view = tree.objtype == "OBJECT_MATVIEW"
    query = tree.query if is_view else None
    _made(catalogue, tree.into.rel, "m" if is_view else "r", query)


def _made(catalogue: Catalogue, relation: Any, kind: str, query: Any) -> None:
    """Add a relation whose columns come of a query, and what it reads if it is a view."""
    found = catalogue.named(relation)
    if found is None:
        schema = relation.schemaname or default_schema(catalogue)
        method = catalogue.method if kind != "v" else ""
        found = Relation(
            catalogue.new(), schema, relation.relname, kind, relation.relpersistence, "", method
        )
        catalogue.put(found)
    elif kind != "v":
        return
    read = {
        one.oid
        for node in walk(query)
        if node.is_a("RangeVar") and (one := catalogue.named(node)) is not None
    }
    kept = [one for one in catalogue.views if one.view != found.oid]
    catalogue.views = (*kept, *(View(found.oid, oid, "") for oid in sorted(read - {found.oid})))


def _setting(tree: Any, catalogue: Catalogue) -> None:
    values = tuple(str(_text(one)) for one in tree.args or ())
    name = (tree.name or "").lower()
    if name == "search_path":
        catalogue.search_path = values or catalogue.home
    elif name == "timezone":
        catalogue.zone = values[0] if values else "UTC"


def _text(node: Any) -> object:
    constant = node.sval or node.ival or node.fval if node.is_a("A_Const") else None
    return (constant.sval or constant.ival or constant.fval or 0) if constant else "not known"


_HANDLERS: dict[str, Callable[[Any, Catalogue], None]] = {
    "AlterDomainStmt": _alter_domain,
    "AlterObjectSchemaStmt": learn_rename.set_schema,
    "AlterSeqStmt": _alter_sequence,
    "AlterTableStmt": learn_alter.alter_table,
    "CompositeTypeStmt": _composite,
    "CreateDomainStmt": _domain,
    "CreateEnumStmt": _type,
    "CreateFunctionStmt": _function,
    "CreateRangeStmt": _type,
    "CreateSeqStmt": _sequence,
    "CreateStmt": learn_tables.create_table,
    "CreateTableAsStmt": _table_as,
    "CreateTrigStmt": _trigger,
    "DropStmt": learn_drop.drop,
    "IndexStmt": learn_tables.create_index,
    "RenameStmt": learn_rename.rename,
    "VariableSetStmt": _setting,
    "ViewStmt": _view,
}
