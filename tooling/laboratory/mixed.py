"""A write-heavy mix of requests, sent by pgbench to this schema and to plain tables.

Each request is one durable transaction. Ours goes through the functions of app as the application's
role, with row security, audit triggers and hash chain; with plain tables each writes its audit
event itself.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tooling.database import Connection
from tooling.errors import ToolingError
from tooling.server.server import Server

# Of a hundred requests; other requests of an application only read.
WEIGHTS = {"create": 20, "save": 20, "move": 15, "append": 25, "dashboard": 20}

_ASKED = ("-n", "-M", "prepared")
_ANY = "\\set n random(1, TARGETS)\n"
# No two of 64 clients move the same project: the second would be refused, and pgbench would end.
_OWN = "\\set n 1 + :client_id % 64 + 64 * random(0, greatest(TARGETS / 64, 1) - 1)\n"
_PICK = """begin;
select account_id, project_id from bench.targets where n = :n \\gset
"""
_SET = "select set_config('app.account_id', :account_id, true);\n"
CONFIG = (
    """('{"material": "A36", "height_ft": ' || :n || ', "wind_speed_mph": 115, "nonce": "'"""
    """ || gen_random_uuid() || '"}')"""
)
_EVENT = """insert into plain.project_events
values (gen_random_uuid()::text, PROJECT, 'KIND', 'ana', clock_timestamp(), '{}');
"""


def _event(kind: str, project: str = ":project_id") -> str:
    return _EVENT.replace("KIND", kind).replace("PROJECT", project)


OURS = {
    "create": """select app.create_project(
    :account_id, 'New sign ' || :n, 'ana', 'Harbour Grill');
""",
    "save": """select app.save_payload(:account_id, :project_id,
    'signage.single_pole.base_plate', CONFIG::jsonb, '[]', '{"total_usd": 1}', 'ana');
""".replace("CONFIG", CONFIG),
    "move": """select etag, status = 'draft' as is_draft from app.projects
 where account_id = :account_id and project_id = :project_id \\gset
\\if :is_draft
select app.set_project_status(:account_id, :project_id, :etag, 'ana', 'estimating');
\\endif
""",
    "append": """select app.append_event(
    :account_id, :project_id, 'report.generated', 'ana', '{}');
""",
    "dashboard": """select status, project_count, mean_confidence from app.account_dashboard
 where account_id = :account_id;
""",
}
PLAIN = {
    "create": """select gen_random_uuid() as made \\gset
insert into plain.projects values (:made, :account_id, 'New sign ' || :n, 'Harbour Grill',
    null, null, null, 'draft', 'ana', 'ana', now(), now(), gen_random_uuid()::text);
"""
    + _event("project.created", ":made"),
    "save": """insert into plain.project_payloads
values (gen_random_uuid()::text, :project_id, 'signage.single_pole.base_plate', CONFIG::json,
    '[]', '{"total_usd": 1}', encode(sha256(gen_random_uuid()::text::bytea), 'hex'), now());
""".replace("CONFIG", CONFIG)
    + _event("payload.saved"),
    "move": """select etag, status = 'draft' as is_draft from plain.projects
 where project_id = :project_id \\gset
\\if :is_draft
update plain.projects
   set status = 'estimating', updated_at = now(), etag = gen_random_uuid()::text
 where project_id = :project_id and etag = :etag;
EVENT\\endif
""".replace("EVENT", _event("project.status_changed")),
    "append": _event("report.generated"),
    "dashboard": """select status, count(*), avg(confidence) from plain.projects
 where account_id = :account_id group by status;
""",
}


@dataclass(frozen=True)
class Rate:
    """Transactions a second, mean milliseconds of one, and how many failed."""

    clients: int
    tps: float
    latency_ms: float
    failed: int


def prepare(connection: Connection) -> int:
    """Let the application write to the plain tables; choose_targets."""
    connection.execute("grant insert, update on all tables in schema plain to eagle_application")
    return choose_targets(connection)


def choose_targets(connection: Connection) -> int:
    """Choose the projects that requests are about, and return how many."""
    connection.execute("create schema bench")
    connection.execute(
        "create table bench.targets as"
        " select row_number() over (order by md5(p.project_id::text))::integer as n,"
        "        p.account_id::text, p.project_id::text"
        "  from app.projects as p order by 1 limit 20000"
    )
    connection.execute("alter table bench.targets add primary key (n)")
    connection.execute("grant usage on schema bench to eagle_application")
    connection.execute("grant select on bench.targets to eagle_application")
    connection.execute("vacuum (analyze) bench.targets")
    return connection.execute("select from bench.targets").rowcount


def script(targets: int, body: str, number: str = _ANY) -> str:
    """Return the script of a request about one of the targets: one transaction."""
    return (number + _PICK + body + "commit;\n").replace("TARGETS", str(targets))


def write_scripts(folder: Path, side: str, targets: int) -> list[str]:
    """Write the scripts of a side and return pgbench's options for them."""
    options = []
    for name, body in (OURS if side == "ours" else PLAIN).items():
        whole = (_SET if side == "ours" else "") + body
        file = folder / f"{side}-{name}.sql"
        text = script(targets, whole, _OWN if name == "move" else _ANY)
        file.write_text(text, encoding="utf-8")
        options += ["-f", f"{file}@{WEIGHTS[name]}"]
    return options


def once(server: Server, database: str, script: str) -> None:
    """Send twenty requests of one script. Raises ToolingError if pgbench fails."""
    _pgbench(
        server, server.url(database, user="eagle_application"), [*_ASKED, "-t", "20", "-f", script]
    )


def initialize(server: Server, database: str, scale: int) -> None:
    """Fill pgbench's own tables. Raises ToolingError if pgbench fails."""
    _pgbench(server, server.url(database), ["-i", "-q", "-s", str(scale)])


def run(
    server: Server,
    database: str,
    options: list[str],
    clients: int,
    seconds: int,
    user: str = "eagle_application",
) -> Rate:
    """Send requests for a while from so many clients. Raises ToolingError if pgbench fails."""
    arguments = [*_ASKED, "-c", str(clients), "-j", "2", "-T", str(seconds), *options]
    said = _pgbench(server, server.url(database, user=user), arguments)
    found = {
        name: re.search(pattern, said)
        for name, pattern in (
            ("tps", r"tps = ([\d.]+)"),
            ("latency", r"latency average = ([\d.]+)"),
            ("failed", r"number of failed transactions: (\d+)"),
        )
    }
    numbers = [float(match[1]) for match in found.values() if match]
    if len(numbers) != len(found):
        raise ToolingError(f"pgbench did not tell its figures: {said}", hint="Look at its version.")
    return Rate(clients, round(numbers[0], 1), numbers[1], int(numbers[2]))


def _pgbench(server: Server, url: str, arguments: list[str]) -> str:
    command = [str(server.bin_dir / "pgbench"), *arguments, url]
    done = subprocess.run(  # noqa: S603
        command, check=False, capture_output=True, text=True, env=server.environment()
    )
    if done.returncode:
        raise ToolingError(f"pgbench: {done.stderr.strip()[-500:]}", hint="See its message.")
    return done.stdout
