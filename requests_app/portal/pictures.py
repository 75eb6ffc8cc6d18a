"""What the status page shows, gathered in as few queries as it takes."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from requests_app.bundle.models import Bundle
from requests_app.collection import services as collection
from requests_app.correspondence.models import Letter, LetterState
from requests_app.portal.line import Progress, Say, stops, whose_move
from requests_app.portal.passes import Pass, Sight
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import Move, State

_LINK: Final = re.compile(r"\S+/letter/\S+")  # a mailed link proves the mailbox: it is never shown anywhere else


def of_status(sight: Sight) -> dict[str, Any]:
    """Return the context of the status page. A browser that only filed the request learns that it is under way, and no more."""
    dsr = sight.dsr
    if sight.allowed != Pass.PROVEN:
        return _from_afar(dsr)
    copy = available(dsr)
    moves = [(State(source), State(target), at) for source, target, at in dsr.transitions.values_list("source", "target", "at")]
    return {
        "dsr": dsr,
        "proven": True,
        "headline": dsr.stage.label,
        "move": whose_move(dsr, today_of(dsr.brand), copy.available_until if copy else None),
        "steps": stops(dsr, moves, _progress(dsr)),
        "letters": [_letter(letter) for letter in dsr.letters.filter(officer=None)],
        "can_download": copy is not None,
        "can_withdraw": Move.WITHDRAW in dsr.moves,
    }


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
    if dsr.stage != State.COLLECTING:
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
