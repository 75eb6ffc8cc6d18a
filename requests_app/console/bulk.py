"""One deed for many requests: what it will do to which, and what it cannot and why; then, on one word, each by itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from django.db import transaction
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from requests_app.console import words
from requests_app.console.desk import Desk
from requests_app.correspondence.composing import LetterLacks
from requests_app.deadlines import dates, extensions
from requests_app.deadlines.extensions import NoExtension, TooLateToExtend
from requests_app.officers.models import Officer
from requests_app.verification import services as verification
from requests_app.verification import spam
from requests_app.verification.asides import Aside
from requests_app.verification.spam import AsideAlready, NotAside, PersonAsks
from requests_app.workflow import assigning
from requests_app.workflow.assigning import MayNotAnswer, NotOpen
from requests_app.workflow.models import SubjectRequest

MOST: Final = 200  # requests in one go
NOBODY: Final = "nobody"


class Refused(Exception):
    """It cannot be done to this request; the text says why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: `deed` is one of `DEEDS`; `to` is for whom (None: nobody), `reason` why."""

    deed: str
    desk: Desk
    to: Officer | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What will happen, or has happened, to one request; `why_not` where nothing does. `seen`: what its reader saw of it."""

    reference: str
    who: str
    said: str = ""
    why_not: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """`foretold` says what will happen, `done` does it and says so; both raise `Refused`."""

    foretold: Callable[[SubjectRequest, Order], str]
    done: Callable[[SubjectRequest, Order], str]


def chosen(desk: Desk, named: Iterable[str]) -> list[SubjectRequest]:
    """Return the requests that were selected, as far as the officer may see them, the most urgent first."""
    found = SubjectRequest.objects.visible_to(desk.officer).filter(reference__in=[*named][:MOST])
    return list(found.select_related("brand", "assignee").annotate(moves_made=Count("transitions")).soonest_first())


def foretold(order: Order, dsrs: Iterable[SubjectRequest]) -> list[Line]:
    """Say of each request what will happen to it, or why nothing will."""
    return [_line(dsr, order, DEEDS[order.deed].foretold) for dsr in dsrs]


def done(order: Order, dsrs: Iterable[SubjectRequest], seen: Mapping[str, str]) -> list[Line]:
    """Do it to each in a transaction of its own; what has moved since its reader saw it (`seen`, by reference) is left alone."""
    return [_line(dsr, order, _carried(DEEDS[order.deed].done, seen.get(dsr.reference, ""))) for dsr in dsrs]


def _carried(deed: Callable[[SubjectRequest, Order], str], seen: str) -> Callable[[SubjectRequest, Order], str]:
    def carry(dsr: SubjectRequest, order: Order) -> str:
        if seen != version(dsr):
            raise Refused(_("It has moved since you saw it."))
        with transaction.atomic():
            return deed(dsr, order)

    return carry


def _line(dsr: SubjectRequest, order: Order, say: Callable[[SubjectRequest, Order], str]) -> Line:
    told: dict[str, Any] = {"reference": dsr.reference, "who": words.masked(dsr), "seen": version(dsr)}
    if not order.desk.may_answer(dsr):
        return Line(**told, why_not=_("You do not answer for this shop."))
    try:
        return Line(**told, said=say(dsr, order))
    except Refused as why:
        return Line(**told, why_not=str(why))


def version(dsr: SubjectRequest) -> str:
    return str(dsr.moves_made)  # type: ignore[attr-defined]  # annotated by chosen


def _to_be_assigned(dsr: SubjectRequest, order: Order) -> str:
    if not dsr.is_open:
        raise Refused(_("It is closed: nobody works on it any more."))
    if order.to and not order.desk.may_be_given(dsr, order.to.pk):
        raise Refused(_("%(officer)s may not answer for %(shop)s.") % {"officer": order.to, "shop": dsr.brand})
    if dsr.assignee == order.to:
        raise Refused(_("It is so already."))
    if order.to is None:
        return _("Nobody will work on it; now it is %(officer)s.") % {"officer": dsr.assignee}
    if dsr.assignee:
        return _("It goes from %(before)s to %(officer)s.") % {"before": dsr.assignee, "officer": order.to}
    return _("It goes to %(officer)s.") % {"officer": order.to}


