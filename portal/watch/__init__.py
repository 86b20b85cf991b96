"""How the portal is: metrics for Prometheus, health, and the id of each request.

docs/guides/operations.md says what to do with it.
"""
