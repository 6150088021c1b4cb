"""The migration runner: plain SQL files, applied once each, whatever happens meanwhile."""

from tooling.migration.options import Options, Result
from tooling.migration.run import migrate

__all__ = ["Options", "Result", "migrate"]
