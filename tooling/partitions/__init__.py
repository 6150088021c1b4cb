"""Partitions by month: made ahead, retired by policy to checked archives, and brought back."""
