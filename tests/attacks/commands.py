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
    for hostile in HOSTILE:
        attacker.world.run(*(argument.replace("{}", hostile) for argument in arguments))


for arguments in (
    ("catalog", "shape", "{}", "--edition", "v16.0"),
    ("catalog", "shape", "W14X90", "--edition", "{}", "--grade", "{}"),
    ("catalog", "lightest", "{}", "--grade", "{}"),
    ("catalog", "diff", "{}", "{}"),
    ("partition", "retire", "{}", "--action", "drop"),
    ("partition", "restore", "{}"),
    ("audit", "verify", "--account", "{}"),
    ("audit", "verify", "--project", "{}"),
    ("plan", "--migrations", "{}"),
):
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
            f"[tool.tooling]\nledger_schema = '''{IDENTIFIER}'''\nowner = '''{IDENTIFIER}'''\n",
            encoding="utf-8",
        )
        for command in ("status", "plan"):
            attacker.world.run(command, "--migrations", str(room))


@case("tooling with a hostile connection string", SUPERUSER)
def _(attacker: Attacker) -> None:
    for hostile in HOSTILE:
        attacker.world.run("status", "--dsn", f"dbname='{hostile}'", dsn=False)
        attacker.world.run("status", "--dsn", hostile, dsn=False)
