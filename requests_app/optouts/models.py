"""What every system did about a refusal, the one list of refusals of a shop, and the purposes that a shop was seen to have."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class EffectState(models.TextChoices):
    """How far one system is with a refusal. The label is what an officer reads."""

    ASKED = "asked", _("being switched off")
    DONE = "done", _("switched off, and read back")
    BY_HAND = "by_hand", _("a person switches it off")
    FAILED = "failed", _("it did not work; a person switches it off")
    SETTLED = "settled", _("switched off by a person")


class EffectQuerySet(models.QuerySet["Effect"]):
    def for_people(self) -> Self:
        """Narrow to what is left to a person."""
        return self.filter(state__in=[EffectState.BY_HAND, EffectState.FAILED], dsr__closed_at=None)

    def visible_to(self, officer: Officer) -> Self:
        """Narrow to the requests that `officer` may see."""
        return self.filter(dsr__in=SubjectRequest.objects.visible_to(officer))


class Effect(models.Model):
    """What one system does about one refusal. `found` records met the person, `changed` of them were switched off then."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="effects")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    by_hand = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=EffectState.choices, default=EffectState.ASKED)
    found = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    note = SealedTextField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)

    objects = EffectQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"note"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"by_hand", "channels", "fault"})

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [models.UniqueConstraint(name="one_effect_in_a_system", fields=["dsr", "source"])]
        indexes = [
            # What waits for a person.
            models.Index(
                name="effect_for_people", fields=["asked_at"], condition=Q(state__in=[EffectState.BY_HAND, EffectState.FAILED])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Door(models.TextChoices):
    """How a refusal came onto the list."""

    REQUEST = "request", _("a request")
    ONE_CLICK = "one_click", _("the link in a mail")
    SIGNAL = "signal", _("the signal of a browser")
    SHOP = "shop", _("the shop itself")


class Suppression(models.Model):
    """That one address or number is not used for one channel. The digest is keyed: the list says nothing to a stranger.

    It stands on its own: it outlives the request that made it, and an erasure. `lifted_at`: the person agreed anew since.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="suppressions")
    channel = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Channel])
    digest = models.BinaryField(max_length=32)
    door = models.CharField(max_length=10, choices=Door.choices)
    since = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"digest"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="refused_once", fields=["brand", "digest", "channel"])]
        indexes = [models.Index(name="suppression_of_a_channel", fields=["brand", "channel"], condition=Q(lifted_at=None))]

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.channel}"


class SeenPurpose(models.Model):
    """A purpose that a system's description names. One that is new waits until an officer has said how people were told.

    Source: GDPR Art. 13(3), 14(4).
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="seen_purposes")
    title = models.CharField(max_length=200)
    words = models.JSONField(default=dict)
    legal_basis = models.CharField(max_length=30)
    seen_at = models.DateTimeField(db_default=Now())
    told_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"title", "words", "legal_basis", "note"})

    class Meta:
        ordering = ["seen_at", "pk"]
        constraints = [models.UniqueConstraint(name="a_purpose_is_seen_once", fields=["source", "title", "legal_basis"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.title}"
