"""Synthetic tenant data of any size: realistic in its skew, the same for the same seed."""
