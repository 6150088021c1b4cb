"""pgTAP and pg_prove out of Debian's or Ubuntu's packages, unpacked into build/ without root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.servers import BUILD

PROVE_PACKAGE = "libtap-parser-sourcehandler-pgtap-perl"
PGTAP_PACKAGE = re.compile(r"^postgresql-(\d+)-pgtap\b", re.MULTILINE)
FOLDER = BUILD / "pgtap"
ADVICE = f"apt install postgresql-pgtap {PROVE_PACKAGE}"


class MissingError(Exception):
    """Something that pg_prove needs cannot be had; the message says what and how to help."""


def extension() -> Path:
    """Return the folder with pgTAP's control and SQL files. Raises MissingError."""
    found = sorted(_unpacked().glob("usr/share/postgresql/*/extension/pgtap.control"))
    if not found:
        raise MissingError(f"no pgtap.control in {FOLDER}: remove the folder and try again")
    return found[-1].parent


def prove_command() -> list[str]:
    """Return the command line of pg_prove, without arguments. Raises MissingError."""
    root = _unpacked()
    command = ["perl", f"-I{root}/usr/share/perl5", f"{root}/usr/bin/pg_prove"]
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise MissingError("pg_prove needs perl: apt install perl") from error
    if done.returncode:
        raise MissingError(f"pg_prove does not run: {done.stderr.strip()}: apt install perl")
    return command


def _unpacked() -> Path:
    if not FOLDER.is_dir():
        scratch = FOLDER.with_name("pgtap.half-made")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            _download(scratch, [])
        except subprocess.CalledProcessError:
            _download(scratch, _private_lists())
        except OSError as error:
            raise MissingError(f"no apt-get here: install pgTAP by hand ({ADVICE})") from error
        for package in scratch.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, scratch], check=True)
        scratch.rename(FOLDER)
    return FOLDER


def _download(folder: Path, options: list[str]) -> None:
    """Fetch the packages with what apt knows. Raises CalledProcessError, MissingError, OSError."""
    search = ["apt-cache", *options, "search", "--names-only", "^postgresql-[0-9]+-pgtap$"]
    found = subprocess.run(search, capture_output=True, text=True, check=True).stdout
    versions = sorted(map(int, PGTAP_PACKAGE.findall(found)))
    if not versions and options:
        raise MissingError(f"apt has no package of pgTAP on this machine ({ADVICE})")
    names = [f"postgresql-{versions[-1] if versions else 0}-pgtap", PROVE_PACKAGE]
    quiet = ["-qq", "-o", "APT::Sandbox::User=root"]
    subprocess.run(
        ["apt-get", *quiet, *options, "download", *names],
        cwd=folder,
        check=True,
        stderr=None if options else subprocess.DEVNULL,
    )


def _private_lists() -> list[str]:
    """Return options for apt with fresh package lists of its own, as a machine may have none."""
    home = BUILD / "apt"
    (home / "state/lists/partial").mkdir(parents=True, exist_ok=True)
    (home / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    (home / "apt.conf").write_text(
        f'Dir::State "{home}/state";\nDir::Cache "{home}/cache";\n'
        'Dir::State::status "/var/lib/dpkg/status";\n'
    )
    options = ["-o", f"Dir::State={home}/state", "-o", f"Dir::Cache={home}/cache"]
    options += ["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "APT::Sandbox::User=root"]
    try:
        environment = {**os.environ, "LC_ALL": "C"}
        subprocess.run(["apt-get", "-qq", *options, "update"], check=True, env=environment)
    except subprocess.CalledProcessError as error:
        raise MissingError(f"apt-get update failed: pgTAP cannot be had ({ADVICE})") from error
    return options
