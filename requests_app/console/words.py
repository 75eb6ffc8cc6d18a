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

from requests_app.correspondence import codes
from requests_app.deadlines.models import Notice
from requests_app.jurisdictions import REGIMES
from requests_app.keys.store import KeyGone
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import ERASURE, State, Waiting, way_of

ATTENTION_FROM: Final = 7  # days left
DANGER_FROM: Final = 2  # days left

STAGES: Final[Mapping[State, str | Promise]] = MappingProxyType(
    {
        State.RECEIVED: gettext_lazy("received"),
        State.VERIFYING: gettext_lazy("address not proven yet"),
        State.MATCHING: gettext_lazy("looking for the person"),
        State.DECIDING: gettext_lazy("match to decide"),
        State.COLLECTING: gettext_lazy("collecting"),
        State.PROPOSING: gettext_lazy("says what is wrong"),
        State.REVIEWING: gettext_lazy("answer to approve"),
        State.FULFILLING: gettext_lazy("building the copy"),
        State.ANSWERED_IN_PART: gettext_lazy("answered in part"),
        State.ANSWERED: gettext_lazy("answered"),
        State.COOLING_OFF: gettext_lazy("approved, cooling off"),
        State.ERASING: gettext_lazy("erasing"),
        State.ERASED_IN_PART: gettext_lazy("erased in part"),
        State.REFUSED: gettext_lazy("refused"),
        State.WITHDRAWN: gettext_lazy("withdrawn"),
        State.LAPSED: gettext_lazy("closed: address not proven"),
    },
)
_ERASURE_STAGES: Final[Mapping[State, str | Promise]] = MappingProxyType(
    {
        State.COLLECTING: gettext_lazy("planning"),
        State.REVIEWING: gettext_lazy("plan to approve"),
        State.ANSWERED: gettext_lazy("erased"),
    },
)
_CHANGE_STAGES: Final[Mapping[State, str | Promise]] = MappingProxyType(
    {State.REVIEWING: gettext_lazy("fields to decide"), State.FULFILLING: gettext_lazy("changing the systems")},
)
HALTING: Final = frozenset({State.ERASING, State.FULFILLING})  # where a system may wait for an officer
_REPLY_STAGES: Final[Mapping[State, str | Promise]] = MappingProxyType(
    {State.REVIEWING: gettext_lazy("answer to write"), State.FULFILLING: gettext_lazy("answer on its way")},
)
_MOVERS: Final[Mapping[Waiting, str | Promise]] = MappingProxyType(
    {
        Waiting.CUSTOMER: gettext_lazy("customer"),
        Waiting.OFFICER: gettext_lazy("you"),
        Waiting.SYSTEMS: gettext_lazy("systems"),
        Waiting.NOBODY: gettext_lazy("nobody"),
    },
)
_RIGHTS: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "access": gettext_lazy("Access"),
        "portability": gettext_lazy("Portability"),
        "categories": gettext_lazy("Categories"),
        "erasure": gettext_lazy("Erasure"),
        "rectification": gettext_lazy("Correction"),
        "restriction": gettext_lazy("Restriction"),
        "objection": gettext_lazy("Objection"),
        "object_direct_marketing": gettext_lazy("No advertising"),
        "withdraw_consent": gettext_lazy("Consent withdrawn"),
        "opt_out_sale": gettext_lazy("No sale or sharing"),
        "opt_out_targeted_advertising": gettext_lazy("No targeted advertising"),
        "opt_out_profiling": gettext_lazy("No profiling"),
        "limit_sensitive": gettext_lazy("Sensitive data limited"),
        "automated_decision_review": gettext_lazy("Automated decision"),
        "post_mortem": gettext_lazy("After death"),
        "complaint": gettext_lazy("Complaint"),
        "appeal": gettext_lazy("Appeal"),
        "third_party_list_specific": gettext_lazy("Third parties, named"),
        "third_party_list_categories": gettext_lazy("Third parties, by kind"),
    },
)
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
        "busy": gettext_lazy("The system asked for patience. It is asked again when it said."),
        "incomplete": gettext_lazy(
            "The answer broke off or did not add up, so none of it was kept. The system is asked again by itself.",
        ),
        "bad_answer": gettext_lazy(
            "The system answered with something else than data, such as an error page. It is asked again by itself.",
        ),
        "too_much": gettext_lazy("The system answered with more than we take at once; its limits must be set higher."),
        "too_many_candidates": gettext_lazy("Too many records in this system carry the address to tell people apart."),
        "missing_file": gettext_lazy("A record names a file that is not there."),
        "resting": gettext_lazy("The system failed several times in a row and is left alone for two minutes."),
        "stopped": gettext_lazy("Somebody of you stopped the system; the sources page says why. What needs it waits."),
        "cannot": gettext_lazy("Whoever answers for the system cannot look there; the tasks page says on what ground."),
        "no_keeper": gettext_lazy("A person has to look there, and nobody is named who does: name somebody on the sources page."),
        "no_space": gettext_lazy("Our disk is full. Nothing was lost; make room and search again."),
        "vault_away": gettext_lazy(
            "The place of our files could not be reached, or refused us. Nothing was lost; it is tried again."
        ),
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
        "customer_id": gettext_lazy("Customer number"),
        "street": gettext_lazy("Street"),
        "city": gettext_lazy("City"),
        "country": gettext_lazy("Country"),
    },
)
_NOTICES: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        Notice.ACKNOWLEDGE: gettext_lazy("acknowledgement due"),
        Notice.HALF_TIME: gettext_lazy("half of the time is gone"),
        Notice.WEEK: gettext_lazy("seven days left"),
        Notice.THREE_DAYS: gettext_lazy("three days left"),
        Notice.TOMORROW: gettext_lazy("one day left"),
        Notice.TODAY: gettext_lazy("due today"),
        Notice.OVERDUE: gettext_lazy("overdue"),
        Notice.PROOF_LAPSES: gettext_lazy("the address is still unproven"),
        Notice.BUNDLE_EXPIRES: gettext_lazy("the copy can soon no longer be fetched"),
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


