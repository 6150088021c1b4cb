"""Checks before and after a deploy, and what a superuser hands over."""
