"""Which processes run: questions about processes, answered by /proc where there is one."""

import contextlib
import os
from pathlib import Path

HAS_PROC = Path("/proc/self/stat").exists()


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether `pid` runs, is not a zombie, and has `folder` as its working directory."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except PermissionError:
        return True
    except OSError:
        return not HAS_PROC and is_alive(pid)


def is_alive(pid: int) -> bool:
    """Tell whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return state.rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        pass
    if HAS_PROC:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def children_of(parent: int) -> list[int]:
    """Return the process ids of the direct children of `parent`."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(file.parent.name))
    return found
