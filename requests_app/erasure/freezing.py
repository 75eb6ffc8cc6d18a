"""How much is approved at most in an hour and a day: whoever stole two officers' rights does not get far. See T-7.07."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.brands.notices import LEADS
from requests_app.brands.turns import Turn, take_turn
from requests_app.correspondence.services import tell_officers
from requests_app.erasure.models import Freeze
from requests_app.officers.audiences import audience
from requests_app.officers.models import Officer, Role
from requests_app.sources.models import Stop
from requests_app.values import SYSTEM
from requests_app.workflow import wall
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import Move


class Frozen(Exception):
    """Nothing is approved or erased for this brand until a lead has looked."""


class Limited(Exception):
    """One more would be more than the brand wants at once."""


def is_frozen(brand: Brand) -> bool:
    return Freeze.objects.filter(brand=brand, lifted_at=None).exists()


def is_halted(brand: Brand) -> bool:
    """Whether nothing is approved or erased: too much was approved, or somebody stopped all erasures."""
    return is_frozen(brand) or Stop.objects.of_erasures(brand).exists()


def check_limits(brand: Brand) -> None:
    """Let one more erasure be approved, counted one after the other.

    Raises:
        Frozen: the brand is.
        Limited: the last hour or day has had its share.
    """
    take_turn(brand, Turn.ERASURES)
    if is_halted(brand):
        raise Frozen
    for limit, span in ((brand.erasures_per_hour, timedelta(hours=1)), (brand.erasures_per_day, timedelta(days=1))):
        if _approved_within(brand, span) >= limit:
            raise Limited


def _approved_within(brand: Brand, span: timedelta) -> int:
    lifted = Freeze.objects.filter(brand=brand, lifted_at__isnull=False).order_by("-lifted_at").values_list("lifted_at", flat=True)
    moves = Transition.objects.filter(dsr__brand=brand, move=Move.APPROVE_ERASURE, at__gt=Now() - span)
    since = lifted.first()
    with wall.lifted():  # the shop's limit counts what others approved, on both sides
        return (moves.filter(at__gt=since) if since else moves).count()


def freeze(dsr: SubjectRequest) -> None:
    """Stop everything for the brand of `dsr`, and tell its leads and administrators; once."""
    try:
        with transaction.atomic():
            Freeze.objects.create(brand=dsr.brand)
            record("erasure.frozen", by=SYSTEM, dsr_id=dsr.pk, brand=dsr.brand.slug)
            tell_officers(dsr, "officer_frozen", to=_alarmed(dsr.brand))
    except IntegrityError:
        return  # somebody was quicker, and has told them


def _alarmed(brand: Brand) -> list[Officer]:
    chiefs = Officer.objects.filter(is_active=True, memberships__brand=brand, memberships__role=Role.ADMINISTRATOR)
    return list(audience(brand, [LEADS]).union(chiefs))


@transaction.atomic
def lift(brand: Brand, *, by: Officer) -> None:
    """Let approvals and runs of `brand` go on; what was counted so far counts no more."""
    if Freeze.objects.filter(brand=brand, lifted_at=None).update(lifted_at=Now(), lifted_by=by):
        record("erasure.thawed", by=by.actor, brand=brand.slug)
