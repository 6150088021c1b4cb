"""A server under load, backed up and received synchronously, and the count of what it lost."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT
from tests.tooling.backup.world import World, world
from tooling.backup.barman import RECEIVER
from tooling.errors import Exit

WRITERS = 2
APART = 1_000_000_000
COLD_ROWS = 50_000
_WAIT_SECONDS = 120
SETTINGS = {"summarize_wal": "on", "max_wal_size": "96MB", "min_wal_size": "32MB"}
SYNC = f"select sync_state from pg_stat_replication where application_name = '{RECEIVER}'"
_BUSY = """
select count(*) from pg_stat_activity
 where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid()"""
_WRONG = """
select (select count(*) from chaos_left) - (select count(distinct id) from chaos_left),
       (select count(*) from chaos_left where digest <> md5(id::text))
     + (select count(*) from chaos_right where digest <> md5(id::text))
     + (select count(*) from chaos_left as l full join chaos_right as r using (id)
         where l.id is null or r.id is null),
       (select count(*) from cold where digest = md5(id::text))"""


@dataclass
class Stage:
    """A world with writers; what a case finds out is noted here."""

    world: World
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    receiver: "subprocess.Popen[bytes] | None" = None
    undetected: int = 0
    recovery_seconds: float = 0.0

    @property
    def files(self) -> list[Path]:
        return [self.world.place / f"acknowledged.{number}" for number in range(WRITERS)]

    def acknowledged(self) -> set[int]:
        """Return the numbers whose commit was acknowledged; a line cut short is none."""
        texts = [file.read_text() for file in self.files if file.exists()]
        return {int(line) for text in texts for line in text.splitlines(True) if line[-1] == "\n"}

    def write_for(self, seconds: float) -> None:
        """Let the writers work; fail if nothing is acknowledged in all that time."""
        before = len(self.acknowledged())
        time.sleep(seconds)
        self.until(lambda: len(self.acknowledged()) > before, "a write is acknowledged")

    def hold_writers(self) -> None:
        """Stop the writers, and wait until the server is done with what they sent."""
        for process in self.processes:
            process.send_signal(signal.SIGSTOP)
        self.until(lambda: self.world.sql(_BUSY) == [(0,)], "no writer is at work")

    def release_writers(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)

    def stop_receiver(self) -> None:
        """End the supervised receiver, as it does with its machine."""
        assert self.receiver
        _end(self.receiver)
        self.world.tooling("backup", "receive", "--stop")

    def must_notice(self, *words: str) -> None:
        """Run a command that has to end with DAMAGED, as what it reads is."""
        done = self.world.tooling(*words)
        if done.returncode != Exit.DAMAGED:
            print(f"{words} exited {done.returncode}: {done.stdout}{done.stderr}", file=sys.stderr)
            self.undetected += 1

    def recover(self, *words: str) -> None:
        """Run the commands of the guide, and time them until writes are acknowledged."""
        began = time.monotonic()
        if words:
            self.world.json(*words)
        else:
            self.world.server.start()
        self.recovery_seconds = round(time.monotonic() - began, 2)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"not within {_WAIT_SECONDS} s: {what}"
            time.sleep(0.1)

    def count(self) -> tuple[int, int, int, int]:
        """Return acknowledged, lost, duplicated, and damaged without anyone noticing."""
        for process in self.processes:
            process.kill()
            process.wait()
        told = self.acknowledged()
        present = {number for (number,) in self.world.sql("select id from chaos_left")}
        ((duplicated, wrong, cold),) = self.world.sql(_WRONG)
        damaged = self.undetected + int(wrong) + (COLD_ROWS - int(cold))
        return len(told), len(told - present), int(duplicated), damaged


@contextmanager
def stage(
    settings: Mapping[str, object] | None = None, data_in: Path | None = None
) -> Iterator[Stage]:
    """Yield a stage: a verified backup, a supervised synchronous receiver, writers at work."""
    with ExitStack() as stack:
        given = {**SETTINGS, **(settings or {})}
        made = stack.enter_context(world(given, durable=True, data_in=data_in))
        for table in ("chaos_left", "chaos_right", "cold"):
            made.sql(f"create table {table} (id bigint, digest text)")
        fill = f"insert into cold select g, md5(g::text) from generate_series(1, {COLD_ROWS}) as g"
        made.sql(fill)
        made.json("backup", "run")
        made.sql(f"alter system set synchronous_standby_names = '{RECEIVER}'")
        made.sql("select pg_reload_conf()")
        play = Stage(made)
        play.receiver = subprocess.Popen(
            [sys.executable, "-m", "tooling", "backup", "receive"],
            cwd=ROOT, env=made.environment(), stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(_end, play.receiver)
        play.until(lambda: made.sql(SYNC) == [("sync",)], "the receiver is synchronous")
        for number, file in enumerate(play.files):
            words = [made.url, str(file), str(number * APART)]
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.writer", *words], cwd=ROOT
            )
            play.processes.append(process)
            stack.callback(_end, process)
        play.write_for(1)
        yield play


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
