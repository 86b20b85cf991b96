"""REST API of virtual hosts and host requests."""
