"""Which room acts when a request enters a state."""
