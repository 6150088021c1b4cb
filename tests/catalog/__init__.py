"""Errors planted in copies of the steel catalog, and how many of them are caught."""
