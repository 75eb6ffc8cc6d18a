"""`manage.py sweep`: the ledger's sweeper."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from requests_app.ledger.sweeper import Sweeper


class Command(BaseCommand):
    help = "Find due steps and wake workers; run the steps here while the broker is away."

    def handle(self, *_: Any, **__: Any) -> None:
        stopped = False

        def stop(*_: Any) -> None:
            nonlocal stopped
            stopped = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        Sweeper(lambda: stopped).run()
