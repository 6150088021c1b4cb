"""The compose files: what they say, and their programs started as they say, without containers."""
