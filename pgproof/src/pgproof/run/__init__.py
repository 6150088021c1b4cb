"""Everything that writes: the lock, the session, the statements, and what follows a fault."""
