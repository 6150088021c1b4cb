"""Check what the application asks against every migration; writes build/compat.json.

The statements are those of the benchmark and of the functions' examples, sent as the application's
role. Exits 1 if a migration, or its rollback, breaks one.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pgproof import settings as runner
from pgproof.compat.compat import compat
from pgproof.compat.looker import Application
from pgproof.compat.records import Compatibility, Mismatch
from pgproof.compat.statements import Statement, of_path
from tests.conftest import ROOT
from tests.repo.documentation.examples import all_examples
from tooling import settings
from tooling.deploy.migrator import prepared
from tooling.queries.application import QUERIES, TYPES
from tooling.server.embedded import temporary_server

ROLE = "eagle_application"
DELIBERATE = {
    ("0002.enum-constraints", "columns", "latest payloads"),
    ("0049.pages", "fails", "example of app.latest_payloads, statement 2"),
    ("0049.pages", "fails", "example of app.page_events, statement 2"),
}
"""What was meant: a text became an enumeration before there was an application; in a transaction
without an account, two functions raise as the others do, and no more return nothing."""
_OUTPUT = ROOT / "build/compat.json"


def statements() -> list[Statement]:
    """Return what the application asks: queries with typed parameters, and calls of functions."""
    found = []
    for name, query in QUERIES.items():
        typed = query
        for number, kind in enumerate(TYPES.split(", "), start=1):
            plain = typed.replace(f"${number}::{kind}", f"${number}")
            typed = plain.replace(f"${number}", f"${number}::{kind}")
        found.append(Statement(name, "tooling/queries/application.py", typed))
    with tempfile.TemporaryDirectory() as folder:
        for example in all_examples():
            if example.schema == "app" and example.text:
                text = "".join(
                    f"-- name: example of app.{example.function}, statement {number}\n"
                    f"{statement.sql};\n"
                    for number, statement in enumerate(example.statements(), start=1)
                )
                (Path(folder) / f"{example.function}.sql").write_text(text, encoding="utf-8")
        return found + of_path(Path(folder))


def check(url: str, only: Sequence[str] = (), **options: Any) -> Compatibility:
    """Check migrations against the application, as their role applies them."""
    given = runner.load(ROOT / "migrations")
    return compat(
        url,
        given,
        Application(statements(), role=ROLE),
        only=only,
        every=not only,
        prepare=lambda scratch: prepared(scratch, settings.extended(given)),
        **options,
    )


def unmeant(found: Compatibility) -> list[Mismatch]:
    """Return the breaks that nobody meant."""
    return [
        one
        for one in found.breaks
        if (one.migration, one.kind, one.statement) not in DELIBERATE or one.step != "migration"
    ]


def main() -> int:
    """Check every migration."""
    with temporary_server() as server:
        found = check(server.url())
    breaks = unmeant(found)
    _OUTPUT.parent.mkdir(exist_ok=True)
    document = {**found.as_dict(), "deliberate": len(found.breaks) - len(breaks)}
    _OUTPUT.write_text(json.dumps(document, indent=1), encoding="utf-8")
    print(*breaks, sep="\n")
    print(
        f"{len(found.migrations)} migrations, {found.checked} of {found.statements} statements,"
        f" {len(breaks)} breaks; {found.seconds:.0f} s"
    )
    return int(bool(breaks or found.stopped))


if __name__ == "__main__":
    sys.exit(main())
