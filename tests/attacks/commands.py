"""Hostile files, names and options for the commands of the toolkit, run as superuser."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.attacks.attacker import Attacker
from tests.attacks.case import BreachError, case
from tests.attacks.injection import HOSTILE
from tests.attacks.world import ROOT
from tests.tooling.catalog import files
from tests.tooling.catalog.shapes import SHAPES

SUPERUSER = "postgres"
DROP = HOSTILE[0]
IDENTIFIER = '"; drop schema app cascade; --'


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _each(attacker: Attacker, *arguments: str) -> None:
    """Run a command once for each hostile text, put where `{}` stands."""
    asks = NO_DSN.isdisjoint({arguments[0], " ".join(arguments[:2])})
    for hostile in HOSTILE:
        attacker.world.run(*(argument.replace("{}", hostile) for argument in arguments), dsn=asks)


TYPED: tuple[tuple[str, ...], ...] = (
    ("account", "add-key", "{}", "build/attacked-account.key"),
    ("account", "remove-key", "{}"),
    ("audit", "verify", "--account", "{}"),
    ("audit", "verify", "--project", "{}"),
    ("backup", "fetch", "--identity", "{}", "--backup", "{}"),
    ("backup", "verify", "{}"),
    ("baseline", "{}"),
    ("bench", "classes", "--sizes", "{}"),
    ("bench", "mixed", "--curve", "{}"),
    ("catalog", "diff", "{}", "{}"),
    ("catalog", "diff", "v15.0", "v16.0", "--grade", "{}"),
    ("catalog", "lightest", "{}", "--grade", "{}"),
    ("catalog", "lightest", "HSS", "--edition", "{}"),
    *(
        ("catalog", "lightest", "HSS", f"--{limit}", "{}")
        for limit in (
            *("min-sx", "min-zx", "min-ix", "min-rx", "min-sy", "min-zy", "min-iy", "min-ry"),
            *("min-j", "min-area", "min-depth", "min-width", "max-weight", "mx", "my", "fy"),
        )
    ),
    ("catalog", "lightest", "HSS", "--max-depth", "{}"),
    ("catalog", "lightest", "HSS", "--max-width", "{}"),
    ("catalog", "lightest", "HSS", "--mx", "9", "--method", "asd", "--steel", "{}"),
    ("catalog", "clause", "{}", "{}"),
    ("catalog", "constant", "{}"),
    ("catalog", "constant", "K_FACTOR", "--on", "{}"),
    ("catalog", "constant", "K_FACTOR", "--as-of", "{}"),
    ("catalog", "doubts", "--edition", "{}", "--grade", "{}"),
    ("catalog", "material", "{}"),
    ("catalog", "price", "{}"),
    ("catalog", "price", "base", "--on", "{}"),
    ("catalog", "price", "base", "--as-of", "{}"),
    ("catalog", "publish", "price", "{}", "{}", "price_usd={}"),
    (
        "catalog",
        "publish",
        "price",
        "base",
        "v9",
        "price_usd=1",
        "--replaces",
        "{}",
        "--reason",
        "{}",
    ),
    ("catalog", "withdraw", "price", "{}", "{}", "--reason", "{}"),
    ("catalog", "correct", "price", "{}", "{}", "price_usd={}", "--reason", "{}"),
    ("catalog", "undo", "{}", "--reason", "{}"),
    ("catalog", "shape", "W14X90", "--edition", "{}", "--grade", "{}"),
    ("catalog", "shape", "{}", "--edition", "v16.0"),
    ("catalog", "source", "W14X90", "{}"),
    ("catalog", "source", "{}", "Zx", "--edition", "{}", "--grade", "{}"),
    ("compat", "--function", "{}", "--role", "{}", "--template", "{}", "--only", "{}"),
    ("compat", "--schema-of", "{}", "--stat-statements", "{}", "--statistics", "{}"),
    ("coverage", "--ext", "{}", "--template", "{}", "--lock-timeout", "{}"),
    ("drift", "--adopt", "{}", "--ledger-schema", "{}"),
    ("drift", "--owner", "{}", "--scratch", "{}"),
    ("generate", "--projects", "1", "--until", "{}"),
    ("job", "run", "{}"),
    ("migrate", "--lock-timeout", "{}"),
    ("migrate", "--unreviewed", "{}", "--dry-run"),
    ("migrate", "--resume", "{}"),
    ("migrate", "--resume", "{}:1"),
    ("mutate", "--template", "{}", "--changed", "{}", "--only", "{}"),
    ("mutate", "--ledger-schema", "{}", "--owner", "{}", "--template", "{}"),
    ("new", "attacked", "--replaces", "{}", "--dry-run"),
    ("order", "--base", "{}"),
    ("order", "--base", "HEAD", "--template", "{}", "--ledger-schema", "{}", "--owner", "{}"),
    ("partition", "ensure", "--from", "{}"),
    ("partition", "restore", "{}"),
    ("partition", "retire", "{}", "--action", "drop"),
    ("plan", "--migrations", "{}"),
    ("postflight", "--check", "ledger", "--scratch", "{}"),
    ("postflight", "--check", "{}"),
    ("preflight", "--check", "review", "--reviewed", "{}"),
    ("preflight", "--check", "{}"),
    ("restore", "--into", "side", "--account", "{}"),
    ("restore", "--into", "side", "--table", "{}"),
    ("restore", "--into", "{}", "--table", "app.projects"),
    ("restore", "--to", "{}", "--backup", "{}"),
    ("restore", "--to", "{}", "--target-lsn", "{}"),
    ("restore", "--to", "{}", "--target-name", "{}"),
    ("restore", "--to", "{}", "--target-time", "{}"),
    ("review", "--budgets", "{}"),
    ("review", "--only", "{}", "--scratch", "{}", "--base", "{}"),
    ("rollback", "--to", "{}"),
    ("verify", "--only", "{}", "--ledger-schema", "{}", "--owner", "{}"),
    ("verify", "--template", "{}"),
    ("trace", "--only", "{}", "--template", "{}"),
    ("trace", "--schema-of", "{}"),
    ("trace", "--sizes", "{}"),
    ("trace", "--sizes", "10", "--rows", "{}"),
    *(
        (*command, "--adopt", "{}", "--ledger-schema", "{}", "--owner", "{}", "--session", "{}")
        for command in (("compat", "--search-path", "{}"), ("coverage", "--search-path", "{}"))
    ),
    ("review", "--adopt", "{}", "--ledger-schema", "{}", "--owner", "{}", "--session", "{}"),
    ("review", "--search-path", "{}", "--only", "0001.core-schema"),
    ("backup", "load", "{}", "--into", "{}"),
    *(
        (*command, option, "{}")
        for command in (
            ("baseline", "0001.core-schema", "--dry-run"),
            ("migrate", "--dry-run"),
            ("plan",),
            ("rollback", "--dry-run"),
            ("status",),
            ("trace",),
        )
        for option in ("--adopt", "--ledger-schema", "--owner")
    ),
    *(
        (*command, option, "{}")
        for command in (("migrate",), ("plan",), ("rollback", "--dry-run"), ("trace",))
        for option in ("--search-path", "--session", "--lock-timeout")
        if (*command, option) not in (("plan", "--session"), ("migrate", "--lock-timeout"))
    ),
)
"""Command lines with `{}` for a hostile text; those that take no --dsn are in NO_DSN."""

NO_DSN = {"bench", "new", "restore", "backup fetch", "backup verify"}
for arguments in TYPED:
    case(f"tooling {' '.join(arguments)}", SUPERUSER)(
        lambda attacker, arguments=arguments: _each(attacker, *arguments)
    )


@case("tooling import-aisc with hostile cells", SUPERUSER)
def _(attacker: Attacker) -> None:
    hostile = [replace(shape, label=f"{shape.label}{DROP}", type=shape.type) for shape in SHAPES]
    with _folder() as folder:
        file = files.v15(folder / "hostile-v15.0.csv", hostile)
        attacker.world.run("import-aisc", str(file), "--edition", "v15.0")
        renamed = shutil.copy(file, folder / "v15.0'; drop table app.projects; --.csv")
        attacker.world.run("import-aisc", str(renamed), "--edition", "v15.0")
        for edition in HOSTILE:
            attacker.world.run("import-aisc", str(file), "--edition", edition)


@case("tooling import-asce with hostile cells", SUPERUSER)
def _(attacker: Attacker) -> None:
    keys = ("code", "section", "title", "formula", "application", "source")
    with _folder() as folder:
        file = folder / "clauses.json"
        file.write_text(json.dumps([dict.fromkeys(keys, h) for h in HOSTILE]), encoding="utf-8")
        attacker.world.run("import-asce", str(file))


@case("tooling seed with hostile cells", SUPERUSER)
def _(attacker: Attacker) -> None:
    with _folder() as folder:
        for number, name in enumerate(("pricing_configs", "calibration_constants", "materials")):
            copy = folder / str(number)
            shutil.copytree(ROOT / "seeds/reference", copy)
            lines = (copy / f"{name}.csv").read_text(encoding="utf-8").splitlines()
            cells = lines[1].split(",")
            lines[1] = ",".join([f'"{DROP}"', *cells[1:]])
            (copy / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            attacker.world.run("seed", str(copy), "--dry-run")
            attacker.world.run("seed", str(copy))


@case("tooling new with a hostile name", SUPERUSER)
def _(attacker: Attacker) -> None:
    with _folder() as folder:
        room = folder / "room/migrations"
        room.mkdir(parents=True)
        names: Sequence[str] = ("../../evil", "/evil", "a/../../evil", *HOSTILE, "x\ny", "")
        for name in names:
            attacker.world.run("new", name, "--migrations", str(room), dsn=False)
        strays = [path for path in folder.rglob("*.sql") if path.parent != room]
        if strays or list(Path("/").glob("*evil*")):
            raise BreachError(f"wrote {strays}")


@case("tooling status with a hostile ledger and hostile files", SUPERUSER)
def _(attacker: Attacker) -> None:
    with _folder() as folder:
        room = folder / "migrations"
        room.mkdir()
        (room / f"0001.x{DROP}.sql".replace("/", "")).write_text("select 1;\n", encoding="utf-8")
        (folder / "pyproject.toml").write_text(
            f"[tool.pgproof]\nledger_schema = '''{IDENTIFIER}'''\nowner = '''{IDENTIFIER}'''\n",
            encoding="utf-8",
        )
        for command in ("status", "plan"):
            attacker.world.run(command, "--migrations", str(room))


@case("tooling migrate of a file with hostile settings", SUPERUSER)
def _(attacker: Attacker) -> None:
    number = 0
    with _folder() as folder:
        room = folder / "migrations"
        room.mkdir()
        for hostile in HOSTILE:
            for option, value in (
                ("--ledger-schema", hostile),
                ("--owner", hostile),
                ("--search-path", hostile),
                ("--search-path", f"public, {hostile}"),
                ("--session", f"{hostile}=1"),
                ("--session", f"my.own={hostile}"),
                ("--lock-timeout", hostile),
            ):
                number += 1
                (room / f"{number:04}.x.sql").write_text("select 1;", encoding="utf-8")
                (room / f"{number:04}.x.rollback.sql").write_text("select 1;", encoding="utf-8")
                attacker.world.run("migrate", "--migrations", str(room), option, value)
    made = attacker.world.admin.execute(
        "select relnamespace::regnamespace::text from pg_class where relname = 'migration_files'"
    ).fetchall()
    for (schema,) in made:
        if schema != "ledger":
            attacker.world.admin.execute(f"drop schema {schema} cascade".encode())


@case("tooling with a hostile connection string", SUPERUSER)
def _(attacker: Attacker) -> None:
    for hostile in HOSTILE:
        attacker.world.run("status", "--dsn", f"dbname='{hostile}'", dsn=False)
        attacker.world.run("status", "--dsn", hostile, dsn=False)
