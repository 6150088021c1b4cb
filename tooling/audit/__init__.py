"""The audit log from outside: verifying its chains, and anchoring their heads in signed files."""
