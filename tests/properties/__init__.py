"""Random histories of accounts, as the application makes them, against a model in Python."""
