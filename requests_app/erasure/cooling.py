"""The time in which the customer may think it over."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.erasure.approving import begin_later
from requests_app.erasure.models import CoolingOff
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, StaleState, State, advance, locked


def cooling_off_until(dsr: SubjectRequest) -> datetime | None:
    """Return until when the customer may cancel; None where nothing waits for that."""
    if dsr.stage != State.COOLING_OFF:
        return None
    return CoolingOff.objects.filter(dsr=dsr).values_list("until", flat=True).first()


@transaction.atomic
def waive_cooling_off(dsr: SubjectRequest) -> bool:
    """Let the erasing begin at once because the customer wants that; False where nothing waits for that any more.

    A shop whose officer decides alone waits all the same (`CoolingOff.earliest`).
    """
    dsr = locked(dsr)
    waiting = CoolingOff.objects.filter(dsr=dsr, waived_at=None)
    if dsr.stage != State.COOLING_OFF or not waiting.update(until=F("earliest"), waived_at=Now()):
        return False
    record("erasure.waited_enough", by=CUSTOMER, dsr_id=dsr.pk)
    begin_later(dsr)
    return True


@transaction.atomic
def cancel(dsr: SubjectRequest) -> bool:
    """Take the request back for the customer; False when the erasing has begun, or it is over."""
    dsr = locked(dsr)
    if Move.WITHDRAW not in dsr.moves:
        return False
    advance(dsr, Move.WITHDRAW, by=CUSTOMER)
    return True


@transaction.atomic
def begin(dsr: SubjectRequest) -> bool:
    """Begin to erase, if the request still waits for that and its time is over; False otherwise."""
    over = CoolingOff.objects.filter(dsr=dsr, until__lte=Now()).exists()
    if not over or dsr.stage != State.COOLING_OFF:
        return False
    try:
        with transaction.atomic():
            advance(dsr, Move.ERASE, by=SYSTEM)
    except StaleState:
        return False  # the customer was quicker
    return True
