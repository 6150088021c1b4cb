"""The postmaster.pid of a data directory: what a server says of itself."""

from dataclasses import dataclass
from pathlib import Path

from tooling.server import processes


@dataclass(frozen=True)
class PidFile:
    """The lines of the file; none if there is no file, or it cannot be read."""

    data_dir: Path
    lines: tuple[str, ...]

    @classmethod
    def of(cls, data_dir: Path) -> "PidFile":
        """Read the file."""
        try:
            text = (data_dir / "postmaster.pid").read_text(encoding="utf-8")
        except OSError:
            text = ""
        return cls(data_dir, tuple(text.splitlines()))

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, if it runs."""
        if not self.lines or not self.lines[0].strip().lstrip("-").isdigit():
            return None
        pid = abs(int(self.lines[0]))
        return pid if processes.works_in(pid, self.data_dir) else None

    @property
    def is_moved(self) -> bool:
        """Whether the data directory has another path than when the server was started."""
        return len(self.lines) > 1 and Path(self.lines[1]) != self.data_dir

    @property
    def has_programs(self) -> bool:
        """Whether its programs, and with them its libraries, are where it was started from."""
        try:
            words = (self.data_dir / "postmaster.opts").read_text(encoding="utf-8")
        except OSError:
            return True
        return Path(words.partition(' "')[0].strip()).exists()

    @property
    def socket_dir(self) -> Path | None:
        """The folder of its socket."""
        return Path(self.lines[4]) if len(self.lines) > 4 and self.lines[4] else None

    @property
    def says_ready(self) -> bool:
        """Whether the server accepts connections, or did when it ended."""
        return len(self.lines) > 7 and self.lines[7].strip() == "ready"
