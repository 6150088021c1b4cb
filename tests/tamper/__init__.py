"""Tamperings with the audit log as a superuser, and what sees each."""
