"""What a database holds: each object as a name and a definition, read in one statement."""
