"""Pages of API proxies and products."""
