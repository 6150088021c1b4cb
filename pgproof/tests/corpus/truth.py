"""Labels of the corpus, by a debugger: `python -m tests.corpus.truth 18 URL`, as root.

A debugger stops a backend wherever it takes a lock, begins to read a heap, swaps one, copies a file
or builds an index. Nothing of this is read from pg_locks or the statistics. Deadlocks are made to
happen. Writes labels-18.json.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from pgproof.files.split import split
from tests.corpus.cases import BASE, HERE, Case, cases, labels
from tests.servers import Server, at

MODES = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
SCRIPT = """
import gdb, struct
log = open({log!r}, "a", buffering=1)
def number(register):
    return int(gdb.parse_and_eval("(unsigned long)$" + register))
def memory(address, form):
    size = struct.calcsize(form)
    return struct.unpack(form, gdb.selected_inferior().read_memory(address, size).tobytes())
class At(gdb.Breakpoint):
    def __init__(self, name, tell):
        super().__init__("*" + name)
        self.tell = tell
    def stop(self):
        said = self.tell()
        if said:
            log.write(said + "\\n")
        return False
def lock():
    database, relation, _, _, kind, _ = memory(number("rdi"), "<IIIHBB")
    return f"lock {{relation}} {{number('rsi') & 15}}" if kind == 0 and relation >= 16384 else ""
def oid_of(relation):
    return memory(relation + 72, "<I")[0]
def file_of(relation):
    return memory(relation + 8, "<I")[0]
def build():
    heap = number("rdi")
    return f"build {{oid_of(heap)}} {{oid_of(number('rsi'))}} {{file_of(heap)}}"
def scan():
    flags = number("r9") & 0xffffffff
    return f"scan {{oid_of(number('rdi'))}} {{file_of(number('rdi'))}}" if flags & 1 else ""
def copy():
    return f"copy {{memory(number('rdi') + 8, '<I')[0]}}"
for signal in ("SIGUSR1", "SIGUSR2", "SIGALRM", "SIGURG", "SIGHUP"):
    gdb.execute("handle " + signal + " nostop noprint pass", to_string=True)
At("LockAcquireExtended", lock)
At("heap_beginscan", scan)
At("finish_heap_swap", lambda: f"swap {{number('rdi') & 0xffffffff}}")
At("RelationCopyStorage", copy)
page = "heap_prepare_pagescan" if {version} >= 17 else "heapgetpage"
At(page, lambda: f"page {{oid_of(memory(number('rdi'), '<Q')[0])}}")
At("index_build", build)
At("heap_vacuum_rel", lambda: f"scan {{oid_of(number('rdi'))}} {{file_of(number('rdi'))}}")
log.write("ready\\n")
gdb.execute("continue")
"""
RELATIONS = """
select c.oid::bigint, n.nspname || '.' || c.relname, c.relkind::text,
       coalesce(pg_relation_filenode(c.oid), 0)::bigint,
       case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) / 8192 else 0 end
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
 where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
