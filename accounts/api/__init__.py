"""REST API of accounts, people, keys and the audit trail."""
