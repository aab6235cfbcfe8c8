"""Scenarios: the changed place, its audit, and a session that follows single changes."""
