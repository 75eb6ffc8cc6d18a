"""Data that is set aside at the person's wish: since when, until when, and whom to ask before it goes (GDPR Art. 18)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from requests_app.brands.models import Brand
from requests_app.emails import canonical_email
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def standing(self) -> Self:
        return self.filter(began_at__isnull=False, lifted_at=None)


class Restriction(models.Model):
    """Since when data is set aside, and how that ends: first a letter that says until when, then the deed (GDPR Art. 18(3))."""

    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="restriction")
    began_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    lifts_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    announced_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)

    objects = RestrictionQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="lifted_only_after_it_was_announced", condition=Q(lifted_at=None) | Q(announced_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dsr}: since {self.began_at}"


def of_the_person(dsr: SubjectRequest) -> list[Restriction]:
    """Return what stands for the person of `dsr` at its shop, the oldest first; each with the request that wanted it."""
    index = bytes(dsr.email_index)
    if not index:
        return []
    found = Restriction.objects.standing().filter(dsr__brand=dsr.brand_id, dsr__email_index=index)
    return list(found.select_related("dsr").order_by("began_at"))


def stands_for(brand: Brand, address: str | None) -> bool:
    """Whether what `brand` holds about the owner of `address` is set aside now."""
    if not address:
        return False
    index = keyed_index("email", canonical_email(address))
    return Restriction.objects.standing().filter(dsr__brand=brand, dsr__email_index=index).exists()
