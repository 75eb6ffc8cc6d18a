"""One request lent to a colleague who would not see it otherwise: need to know, for this request, while it is open.

A row counts only as long as the one who lent it could do so: whoever leaves, or leaves the shop or the side of the wall,
takes back what was lent.
"""

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from requests_app.officers import policy
from requests_app.officers.models import Membership, Officer, Role
from requests_app.officers.policy import MAY, Action
from requests_app.values import CUSTOMER_KIND, Side

LENT: Final = MAY[Role.OFFICER]
"""What a colleague may do with a lent request: what an officer may, whatever the colleague may do elsewhere."""


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self) -> Self:
        """Narrow to what still counts, of requests that are open: for that the caller asks the request."""
        lender: dict[str, Any] = {
            "officer": OuterRef("by"), "officer__is_active": True, "brand": OuterRef("dsr__brand"),
            "role__in": [role for role, actions in MAY.items() if Action.ANSWER in actions],
        }  # fmt: skip
        lenders = Membership.objects.filter(**lender)
        of_customers = Q(dsr__person_kind=CUSTOMER_KIND)
        stands = Q(of_customers, Exists(lenders.filter(sees__in=policy.seeing(Side.CUSTOMERS)))) | Q(
            ~of_customers, Exists(lenders.filter(sees__in=policy.seeing(Side.STAFF)))
        )
        return self.filter(stands, Q(ends_at=None) | Q(ends_at__gt=Now()), ended_at=None, officer__is_active=True)

    def of(self, user: Any) -> Self:
        """Narrow to what is lent to `user`, and still counts; nothing for a stranger or somebody who left."""
        if not isinstance(user, Officer) or not user.is_active:
            return self.none()
        return self.in_force().filter(officer=user)


class Delegation(models.Model):
    """That `by` lent one request to `officer`, until it closes, or `ends_at`."""

    dsr = models.ForeignKey("requests_app.SubjectRequest", on_delete=models.CASCADE, related_name="delegations")
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="lent")
    by = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="lent_once_to_a_colleague", fields=["dsr", "officer"], condition=Q(ended_at=None)),
        ]
        indexes = [
            # What is lent to the reader of a page: a few rows.
            models.Index(name="delegation_of_an_officer", fields=["officer", "dsr"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.dsr_id} lent to officer {self.officer_id}"
