"""The `tooling` command: the runner's commands, and one module of this package for each other."""

import click

from pgproof import cli as runner
from pgproof.cli.host import Host
from pgproof.settings import Settings
from tooling import settings
from tooling.cli import options
from tooling.cli.groups import Group, command_of
from tooling.deploy import migrator as deploy

_SECTIONS = {
    "Start": ("up", "db", "compose-env"),
    "Migrations": (
        "migrate",
        "status",
        "plan",
        "trace",
        "verify",
        "compat",
        "order",
        "drift",
        "review",
        "mutate",
        "coverage",
        "rollback",
        "new",
        "baseline",
    ),
    "Catalog": ("catalog", "import-aisc", "import-asce", "seed"),
    "Deploy": ("preflight", "postflight"),
    "Backup": ("backup", "restore", "dr-test"),
    "Audit": ("audit", "account", "integrity"),
    "Operation": ("job", "partition", "search-feed", "metrics", "alert-receiver", "top"),
    "Laboratory": ("generate", "bench"),
    "Documentation": ("docs",),
}
"""The end of the three years that synthetic projects cover."""
_HINTS = dict.fromkeys(
    # Undefined schema, table, column, function and type: the database is behind this command.
    ("3F000", "42P01", "42703", "42883", "42704"),
    "Apply the migrations first, with `tooling migrate`; `tooling status` shows them.",
)


def _resolve(dsn: str | None, given: Settings) -> str:
    return deploy.as_migrator(options.resolve(dsn), settings.extended(given))


def _prepare(dsn: str | None, given: Settings) -> str:
    return deploy.prepared(options.resolve(dsn), settings.extended(given))


def _scratch(dsn: str | None, _given: Settings) -> str:
    return options.resolve(dsn)


def _fill(url: str, size: int) -> None:
    from tooling.cli.generate import fill

    fill(url, size)


HOST = Host(
    "tooling", _resolve, prepare=_prepare, scratch=_scratch, fill=_fill, home=settings.find_root
)


def _load(name: str) -> click.Command:
    return runner.command(name, HOST) if name in runner.COMMANDS else command_of(name)


@click.command(
    cls=Group,
    sections=_SECTIONS,
    load=_load,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(package_name="eagle-sign-database")
def group() -> None:
    """Migrate, fill, check, back up and restore the Eagle Sign database.

    A command connects to the server of --dsn, else of DATABASE_URL, else of the PG* variables, else
    to the embedded server of the clone that it is installed in; TOOLING_PROJECT names another.
    """


def main() -> None:
    """Run the command line."""
    runner.run(group, _HINTS)
