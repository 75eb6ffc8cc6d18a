"""The journey of a request in the customer's words: six steps at most, whose move it is, and until when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_app.brands.models import Brand
from requests_app.deadlines.dates import APPEAL, COMPLAINT
from requests_app.jurisdictions import REGIMES
from requests_app.portal.legs import Leg, Words, legs
from requests_app.values import Period, Unit
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, ERASURE, State, way_of


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is: systems that have answered, of all, and the records so far."""

    value: int
    of: int
    records: int

    @property
    def text(self) -> str:
        systems = ngettext("%(done)s of %(all)s system searched", "%(done)s of %(all)s systems searched", self.of)
        records = ngettext("%(records)s record so far", "%(records)s records so far", self.records)
        return f"{systems % {'done': self.value, 'all': self.of}}, {records % {'records': grouped(self.records)}}"


@dataclass(frozen=True, slots=True)
class Erasing:
    """How far the erasing is: systems that are done, of all."""

    value: int
    of: int

    @property
    def text(self) -> str:
        said = ngettext("%(done)s of %(all)s system done.", "%(done)s of %(all)s systems done.", self.of)
        never = _("It can no longer be stopped.")
        return f"{said % {'done': self.value, 'all': self.of}} {never}"


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the line: `when` is what stands in place of a date that is not known yet; `of` is done, now, next or stopped."""

    title: Words
    of: str
    moment: datetime | None = None
    text: Words = ""
    progress: Progress | Erasing | None = None
    when: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """What stands in the box at the top."""

    kind: str
    title: str
    text: str = ""


_ENDED: Final = (State.ANSWERED, State.ERASED_IN_PART)
_STOPPED: Final = (State.REFUSED, State.WITHDRAWN, State.LAPSED)


def stops(dsr: SubjectRequest, moves: Sequence[tuple[State, State, datetime]], progress: Progress | Erasing | None) -> list[Stop]:
    """Return the line of `dsr`; `moves` are its transitions in order: from, to, when."""
    line = [Stop(_("You sent your request"), "done", dsr.received_at)]
    here = dsr.stage if dsr.stage not in _STOPPED else (moves[-1][0] if moves else State.RECEIVED)
    way = legs(dsr.right)
    at = next(number for number, leg in enumerate(way) if here in leg.states)
    line += [Stop(_done(dsr, leg), "done", _left(leg, moves)) for leg in way[:at]]
    if dsr.stage in _STOPPED:
        return [*line, Stop(dsr.stage.label, "stopped", moves[-1][2] if moves else None)]
    if dsr.stage in _ENDED:
        return [*line, Stop(_ended(way[at], moves), "done", moves[-1][2])]
    line.append(Stop(way[at].ahead, "now", text=way[at].text.get(here, ""), progress=progress))
    return line + [Stop(leg.ahead, "next", when=_by(dsr) if leg is way[-1] else "") for leg in way[at + 1 :]]


def whose_move(dsr: SubjectRequest, today: date, until: datetime | None) -> Say:
    """Return whose move it is, until when, and by which law; `until`: how long a copy can be fetched, or an erasure be stopped."""
    said: dict[State, Say] = {
        State.PROPOSING: Say(
            "attention", _("It is your move: say what is right"), _("Nothing changes before an officer has looked at it.")
        ),
        State.WITHDRAWN: Say("info", _("You withdrew this request"), _("Nothing more happens. You can ask again at any time.")),
        State.LAPSED: Say(
            "info", _("This request has ended"), _("The e-mail address was not confirmed. Please file it once more.")
        ),
        State.REFUSED: Say(
            "attention", _("We could not do what you asked"), _("Our letter says why, and what you can do about it.")
        ),
    }
    if dsr.stage in said:
        return said[dsr.stage]
    if dsr.right == ERASURE and dsr.stage in _OF_ERASURE:
        return _OF_ERASURE[dsr.stage](until)
    if until:
        title = _("Your copy waits for you until %(day)s") % {"day": date_format(localtime(until).date())}
        rest = _("Some systems have not answered yet: a supplement follows.") if dsr.stage == State.ANSWERED_IN_PART else ""
        return Say("good", title, rest)
    if dsr.stage in CLOSED and way_of(dsr.right) != "bundle":
        return Say("good", _("We have answered you"), _("Our answer stands below, among our letters to you."))
    if dsr.stage in CLOSED:
        return Say(
            "info", _("This request was answered"), _("The copy can no longer be fetched. You can ask for a new one at any time.")
        )
    return _ours(dsr, today)


def _cooling(until: datetime | None) -> Say:
    text = _("Nothing has been erased yet. Read below what goes and what stays.")
    if until is None:
        return Say("attention", _("You can still stop this"), text)
    return Say(
        "attention", _("You can stop this until %(moment)s") % {"moment": date_format(localtime(until), "DATETIME_FORMAT")}, text
    )


def _erasing(_until: datetime | None) -> Say:
    return Say("info", _("We are erasing your data"), _("It can no longer be stopped. We write to you when it is done."))


def _erased(_until: datetime | None) -> Say:
    return Say("good", _("Nothing stays of what you asked us to erase"), _("You may open a new account at any time."))


def _erased_in_part(_until: datetime | None) -> Say:
    return Say(
        "good",
        _("It is erased, except what stands below"),
        _("What stays, why, and until when: you can read it below and in our letter."),
    )


_OF_ERASURE: Final[Mapping[State, Callable[[datetime | None], Say]]] = MappingProxyType(
    {State.COOLING_OFF: _cooling, State.ERASING: _erasing, State.ANSWERED: _erased, State.ERASED_IN_PART: _erased_in_part},
)


def term(regime: str, right: str = "", brand: Brand | None = None) -> str:
    """Return how long the law gives the shop, with its source; to answer a complaint, what the shop promises."""
    law = REGIMES[regime]
    if right == COMPLAINT and brand is not None:
        days = brand.complaint_days
        return ngettext("We answer within %(days)d day.", "We answer within %(days)d days.", days) % {"days": days}
    if right == APPEAL:
        return ""
    return _("The law gives us %(period)s to answer (%(law)s, %(citation)s).") % {
        "period": _period(law.answer.period), "law": _(law.short), "citation": law.answer.citation,
    }  # fmt: skip


def masked(address: str | None) -> str:
    """Return `address` so that its owner knows it again, and nobody else learns it."""
    local, at, domain = (address or "").rpartition("@")
    return f"{local[:1]}•••{at}{domain}" if at else "•••"


def grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def _ours(dsr: SubjectRequest, today: date) -> Say:
    if dsr.due_legal_on is None:
        return Say("info", _("It is our move"), _term(dsr))
    day = {"day": date_format(dsr.due_legal_on)}
    if dsr.is_late(today):
        return Say(
            "danger", _("We are late: the answer was due on %(day)s") % day, _("We are sorry. We work on it, and you may complain.")
        )
    return Say("info", _("It is our move until %(day)s") % day, _term(dsr))


def _term(dsr: SubjectRequest) -> str:
    return term(dsr.regime, dsr.right, dsr.brand if dsr.right == COMPLAINT else None)


def _by(dsr: SubjectRequest) -> str:
    return _("by %(day)s at the latest") % {"day": date_format(dsr.due_legal_on)} if dsr.due_legal_on else ""


def _done(dsr: SubjectRequest, leg: Leg) -> Words:
    return _("Your account at the shop vouched for you") if State.RECEIVED in leg.states and dsr.customer_id else leg.done


def _ended(leg: Leg, moves: Sequence[tuple[State, State, datetime]]) -> Words:
    """Say how it ended; an erasure that goes from the plan to its end found nothing."""
    return _("There was nothing to erase") if moves[-1][0] == State.REVIEWING else leg.done


def _left(leg: Leg, moves: Sequence[tuple[State, State, datetime]]) -> datetime | None:
    return next((at for source, target, at in reversed(moves) if source in leg.states and target not in leg.states), None)


def _period(period: Period) -> str:
    words: dict[Unit, Any] = {
        Unit.CALENDAR_MONTH: ngettext("one month", "%(length)d months", period.length),
        Unit.CALENDAR_DAY: ngettext("one day", "%(length)d days", period.length),
        Unit.BUSINESS_DAY: ngettext("one business day", "%(length)d business days", period.length),
        Unit.WORKING_DAY: ngettext("one working day", "%(length)d working days", period.length),
        Unit.HOUR: ngettext("one hour", "%(length)d hours", period.length),
    }
    said: str = words[period.unit]
    return said % {"length": period.length}