def _assigned(dsr: SubjectRequest, order: Order) -> str:
    try:
        assigning.assign(dsr, order.to, by=order.desk.officer.actor)
    except NotOpen:
        raise Refused(_("It is closed: nobody works on it any more.")) from None
    except MayNotAnswer:
        raise Refused(_("%(officer)s may not answer for %(shop)s.") % {"officer": order.to, "shop": dsr.brand}) from None
    return _("Given to %(officer)s.") % {"officer": order.to} if order.to else _("Nobody works on it now.")


def _to_be_extended(dsr: SubjectRequest, _order: Order) -> str:
    found = dates.of(dsr)
    try:
        extensions.may_extend(dsr, found)
    except NoExtension:
        raise Refused(_no_extension(dsr)) from None
    except TooLateToExtend:
        raise Refused(_too_late(found.notice_by)) from None
    told = {"until": date_format(found.longest, "SHORT_DATE_FORMAT"), "language": words.language(dsr.language)}
    return _("A letter goes now (language: %(language)s); when it has gone, the time ends on %(until)s.") % told


def _extended(dsr: SubjectRequest, order: Order) -> str:
    notice_by = dates.of(dsr).notice_by
    try:
        extensions.extend(dsr, by=order.desk.officer.actor, reason=order.reason, links=verification.links(dsr))
    except NoExtension:
        raise Refused(_no_extension(dsr)) from None
    except TooLateToExtend:
        raise Refused(_too_late(notice_by)) from None
    except LetterLacks:
        raise Refused(_("The letter would not say all that the law wants: take the time on the request’s own page.")) from None
    return _("The letter is on its way. The dates move when it has gone out.")


def _no_extension(dsr: SubjectRequest) -> str:
    if not dsr.is_open or dsr.verified_at is None:
        return _("It is not being worked on.")
    return _("Its law gives no more time, or it was taken already.")


def _too_late(notice_by: Any) -> str:
    if notice_by is None:
        return _("It is too late: the customer had to be told before.")
    return _("It is too late: the customer had to be told by %(day)s.") % {"day": date_format(notice_by, "SHORT_DATE_FORMAT")}


def _to_be_put_aside(dsr: SubjectRequest, _order: Order) -> str:
    if not dsr.is_open:
        raise Refused(_("It is closed already."))
    if not spam.may_be_spam(dsr):
        raise Refused(_proven())
    if Aside.objects.standing().filter(dsr=dsr).exists():
        raise Refused(_("It is being closed as spam already."))
    minutes = int(spam.TIME_TO_THINK / timedelta(minutes=1))
    return _("In %(minutes)s minutes it is closed as unconfirmed. Until then you can take it back.") % {"minutes": minutes}


def _put_aside(dsr: SubjectRequest, order: Order) -> str:
    try:
        aside = spam.put_aside(dsr, by=order.desk.officer)
    except PersonAsks:
        raise Refused(_proven()) from None
    except AsideAlready:
        raise Refused(_("It is being closed as spam already.")) from None
    return _("It is closed at %(time)s, unless you take it back.") % {"time": date_format(localtime(aside.until), "TIME_FORMAT")}


def _proven() -> str:
    return _("Its sender has proven the address, so a person asks: answer it, or refuse it with a ground.")


def _to_be_taken_back(dsr: SubjectRequest, _order: Order) -> str:
    if not Aside.objects.standing().filter(dsr=dsr).exists():
        raise Refused(_("There is nothing to take back: it is not being closed, or was closed already."))
    return _("It goes on as if nothing had been.")


def _taken_back(dsr: SubjectRequest, order: Order) -> str:
    try:
        spam.take_back(dsr, by=order.desk.officer.actor)
    except NotAside:
        raise Refused(_("There is nothing to take back: it is not being closed, or was closed already.")) from None
    return _("Taken back: it goes on as if nothing had been.")


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        "assign": Deed(_to_be_assigned, _assigned),
        "extend": Deed(_to_be_extended, _extended),
        "spam": Deed(_to_be_put_aside, _put_aside),
        "back": Deed(_to_be_taken_back, _taken_back),
    },
)
