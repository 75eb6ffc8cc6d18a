"""What officers keep for their own work: views of the queue."""

from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.brands.models import Brand
from requests_app.officers import policy
from requests_app.officers.models import Officer


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of(self, officer: Any) -> Self:
        """Narrow to the officer's own, and to those that colleagues share with a shop that the officer works for."""
        return self.filter(Q(officer=officer) | Q(brand__in=policy.brands_of(officer))).order_by("name", "pk")


class SavedView(models.Model):
    """A view of the queue under a name. `narrowed` holds codes of the queue's own filters, nothing about a person.

    With `brand` it is shared with everybody who works for that shop.
    """

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="views")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    tab = models.SlugField(max_length=20)
    narrowed = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_default=Now())

    objects = SavedViewQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"name", "tab", "narrowed"})

    class Meta:
        constraints = [models.UniqueConstraint(name="one_view_of_a_name", fields=["officer", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        where = reverse("console:tab", args=[self.tab])
        return f"{where}?{urlencode(self.narrowed)}" if self.narrowed else where
