"""A migration runner for PostgreSQL: plain SQL files, applied once each, whatever happens."""
