"""A PostgreSQL server of our own: its folders, its processes, and the embedded one of a project."""
