"""Tests of the audit commands."""
