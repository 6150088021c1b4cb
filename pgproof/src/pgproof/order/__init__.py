"""Migrations of two branches: whether they make one database in either order."""
