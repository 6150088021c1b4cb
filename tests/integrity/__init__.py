"""Faults planted in a database, and whether `tooling integrity` finds each."""
