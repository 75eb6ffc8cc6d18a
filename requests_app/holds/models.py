"""Litigation holds: who froze which data for which matter, and who let it go."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import SOLO_DELAY, Brand
from requests_app.keys.fields import SealedTextField
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.values import Side


class Reach(models.TextChoices):
    """What a hold freezes."""

    PERSONS = "persons", _("All data of some persons")
    ORDERS = "orders", _("Some orders, with what belongs to them")
    COLLECTIONS = "collections", _("Whole kinds of records")
    BRAND = "brand", _("Everything at the shop")


class HoldQuerySet(models.QuerySet["Hold"]):
    """The questions that the rest of the house may ask about holds."""

    def standing(self) -> Self:
        """Narrow to those that hold now: from the moment of placing until a second person has confirmed the release."""
        return self.filter(ended_at=None)

    def about(self, digests: Iterable[str]) -> Self:
        """Leave out those of other persons than `digests` stand for, and what none of the rest needs: their words."""
        theirs = Q(targets__has_any_keys=list(digests))
        return self.filter(~Q(reach=Reach.PERSONS) | theirs).defer("matter", "reason", "release_reason")

    def visible_to(self, user: Any) -> Self:
        """Narrow to the shops that `user` works for, on that side of the wall. Doors reach holds only through this."""
        return self.filter(policy.within(user))

    def workable_by(self, user: Any) -> Self:
        return self.filter(policy.within(user, Action.ANSWER))

    def to_review(self, until: date) -> Self:
        """Narrow to standing ones whose day of review comes by `until`, and of which nobody was told for that day."""
        return self.standing().filter(review_on__lte=until).exclude(told_for=F("review_on"))


class Hold(models.Model):
    """One matter's hold. What it is about in words is sealed under a key of its own; persons and orders are keyed digests only.

    `side` says who sees it; it freezes what it names on either.

    `targets`: digests in hexadecimal for persons and orders, `system:collection` for collections, nothing for a whole shop.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="holds")
    side = models.CharField(
        max_length=10, choices=[(one, one.value) for one in Side], default=Side.CUSTOMERS, db_default=Side.CUSTOMERS
    )
    reach = models.CharField(max_length=12, choices=Reach.choices)
    targets = models.JSONField(default=list)
    matter = SealedTextField(null=True)
    reason = SealedTextField(null=True)
    release_reason = SealedTextField(null=True)
    review_on = models.DateField()
    told_for = models.DateField(null=True)

    placed_at = models.DateTimeField(db_default=Now())
    placed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    release_at = models.DateTimeField(null=True)
    release_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"matter", "reason", "release_reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"targets"})

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                name="hold_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("placed_by")),
            ),
            # In a shop of one person (`Brand.solo_mode`), a day takes the place of the second person.
            models.CheckConstraint(
                name="hold_released_by_two",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, release_by__isnull=False)
                & (~Q(ended_by=F("release_by")) | Q(ended_at__gte=F("release_at") + SOLO_DELAY)),
            ),
        ]
        indexes = [
            # Asked at planning and again in the moment of each erasure.
            models.Index(name="hold_standing", fields=["brand"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_reach_display()} ({self.brand_id})"

    @property
    def key_id(self) -> UUID:
        return self.pk

    @property
    def stands(self) -> bool:
        return self.ended_at is None
