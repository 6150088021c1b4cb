"""The images: ours of our Dockerfiles, on stand-ins of Debian's and PyPI's packages."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests import servers
from tests.compose import stack
from tests.conftest import ROOT
from tests.stack.podman import FOLDER, PREFIX, Podman, StepError

CONTAINERFILE = ROOT / "tests/stack/images/Containerfile"
BASE = f"{PREFIX}debian:12"
STAND_INS = {
    "pgvector/pgvector": "postgres",
    "redis": "cache",
    "chrislusf/seaweedfs": "object",
    "quay.io/prometheuscommunity/postgres-exporter": "postgres_exporter",
    "prom/prometheus": "prometheus",
    "prom/alertmanager": "alertmanager",
    "quay.io/coreos/etcd": "etcd",
}
"""Images of registries, each with the stage of the Containerfile that stands in for it."""
MISSING = {
    "opensearchproject/opensearch": "no package of Debian, PyPI or npm has OpenSearch",
    "grafana/grafana": "no package of Debian, PyPI or npm has the server of Grafana",
}
FILES = ("compose.yaml", "compose.ha.yaml")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def repository(image: str) -> str:
    """Return the name of an image without tag and digest."""
    name = image.partition("@")[0]
    return name.rpartition(":")[0] or name


def stand_in(service: stack.Service) -> str | None:
    """Return the image that a service is started on here; None if there is none."""
    name = repository(service["image"])
    if "build" in service:
        return PREFIX + name.rpartition("/")[2]
    return PREFIX + STAND_INS[name] if name in STAND_INS else None


def build(podman: Podman, tell: Callable[[str], None]) -> None:
    """Build every image that the services are started on, as far as something has changed."""
    if podman.attempt("image", "exists", BASE).returncode:
        tell("Debian 12")
        _base(podman)
    context = _context()
    for stage in dict.fromkeys(STAND_INS.values()):
        tell(stage)
        _build(podman, stage, CONTAINERFILE, context, f"--target={stage}")
    for name, service in {one["image"]: one for one in _services() if "build" in one}.items():
        place = ROOT / service["build"]["context"]
        file = place / service["build"].get("dockerfile", "Dockerfile")
        tell(repository(name))
        image = repository(name).rpartition("/")[2]
        _build(podman, image, file, place, f"--from={PREFIX}postgres")


def _services() -> list[stack.Service]:
    return [service for file in FILES for service in stack.services(file).values()]


def _build(podman: Podman, name: str, file: Path, context: Path, *options: str) -> None:
    command = ["build", "--quiet", "--network=host", *options, f"--tag={PREFIX}{name}"]
    podman.run(*command, f"--file={file}", context)


def _base(podman: Podman) -> None:
    """Make Debian 12, with the authorities that this machine trusts: a mirror may need them."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
        archive = Path(scratch) / "base.tar"
        command = ["mmdebstrap", "--variant=minbase", "--include=ca-certificates"]
        if _CERTIFICATES.exists():
            command.append(f"--customize-hook=upload {_CERTIFICATES} {_CERTIFICATES}")
        done = subprocess.run(
            [*command, "bookworm", str(archive)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("E:")]
            raise StepError(f"mmdebstrap: {(said or ['failed'])[-1]}")
        podman.run("import", "--quiet", archive, BASE)


def _context() -> Path:
    """Return a folder with what the Containerfile copies; links would not be followed."""
    context = FOLDER / "context"
    context.mkdir(exist_ok=True)
    programs = servers.bin_dir("16")
    assert programs is not None
    for source in (
        programs.parent,
        Path(sys.executable).with_name("weed"),
        CONTAINERFILE.with_name("docker-entrypoint.sh"),
    ):
        target = context / ("postgresql" if source.is_dir() else source.name)
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        shutil.rmtree(target, ignore_errors=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
            os.utime(target)
        else:
            shutil.copyfile(source, target)
    return context
