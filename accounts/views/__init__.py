"""Pages of people, service keys and the audit trail."""
