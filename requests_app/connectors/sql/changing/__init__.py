"""Changing single values in a SQL system."""
