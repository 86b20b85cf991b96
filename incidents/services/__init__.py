"""Writes of the app: raising and working incidents, secure links, evidence."""
