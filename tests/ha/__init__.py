"""Three servers under Patroni: what is lost, and for how long nobody writes, when one goes."""
