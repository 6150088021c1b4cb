"""Tests of the checks before a deploy."""
