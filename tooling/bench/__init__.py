"""Measures this schema against plain tables that hold the same rows, on one server in one run."""
