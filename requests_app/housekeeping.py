"""What the clock asks for: small sweeps over what the database says is due. Running one twice does nothing twice."""

from datetime import timedelta
from typing import Final

from celery import shared_task

from requests_app.bundle import services as bundle
from requests_app.vault import services as vault
from requests_app.verification import services as verification

_LEFTOVER: Final = timedelta(minutes=15)


@shared_task(name="housekeeping.lapse")
def lapse() -> None:
    verification.lapse()


@shared_task(name="housekeeping.tidy")
def tidy() -> None:
    bundle.expire()
    vault.tidy(_LEFTOVER)
