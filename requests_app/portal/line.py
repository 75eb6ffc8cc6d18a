"""The journey of a request in the customer's words: six steps at most, whose move it is, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from requests_app.jurisdictions import REGIMES
from requests_app.values import Period, Unit, gettext_noop
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, State

Words = str | Promise
_LAWS: Final = (gettext_noop("GDPR"), gettext_noop("CCPA"))  # the short names of the regimes, which are data


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
class Stop:
    """One step of the line: `when` is what stands in place of a date that is not known yet; `of` is done, now, next or stopped."""

    title: Words
    of: str
    moment: datetime | None = None
    text: Words = ""
    progress: Progress | None = None
    when: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """What stands in the box at the top."""

    kind: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Leg:
    states: frozenset[State]
    ahead: Words
    done: Words
    text: Mapping[State, Words]


_LEGS: Final = (
    _Leg(
        frozenset({State.RECEIVED, State.VERIFYING}),
        gettext_lazy("You confirm your e-mail address"),
        gettext_lazy("You confirmed your e-mail address"),
        {State.VERIFYING: gettext_lazy("Open the link in our letter and press the button there.")},
    ),
    _Leg(
        frozenset({State.MATCHING, State.DECIDING, State.COLLECTING}),
        gettext_lazy("We search our systems"),
        gettext_lazy("We searched our systems"),
        {
            State.MATCHING: gettext_lazy("We look for you in each of them."),
            State.DECIDING: gettext_lazy("A person makes sure that what was found is about you, and nobody else."),
        },
    ),
    _Leg(
        frozenset({State.REVIEWING}),
        gettext_lazy("A privacy officer checks the answer"),
        gettext_lazy("A privacy officer checked the answer"),
        {State.REVIEWING: gettext_lazy("So that you get all of your data, and nobody else’s.")},
    ),
    _Leg(
        frozenset({State.FULFILLING}),
        gettext_lazy("We prepare your copy"),
        gettext_lazy("We prepared your copy"),
        {},
    ),
    _Leg(
        frozenset({State.ANSWERED_IN_PART, State.ANSWERED}),
        gettext_lazy("Your copy is ready"),
        gettext_lazy("Your copy is ready"),
        {State.ANSWERED_IN_PART: gettext_lazy("Some systems have not answered yet. The rest follows by itself.")},
    ),
)
_STOPPED: Final = (State.REFUSED, State.WITHDRAWN, State.LAPSED)


def stops(dsr: SubjectRequest, moves: Sequence[tuple[State, State, datetime]], progress: Progress | None) -> list[Stop]:
    """Return the line of `dsr`; `moves` are its transitions in order: from, to, when."""
    line = [Stop(_("You sent your request"), "done", dsr.received_at)]
    here = dsr.stage if dsr.stage not in _STOPPED else (moves[-1][0] if moves else State.RECEIVED)
    at = next(number for number, leg in enumerate(_LEGS) if here in leg.states)
    line += [Stop(leg.done, "done", _left(leg, moves)) for leg in _LEGS[:at]]
    if dsr.stage in _STOPPED:
        return [*line, Stop(dsr.stage.label, "stopped", moves[-1][2] if moves else None)]
    if dsr.stage == State.ANSWERED:
        return [*line, Stop(_LEGS[at].done, "done", moves[-1][2])]
    searching = progress if here == State.COLLECTING else None
    line.append(Stop(_LEGS[at].ahead, "now", text=_LEGS[at].text.get(here, ""), progress=searching))
    return line + [Stop(leg.ahead, "next", when=_by(dsr) if leg is _LEGS[-1] else "") for leg in _LEGS[at + 1 :]]


def whose_move(dsr: SubjectRequest, today: date, available_until: datetime | None) -> Say:
    """Return whose move it is, until when, and by which law; `available_until`: how long a copy can be fetched."""
    said: dict[State, Say] = {
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
    if available_until:
        title = _("Your copy waits for you until %(day)s") % {"day": date_format(localtime(available_until).date())}
        rest = _("Some systems have not answered yet: a supplement follows.") if dsr.stage == State.ANSWERED_IN_PART else ""
        return Say("good", title, rest)
    if dsr.stage in CLOSED:
        return Say(
            "info", _("This request was answered"), _("The copy can no longer be fetched. You can ask for a new one at any time.")
        )
    return _ours(dsr, today)


def term(regime: str) -> str:
    """Return how long the law gives the shop, with its source."""
    law = REGIMES[regime]
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
        return Say("info", _("It is our move"), term(dsr.regime))
    day = {"day": date_format(dsr.due_legal_on)}
    if dsr.is_late(today):
        return Say(
            "danger", _("We are late: the answer was due on %(day)s") % day, _("We are sorry. We work on it, and you may complain.")
        )
    return Say("info", _("It is our move until %(day)s") % day, term(dsr.regime))


def _by(dsr: SubjectRequest) -> str:
    return _("by %(day)s at the latest") % {"day": date_format(dsr.due_legal_on)} if dsr.due_legal_on else ""


def _left(leg: _Leg, moves: Sequence[tuple[State, State, datetime]]) -> datetime | None:
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
