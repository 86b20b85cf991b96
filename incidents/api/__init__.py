"""REST API of incidents, and of the secure link that a partner holds."""
