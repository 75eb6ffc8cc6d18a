"""Switching channels off in a SQL system."""
