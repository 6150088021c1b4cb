"""A database's catalogue as text, to be compared with another's."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tooling.errors import ToolingError


def catalog(
    conninfo: str,
    *,
    exclude_schemas: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    pg_dump: Path | None = None,
) -> str:
    """Return the definition of every object, as pg_dump writes it, without its comments.

    Equal databases give equal text. `pg_dump` is by default the embedded one, which reads every
    supported version. Raises ToolingError if it fails.
    """
    program = pg_dump or _embedded_pg_dump()
    excluded = [f"--exclude-schema={name}" for name in exclude_schemas]
    excluded += [f"--exclude-table={name}" for name in exclude_tables]
    done = subprocess.run(  # noqa: S603
        [str(program), "--schema-only", "--no-password", *excluded, f"--dbname={conninfo}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ToolingError(f"pg_dump: {done.stderr.strip()}")
    lines = (line.rstrip() for line in done.stdout.splitlines())
    return "\n".join(
        line for line in lines if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))
    )


def _embedded_pg_dump() -> Path:
    from tooling.server.programs import psql_program

    return psql_program().with_name("pg_dump")