"""
ALONE = """
set timezone = 'UTC'; set max_parallel_maintenance_workers = 0;
set max_parallel_workers_per_gather = 0
"""


class Debugged:
    """A session whose backend a debugger follows."""

    def __init__(self, url: str, folder: Path):
        self.session = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self.session.execute(ALONE)
        self.log = folder / "log"
        self.log.write_text("")
        script = folder / "script.py"
        script.write_text(
            SCRIPT.format(log=str(self.log), version=self.session.info.server_version // 10000)
        )
        pid = str(self.session.info.backend_pid)
        self.gdb = subprocess.Popen(
            ["gdb", "-q", "-nx", "-batch", "-p", pid, "-x", str(script)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        self.place = 0
        deadline = time.monotonic() + 60
        while self.read() != ["ready"]:
            assert time.monotonic() < deadline, "the debugger does not start"
            time.sleep(0.05)

    def read(self) -> list[str]:
        lines = self.log.read_text().splitlines()
        new, self.place = lines[self.place :], len(lines)
        return new

    def run(self, sql: str) -> list[str]:
        self.read()
        self.session.execute(sql.encode())
        return self.read()

    def close(self) -> None:
        self.session.close()
        self.gdb.wait(timeout=30)


@contextmanager
def database(server: Server, case: Case) -> Iterator[str]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create database truth template corpus")
        try:
            url = server.url("truth")
            with psycopg.connect(url, autocommit=True) as setup:
                setup.execute((case.setup or "select 1").encode())
            yield url
        finally:
            connection.execute("drop database truth with (force)")
            if case.role:
                connection.execute(f"drop role {case.role}".encode())


def label(server: Server, case: Case) -> dict[str, Any]:
    """Return what each statement of a case does, and which pairs of files deadlock."""
    found: dict[str, Any] = {"files": []}
    with database(server, case) as url, tempfile.TemporaryDirectory() as folder:
        for number in range(len(case.changes)):
            found["files"].append(_file(url, Path(folder), case, number))
    found["deadlocks"] = _deadlocks(server, case)
    return found


def _file(url: str, folder: Path, case: Case, number: int) -> list[dict[str, Any]]:
    debugged = Debugged(url, folder)
    try:
        with psycopg.connect(url, autocommit=True) as other:
            names = {row[0]: row for row in other.execute(RELATIONS)}
            local: list[str] = []
            done = []
            for statement in split(case.changes[number], folder / "change.sql"):
                before = {row[0]: row for row in other.execute(RELATIONS)}
                rows = {
                    oid: other.execute(
                        f"select exists (select from only {row[1]})".encode()
                    ).fetchall()[0][0]
                    for oid, row in before.items()
                    if row[2] in "rm"
                }
                lines = _run(debugged, case, statement.sql, local)
                after = {row[0]: row for row in other.execute(RELATIONS)}
                done.append(_label(lines, names, before, rows, after))
                if statement.sql.lower().startswith("set local"):
                    local.append(statement.sql)
            return done
    finally:
        debugged.close()


def _run(debugged: Debugged, case: Case, sql: str, local: list[str]) -> list[str]:
    if case.outside:
        return debugged.run(sql)
    debugged.run("begin")
    for one in local:
        debugged.run(one)
    lines = debugged.run(sql) + debugged.run("set constraints all immediate")
    debugged.run("commit")
    return lines


def _label(
    lines: list[str],
    names: dict[int, Any],
    before: dict[int, Any],
    rows: dict[int, bool],
    after: dict[int, Any],
) -> dict[str, Any]:
    locks: dict[str, int] = {}
    scans, rewrites, swapped, pages = set(), set(), set(), Counter[int]()
    files = {row[3]: row for row in before.values() if row[3]}
    by_name = {row[1]: oid for oid, row in before.items()}
    for line in lines:
        what, *numbers = line.split()
        oid = int(numbers[0])
        if what == "lock" and oid in names:
            name = names[oid][1]
            locks[name] = max(locks.get(name, 0), int(numbers[1]))
        elif what == "page":
            pages[oid] += 1
        elif what in ("scan", "build") and int(numbers[-1]) not in files and oid not in swapped:
            continue  # The new file of TRUNCATE, in which there is nothing.
        elif what == "scan" and rows.get(oid) and oid in names:
            scans.add(oid)
        elif what == "swap" and rows.get(oid) and oid in names and _filled(oid, after):
            rewrites.add(names[oid][1])
            swapped.add(oid)
        elif what == "copy" and oid in files and files[oid][2] in "rmi":
            rewrites.add(files[oid][1])
        elif what == "build" and rows.get(oid) and _filled(oid, after):
            index = int(numbers[1])
            index = (
                index
                if index in names
                else by_name.get(after[index][1] if index in after else "", 0)
            )
            rewrites |= {names[index][1]} if index in names else set()
    read = [names[oid][1] for oid in scans if not pages[oid] or pages[oid] >= before[oid][4]]
    return {
        "locks": {name: MODES[mode] for name, mode in sorted(locks.items())},
        "rewrites": sorted(rewrites),
        "scans": sorted(read),
    }


def _filled(oid: int, after: dict[int, Any]) -> bool:
    """Whether a heap has rows after the statement: one that is emptied is not copied."""
    return oid in after and after[oid][4] > 0


def _deadlocks(server: Server, case: Case) -> list[list[str]] | None:
    """Return the pairs that deadlocked, of a case that is about orders of locks."""
    if case.file != "orders":
        return None
    files = [[one.sql for one in split(text, HERE)] for text in case.changes]
    others = {f"000{number}.change": file for number, file in enumerate(files, 2)}
    if case.queries:
        inside = [one.sql for one in split(case.queries, HERE)]
        others["queries"] = [one for one in inside if one not in ("begin", "commit")]
    others |= KEYS
    found = []
    for number, file in enumerate(files, 2):
        for name, other in others.items():
            if name.endswith("change") and name <= f"000{number}.change":
                continue
            if any(
                _deadlock(server, case, (file, ours), (other, theirs), first)
                for ours in range(len(file))
                for theirs in range(len(other))
                if ours or theirs
                for first in (0, 1)
            ):
                found.append([f"000{number}.change", name])
    return found


def _deadlock(
    server: Server,
    case: Case,
    ours: tuple[list[str], int],
    theirs: tuple[list[str], int],
    first: int,
) -> bool:
    """Whether two transactions deadlock if each has come so far, and one of them goes on first."""
    with database(server, case) as url:
        sessions = [psycopg.connect(url, autocommit=True) for _ in "ab"]
        failed: list[str | None] = []
        for session, (statements, done) in zip(sessions, (ours, theirs), strict=True):
            session.execute("set deadlock_timeout = '30ms'")
            session.execute("begin; set local lock_timeout = '2s'")
            for one in statements[:done]:
                try:
                    session.execute(one.encode())
                except psycopg.errors.LockNotAvailable:
                    return False

        def go_on(session: psycopg.Connection[Any], statements: list[str]) -> None:
            try:
                for one in statements:
                    session.execute(one.encode())
                session.execute("rollback")
            except psycopg.Error as error:
                failed.append(error.sqlstate)
                session.execute("rollback")

        threads = [
            threading.Thread(target=go_on, args=(session, statements[done:]))
            for session, (statements, done) in zip(sessions, (ours, theirs), strict=True)
        ]
        for thread in (threads[first], threads[1 - first]):
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
        for session in sessions:
            session.close()
        return "40P01" in failed


KEYS = {
    "delete from public.users": ["delete from users where id = 700"],
    "insert into public.orders": ["insert into orders values (90001, 1, 1)"],
    "delete from public.orders": ["delete from orders where id = 700"],
    "insert into public.lines": ["insert into lines (id, order_id) values (90001, 1)"],
    "insert into public.events": ["insert into events values (1, '2025-01-15', 1)"],
}
"""What an application does to tables with foreign keys."""


def main() -> None:
    version = int(sys.argv[1])
    server, only = at(sys.argv[2]), sys.argv[3:]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("drop database if exists corpus with (force)")
        connection.execute("create database corpus")
    with psycopg.connect(server.url("corpus"), autocommit=True) as connection:
        connection.execute(BASE.encode())
    found = labels(version) if only else {}
    for case in cases(version):
        if not only or case.name in only:
            try:
                found[case.name] = label(server, case)
            except psycopg.Error as error:
                sys.exit(f"{case.name}: {error}")
    text = json.dumps(found, indent=1, sort_keys=True)
    (HERE / f"labels-{version}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
