"""Identity papers: asked for only where a law's table says so, seen, noted without a number, destroyed at the decision.

Each lies under a key of its own, so that it can be destroyed alone; what stays is of which kind it was, who saw it, and when.
"""

from typing import ClassVar, Final
from uuid import uuid4

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.audit.services import record
from requests_app.jurisdictions.identity import needed
from requests_app.keys import store
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.vault.uploads import Checked
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

IDENTITY: Final = "identity"  # the purpose of an upload that shows who somebody is
_UNDECIDED: Final = frozenset(
    {State.RECEIVED, State.VERIFYING, State.MATCHING, State.DECIDING, State.COLLECTING, State.PROPOSING, State.REVIEWING}
)


class PaperKind(models.TextChoices):
    """Of which kind a paper was. Nothing else of it is noted."""

    CARD = "card", _("Identity card")
    PASSPORT = "passport", _("Passport")
    LICENCE = "licence", _("Driving licence")
    PERMIT = "permit", _("Residence permit")
    OTHER = "other", _("Another official paper")


class Unwanted(models.TextChoices):
    """Why a file that somebody sent is destroyed before its request ends."""

    IDENTITY = "identity", _("It is an identity paper, which we did not ask for")
    STRANGER = "stranger", _("It is about somebody else")
    MISTAKE = "mistake", _("It was sent by mistake")


class NotWanted(Exception):
    """No law asks for a paper here, one is there already, or the request is decided."""


class SeenPaper(models.Model):
    """That a paper was seen: of which kind, by whom, when. Its number, name and picture stand nowhere."""

    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="seen_papers")
    kind = models.CharField(max_length=10, choices=PaperKind.choices)
    seen_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["seen_at"]

    def __str__(self) -> str:
        return f"{self.kind} for {self.dsr_id}"


def wanted(dsr: SubjectRequest) -> bool:
    """Whether a law that governs `dsr` asks to see a paper, and none was sent or seen yet."""
    if dsr.stage not in _UNDECIDED or not needed(dsr.right, laws_of(dsr), least=0).papers:
        return False
    return not (dsr.seen_papers.exists() or dsr.uploads.filter(purpose=IDENTITY).exists())


@transaction.atomic
def send(dsr: SubjectRequest, checked: Checked) -> Upload:
    """Keep a paper that a law asks for, under a key of its own.

    Raises:
        NotWanted: no law asks for it, or one was sent.
        KeyGone, NoSpace, Away: as `uploads.keep`.
    """
    if not wanted(SubjectRequest.objects.select_for_update(of=("self",)).get(pk=dsr.pk)):
        raise NotWanted
    key = uuid4()
    store.create(key)
    return uploads.keep(dsr, checked, by=CUSTOMER, purpose=IDENTITY, key=key)


@transaction.atomic
def note(dsr: SubjectRequest, kind: PaperKind, *, by: Officer) -> SeenPaper:
    """Write down that `by` saw a paper of `kind`. Raises: NotWanted: there is none to see."""
    if not dsr.uploads.filter(purpose=IDENTITY).exists():
        raise NotWanted
    seen = SeenPaper.objects.create(dsr=dsr, kind=kind, seen_by=by)
    record("identity.seen", by=by.actor, dsr_id=dsr.pk, kind=kind.value)
    return seen


@transaction.atomic
def destroy(dsr: SubjectRequest) -> None:
    """Destroy every identity paper of `dsr`, and the keys under which they lie. The trail says how many, and not what they were."""
    shown = list(dsr.uploads.filter(purpose=IDENTITY))
    if shown:
        _shred(dsr, shown)
        record("identity.destroyed", by=SYSTEM, dsr_id=dsr.pk, files=len(shown))


def after(dsr: SubjectRequest) -> None:
    """Let nothing of a paper outlive the decision."""
    if dsr.stage not in _UNDECIDED:
        destroy(dsr)


@transaction.atomic
def destroy_file(upload: Upload, why: Unwanted, *, by: Officer) -> None:
    """Destroy one file that should not be here, at once and for good."""
    dsr = upload.dsr
    assert dsr is not None  # noqa: S101  # a door hands out files of a request alone
    _shred(dsr, [upload])
    record("file.destroyed", by=by.actor, dsr_id=dsr.pk, file=str(upload.pk), purpose=upload.purpose, why=why.value)


def _shred(dsr: SubjectRequest, shown: list[Upload]) -> None:
    for one in shown:
        if one.owner != dsr.pk:
            transaction.on_commit(lambda key=one.owner: store.destroy(key))  # type: ignore[misc]
    uploads.discard(shown)
