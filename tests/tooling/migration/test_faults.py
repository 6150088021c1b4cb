"""Whatever is killed, the same command again ends as an undisturbed run does.

A sample, small enough for every commit; `make faults` runs every statement boundary.
"""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.faults import __main__ as command
from tests.faults import nasty, victim
from tests.faults.matrix import Case, Matrix
from tooling.server.embedded import Server, temporary_server
from tooling.settings import load


@pytest.fixture(scope="module")
def victims(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Start a server that may be killed; the session's own must live."""
    bin_dir = servers.bin_dir(request.config.getoption("--postgres"))
    with temporary_server({"shared_buffers": "32MB"}, bin_dir=bin_dir) as server:
        yield server


@pytest.fixture(scope="module")
def nasty_files(victims: Server, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    matrix = nasty.matrix(victims, tmp_path_factory.mktemp("nasty"), rows=3000)
    matrix.build()
    return matrix


@pytest.fixture(scope="module")
def our_files(victims: Server, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    fills = {path.stem: path.read_text() for path in command.FILLS.glob("*.sql")}
    scratch = tmp_path_factory.mktemp("ours")
    matrix = Matrix(victims, load(command.ROOT / "migrations"), scratch, fills=fills)
    matrix.build()
    return matrix


@pytest.mark.parametrize("fault", victim.FAULTS)
def test_nasty_files_survive(nasty_files: Matrix, fault: str) -> None:
    """Boundaries of each file, and the middle of statements that may last; others by fault."""
    cases = [case for case in nasty_files.cases() if case.fault == fault]
    sample = cases[victim.FAULTS.index(fault) :: 24]
    assert len(sample) > 2
    outcomes = [nasty_files.run(case) for case in sample]
    assert [one for one in outcomes if not one.survived] == []


@pytest.mark.parametrize("fault", victim.FAULTS)
def test_our_migrations_survive(our_files: Matrix, fault: str) -> None:
    """A boundary in every tenth migration, each fault with other ones."""
    first = victim.FAULTS.index(fault)
    chosen = []
    for number, (name, stage) in list(enumerate(our_files.stages.items()))[first * 2 :: 10]:
        chosen.append(Case(name, fault, (number + first * 7) % len(stage.boundaries)))
    outcomes = [our_files.run(case) for case in chosen]
    assert [one for one in outcomes if not one.survived] == []
