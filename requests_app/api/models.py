"""The keys with which a shop's own machines ask, and what was sent once and must not be done twice."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import Brand
from requests_app.workflow.models import SubjectRequest


class Scope(models.TextChoices):
    """What a key is good for."""

    RIGHTS_READ = "rights:read", _("learn which rights a person has")
    REQUESTS_WRITE = "requests:write", _("file and withdraw requests")
    REQUESTS_READ = "requests:read", _("see how requests go")
    MESSAGES_READ = "messages:read", _("read the messages of a request")
    MESSAGES_WRITE = "messages:write", _("say something for the customer")
    SUPPRESSIONS_READ = "suppressions:read", _("ask whether an address may be written to")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def in_force(self) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=Now()), revoked_at=None)


class ApiKey(models.Model):
    """A key of one brand. Of its secret only a digest is kept; `prefix` is what a list shows and a log may say."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="api_keys")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"label", "prefix", "scopes"})

    class Meta:
        ordering = ["brand", "made_at"]

    def __str__(self) -> str:
        return f"{self.prefix} ({self.label})"


class SentOnce(models.Model):
    """A filing under an `Idempotency-Key`, by digests: the same key with other words is a mistake, not a second filing."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32)
    body = models.BinaryField(max_length=32)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="sent_once_under_a_key", fields=["key", "digest"])]

    def __str__(self) -> str:
        return f"sent at {self.sent_at}"
