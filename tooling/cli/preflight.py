"""`tooling preflight`: look before a deploy."""

import json
from collections import Counter
from dataclasses import asdict

import click

from tooling.cli import options
from tooling.errors import Exit


@click.command()
@click.option(
    "--check", "names", multiple=True, metavar="NAME", help="Make only this check; repeatable."
)
@click.option("--list", "list_only", is_flag=True, help="List the checks and make none.")
@options.as_json
@options.dsn
def command(names: tuple[str, ...], list_only: bool, as_json: bool, dsn: str | None) -> int:
    """Look for what should stop a deploy; exit 5 if there is such a thing. Writes nothing.

    Connect as a superuser: passwords and pg_hba.conf show to nobody else. A check that cannot be
    made is a warning. On a developer's own machine, where the server listens to nobody else,
    passwords and pg_hba.conf are notes.

    \b
      tooling preflight
      tooling preflight --check passwords --json
    """
    from tooling.database import connect
    from tooling.preflight import CHECKS, run

    known = {check.name: check.about for check in CHECKS}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"no check is named {unknown[0]!r}; there are {', '.join(known)}")
    if list_only:
        for name, about in known.items():
            click.echo(f"{name:<15} {about}")
        return Exit.OK
    with connect(dsn, autocommit=True) as connection:
        found = run(connection, names)
    count = Counter(one.severity for one in found)
    if as_json:
        click.echo(json.dumps({"errors": count["error"], "findings": [asdict(f) for f in found]}))
    else:
        for one in found:
            click.echo(f"{one.severity:<8} {one.check}: {one.finding}\n{'':<8} {one.remedy}")
        said = ", ".join(f"{count[kind]} {kind}s" for kind in ("error", "warning", "note"))
        click.echo(said, err=True)
    return Exit.REFUSED if count["error"] else Exit.OK
