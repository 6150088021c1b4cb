"""Fixtures of the runner's tests."""

from pathlib import Path

import pytest

from tests.tooling.migration.project import Project


@pytest.fixture
def project(tmp_path: Path, empty_database: str) -> Project:
    """Return an empty folder of migrations, and an empty database."""
    return Project.make(tmp_path, empty_database)
