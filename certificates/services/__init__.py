"""Writes of the app, by noun."""
