"""One module a check: what it looks for, how bad that is, and what to do about it."""
