"""What becomes of a mail: a draft for an officer, a bounce at the letter that it is about; and one answer, the link to the form."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.models import Letter, LetterState
from requests_app.emails import NotAnAddress, canonical_email
from requests_app.intake import guessing, limits, services
from requests_app.intake.mail import Mail, read
from requests_app.intake.models import Draft
from requests_app.intake.services import Application
from requests_app.keys import store
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.services import enqueue
from requests_app.values import CUSTOMER, SYSTEM, Actor
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.vault.uploads import Checked, NotTaken
from requests_app.workflow.models import SubjectRequest

ONE_ANSWER: Final = timedelta(days=1)
_KEPT: Final = timedelta(days=180)


class Over(Exception):
    """Somebody else dealt with the draft."""


def take_in(brand: Brand, raw: bytes, *, whole: bool = True) -> Draft | None:
    """Take a mail down, once, however often it comes; None where it came before, or was a bounce of ours.

    Raises:
        ScannerAway: a scanner is set up and does not answer; the mail waits.
        NoSpace, Away: the place of the files is full or cannot be reached.
    """
    mail = read(raw, whole=whole)
    digest = keyed_index("mail", f"{mail.sender}\n{mail.message_id or sha256(raw).hexdigest()}")
    if Draft.objects.filter(brand=brand, digest=digest).exists() or _bounced(brand, mail.failed):
        return None
    checked, refused = _looked_at(mail)
    with transaction.atomic():
        draft = _written(brand, mail, digest, [*mail.left_out, *refused])
        if draft is None:
            return None
        for file in checked:
            uploads.keep(draft.owner, file, by=CUSTOMER, purpose="mail")
        record("mail.taken_in", by=SYSTEM, dsr_id=draft.owner, draft=str(draft.pk), automatic=draft.automatic)
        if _is_answered(draft, mail):
            enqueue("intake.point_to_form", key=f"form-link:{draft.pk}", draft=str(draft.pk))
    return draft


def _written(brand: Brand, mail: Mail, digest: bytes, left_out: list[str]) -> Draft | None:
    number = uuid4()
    owner = uuid5(number, brand.slug)
    store.create(owner)
    words = f"{mail.subject}\n{mail.text}"
    language = guessing.language(words, brand.languages, brand.default_language)
    offered = [right.name for right in services.rights_of(brand)]
    draft, made = Draft.objects.get_or_create(
        brand=brand, digest=digest,
        defaults={
            "id": number, "owner": owner, "sender": mail.sender, "name": mail.name, "subject": mail.subject, "text": mail.text,
            "left_out": left_out, "right": guessing.right(words, language, offered), "language": language,
            "automatic": mail.automatic, "forwarded": mail.forwarded, "unreadable": mail.unreadable or not mail.sender,
        },
    )  # fmt: skip
    if not made:
        store.destroy(owner)
    return draft if made else None


def _looked_at(mail: Mail) -> tuple[list[Checked], list[str]]:
    """Return the attachments that are kept, and the names of those that are not."""
    checked, refused = [], []
    for file in mail.files:
        try:
            checked.append(uploads.check(file.content, file.name))
        except NotTaken:
            refused.append(file.name)
    return checked, refused


def _is_answered(draft: Draft, mail: Mail) -> bool:
    """Whether the sender is told where the form is: a person, at an address that letters reach, once a day, never our own."""
    if draft.automatic or draft.forwarded:
        return False
    try:
        address = canonical_email(mailbox(mail.sender))
    except NotAnAddress:
        return False
    ours = {canonical_email(one) for one in (draft.brand.privacy_email, settings.DEFAULT_FROM_EMAIL) if "@" in one}
    return address not in ours and limits.counted("form link", address, within=ONE_ANSWER) == 1


def _bounced(brand: Brand, failed: Iterable[str]) -> bool:
    """Mark the letters that did not arrive, so that an officer sees it at the request; whether there were any."""
    found = False
    for letter in Letter.objects.filter(pk__in=list(failed), dsr__brand=brand):
        found = True
        with transaction.atomic():
            if Letter.objects.filter(pk=letter.pk, state=LetterState.SENT).update(state=LetterState.FAILED):
                record("letter.bounced", by=SYSTEM, dsr_id=letter.dsr_id, letter=str(letter.pk))
    return found


def form_link(draft: Draft) -> str:
    """Return the address of the form, with the right that the mail may be about."""
    asked = urlencode({"right": draft.right, "lang": draft.language} if draft.right else {"lang": draft.language})
    return f"{settings.DSAR_BASE_URL}{reverse('portal:start', args=[draft.brand.slug])}?{asked}"


@transaction.atomic
def complete(draft: Draft, application: Application, *, by: Actor) -> SubjectRequest:
    """Open the request that the mail asks for, as the officer wrote it down, with what was attached.

    Raises:
        Over: somebody else did, or put the mail away.
        NotOffered, NotAnAddress, ImpossiblePlace, ValueError: as `services.open_request`.
    """
    _held(draft.pk)
    dsr = services.open_request(draft.brand, application, by=by)
    Draft.objects.filter(pk=draft.pk).update(dsr=dsr)
    uploads.adopt(dsr)
    record("mail.completed", by=by, dsr_id=dsr.pk, draft=str(draft.pk))
    return dsr


@transaction.atomic
def put_away(draft: Draft, *, by: Actor) -> None:
    """Let go of a mail that asks for nothing: its words and files go with their key.

    Raises:
        Over: somebody else dealt with it.
    """
    _held(draft.pk)
    _emptied([draft.pk])
    record("mail.put_away", by=by, dsr_id=draft.owner, draft=str(draft.pk))


def _held(draft: UUID) -> None:
    if Draft.objects.select_for_update().waiting().filter(pk=draft).first() is None:
        raise Over


def _emptied(drafts: list[UUID]) -> None:
    gone = Draft.objects.filter(pk__in=drafts)
    uploads.discard(list(Upload.objects.filter(owner__in=gone.values("owner"), dsr=None)))
    owners = list(gone.values_list("owner", flat=True))
    gone.update(put_away_at=Now(), sender=None, name=None, subject=None, text=None, left_out=None)
    transaction.on_commit(lambda: [store.destroy(owner) for owner in owners])


@transaction.atomic
def tidy() -> None:
    """Let go of what machines wrote, a while after; nobody need look at it."""
    old = Draft.objects.waiting().filter(automatic=True, arrived_at__lt=Now() - _KEPT)
    _emptied(list(old.values_list("pk", flat=True)[:100]))


def forget(dsrs: Iterable[UUID]) -> None:
    """Keep of the mails of requests whose time is over only that there were some."""
    Draft.objects.filter(dsr__in=dsrs).update(sender=None, name=None, subject=None, text=None, left_out=None)
