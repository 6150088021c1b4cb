"""What isolation of accounts and verification of the audit log cost."""
