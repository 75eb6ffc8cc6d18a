"""What the status page shows, gathered in as few queries as it takes."""

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from requests_app.bundle.models import Bundle
from requests_app.changes import services as changes
from requests_app.changes.models import Entry
from requests_app.collection import services as collection
from requests_app.correspondence.models import Letter, LetterState
from requests_app.portal.answers import offer
from requests_app.portal.line import Progress, Say, stops, whose_move
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.plan import of_erasure
from requests_app.replies import wills
from requests_app.replies.services import objections
from requests_app.replies.wills import standing
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import Move, State, way_of

_LINK: Final = re.compile(r"\S+/letter/\S+")  # a mailed link proves the mailbox: it is never shown anywhere else


def of_status(sight: Sight) -> dict[str, Any]:
    """Return the context of the status page. A browser that only filed the request learns that it is under way, and no more."""
    dsr = sight.dsr
    if sight.allowed < Pass.SIGNED_IN:
        return _from_afar(dsr)
    proven = sight.allowed == Pass.PROVEN
    copy = available(dsr)
    said = _messages(dsr)
    erasure = of_erasure(dsr, proven=proven)
    until = copy.available_until if copy else erasure.get("until")
    moves = [(State(source), State(target), at) for source, target, at in dsr.transitions.values_list("source", "target", "at")]
    return {
        "dsr": dsr,
        "proven": proven,
        "shown_here": True,
        "headline": dsr.stage.label,
        "move": asked(whose_move(dsr, today_of(dsr.brand), until), said),
        "messages_here": said if proven else [],
        "can_say": proven and dsr.is_open,
        "steps": stops(dsr, moves, erasure.pop("progress", None) or _progress(dsr)),
        "letters": [_letter(letter) for letter in _theirs(dsr)] if proven else [],
        "can_download": proven and copy is not None,
        "fields": proven and dsr.right == changes.CORRECTION and fields_of(dsr).exists(),
        "can_propose": proven and dsr.stage == State.PROPOSING,
        "can_add": dsr.stage == State.DECIDING,
        "objections": [offer(RIGHTS[name]) for name in objections(dsr)] if proven else [],
        "will": standing(dsr) if proven and dsr.right == wills.RIGHT else None,
        "can_withdraw": Move.WITHDRAW in dsr.moves and not erasure.get("can_stop"),
        **erasure,
    }


def _theirs(dsr: SubjectRequest) -> Iterable[Letter]:
    """Return the letters to the person; what whoever acts was told is theirs."""
    return dsr.letters.filter(officer=None).exclude(kind__startswith="party_")


def asked(move: Say, said: list[dict[str, Any]]) -> Say:
    """Say that it is the customer's move while a question waits; else what `move` says."""
    if not any(message["waits"] for message in said):
        return move
    return Say("attention", _("It is your move: we have a question"), _("Answer it below. Until then we may not be able to go on."))


def _messages(dsr: SubjectRequest) -> list[dict[str, Any]]:
    """Return what was said and sent on this page, the oldest first: two queries."""
    said = [
        {
            "text": message.text or "",
            "ours": not message.from_customer,
            "at": message.written_at,
            "waits": pause is not None and pause.ended_at is None,
        }
        for message in dsr.messages.select_related("pause").order_by("written_at")
        for pause in [getattr(message, "pause", None)]
    ]
    sent = [
        {"file": file, "ours": file.sent_by != CUSTOMER.kind, "at": file.kept_at, "waits": False}
        for file in dsr.uploads.filter(purpose=uploads.MESSAGE)
    ]
    return sorted([*said, *sent], key=itemgetter("at"))


def of_receipt(dsr: SubjectRequest) -> list[dict[str, Any]]:
    """Return what was asked, by whom, when, by which law and until when it is answered, as rows of label and value."""
    asked_for = [
        (_("Asked for"), offer(RIGHTS[dsr.right])["title"]),
        (_("Reference"), dsr.reference),
        (_("Received"), date_format(localtime(dsr.received_at), "DATETIME_FORMAT")),
        (_("Your name"), dsr.name),
        (_("Your e-mail address"), dsr.email),
        (_("What you wrote"), dsr.details),
        (_("Answer due"), date_format(dsr.due_legal_on) if dsr.due_legal_on else ""),
        (_("Where it stands"), dsr.stage.label),
    ]
    return [{"label": label, "value": value} for label, value in asked_for if value]


def fields_of(dsr: SubjectRequest) -> QuerySet[Entry]:
    """Return the fields with a page of their own: all of them while it is the customer's turn, then those that were named."""
    return dsr.entries.exclude(field="") if dsr.stage == State.PROPOSING else dsr.entries.asked().exclude(field="")


def available(dsr: SubjectRequest) -> Bundle | None:
    """Return the copy that can be fetched now."""
    return Bundle.objects.available().filter(dsr=dsr).order_by("-number").first()


def _from_afar(dsr: SubjectRequest) -> dict[str, Any]:
    text = _("To see where it stands, open the link in one of our letters, or let us send you a new one.")
    return {
        "dsr": dsr,
        "headline": _("Your request was taken up"),
        "move": Say("info", _("More is shown only to the owner of the mailbox"), text),
    }


def _progress(dsr: SubjectRequest) -> Progress | None:
    if dsr.stage != State.COLLECTING or way_of(dsr.right) != "bundle":
        return None
    so_far = collection.progress(dsr)
    return Progress(value=so_far.searched, of=so_far.systems, records=so_far.records)


def _letter(letter: Letter) -> dict[str, Any]:
    said = {
        LetterState.WAITING: (_("On its way"), "info"),
        LetterState.SENT: (_("Sent"), "good"),
        LetterState.FAILED: (_("Could not be delivered"), "danger"),
    }
    words, kind = said[LetterState(letter.state)]
    return {
        "subject": letter.subject or "–",
        "text": _LINK.sub(_("(the link stands in the letter itself)"), letter.text or ""),
        "language": letter.language,
        "at": letter.sent_at or letter.written_at,
        "said": words,
        "kind": kind,
    }
