"""Monitoring, tried: the real programs on a real server, each alert by the fault it is about."""
