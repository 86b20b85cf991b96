"""REST API of deployments and nodes."""
