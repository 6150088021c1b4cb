"""The services made of our own image: each does its work as the role that it logs in as."""

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.compose import programs, stack
from tests.compose.database import DATABASE, VALUES, Database
from tests.conftest import ROOT
from tests.tooling.backup import s3
from tests.tooling.search.endpoint import PASSWORD, State, running
from tooling.server import places

DOCKERFILE = ROOT / "compose/tooling/Dockerfile"
_numbers = itertools.count(1)


@dataclass
class Image:
    """A folder with what the image has, and the environment in which its entry point starts.

    `programs` is the PATH of Debian's programs, those that the image has.
    """

    folder: Path
    db: Database
    programs: str

    def environment(self, service: str, **changes: str) -> dict[str, str]:
        """Return the environment of a service of compose.yaml, `db` being this server."""
        given = stack.environment_of(service, VALUES)
        place = f"127.0.0.1:{self.db.port}"
        reached = {key: value.replace("db:5432", place) for key, value in given.items()}
        programs = f"{Path(sys.executable).parent}:{self.db.server.bin_dir}:{self.programs}"
        kept = {key: os.environ[key] for key in ("HOME", "LANG") if key in os.environ}
        return {
            **kept,
            **reached,
            "PATH": f"{self.folder / 'compose/tooling'}:{programs}",
            "LD_LIBRARY_PATH": str(self.db.server.bin_dir.parent / "lib"),
            "PGPASSFILE": str(self.folder / f"passwords-{next(_numbers)}"),
            "PYTHONPATH": str(self.folder),
            "TOOLING_BACKUP_HOME": str(self.folder / "backups"),
            "TOOLING_BACKUP_RECIPIENTS": str(self.folder / f"recipients-{next(_numbers)}"),
            **changes,
        }

    def command(self, service: str) -> list[str]:
        """Return what compose.yaml starts: the image's entry point, or the service's own."""
        text = stack.services()[service]
        entry = json.loads(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE.read_text(), re.M)[0])
        return [*text.get("entrypoint", entry), *text.get("command", [])]

    def run(self, service: str, *words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        """Run a service to its end, or other words in its place."""
        command = ["eagle-entrypoint", *words] if words else self.command(service)
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(service, **changes),
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def start(self, service: str, *more: str, **changes: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self.command(service), *more],
            cwd=self.folder, env=self.environment(service, **changes),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def image(db: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Copy what the Dockerfile does, and nothing else of this repository; run `migrate`."""
    folder = tmp_path_factory.mktemp("image")
    for words in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE.read_text(), re.MULTILINE):
        *sources, target = words.split()
        for source in sources:
            place = folder / (target if target not in (".", "./") else source)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                place.parent.mkdir(exist_ok=True)
                shutil.copy(ROOT / source, place)
    place = places.scratch_folder("eagle-programs-")
    made = Image(folder, db, programs.folder(place / "bin"))
    done = made.run("migrate")
    assert done.returncode == 0, done.stderr
    yield made
    shutil.rmtree(place)


def wait(until: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while not until():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def end(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(120)


def test_the_schema_is_migrated_and_seeded_without_a_superuser(image: Image) -> None:
    again = image.run("migrate")
    assert again.returncode == 0, again.stderr
    with psycopg.connect(image.db.server.url(DATABASE)) as connection:
        row = connection.execute("select count(*) from catalog.pricing_configs").fetchone()
        assert row
        assert row[0] > 0
        query = "select distinct tableowner from pg_tables where schemaname = 'app'"
        assert connection.execute(query).fetchall() == [("eagle_owner",)]
        assert connection.execute("select * from ops.check_access()").fetchall() == []
        assert connection.execute("select app.signing_required()").fetchall() == [(True,)]
        assert connection.execute("select key_name from ops.account_keys").fetchall() == [
            ("stack",)
        ]


def test_it_runs_the_code_of_the_image(image: Image) -> None:
    where = "import tooling; print(tooling.__file__)"
    assert image.run("jobs", "python", "-c", where).stdout.startswith(str(image.folder))


def test_passwords_are_in_a_file_of_the_role_and_not_in_the_environment(image: Image) -> None:
    odd = r"with:colon\and-backslash"
    file = image.folder / "passwords"
    done = image.run("jobs", "env", EAGLE_AUDITOR_PASSWORD=odd, PGPASSFILE=str(file))
    assert "EAGLE_AUDITOR_PASSWORD" not in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    lines = file.read_text().splitlines()
    assert r"*:*:*:eagle_auditor:with\:colon\\and-backslash" in lines
    assert f"*:*:*:eagle_operator:{VALUES['EAGLE_OPERATOR_PASSWORD']}" in lines


def test_jobs_have_the_password_of_each_role_that_a_job_needs(image: Image) -> None:
    with psycopg.connect(image.db.server.url(DATABASE)) as connection:
        roles = {row[0] for row in connection.execute("select distinct role from ops.jobs")}
    given = stack.services()["jobs"]["environment"]
    assert {f"{role.upper()}_PASSWORD" for role in roles} <= given.keys()


def test_metrics_are_served_to_who_scrapes_them(image: Image) -> None:
    port = str(stack.free_port())
    process = image.start("metrics", "--port", port, TOOLING_DATA_DISK=str(image.folder))
    try:
        url = f"http://127.0.0.1:{port}/metrics"
        text = ""

        def answers() -> bool:
            nonlocal text
            try:
                text = urllib.request.urlopen(url, timeout=10).read().decode()
            except OSError:
                return False
            return True

        wait(answers, process)
        assert "\neagle_up 1.0\n" in text
        assert 'eagle_disk_free_bytes{place="data"}' in text
    finally:
        end(process)


def test_the_log_is_received_and_a_backup_taken_by_their_own_services(image: Image) -> None:
    healthy = stack.services()["receive"]["healthcheck"]["test"][1:]
    script = [word.replace("/opt/eagle-sign", str(image.folder)) for word in healthy]
    with s3.s3() as store:
        given = {**store.environment, "AWS_ENDPOINT_URL_S3": store.endpoint}
        receiver = image.start("receive", **given)
        try:
            wait(lambda: image.run("receive", *script).returncode == 0, receiver)
            for job in ("backup", "backup-verify", "backup-dump", "dr-test", "backup-prune"):
                done = image.run("jobs", "tooling", "job", "run", job, "--json", **given)
                assert done.returncode == 0, done.stdout + done.stderr
            listed = image.run("jobs", "tooling", "backup", "list", "--json")
            (backup,) = json.loads(listed.stdout)["backups"]
            assert backup["verified_at"]
            assert f"base/{backup['backup_id']}.tar.gz.age" in store.stored()
        finally:
            end(receiver)
    assert image.run("receive", *script).returncode != 0


@pytest.mark.parametrize("service", ["receive", "jobs", "restore"])
def test_copies_of_backups_are_encrypted_for_every_key_of_env(image: Image, service: str) -> None:
    file = image.folder / f"keys-of-{service}"
    changes = {"TOOLING_BACKUP_RECIPIENTS": str(file), "BACKUP_RECIPIENTS": "age1one,age1two"}
    done = image.run(service, "env", **changes)
    assert done.returncode == 0, done.stderr
    assert file.read_text() == "age1one\nage1two\n"
    given = stack.environment_of(service, {**VALUES, "BACKUP_ENDPOINT": "https://far.example"})
    assert given["AWS_ACCESS_KEY_ID"] == VALUES["OBJECT_BACKUPS_KEY"]
    assert given["TOOLING_BACKUP_BUCKET"] in stack.services()["buckets"]["command"]
    assert given["AWS_ENDPOINT_URL_S3"] == "https://far.example"


def test_backups_in_the_volume_itself_are_not_passed_over(image: Image, tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text("{}")
    done = image.run("jobs", "env", TOOLING_BACKUP_HOME=str(tmp_path / "main"))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: the backups are in {tmp_path}," in done.stderr


def test_data_are_not_restored_under_a_server_that_runs(image: Image) -> None:
    script = ["sh", str(image.folder / "compose/tooling/restore.sh"), "--overwrite"]
    assert image.command("restore")[2] == "/opt/eagle-sign/compose/tooling/restore.sh"
    done = image.run("restore", *script)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("error: the database is running")


def test_data_and_backups_lie_where_they_are_restored_and_watched() -> None:
    services = stack.services()
    data = services["db"]["environment"]["PGDATA"]
    mounts = {
        name: dict(reversed(one.split(":")[:2]) for one in services[name]["volumes"])
        for name in ("db", "restore", "metrics", "jobs", "receive")
    }
    for name in ("db", "restore"):
        assert mounts[name][str(Path(data).parent)] == "db"
    assert mounts["metrics"][services["metrics"]["environment"]["TOOLING_DATA_DISK"]] == "db"
    (hba,) = (word for word in services["db"]["command"] if word.startswith("hba_file="))
    assert mounts["restore"][hba.partition("=")[2]] == "./compose/db/pg_hba.conf"
    for name in ("restore", "metrics", "jobs", "receive"):
        bucket = services["jobs"]["environment"]["TOOLING_BACKUP_BUCKET"]
        assert services[name]["environment"]["TOOLING_BACKUP_BUCKET"] == bucket
        home = services[name]["environment"]["TOOLING_BACKUP_HOME"]
        assert mounts[name][str(Path(home).parent)] == "backups"


@pytest.mark.parametrize(
    "job", ["audit-verify", "integrity", "partition-ensure", "project-stats", "analyze-partitioned"]
)
def test_a_job_runs_as_its_role(image: Image, job: str) -> None:
    done = image.run("jobs", "tooling", "job", "run", job, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    healthy = stack.services()["jobs"]["healthcheck"]["test"][1:]
    assert image.run("jobs", *healthy).returncode == 0


def test_projects_are_fed_to_search(image: Image) -> None:
    state = State()
    with running(state) as url:
        given = {"SEARCH_URL": url, "SEARCH_PASSWORD": PASSWORD}
        healthy = stack.services()["search_feed"]["healthcheck"]["test"][1:]
        assert image.run("search_feed", *healthy, **given).returncode == 1
        process = image.start("search_feed", **given)
        try:
            wait(lambda: bool(state.aliases), process)
            assert image.run("search_feed", *healthy, **given).returncode == 0
        finally:
            assert end(process) == 0


def test_the_image_has_the_programs_of_the_server_and_the_versions_that_are_tested() -> None:
    text = DOCKERFILE.read_text()
    server = (ROOT / "compose/db/Dockerfile").read_text()
    assert text.split("FROM ")[1].split()[0] == server.split("FROM ")[1].split()[0]
    assert "--require-hashes -r requirements/run.txt" in text
    assert set(programs.packages()) >= {"file", "rsync"}, "Barman runs them"