def left(safe: int | None, legal: int | None) -> str:
    """Say how many days are left to both dates, or have gone by since; nothing where none are counted."""
    if safe is None or legal is None:
        return ""
    soon = _("safe: %(days)d d") if safe >= 0 else _("safe date %(days)d d ago")
    last = _("by law: %(days)d d") if legal >= 0 else _("by law %(days)d d ago")
    return f"{soon % {'days': abs(safe)}}, {last % {'days': abs(legal)}}"


def _left(days: int) -> str:
    if days < 0:
        return _("safe date passed")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days} if days else _("due today")


def stage(dsr: SubjectRequest) -> str:
    """Say what is going on, in the words of the request's right."""
    known = {ERASURE: _ERASURE_STAGES, "replies": _REPLY_STAGES, "changes": _CHANGE_STAGES}.get(way_of(dsr.right), STAGES)
    return str(known.get(dsr.stage) or STAGES[dsr.stage])


def mover(dsr: SubjectRequest) -> str:
    """Say whose move it is: the customer's, while a question waits for an answer."""
    if getattr(dsr, "halted", False) and dsr.stage in HALTING:
        return str(_MOVERS[Waiting.OFFICER])
    return str(_MOVERS[Waiting.CUSTOMER if getattr(dsr, "asked", False) and dsr.is_open else dsr.waiting_for])


def right(dsr: SubjectRequest) -> str:
    return right_named(dsr.right)


def right_named(name: str) -> str:
    return str(_RIGHTS.get(name, name))


def law(dsr: SubjectRequest) -> str:
    """Return the law's short name, with the place of the shop that answers: GDPR (FR)."""
    known = REGIMES.get(dsr.regime)
    return f"{known.short if known else dsr.regime} ({dsr.brand.establishment})"


def fault(code: str) -> str:
    """Say in plain words what a fault's code means, and who can mend it."""
    kind, _colon, rest = code.partition(":")
    if kind == "letter_lacks":
        lacking = "; ".join(map(codes.words, rest.split(",")))
        return _("A letter could not be written, for it would not say: %(what)s") % {"what": lacking}
    code = _SAME_AS.get(code, code)
    return str(_FAULTS.get(code) or _("Something failed that we did not foresee ({code}).").format(code=code))


def notice(name: str) -> str:
    return str(_NOTICES.get(name, name))


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


def reason(move: Transition) -> str:
    """Return why a move was made: a rule's words in the reader's language, a person's as they were typed."""
    said = move.reason or ""
    return _(said) if said and move.actor_kind == "rule" else said
