"""Options that several commands share, worded once."""

import click

dsn = click.option("--dsn", metavar="URL", help="Connection string of the database to use.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
dry_run = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
