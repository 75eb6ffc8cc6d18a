"""The people who work requests, and for which brands they work."""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import Brand
from requests_app.values import Actor, Side


class Role(models.TextChoices):
    """What somebody may do for a brand; `officers.policy` says what that is."""

    OFFICER = "officer", _("Privacy officer")
    LEAD = "lead", _("Lead of the privacy officers")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Sees(models.TextChoices):
    """Whose requests and systems an officer sees at a brand. Staff are seen by those who are named for it, and by nobody else."""

    CUSTOMERS = "customers", _("Customers")
    STAFF = "staff", _("Staff and applicants")
    BOTH = "both", _("Both")

    @property
    def sides(self) -> frozenset[Side]:
        return frozenset(Side) if self == Sees.BOTH else frozenset({Side(self.value)})


class OfficerManager(BaseUserManager["Officer"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Officer":
        officer = self.model(email=email.strip().lower(), **fields)
        officer.set_password(password)
        officer.save()
        return officer


class Officer(AbstractBaseUser):
    """Somebody of the shop who signs in with a password and a second factor."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True)
    brands = models.ManyToManyField(Brand, through="Membership", related_name="officers")

    objects = OfficerManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    is_staff = False
    is_superuser = False

    personal_fields: ClassVar[frozenset[str]] = frozenset({"email", "name", "password"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"language"})

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> Actor:
        return Actor("officer", f"officer:{self.pk}")


class Membership(models.Model):
    """An officer's role at one brand, and on which side of the wall."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="memberships")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.OFFICER)
    sees = models.CharField(max_length=10, choices=Sees.choices, default=Sees.CUSTOMERS, db_default=Sees.CUSTOMERS)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_role_per_brand", fields=["officer", "brand"])]

    def __str__(self) -> str:
        return f"{self.officer}: {self.role} of {self.brand}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_force(self) -> Self:
        return self.filter(used_at=None, ends_at__gt=Now(), officer__is_active=True)


class Invitation(models.Model):
    """A link by which somebody becomes an officer, or comes back after losing a factor: only its digest is kept."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [
            # A new link puts an end to the one before it.
            models.UniqueConstraint(name="one_open_invitation", fields=["officer"], condition=models.Q(used_at=None)),
        ]

    def __str__(self) -> str:
        return f"invitation of officer {self.officer_id}"
