"""Reading the catalogue of a database. SELECT alone, in a transaction that is read only."""

from dataclasses import replace

import psycopg

from pgproof.ahead import look_queries as queries
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import (
    Column,
    Constraint,
    EventTrigger,
    Relation,
    Trigger,
    Type,
    TypeRef,
    View,
)
from pgproof.ahead.looking import looking
from pgproof.connection import Connection

_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
"""Bits of pg_trigger.tgtype; 1 is a trigger for each row."""


def look(connection: Connection, search_path: str) -> Catalogue:
    """Return what the database holds. Writes nothing, locks nothing but rows of no one."""
    with looking(connection, search_path):
        ((version, schemas, tablespace, method),) = connection.execute(queries.SERVER).fetchall()
        columns: dict[int, dict[str, Column]] = {}
        for table, name, oid, modifier, collation, not_null, generated in connection.execute(
            queries.COLUMNS
        ):
            reference = TypeRef(oid, modifier, collation)
            columns.setdefault(table, {})[name] = Column(reference, not_null, generated)
        relations = {}
        for oid, *rest, key, bound, parents in connection.execute(queries.RELATIONS):
            relations[oid] = Relation(
                *(oid, *rest, tuple(key), bound, tuple(parents), columns.get(oid, {}))
            )
        checks = _checks(connection)
        return Catalogue(
            known=True,
            version=version,
            search_path=tuple(one for one in schemas if one != "pg_catalog"),
            tablespace=tablespace,
            method=method,
            relations=relations,
            constraints=_constraints(connection, checks),
            checks_known=checks is not None,
            types={row[0]: _type(row) for row in connection.execute(queries.TYPES)},
            casts=frozenset(connection.execute(queries.CASTS).fetchall()),
            functions={(schema, n): v for schema, n, v in connection.execute(queries.FUNCTIONS)},
            bodies={
                (schema, name): (language, source)
                for schema, name, language, source in connection.execute(queries.BODIES)
            },
            triggers=tuple(
                Trigger(name, table, (schema, function), _events(bits), bool(bits & 1), enabled)
                for name, table, schema, function, bits, enabled in connection.execute(
                    queries.TRIGGERS
                )
            ),
            rules=frozenset(connection.execute(queries.RULES).fetchall()),
            views=tuple(View(*row) for row in connection.execute(queries.VIEWS)),
            statistics={(schema, n): t for schema, n, t in connection.execute(queries.STATISTICS)},
            event_triggers=tuple(
                EventTrigger(name, event, tuple(tags), (schema, function))
                for name, event, tags, schema, function in connection.execute(
                    queries.EVENT_TRIGGERS
                )
            ),
        )


def _events(bits: int) -> frozenset[str]:
    return frozenset(event for bit, event in _EVENTS.items() if bits & bit)


def _checks(connection: Connection) -> dict[int, str] | None:
    """Return the expressions of checks by OID; None while a table of one is locked."""
    try:
        with connection.transaction():
            return dict(connection.execute(queries.CHECKS).fetchall())
    except psycopg.errors.LockNotAvailable:
        return None


def _constraints(connection: Connection, checks: dict[int, str] | None) -> dict[int, Constraint]:
    found = (_constraint(row) for row in connection.execute(queries.CONSTRAINTS).fetchall())
    return {one.oid: replace(one, expression=(checks or {}).get(one.oid, "")) for one in found}


def _constraint(row: tuple[object, ...]) -> Constraint:
    return Constraint(*(tuple(one) if isinstance(one, list) else one for one in row))  # type: ignore[arg-type]


def _type(row: tuple[object, ...]) -> Type:
    oid, schema, name, base, modifier, collation, constrained = row
    under = TypeRef(base, modifier, collation) if base else None  # type: ignore[arg-type]
    return Type(oid, schema, name, under, constrained)  # type: ignore[arg-type]
