"""Mutation testing: each object is broken in a copy, and the pgTAP tests must fail."""
