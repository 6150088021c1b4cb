"""Partitions by time: made ahead, retired by policy to checked archives, and brought back."""
