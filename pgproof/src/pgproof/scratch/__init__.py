"""Scratch databases: made on a server beside the database in question, and dropped afterwards."""
