"""Images, and what is installed into ours: the bytes of today, not of the day they are fetched."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.compose import stack
from tests.compose.stack import DOCKERFILES, FILES
from tests.conftest import ROOT

OURS = "eagle-sign/"
PINNED = re.compile(r"[^@\s]+:[^@:/\s]*\d[.-]\d[^@:/\s]*@sha256:[0-9a-f]{64}")
GUIDE = ROOT / "docs/how-to/run-the-stack.md"
WITHOUT = set(re.findall(r"^\| `([^`]+:[^`]+)` \| no digest", GUIDE.read_text(), re.MULTILINE))
"""Images whose digest could not be known, each with its reason."""


def used() -> dict[str, list[str]]:
    """Return each image that is fetched, with the files that name it."""
    found: dict[str, list[str]] = {}
    for file in FILES:
        for service in stack.services(file.name).values():
            if not service["image"].startswith(OURS):
                found.setdefault(service["image"], []).append(file.name)
    for file in DOCKERFILES:
        for image in re.findall(r"^FROM (\S+)", file.read_text(), re.MULTILINE):
            found.setdefault(image, []).append(str(file.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("image", sorted(used()))
def test_an_image_is_named_by_its_version_and_digest(image: str) -> None:
    if image not in WITHOUT:
        assert PINNED.fullmatch(image), f"{image} in {used()[image]}"


def test_the_images_without_a_digest_are_used() -> None:
    assert used().keys() >= WITHOUT


def test_a_tag_has_one_digest() -> None:
    tags = [image.partition("@")[0] for image in used()]
    assert sorted(tags) == sorted(set(tags))


def test_our_images_are_named_by_the_version_of_what_is_in_them() -> None:
    base = next(image for image in used() if image.startswith("pgvector/"))
    version = base.partition("@")[0].partition(":")[2]
    assert stack.services()["db"]["image"] == f"{OURS}db:{version}"


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_a_package_of_python_is_installed_by_hash(file: Path) -> None:
    """What is built is built by what is there: pip would fetch the newest setuptools for it."""
    text = file.read_text().replace("\\\n", " ")
    for words in re.findall(r"pip install ([^\n&]*)", text):
        own = words.split()[-2:] == ["--editable", "."] and "--no-deps" in words
        assert own or "--require-hashes" in words, words
        assert "--no-build-isolation" in words or "--only-binary :all:" in words, words


def digests(folder: Path, *words: str, known: str = "5" * 64) -> "subprocess.CompletedProcess[str]":
    """Run .ci/digests in a folder, with a docker that knows one digest."""
    docker = folder / "bin/docker"
    docker.parent.mkdir(exist_ok=True)
    docker.write_text(f'#!/bin/sh\necho "$@" >>"{folder}/asked"\necho sha256:{known}\n')
    docker.chmod(0o755)
    path = {**os.environ, "PATH": f"{docker.parent}:{os.environ['PATH']}"}
    command = ["sh", ROOT / ".ci/digests", *words]
    return subprocess.run(
        command, cwd=folder, env=path, capture_output=True, text=True, check=False
    )


def test_digests_are_compared_with_the_registry_and_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "compose", tmp_path / "compose")
    for file in FILES:
        shutil.copy(file, tmp_path)
    before = (tmp_path / "compose.yaml").read_text()
    compared = digests(tmp_path)
    assert compared.returncode == 1
    wanted = {f"{image.partition('@')[0]}@sha256:{'5' * 64}" for image in used()}
    assert set(compared.stdout.split()) == wanted
    assert (tmp_path / "compose.yaml").read_text() == before
    assert digests(tmp_path, "--write").returncode == 1
    text = "".join(file.read_text() for file in sorted(tmp_path.glob("compose*.yaml")))
    text += "".join(file.read_text() for file in sorted(tmp_path.glob("compose/*/Dockerfile")))
    assert set(re.findall(r"(?:image:|FROM) (?!eagle-sign/)(\S+)", text)) == wanted
    again = digests(tmp_path)
    assert (again.returncode, again.stdout) == (0, "")


def test_a_registry_that_does_not_answer_changes_nothing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    (tmp_path / "compose").mkdir()
    done = digests(tmp_path, "--write", known="")
    assert done.returncode == 1
    assert (tmp_path / "compose.yaml").read_text() == (ROOT / "compose.yaml").read_text()
    assert "imagetools inspect" in (tmp_path / "asked").read_text()
