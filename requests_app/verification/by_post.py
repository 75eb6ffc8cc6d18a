"""Proof for a person without an e-mail address: figures that go where the shop's own record says, and are said back.

They stand in a letter to the held address, or are read out on a held number; the person says them back by telephone, by post
or on the portal, with the reference. As many guesses as for any figures. See docs/decisions/032-served-by-post.md.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.correspondence.models import Letter
from requests_app.correspondence.services import write
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER, Actor
from requests_app.verification import codes, services
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import NoSuchLink, NotProven, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import StaleState, State, locked

LETTER_LASTS: Final = timedelta(days=30)
CALL_LASTS: Final = timedelta(hours=1)


@transaction.atomic
def write_code(dsr: SubjectRequest, *, by: Officer) -> Letter:
    """Write the letter with new figures to the address that the shop holds; figures from before are good no more.

    Raises:
        TooSoon: ten were made for this request, or three letters a day, or one within ten minutes.
        StaleState: nobody has to prove anything any more.
    """
    dsr = _waiting(dsr)
    if not services.may_write(dsr, "post_code"):
        raise TooSoon
    code = _fresh(dsr)
    letter = write(dsr, "post_code", links={"code": services.code_page(dsr)}, code=f"{code[:3]} {code[3:]}")
    _good_for(dsr, LETTER_LASTS, letter)
    record("proof.asked", by=by.actor, dsr_id=dsr.pk, way="letter")
    return letter


@transaction.atomic
def read_out(dsr: SubjectRequest, *, by: Officer) -> str:
    """Return new figures to be read out on a number that the shop holds; they are good for an hour.

    Raises:
        TooSoon, StaleState: as `write_code`.
    """
    dsr = _waiting(dsr)
    code = _fresh(dsr)
    _good_for(dsr, CALL_LASTS, None)
    record("proof.asked", by=by.actor, dsr_id=dsr.pk, way="telephone")
    return code


@transaction.atomic
def take_back(dsr: SubjectRequest) -> None:
    """Let figures be good no more: the person is looked for anew."""
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.CONFIRM, revoked_at=None).update(revoked_at=Now())


def said_back(dsr: SubjectRequest, code: str, *, by: Actor = CUSTOMER) -> SubjectRequest:
    """Accept the proof where `code` is what was sent or read out last; a wrong one is counted.

    Raises:
        NoSuchLink: there are no figures that are good, or somebody was quicker.
        NotProven: it is wrong, or five were.
    """
    challenge = Challenge.objects.in_force().filter(dsr=dsr, purpose=Purpose.CONFIRM, used_at=None).first()
    if challenge is None or not challenge.dsr.is_by_post:
        raise NoSuchLink
    return services.confirm(challenge, code=codes.plain(code), by=by)


def told(brand: Brand, reference: str, code: str) -> SubjectRequest | Challenge:
    """Return what reference and code, as a letter says them, open: the proven request, or the link that the code stands for.

    Raises:
        NoSuchLink: nothing, and nobody learns which of the two was wrong.
    """
    dsr = SubjectRequest.objects.select_related("brand").filter(brand=brand, reference=reference.strip().upper()).first()
    if dsr is None:
        raise NoSuchLink
    if codes.is_short(code):
        try:
            return said_back(dsr, code)
        except NotProven:
            raise NoSuchLink from None
    found = services.opened(codes.plain(code))
    if found.dsr_id != dsr.pk:
        raise NoSuchLink
    return found


def _waiting(dsr: SubjectRequest) -> SubjectRequest:
    dsr = locked(dsr)
    if dsr.stage != State.VERIFYING or not dsr.is_by_post:
        raise StaleState(f"{dsr.reference} is past that")
    return dsr


def _fresh(dsr: SubjectRequest) -> str:
    take_back(dsr)
    return services.new_code(dsr)


def _good_for(dsr: SubjectRequest, lasts: timedelta, letter: Letter | None) -> None:
    """Let the figures be good for so long: of a letter, from the day on which it is posted."""
    services.link(dsr, Purpose.CONFIRM, lasts)
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.CONFIRM, revoked_at=None).update(letter=letter)
