"""Who acts on a request for somebody else: an agent, a guardian, an heir; or who reports a child."""

from typing import ClassVar, Final, Self
from uuid import UUID, uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class Part(models.TextChoices):
    """In what part somebody acts. An agent acts beside the person, who agrees by the own mailbox; the others in their stead.

    Whoever represents an employee is an agent with a mandate; whoever a court appointed for an adult is a guardian.
    """

    AGENT = "agent", _("Authorised agent")
    GUARDIAN = "guardian", _("Parent or guardian")
    HEIR = "heir", _("Heir or executor")
    REPORTER = "reporter", _("Somebody who reports a child’s account")

    @property
    def asks_the_person(self) -> bool:
        """Whether the person about whom it is has to agree, and is written to."""
        return self is Part.AGENT

    @property
    def asks_papers(self) -> bool:
        """Whether nothing goes on before an officer has accepted papers, whatever a law says."""
        return self in {Part.GUARDIAN, Part.HEIR}


class Papers(models.TextChoices):
    """What is known of the proof of authority."""

    NOT_NEEDED = "not_needed", _("none is needed")
    WANTED = "wanted", _("not sent yet")
    SENT = "sent", _("sent, to be checked")
    ASKED_AGAIN = "asked_again", _("asked for once more")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


_SECOND: Final = Q(papers=Papers.ACCEPTED, agreed_by=None) & (Q(wants_answer=True) | Q(part__in=[Part.GUARDIAN, Part.HEIR]))
_TO_CHECK: Final = Q(stopped_at=None) & (Q(papers=Papers.SENT) | _SECOND)


class PartyQuerySet(models.QuerySet["Party"]):
    def acting(self) -> Self:
        """Narrow to those who still act."""
        return self.filter(stopped_at=None)

    def to_check(self) -> Self:
        """Narrow to those whose papers, or to whose receiving the answer, an officer has to say something."""
        return self.filter(_TO_CHECK)


class Party(models.Model):
    """Who acts on a request. Name and mailbox are sealed under the request's key; the mailbox is proven by itself.

    `agreed_at` and `signed`: when the person agreed, and the name typed under the statement. `wants_answer`: the papers say
    that the answer may go to this mailbox too; it does once a second officer, `agreed_by`, has agreed. A guardian or an heir
    reads the answer in the person's stead; that takes the second officer as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="party")
    part = models.CharField(max_length=15, choices=Part.choices)
    name = SealedTextField(null=True)
    email = SealedTextField(null=True)
    email_index = models.BinaryField(max_length=32)
    claim_digest = models.BinaryField(max_length=32)
    code_digest = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    named_at = models.DateTimeField(db_default=Now())
    proven_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    signed = SealedTextField(null=True)
    signing_tries_left = models.PositiveSmallIntegerField(default=5)
    papers = models.CharField(max_length=15, choices=Papers.choices, default=Papers.NOT_NEEDED)
    papers_reason = SealedTextField(null=True)
    checked_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    wants_answer = models.BooleanField(default=False)
    agreed_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True)

    objects = PartyQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"name", "email", "email_index", "signed", "papers_reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_second_officer_is_another", condition=Q(agreed_by=None) | Q(checked_by=None) | ~Q(agreed_by=F("checked_by"))
            ),
        ]
        indexes = [models.Index(name="party_to_check", fields=["dsr"], condition=_TO_CHECK)]
        triggers = [
            pgtrigger.Trigger(
                name="who_acts_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("part"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__part__df=pgtrigger.F("new__part")),
                func="RAISE EXCEPTION 'in what part somebody acts never changes' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

    @property
    def acts_as(self) -> Part:
        return Part(self.part)

    @property
    def acts(self) -> bool:
        return self.stopped_at is None

    @property
    def needs_second(self) -> bool:
        """Whether a second officer has to agree before anything goes on: the answer is read by somebody else than its person."""
        return self.acts_as.asks_papers and not self.dsr.brand.solo_mode

    @property
    def waits_for(self) -> frozenset[str]:
        """What is missing before the request goes on: of `mailbox`, `person`, `papers`, `second`."""
        missing = {
            "mailbox": self.proven_at is None,
            "person": self.acts_as.asks_the_person and self.agreed_at is None,
            "papers": self.papers not in {Papers.NOT_NEEDED, Papers.ACCEPTED},
            "second": self.needs_second and self.agreed_by_id is None,
        }
        return frozenset(name for name, lacks in missing.items() if lacks) if self.acts else frozenset()

    @property
    def receives(self) -> bool:
        """Whether the answer goes to this mailbox, besides or instead of the person's."""
        return self.acts and self.wants_answer and self.agreed_by_id is not None


def party_of(dsr: SubjectRequest) -> Party | None:
    """Return who acts on `dsr` for somebody else; None where its person does so, and of one that is not filed: a preview's."""
    if dsr._state.adding:  # noqa: SLF001  # Django documents it
        return None
    found = Party.objects.acting().filter(dsr=dsr).first()
    if found is not None:
        found.dsr = dsr
    return found


def in_the_stead(dsr: SubjectRequest) -> Party | None:
    """Return who acts on `dsr` in the stead of its person; None where the person is asked and written to."""
    party = party_of(dsr)
    return None if party is None or party.acts_as.asks_the_person else party


def reader_of(dsr: SubjectRequest) -> tuple[str, bytes]:
    """Return where letters on `dsr` go, and its index: to the person, or to whoever acts in their stead.

    It is a mailbox; of a person without one, what stands in the window of an envelope.
    """
    reader = in_the_stead(dsr) or dsr
    address = window_of(dsr) if reader is dsr and dsr.is_by_post else reader.email
    return address, bytes(reader.email_index)


def window_of(dsr: SubjectRequest) -> str:
    """Return name and postal address, line by line."""
    return "\n".join(line for line in (dsr.name, dsr.postal_address) if line)
