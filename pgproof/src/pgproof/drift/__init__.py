"""What differs between a database and what its ledger says it should be. Writes nothing."""
