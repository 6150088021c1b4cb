"""Which file a function's body stands in, so that reports can point at a line."""

from pathlib import Path

from pgproof.settings import Settings


class Sources:
    """The files of SQL of a project: of the schema as it is, then migrations, the newest first."""

    def __init__(self, settings: Settings):
        folders = [settings.present, settings.migrations]
        self._texts: dict[Path, str] = {}
        for folder in folders:
            if folder is not None and folder.is_dir():
                for file in sorted(folder.rglob("*.sql"), reverse=folder == settings.migrations):
                    if file.is_file() and not file.name.endswith(".rollback.sql"):
                        text = file.read_text(encoding="utf-8", errors="replace")
                        self._texts[_named(file, settings.root)] = text

    def place(self, body: str) -> tuple[Path | None, int]:
        """Return the file that contains a body, and the line that it begins in; None if none."""
        for file, text in self._texts.items():
            at = text.find(body)
            if at >= 0 and body.strip():
                return file, text.count("\n", 0, at) + 1
        return None, 1


def _named(file: Path, root: Path) -> Path:
    return file.relative_to(root) if file.is_relative_to(root) else file
