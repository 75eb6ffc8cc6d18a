"""Every channel ends here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4, uuid5

from django.db import connection, transaction

from requests_app.brands.models import Brand
from requests_app.correspondence.addresses import mailbox
from requests_app.deadlines.services import clock
from requests_app.emails import canonical_email
from requests_app.jurisdictions import REGIMES
from requests_app.keys.crypto import keyed_index
from requests_app.rights import RIGHTS
from requests_app.rights.base import Right
from requests_app.values import Actor
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import open_dsr, today_of

FACTS: Final = ("postcode", "order_number", "birth_date", "phone_number")


class NotOffered(Exception):
    """The brand's law grants no such right, or the product does not carry it out."""


@dataclass(frozen=True, slots=True)
class Application:
    """What a person asks for, as the form took it down."""

    right: str
    email: str
    name: str
    language: str
    facts: Mapping[str, str] = field(default_factory=dict)
    details: str = ""
    channel: str = "form"
    key: UUID | None = None  # the same key is the same filing, however often it is sent


def rights_of(brand: Brand) -> tuple[Right, ...]:
    """Return the rights that `brand` offers: granted by its law, and carried out here."""
    granted = REGIMES[brand.regime].rights
    return tuple(right for name, right in RIGHTS.items() if name in granted)


@transaction.atomic
def open_request(brand: Brand, application: Application, *, by: Actor) -> SubjectRequest:
    """Take a request down, with both due dates. The journey begins when the transaction commits.

    Raises:
        NotOffered: `application.right` is none that the brand offers.
        NotAnAddress: no letter can be written to the address.
    """
    number = uuid5(application.key, brand.slug) if application.key else uuid4()
    if application.key and (filed := _filed(number)):
        return filed
    mailbox(application.email)
    if application.right not in {right.name for right in rights_of(brand)}:
        raise NotOffered(application.right)
    today = today_of(brand)
    due = clock(today, regime=brand.regime, establishment=brand.establishment)
    return open_dsr(
        by=by,
        id=number,
        brand=brand,
        right=application.right,
        regime=brand.regime,
        channel=application.channel,
        language=brand.language_for(application.language),
        email=application.email,
        email_index=address_index(application.email),
        name=application.name,
        facts={kind: value for kind, value in application.facts.items() if kind in FACTS and value},
        details=application.details,
        due_legal_on=due.legal_on,
        due_safe_on=due.safe_on,
    )


def _filed(number: UUID) -> SubjectRequest | None:
    """Return what was filed under `number`; the lock makes the second of two at the same moment see the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(number.bytes[:8], signed=True)])
    return SubjectRequest.objects.select_related("brand").filter(pk=number).first()


def address_index(address: str) -> bytes:
    """Return by what the requests of one mailbox are found. Raises: NotAnAddress: `address` cannot be one."""
    return keyed_index("email", canonical_email(address))
