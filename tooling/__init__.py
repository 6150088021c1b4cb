"""Migrate, fill, check and recover the Eagle Sign database."""
