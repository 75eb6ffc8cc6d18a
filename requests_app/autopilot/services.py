"""Which answers go out without a person: where a brand wants it, with nothing left to decide, and sampled afterwards."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.autopilot import brakes
from requests_app.autopilot.models import Decision, Mode, Pilot
from requests_app.brands.models import Brand
from requests_app.officers.models import Officer
from requests_app.rights import RIGHTS
from requests_app.values import SYSTEM, Actor, gettext_noop
from requests_app.workflow.models import SubjectRequest

RULE: Final = Actor("rule", "rule:clear_match")
SPOKEN: Final = gettext_noop("The brand’s rule: one clear match, every system answered, nothing about others")
MAY: Final = tuple(sorted(name for name, right in RIGHTS.items() if right.fulfilment == "bundle"))
"""The rights whose answers may go by themselves: copies. What erases, changes or refuses never does."""


class NeverByItself(Exception):
    """The right is one that a person always decides."""


class AlreadyChecked(Exception):
    """Somebody else looked at it first."""


def word_of(brand: Brand, right: str) -> Pilot | None:
    """Return the brand's last word about `right`; None where it never said any."""
    return Pilot.objects.filter(brand=brand, right=right).order_by("-pk").first()


@transaction.atomic
def choose(brand: Brand, right: str, mode: Mode, *, one_in: int, by: Officer | None) -> Pilot:
    """Let the brand have `mode` for `right` from now on; no officer: the product brakes by itself.

    Raises:
        NeverByItself: a person always decides on `right`.
    """
    if right not in MAY:
        raise NeverByItself(right)
    actor = by.actor if by else SYSTEM
    record("autopilot.set", by=actor, brand=brand.slug, right=right, mode=mode.value, one_in=one_in)
    return Pilot.objects.create(brand=brand, right=right, mode=mode, one_in=one_in, set_by=by)


@transaction.atomic
def approves(dsr: SubjectRequest) -> bool:
    """Whether `dsr` is to be approved now by rule; in shadow and in earnest it is written down what held it, if anything did."""
    word = word_of(dsr.brand, dsr.right)
    if word is None or word.mode == Mode.OFF or dsr.right not in MAY:
        return False
    held = brakes.holding(dsr)
    acted = word.mode == Mode.ON and not held
    Decision.objects.create(
        dsr=dsr, mode=word.mode, brakes=held, acted=acted, sampled=acted and _is_sampled(dsr, word.one_in)
    )  # fmt: skip
    record("autopilot.decided", by=RULE, dsr_id=dsr.pk, mode=word.mode, brakes=held, acted=acted)
    return acted


def _is_sampled(dsr: SubjectRequest, one_in: int) -> bool:
    """Whether a person looks afterwards: the id of a request is drawn at random, so nobody can tell beforehand which."""
    return dsr.pk.int % one_in == 0


@transaction.atomic
def check(decision: Decision, *, was_right: bool, remark: str, by: Officer) -> None:
    """Keep what a person found afterwards. One that was wrong ends the autopilot for that brand and right: it goes on in shadow.

    Raises:
        AlreadyChecked: somebody else looked at it first.
    """
    now = Decision.objects.select_for_update(of=("self",)).select_related("dsr__brand").get(pk=decision.pk)
    if now.checked_at is not None or not now.sampled:
        raise AlreadyChecked
    Decision.objects.filter(pk=now.pk).update(was_right=was_right, checked_by=by, checked_at=Now())
    if remark:
        now.remark = remark
        now.save(update_fields=["remark"])
    record("autopilot.checked", by=by.actor, dsr_id=now.dsr_id, right=was_right)
    word = word_of(now.dsr.brand, now.dsr.right)
    if not was_right and word is not None and word.mode == Mode.ON:
        choose(now.dsr.brand, now.dsr.right, Mode.SHADOW, one_in=word.one_in, by=None)


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the checks of requests whose time is over only what they found."""
    Decision.objects.filter(dsr__in=dsrs).update(remark=None)
