"""The lists of those who received data: composed of what the descriptions of a shop's systems say, for an officer to send.

By name (Or. Rev. Stat. 646A.574(1)(a)(B); Minn. Stat. 325M.14 subd. 1(h)); by kind; and in California those who got data for
their own direct marketing in the calendar year before, once a year and free (Cal. Civ. Code 1798.83(a), (c)(1)).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from requests_app.replies.proposals import proposes
from requests_app.sources import words
from requests_app.sources.recipients import Given, shared
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import State, today_of

BY_NAME: Final = "third_party_list_specific"
BY_KIND: Final = "third_party_list_categories"
CALIFORNIA: Final = "us-ca-ccpa"


@proposes(BY_NAME)
def by_name(dsr: SubjectRequest) -> str:
    """Return the list by name; in California that of the year before, or that it was given this year already."""
    if CALIFORNIA not in laws_of(dsr):
        return _list(
            _("These companies and persons received personal data from us and decide themselves what they do with it:"),
            [one for one in shared(dsr.brand) if one.recipient.is_third_party],
        )
    if (before := given_this_year(dsr)) is not None:
        return _already(dsr, before)
    year = today_of(dsr.brand).year - 1
    head = _("These companies received personal data from us in %(year)s for their own direct marketing:") % {"year": year}
    return _list(head, [one for one in shared(dsr.brand) if one.recipient.own_marketing and one.recipient.received_in(year)], year)


@proposes(BY_KIND)
def by_kind(dsr: SubjectRequest) -> str:
    """Return the kinds of companies, each with the kinds of data that it receives."""
    found: dict[str, dict[str, None]] = {}
    for one in shared(dsr.brand):
        found.setdefault(words.recipient(one.recipient.category), {}).update(dict.fromkeys(_kinds(one)))
    if not found:
        return _("We give personal data to nobody.")
    lines = (_("%(who)s: %(what)s") % {"who": who, "what": ", ".join(kinds)} for who, kinds in found.items())
    return "\n".join([_("Companies of these kinds receive personal data from us:"), "", *(f"- {line}" for line in lines)])


def given_this_year(dsr: SubjectRequest) -> SubjectRequest | None:
    """Return the request of the same address by which the list was given in the same calendar year, if there is one."""
    asked = SubjectRequest.objects.filter(
        brand=dsr.brand, email_index=dsr.email_index, right=BY_NAME, state=State.ANSWERED, received_at__lt=dsr.received_at,
        received_at__year=dsr.received_at.year,
    )  # fmt: skip
    return asked.order_by("received_at").first()


def _already(dsr: SubjectRequest, before: SubjectRequest) -> str:
    told = {
        "date": date_format(before.received_at, "DATE_FORMAT"), "reference": before.reference, "year": dsr.received_at.year + 1,
    }  # fmt: skip
    return (
        _(
            "You had this list from us on your request of %(date)s (%(reference)s). The law gives it once in a calendar year, "
            "free of charge, so we do not send it again now. You may ask for the next one from 1 January %(year)s.",
        )
        % told
    )


def _list(head: str, given: Iterable[Given], year: int | None = None) -> str:
    lines = [line for one in given for line in _line(one)]
    if lines:
        return "\n".join([head, "", *lines])
    if year is None:
        return _("No company or person received personal data from us to decide itself what it does with it.")
    return _("In %(year)s no company received personal data from us for its own direct marketing.") % {"year": year}


def _line(one: Given) -> Iterator[str]:
    to, language = one.recipient, get_language() or "en"
    where = ", ".join(filter(None, (to.address, words.country(to.country) if to.country else "")))
    yield f"- {words.said(to.name, language)}" + (f", {where}" if where else "")
    yield "  " + _("Kinds of data: %(kinds)s") % {"kinds": ", ".join(_kinds(one))}


def _kinds(one: Given) -> Iterator[str]:
    return iter(dict.fromkeys(words.category(key) for key in one.categories))
