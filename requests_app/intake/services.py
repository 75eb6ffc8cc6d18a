"""Every channel ends here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from requests_app.brands.models import Brand
from requests_app.correspondence.addresses import mailbox
from requests_app.deadlines.dates import NoLaw, edition, prompt, under
from requests_app.deadlines.laws import reason_of
from requests_app.deadlines.limits import Happened
from requests_app.emails import canonical_email
from requests_app.jurisdictions.choice import Choice, Granted, choose
from requests_app.jurisdictions.names import of_law
from requests_app.jurisdictions.tables import Person
from requests_app.jurisdictions.vocabulary import Right as LawRight
from requests_app.keys.crypto import keyed_index
from requests_app.rights import RIGHTS
from requests_app.rights.base import Right
from requests_app.rights.erasure import Ground
from requests_app.values import CUSTOMER, Actor, Extent, Scope
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import open_dsr, today_of

# What no law lists among its rights: every shop hears complaints. An appeal is offered on the page of what it is about.
_OF_EVERY_SHOP: Final = tuple(right for right in RIGHTS.values() if not of_law(right.name) and not right.concerns)
FACTS: Final = (
    "postcode", "order_number", "birth_date", "phone_number", "street", "city", "country", "customer_number",
)  # fmt: skip


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
    residence: str = ""  # a country, or a region of it: `FR`, `US-CA`
    person_kind: str = Person.CUSTOMER
    customer_id: str | None = None  # as the shop itself signed it, never as somebody typed it
    scope: str = ""  # of an erasure, as `Scope` writes it
    ground: str = ""  # of an erasure: a `rights.erasure.Ground`
    copy_first: bool = False
    before: UUID | None = None  # of a copy: the erasure that waits until it is answered
    wish: Mapping[str, Any] = field(default_factory=dict)  # what the right's own form asks: by `Right.asks`, as JSON
    concerns: SubjectRequest | None = None  # of an appeal, and of a complaint that is about a request
    postal_address: str = ""  # of somebody without an e-mail address, as it was given
    received_on: date | None = None  # of a case that another tool began: the clocks run from that day
    key: UUID | None = None  # the same key is the same filing, however often it is sent


@dataclass(frozen=True, slots=True)
class Offer:
    """A right that somebody has at a brand. `grants`: the laws that give it; none where the brand grants it of its own accord.

    `right` is None where no form serves it yet: it is asked for in one's own words.
    """

    name: str
    right: Right | None
    grants: tuple[Granted, ...]


def laws_for(brand: Brand, residence: str, *, kind: str = Person.CUSTOMER, today: date | None = None) -> Choice:
    """Return the laws for somebody who lives at `residence` (empty: not said) and asks `brand`.

    Raises:
        ImpossiblePlace: there is no such place.
    """
    today = today or timezone.localdate(timezone=ZoneInfo(brand.time_zone))
    return choose(residence or None, brand.establishment, kind, today, switched_on=frozenset(brand.laws_on))


def offers(brand: Brand, choice: Choice) -> tuple[Offer, ...]:
    """Return every right that holds for this person at `brand`, by law or because the brand grants it to everybody."""
    granted = choice.rights()
    names = [name for name in LawRight if name in granted or name in brand.rights.get("voluntary", ())]
    by_law = (Offer(name, right, granted.get(name, ())) for name in names for right in _forms(name) or (None,))
    return (*by_law, *(Offer(right.name, right, ()) for right in _OF_EVERY_SHOP))


def _forms(name: LawRight) -> tuple[Right, ...]:
    """Return the rights of the product that carry out the law's right `name`."""
    return tuple(right for right in RIGHTS.values() if name in of_law(right.name))


def rights_of(brand: Brand, choice: Choice | None = None) -> tuple[Right, ...]:
    """Return the rights that can be asked for with a form."""
    return tuple(offer.right for offer in offers(brand, choice or laws_for(brand, "")) if offer.right)


def binding(brand: Brand, choice: Choice, right: str = LawRight.ACCESS) -> str:
    """Return the law whose date would come first for a request of today."""
    happened = Happened(start=choice.today)
    return under(choice.names or [brand.regime], right=right, brand=brand, happened=happened).regime


@transaction.atomic
def open_request(brand: Brand, application: Application, *, by: Actor) -> SubjectRequest:
    """Take a request down, with both due dates. The journey begins when the transaction commits.

    Raises:
        NotOffered: `application.right` is none that the brand offers.
        NotAnAddress: no letter can be written to the address.
        ImpossiblePlace: nobody lives there.
        ValueError: an erasure has a scope or a ground that is none, or the wish tells what the right's form does not ask.
    """
    number = uuid5(application.key, brand.slug) if application.key else uuid4()
    if application.key and (filed := _filed(number)):
        return filed
    index = index_of(application)
    return open_dsr(
        by=by,
        id=number,
        brand=brand,
        right=application.right,
        residence=application.residence,
        person_kind=application.person_kind,
        channel=application.channel,
        language=brand.language_for(application.language),
        email=application.email or None,
        postal_address=None if application.email else application.postal_address or None,
        email_index=index,
        name=application.name,
        facts={kind: value for kind, value in application.facts.items() if kind in FACTS and value},
        details=application.details,
        customer_id=application.customer_id,
        before_id=application.before,
        concerns=application.concerns,
        **_wanted(application),
        **_begun(brand, application),
        **_under_the_law(brand, application),
    )


