"""Backups: Barman driven by commands, checked, copied elsewhere, restored, and proven."""
