"""Killing the runner, its backend, its connection and the whole server at every statement."""