def copy_before(dsr: SubjectRequest) -> SubjectRequest | None:
    """File the request for a copy that is to be answered before `dsr` is carried out; None where the shop gives no copy.

    It says of the person what `dsr` says, and is one, however often it is filed.
    """
    application = Application(
        right=LawRight.ACCESS, email=dsr.email or "", postal_address=dsr.postal_address or "", name=dsr.name,
        language=dsr.language, facts=dsr.facts or {},
        channel=dsr.channel, residence=dsr.residence, person_kind=dsr.person_kind, customer_id=dsr.customer_id,
        key=uuid5(dsr.pk, "copy"), before=dsr.pk,
    )  # fmt: skip
    try:
        return open_request(dsr.brand, application, by=CUSTOMER)
    except NotOffered:
        return None


def index_of(application: Application) -> bytes:
    """Return by what requests of the same mailbox are found; without one, of the same name at the same postal address.

    Of a refusal by telephone alone, those of the same number.

    Raises:
        NotAnAddress: no letter can be written to the address.
    """
    if application.postal_address and not application.email:
        if application.concerns is not None and application.concerns.is_by_post:
            return bytes(application.concerns.email_index)
        return postal_index(application.name, application.postal_address)
    number = application.facts.get("phone_number", "")
    if not application.email and number and not RIGHTS[application.right].needs_proof:
        return keyed_index("phone_number", number)
    mailbox(application.email)
    return address_index(application.email)


def _wanted(application: Application) -> dict[str, Any]:
    """Return what the right's own form asked, and of an erasure what it is about and what it rests on."""
    if application.right != LawRight.ERASURE:
        return {"wish": _told(RIGHTS[application.right], application.wish)} if application.wish else {}
    scope = Scope.read(application.scope or Extent.EVERYTHING)
    ground = Ground(application.ground) if application.ground else ""
    return {"scope": str(scope), "ground": ground, "copy_first": application.copy_first}


def _begun(brand: Brand, application: Application) -> dict[str, Any]:
    """Return when a case of another tool came there, and that it comes here now; of one that begins here, nothing."""
    if application.received_on is None:
        return {}
    now, noon = timezone.now(), datetime.combine(application.received_on, time(12), ZoneInfo(brand.time_zone))
    return {"received_at": min(noon, now), "taken_over_at": now}


def _under_the_law(brand: Brand, application: Application) -> dict[str, Any]:
    """Return the laws of a new request, why they are, and the dates that they give it; what is about another stays under its laws.

    Raises:
        NotOffered: none of them grants the right.
    """
    today = application.received_on or today_of(brand)
    choice = laws_for(brand, application.residence, kind=application.person_kind, today=today)
    _offered(brand, choice, application)
    about, happened = application.concerns, Happened(start=today)
    laws = laws_of(about) if about else choice.names or (brand.regime,)
    try:
        due = under(laws, right=application.right, brand=brand, happened=happened)
    except NoLaw:  # nobody has to decide on an appeal
        raise NotOffered(application.right) from None
    return {
        "regime": due.regime, "regimes": list(laws if about else choice.names),
        "law_reason": about.law_reason if about else reason_of(choice), "due_legal_on": due.legal_on,
        "due_safe_on": prompt(brand, application.ground, today, due.safe_on), "dates_by": edition(),
    }  # fmt: skip


def _offered(brand: Brand, choice: Choice, application: Application) -> None:
    """Raises: NotOffered: `brand` does not give that right to this person, or the request that it is about is none of theirs."""
    right, about = RIGHTS.get(application.right), application.concerns
    if right is None or (right.concerns and about is None):
        raise NotOffered(application.right)
    if about is not None and (about.brand_id != brand.pk or bytes(about.email_index) != index_of(application)):
        raise NotOffered(application.right)
    if not right.concerns and right not in rights_of(brand, choice):
        raise NotOffered(application.right)


def _told(right: Right, wish: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := wish.keys() - right.asks:
        raise ValueError(f"{right.name} does not ask for {', '.join(sorted(unknown))}")
    return dict(wish)


def _filed(number: UUID) -> SubjectRequest | None:
    """Return what was filed under `number`; the lock makes the second of two at the same moment see the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(number.bytes[:8], signed=True)])
    return SubjectRequest.objects.select_related("brand").filter(pk=number).first()


def postal_index(name: str, address: str) -> bytes:
    """Return by what the requests of one name at one postal address are found; blanks, signs and case do not count."""
    return keyed_index("postal_address", "".join(sign for sign in f"{name}{address}".casefold() if sign.isalnum()))


def address_index(address: str) -> bytes:
    """Return by what the requests of one mailbox are found. Raises: NotAnAddress: `address` cannot be one."""
    return keyed_index("email", canonical_email(address))
