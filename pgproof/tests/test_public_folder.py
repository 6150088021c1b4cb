"""The comparison with psql, on a folder made here; no test fetches those of public projects."""

from pathlib import Path

import pytest

from tests import public_folder
from tests.project import Project


def folder(place: Path) -> str:
    for name, text in (("1_a", "create table a (id int);"), ("2_b", "create table b (id int);")):
        (place / name).mkdir()
        (place / name / "up.sql").write_text(text)
    return str(place)


def test_the_same_schema_is_equal(
    project: Project, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    place = folder(tmp_path_factory.mktemp("public"))
    assert public_folder.main(["diesel", place, "--dsn", project.url]) == 0
    assert "2 migrations, 2 applied by both" in capsys.readouterr().out


def test_another_schema_is_told(
    project: Project,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = folder(tmp_path_factory.mktemp("public"))
    monkeypatch.setattr(public_folder.Psql, "apply", lambda *_: "")
    assert public_folder.main(["diesel", place, "--dsn", project.url]) == 1
    assert "DIFFERENT" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_what_is_no_folder_of_the_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        public_folder.main(["diesel", str(tmp_path / name)])
    assert ended.value.code == 2
