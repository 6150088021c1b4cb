"""Project search: an OpenSearch index that follows the audit log."""
