"""Backups: Barman driven by commands, verified, copied elsewhere, restored, and proven."""
