"""Files out of Debian's or Ubuntu's packages, unpacked into a folder without root."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tooling.errors import RefusedError


def unpacked(packages: Sequence[str], folder: Path) -> Path:
    """Return `folder` with the files of the packages in it, fetched when it is not there.

    Safe when several do it at once. What the packages depend on is not fetched: name it, too. Of
    `postgresql-*-pgtap` the package of the highest version is taken. Raises RefusedError.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name("apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _unpack(packages, folder)
    return folder


def _unpack(packages: Sequence[str], folder: Path) -> None:
    advice = f"apt install {packages[0]}"
    scratch = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        try:
            _download(packages, scratch, [])
        except subprocess.CalledProcessError:
            _download(packages, scratch, _private_lists(folder.with_name("apt")))
        for package in scratch.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, scratch], check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError) as error:
        raise RefusedError(
            f"{packages[0]} is not installed, and its package cannot be fetched: {_said(error)}",
            hint=f"Install it: `{advice}`, or let apt reach its servers and try again.",
        ) from error
    scratch.rename(folder)


def _said(error: OSError | subprocess.CalledProcessError) -> str:
    """Return the last line of what a program said, or what the system did."""
    output = getattr(error, "stderr", None) or b""
    text = output.decode("utf-8", "replace") if isinstance(output, bytes) else output
    return text.strip().splitlines()[-1] if text.strip() else str(error)


def _download(packages: Sequence[str], folder: Path, options: Sequence[str]) -> None:
    names = [_newest(name, options) if "*" in name else name for name in packages]
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", *options, "download", *names]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603


def _newest(pattern: str, options: Sequence[str]) -> str:
    """Return the name with the highest number for `*`; the pattern, if apt knows none."""
    number = pattern.replace("*", "([0-9]+)")
    command = ["apt-cache", *options, "search", "--names-only", f"^{number}$"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    versions = map(int, re.findall(rf"^{number}\b", found, re.MULTILINE))
    return pattern.replace("*", str(max(versions, default="*")))


def _private_lists(home: Path) -> list[str]:
    """Return options for apt with fresh package lists of its own, as a machine may have none."""
    (home / "state/lists/partial").mkdir(parents=True, exist_ok=True)
    (home / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    options = ["-o", f"Dir::State={home}/state", "-o", f"Dir::Cache={home}/cache"]
    options += ["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "APT::Sandbox::User=root"]
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(  # noqa: S603
        ["apt-get", "-qq", *options, "update"],  # noqa: S607
        check=True,
        capture_output=True,
        env=environment,
    )
    return options
