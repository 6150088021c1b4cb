"""Between any two statements of a migration the application can still create and save."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from pgproof.files.folder import read
from pgproof.files.restores import resolve
from pgproof.files.script import Script, load
from tests.repo.staging import MIGRATIONS, ROOT, Stage, names

FIRST = "0022.account-indexes"
"""Before it, grants came only once all migrations were there."""
AT_ONCE = ("0045.create-once", "0047.equal-numbers")
"""Files whose one transaction exchanges what writers call: nobody sees it half done."""
ACCOUNT = "0194f3c0-0000-7000-8000-000000000001"
_LATER = {
    "app": "begin_work|config_of_account|delete_project|event_actor|require_between|signed_account"
    "|signing_required|word_hashes",
    "ops": "create_time_partitions|json_fits|require_own_relation",
}
NOT_THERE = re.compile(
    "|".join(rf" +{schema}\.({names})\(.*?\),\n" for schema, names in _LATER.items())
    + r"|, period(?=\))|, doubted, set_apart(?=,)"
)
"""What the files grant today on functions and columns that FIRST and those after it make."""
CREATE = "app.create_project(uuid, text, text, text, text, text, text)"
"""What made projects until it took an idempotency key."""
WRITE = f"""
select saved.payload_id
  from app.create_project('{ACCOUNT}', 'Harbour sign', 'ana') as project
 cross join lateral app.save_payload(
           project.account_id, project.project_id, 'signage.two_pole.direct_burial',
           '{{"height_ft": 25}}', '[]', '{{}}', 'ana') as saved
"""


@pytest.fixture
def before(empty_database: str, tmp_path: Path) -> Iterator[psycopg.Connection]:
    """Return a connection to a database as it was in use before FIRST."""
    stage = Stage(tmp_path, empty_database)
    stage.add(*(name for name in names() if name < FIRST))
    stage.tooling("migrate")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("set role eagle_owner")
        for schema in ("app", "catalog", "ops"):
            granted = Script(path := ROOT / f"sql/{schema}/grants.sql", path.read_bytes())
            for statement in granted.statements:
                with suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
                    connection.execute(NOT_THERE.sub("", statement.sql).encode())
        connection.execute(f"grant execute on function {CREATE} to eagle_application")
        yield connection


def run(connection: psycopg.Connection, file: Path, script: Script | None = None) -> None:
    statements = (script or Script(file, file.read_bytes())).statements
    for statement in statements:
        connection.execute(statement.sql.encode())
        if file.name.startswith(AT_ONCE) and statement is not statements[-1]:
            continue
        with connection.transaction(force_rollback=True):
            connection.execute("set local role eagle_application")
            connection.execute(f"set local app.account_id = '{ACCOUNT}'")
            try:
                connection.execute(WRITE.encode())
            except psycopg.Error as error:
                pytest.fail(f"{file.name}:{statement.line}: {error}")


def test_between_the_statements_of_migrations_and_rollbacks(before: psycopg.Connection) -> None:
    later = [name for name in names() if name >= FIRST]
    ordered = read(MIGRATIONS).ordered()
    for name in later:
        run(before, MIGRATIONS / f"{name}.sql")
    for name in reversed(later):
        undo = MIGRATIONS / f"{name}.rollback.sql"
        if not undo.is_file():
            break  # What is irreversible keeps all before it.
        migration = next(one for one in ordered if one.id == name)
        earlier = ordered[: ordered.index(migration)]
        run(before, undo, resolve(load(undo), migration, ordered, earlier)[0])
