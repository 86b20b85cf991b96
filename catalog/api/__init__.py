"""REST API of API proxies and products."""
