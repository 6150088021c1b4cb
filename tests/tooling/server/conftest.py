"""A project in whose folder an embedded server may be started."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tooling.server import embedded, places


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a project's root that the server's account can reach; stop what was started in it."""
    folder = places.scratch_folder("eagle-project-")
    folder.chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("TOOLING_PROJECT", str(folder))
    yield folder
    for link in folder.rglob(".postgres"):
        server = embedded.project_server(link.parent)
        if server is not None:
            server.stop("immediate")
    shutil.rmtree(folder)
