"""`tooling restore --in-place --no-start`: recovered, in its place, and left to who starts it."""

import shutil
import subprocess

from tests.tooling.backup.world import world
from tooling.backup import timelines


def test_a_server_that_others_start_has_recovered_and_keeps_their_settings() -> None:
    """One of Patroni, who sees to standbys, and would not see settings above its own."""
    with world() as made:
        data = made.server.data_dir
        (data / "patroni.dynamic.json").write_text("{}")
        made.sql("alter system set work_mem = '5MB'")
        made.json("backup", "run")
        made.insert(1)
        made.received()
        made.tooling("backup", "receive", "--stop")
        made.server.kill()
        shutil.rmtree(data)
        done = made.tooling("restore", "--in-place", "--no-start")
        assert done.returncode == 0, done.stderr
        assert "take a backup" in done.stderr
        assert not made.server.is_running()
        control = [made.server.bin_dir / "pg_controldata", "-D", data]
        said = subprocess.run(
            control, env=made.server.environment(), capture_output=True, text=True
        )
        assert "shut down\n" in said.stdout
        assert not list(data.glob("*.signal"))
        own = (data / "postgresql.auto.conf").read_text().splitlines()
        assert [line.split(" ")[0] for line in own if line[:1] != "#"] == ["work_mem"]
        assert timelines.current(made.settings) == 2
        made.server.start()
        assert made.kept() == [1]
