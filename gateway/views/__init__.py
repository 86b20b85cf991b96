"""Pages of deployments and nodes."""
