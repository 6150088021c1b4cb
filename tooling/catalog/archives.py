"""Guards for zip files, which can be cut short or expand without bound."""

import zipfile
import zlib
from pathlib import Path

from tooling.catalog.sources import MEGABYTE
from tooling.errors import InputError

LARGEST_CONTENT = 200 * MEGABYTE
MOST_MEMBERS = 1000


def open_checked(path: Path) -> zipfile.ZipFile:
    """Open a zip file that is whole and of bounded size.

    Every member is expanded once, up to its declared size, and its checksum compared: one that
    expands further, or was damaged, fails. Raises InputError.
    """
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
        content = sum(member.file_size for member in members)
        if len(members) > MOST_MEMBERS or content > LARGEST_CONTENT:
            raise InputError(
                f"{path}: expands to {content // MEGABYTE} MB in {len(members)} members,"
                " more than a shapes database can be",
                hint="Check that it is the right file.",
            )
        for member in members:
            with archive.open(member) as stream:
                while stream.read(MEGABYTE):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InputError(
            f"{path}: damaged or cut short: {error}", hint="Download or copy the file again."
        ) from error
    except RuntimeError as error:
        raise InputError(f"{path}: {error}", hint="Remove the password.") from error
    return archive
