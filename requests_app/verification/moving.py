"""Somebody who was written to on paper and has an e-mail address now: moved there once both places are proven.

A link goes to the mailbox, figures to the held postal address: only who has both is written to by mail. Whoever telephones and
names a mailbox has neither.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.services import write, written_lately
from requests_app.emails import canonical_email
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER
from requests_app.verification import codes, services
from requests_app.verification.by_post import LETTER_LASTS
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import LETTERS_A_DAY, RESEND_AFTER, NoSuchLink, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import StaleState, locked

_MAIL = "move_to_mail"


@transaction.atomic
def offer(dsr: SubjectRequest, address: str, *, by: Officer) -> None:
    """Mail a link to `address`, and write figures to the held postal address.

    Raises:
        NotAnAddress: no letter can be written to `address`.
        TooSoon: enough letters went there for now, or ten codes were made for this request.
        StaleState: the person is not proven, is written to by mail already, or the request is over.
    """
    index, dsr = keyed_index("email", canonical_email(mailbox(address))), locked(dsr)
    if not dsr.is_by_post or dsr.verified_at is None or not dsr.is_open:
        raise StaleState(f"{dsr.reference} is past that")
    if written_lately(index, _MAIL, timedelta(days=1)) >= LETTERS_A_DAY or written_lately(index, _MAIL, RESEND_AFTER):
        raise TooSoon
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.MOVE, revoked_at=None).update(revoked_at=Now())
    code = services.new_code(dsr)
    write(dsr, "post_mail", links={}, code=f"{code[:3]} {code[3:]}")
    link = services.link(dsr, Purpose.MOVE, LETTER_LASTS, on_paper=False)
    letter = write(dsr, _MAIL, links={"move": link}, to=(address, index))
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.MOVE, revoked_at=None).update(letter=letter)
    record("address.mail_offered", by=by.actor, dsr_id=dsr.pk)


def move(challenge: Challenge, code: str) -> SubjectRequest:
    """Write to the mailbox from now on to which the link of `challenge` went. What is printed already goes by post still.

    Raises:
        NoSuchLink: somebody used the link first, it has ended, or the request is forgotten.
        NotProven: the figures are wrong.
    """
    services.spend_try(challenge.dsr, codes.plain(code))
    with transaction.atomic():
        dsr = locked(challenge.dsr)
        usable = Challenge.objects.in_force().filter(pk=challenge.pk, purpose=Purpose.MOVE, used_at=None)
        if challenge.letter is None or challenge.letter.address is None or not usable.update(used_at=Now()):
            raise NoSuchLink
        dsr.email, dsr.email_index = challenge.letter.address, bytes(challenge.letter.address_index)
        dsr.save(update_fields=["email", "email_index"])
        record("address.moved_to_mail", by=CUSTOMER, dsr_id=dsr.pk)
    return dsr
