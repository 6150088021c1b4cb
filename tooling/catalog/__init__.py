"""Steel sections and code clauses: reading, cross-checking, loading, looking up."""

from tooling.catalog.defaults import default_sources, missing_sources
from tooling.catalog.loading import import_file, is_current
from tooling.catalog.report import Report

__all__ = ["Report", "default_sources", "import_file", "is_current", "missing_sources"]
