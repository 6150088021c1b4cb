"""Reading SQL by PostgreSQL's own parser."""
