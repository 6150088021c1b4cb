"""Attacks on a filled database, as the roles that an attacker could have; each must be refused.

`python -m tests.attacks` (or `make attacks`) prints a table and writes build/attacks.json.
"""
