"""Erasing in a SQL system: what its schema forbids, how fields are overwritten, what is to become of which record, and the run."""
