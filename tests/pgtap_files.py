"""pgTAP and pg_prove out of Debian's or Ubuntu's packages, unpacked into build/ without root."""

import subprocess
from pathlib import Path

from tests.servers import BUILD
from tooling.errors import RefusedError
from tooling.packages import debian

PROVE_PACKAGE = "libtap-parser-sourcehandler-pgtap-perl"
PGTAP_PACKAGE = "postgresql-*-pgtap"
FOLDER = BUILD / "pgtap"


def extension() -> Path:
    """Return the folder with pgTAP's control and SQL files. Raises RefusedError."""
    found = sorted(_unpacked().glob("usr/share/postgresql/*/extension/pgtap.control"))
    if not found:
        raise RefusedError(f"no pgtap.control in {FOLDER}: remove the folder and try again")
    return found[-1].parent


def prove_command() -> list[str]:
    """Return the command line of pg_prove, without arguments. Raises RefusedError."""
    root = _unpacked()
    command = ["perl", f"-I{root}/usr/share/perl5", f"{root}/usr/bin/pg_prove"]
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise RefusedError("pg_prove needs perl", hint="apt install perl") from error
    if done.returncode:
        raise RefusedError(f"pg_prove does not run: {done.stderr.strip()}", hint="apt install perl")
    return command


def _unpacked() -> Path:
    return debian.unpacked([PROVE_PACKAGE, PGTAP_PACKAGE], FOLDER)
