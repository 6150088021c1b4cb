"""Files of Debian's packages, for who may not install."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tooling.packages import debian


def test_several_at_once_get_one_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "programs/popt"
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(debian.unpacked, ["libpopt0"], folder) for _ in range(4)]
        assert [one.result() for one in asked] == [folder] * 4
    assert list(folder.glob("usr/lib/*/libpopt.so.0"))
    assert list(folder.parent.glob("*.partial")) == []


def test_a_number_left_open_is_the_highest_there_is(tmp_path: Path) -> None:
    folder = debian.unpacked(["postgresql-*-pgtap"], tmp_path / "pgtap")
    (control,) = folder.glob("usr/share/postgresql/*/extension/pgtap.control")
    assert int(control.parts[-3]) >= 15
