"""The test run's settings for processes of their own, with leases of seconds instead of minutes."""

from dsar.settings.test import *  # noqa: F403

LEDGER_LEASE_DELAY = 2
LEDGER_HEARTBEAT_DELAY = 0.5  # type: ignore[assignment]  # seconds may be parts of one
LEDGER_POLL_DELAY = 0.5  # type: ignore[assignment]  # seconds may be parts of one
LEDGER_WAKE_DELAY = 1.5  # type: ignore[assignment]  # seconds may be parts of one
LEDGER_PATIENCE = 0.02
