"""A purpose that is new in a system's description is announced, with a way out, before data serves it.

Source: GDPR Art. 13(3), 14(4).
"""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.audit.services import record
from requests_app.brands.notices import AUDIENCES
from requests_app.connectors.base import Purpose, SourceFault
from requests_app.correspondence.services import worded
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.audiences import audience
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.optouts.models import SeenPurpose
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.values import SYSTEM, Side

OUT_BY_RIGHT = {"consent": "withdraw_consent", "legitimate_interest": "objection"}


@transaction.atomic
def look(source: Source) -> int:
    """Compare the purposes of a system's description with those seen before; return how many are new and wait for an officer.

    What is there when a system is first looked at is no news: the people in it were told when their data was taken.

    Raises:
        SourceFault: the description cannot be used.
    """
    source = Source.objects.select_for_update().select_related("brand").get(pk=source.pk)
    known = set(source.seen_purposes.values_list("title", "legal_basis"))
    now = {(purpose.title["en"][:200], purpose.legal_basis): purpose for purpose in _purposes(source)}
    new = [
        SeenPurpose(source=source, title=at[0], words=dict(one.title), legal_basis=at[1])
        for at, one in now.items()
        if at not in known
    ]
    if not known:
        for one in new:
            one.settled_at = Now()
    SeenPurpose.objects.bulk_create(new, ignore_conflicts=True)
    if known and new:
        record("purpose.new", by=SYSTEM, source=source.name, brand=source.brand.slug, purposes=len(new))
        latest = max(one.pk for one in _waiting(source))
        for officer in audience(source.brand, AUDIENCES, Side(source.side)):
            enqueue("optouts.announce", key=f"purpose:{source.pk}:{latest}:{officer.pk}", source=source, officer=officer.pk)
    return len(new) if known else 0


def _purposes(source: Source) -> list[Purpose]:
    return [purpose for one in inventory(source).collections for purpose in one.purposes]


def _waiting(source: Source) -> QuerySet[SeenPurpose]:
    return source.seen_purposes.filter(settled_at=None)


def waiting_for(officer: Officer) -> QuerySet[SeenPurpose]:
    """Return the new purposes of systems for which `officer` answers, the oldest first."""
    mine = Source.objects.filter(policy.within(officer, Action.ANSWER))
    return SeenPurpose.objects.filter(settled_at=None, source__in=mine).select_related("source__brand")


@transaction.atomic
def settle(purpose: SeenPurpose, *, by: Officer, told_on: date, note: str) -> bool:
    """Note on which day people were told of a new purpose, and how; False where somebody noted it before."""
    open_ = SeenPurpose.objects.filter(pk=purpose.pk, settled_at=None)
    if not open_.update(settled_at=Now(), settled_by=by, told_on=told_on, note=note):
        return False
    record(
        "purpose.announced", by=by.actor, source=purpose.source.name, brand=purpose.source.brand.slug, told_on=told_on.isoformat()
    )
    return True


def notice(purpose: SeenPurpose, language: str) -> tuple[str, str]:
    """Return subject and text of the notice that the shop sends to the people concerned: what is new, and the way out."""
    brand = purpose.source.brand
    right = OUT_BY_RIGHT.get(purpose.legal_basis, "object_direct_marketing")
    way = reverse("portal:request", kwargs={"brand": brand.slug, "language": language, "right": right})
    title = purpose.words.get(language) or purpose.title
    return worded(brand, "new_purpose", language=language, purpose=title, links={"way_out": settings.DSAR_BASE_URL + way})


@transaction.atomic
def look_everywhere() -> int:
    """Look at the purposes of every system; return how many are new. A description that cannot be used is told elsewhere."""
    new = 0
    for source in Source.objects.searched():
        try:
            new += look(source)
        except SourceFault:
            continue
    return new
