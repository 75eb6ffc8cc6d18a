"""What the console says: short words for officers, and names that only their owner would know again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from requests_app.jurisdictions import REGIMES
from requests_app.keys.store import KeyGone
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State, Waiting

ATTENTION_FROM: Final = 7  # days left
DANGER_FROM: Final = 2  # days left

STAGES: Final[Mapping[State, str | Promise]] = MappingProxyType(
    {
        State.RECEIVED: gettext_lazy("received"),
        State.VERIFYING: gettext_lazy("address not proven yet"),
        State.MATCHING: gettext_lazy("looking for the person"),
        State.DECIDING: gettext_lazy("match to decide"),
        State.COLLECTING: gettext_lazy("collecting"),
        State.REVIEWING: gettext_lazy("answer to approve"),
        State.FULFILLING: gettext_lazy("building the copy"),
        State.ANSWERED_IN_PART: gettext_lazy("answered in part"),
        State.ANSWERED: gettext_lazy("answered"),
        State.REFUSED: gettext_lazy("refused"),
        State.WITHDRAWN: gettext_lazy("withdrawn"),
        State.LAPSED: gettext_lazy("closed: address not proven"),
    },
)
_MOVERS: Final[Mapping[Waiting, str | Promise]] = MappingProxyType(
    {
        Waiting.CUSTOMER: gettext_lazy("customer"),
        Waiting.OFFICER: gettext_lazy("you"),
        Waiting.SYSTEMS: gettext_lazy("systems"),
        Waiting.NOBODY: gettext_lazy("nobody"),
    },
)
_RIGHTS: Final[Mapping[str, str | Promise]] = MappingProxyType({"access": gettext_lazy("Access")})
_FAULTS: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "unreachable": gettext_lazy("The system could not be reached. It is asked again by itself; if this lasts, call its owner."),
        "refused": gettext_lazy(
            "The system refused our password or our rights. Its owner must mend that; asking again does not help."
        ),
        "not_as_described": gettext_lazy(
            "A table or column is not as our description says: the system was changed. The description must follow.",
        ),
        "foreign_record": gettext_lazy("The system answered with another person’s record. Nothing of that answer was kept."),
        "bad_description": gettext_lazy("Our description of the system has a mistake; the sources page says in which line."),
        "misconfigured": gettext_lazy("The system’s address or settings on our side cannot be used."),
        "too_slow": gettext_lazy("The system did not answer in time."),
        "too_many_candidates": gettext_lazy("Too many records in this system carry the address to tell people apart."),
        "missing_file": gettext_lazy("A record names a file that is not there."),
        "resting": gettext_lazy("The system failed several times in a row and is left alone for two minutes."),
        "no_space": gettext_lazy("Our disk is full. Nothing was lost; make room and search again."),
        "key_gone": gettext_lazy("The key of this request was destroyed."),
        "part_damaged": gettext_lazy("What was collected is damaged on our disk. The copy cannot be built from it."),
        "description_changed": gettext_lazy("The description of a system was changed after its data was collected."),
        "address_refused": gettext_lazy("The mail server of that address refuses it."),
        "address_needs_utf8": gettext_lazy("Our mail server cannot write to an address with letters outside ASCII."),
    },
)
# What a check names more exactly; for an officer it is one of the faults above.
_SAME_AS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("no_column", "wrong_type", "no_table"), "not_as_described")
    | dict.fromkeys(("no_path", "no_key", "knot"), "bad_description")
    | {"no_files": "misconfigured"},
)
_FACTS: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "email": gettext_lazy("E-mail"),
        "name": gettext_lazy("Name"),
        "postcode": gettext_lazy("Postcode"),
        "birth_date": gettext_lazy("Date of birth"),
        "order_number": gettext_lazy("Order number"),
        "phone_number": gettext_lazy("Telephone"),
    },
)


@dataclass(frozen=True, slots=True)
class Due:
    """A term in words; `kind` is empty, attention or danger."""

    kind: str
    text: str
    on: date | None


def due(dsr: SubjectRequest, today: date) -> Due:
    """Say how urgent `dsr` is: the date while there is time, words once days count."""
    safe, legal = dsr.due_safe_on, dsr.due_legal_on
    if safe is None or legal is None:
        return Due("", "–", None)
    late, left = (today - legal).days, (safe - today).days
    if not dsr.is_open or left > ATTENTION_FROM:
        return Due("", date_format(safe, "SHORT_DATE_FORMAT"), safe)
    if late > 0:
        return Due("danger", ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}, safe)
    return Due("danger" if left <= DANGER_FROM else "attention", _left(left), safe)


def _left(days: int) -> str:
    if days < 0:
        return _("safe date passed")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days} if days else _("due today")


def stage(dsr: SubjectRequest) -> str:
    return str(STAGES[dsr.stage])


def mover(dsr: SubjectRequest) -> str:
    return str(_MOVERS[dsr.waiting_for])


def right(dsr: SubjectRequest) -> str:
    return str(_RIGHTS.get(dsr.right, dsr.right))


def law(dsr: SubjectRequest) -> str:
    """Return the law's short name, with the place of the shop that answers: GDPR (FR)."""
    known = REGIMES.get(dsr.regime)
    return f"{known.short if known else dsr.regime} ({dsr.brand.establishment})"


def fault(code: str) -> str:
    """Say in plain words what a fault's code means, and who can mend it."""
    code = _SAME_AS.get(code, code)
    return str(_FAULTS.get(code) or _("Something failed that we did not foresee ({code}).").format(code=code))


def fact(kind: str) -> str:
    return str(_FACTS.get(kind) or kind.replace("_", " ").capitalize())


def language(code: str) -> str:
    """Return the name of a language, in the reader's own."""
    return str(get_language_info(code)["name_translated"])


def masked(dsr: SubjectRequest) -> str:
    """Return who asks, so that nobody who glances at the screen learns it: initials, else the address without its middle."""
    try:
        name, address = dsr.name, dsr.email
    except KeyGone:
        return "–"
    initials = [f"{word[0]}••••" for word in (name or "").split()[:3]]
    return " ".join(initials) or masked_address(address or "")


def masked_address(address: str) -> str:
    """Return `j•••@•••.com` for jane@example.com."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@•••.{domain.rpartition('.')[2]}"
