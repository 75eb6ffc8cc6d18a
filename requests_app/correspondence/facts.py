"""What the laws of one request give a letter to say: authorities, provisions, and the terms of appeals and complaints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_app.brands.models import Brand
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.clocks import Clock
from requests_app.jurisdictions.tables import authorities
from requests_app.jurisdictions.vocabulary import ClockKind, Duty
from requests_app.workflow.laws import laws_of, right_of
from requests_app.workflow.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a person complains."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Law:
    """One law, as a letter speaks of it. The terms are in words, and empty where the law has none."""

    id: str
    short: str
    provision: str
    authorities: tuple[Authority, ...]
    appeal_within: str
    complaint_heard_within: str
    remedy_within: str


def received_on(dsr: SubjectRequest) -> date:
    """Return the day of receipt at the shop's place; of a request that is not filed yet, the end of time: every law in full."""
    at = dsr.received_at
    return at.astimezone(ZoneInfo(dsr.brand.time_zone)).date() if hasattr(at, "astimezone") else date.max


def laws(dsr: SubjectRequest) -> tuple[Law, ...]:
    """Return the laws of `dsr` that stand on their own: what only adds to one lists nothing that a letter says."""
    on = received_on(dsr)
    return tuple(_law(REGIMES[name], dsr, on) for name in standing(dsr))


def standing(dsr: SubjectRequest) -> tuple[str, ...]:
    """Return the names of those laws; for what only adds to a law, that law."""
    return tuple(dict.fromkeys(REGIMES[name].parent or name for name in laws_of(dsr)))


def _law(law: Regime, dsr: SubjectRequest, on: date) -> Law:
    return Law(
        law.id,
        _(law.short),
        provision(law, right_of(dsr)),
        tuple(_authorities(law, dsr)),
        _term(law.clock(ClockKind.APPEAL, right_of(dsr), on)),
        _term(law.clock(ClockKind.DUTY, Duty.COMPLAINT_ACK, on)),
        _days(law.regulator.days) if law.regulator.days else "",
    )


def provision(law: Regime, right: str) -> str:
    """Return the provision that grants `right`, by the law's name; where the file names none, what it cites for the law."""
    text = law.cites(right).partition(" (")[0]
    return f"{_(law.short)}, {text if any(sign.isdigit() for sign in text) else law.citation[0]}"


def _authorities(law: Regime, dsr: SubjectRequest) -> Iterator[Authority]:
    """Yield the authorities under `law`: the shop's own where it is the shop's law, that of the residence, else the law's."""
    brand = dsr.brand
    own = _own(law, brand)
    if own:
        yield own
    if law.regulator.list:
        yield from _of_places(law, dsr, known=bool(own))
    elif not own:
        yield Authority(law.regulator.name.partition(" (")[0], law.regulator.url)
    if second := law.regulator.second:
        name, _space, url = second.rpartition(" ")
        yield Authority(name, url)


def _own(law: Regime, brand: Brand) -> Authority | None:
    home = REGIMES[brand.regime].parent or brand.regime if brand.regime in REGIMES else ""
    told = brand.authority
    return Authority(told["name"], told["url"]) if home == law.id and told.get("name") and told.get("url") else None


def _of_places(law: Regime, dsr: SubjectRequest, *, known: bool) -> Iterator[Authority]:
    """Yield the authority where the person lives (GDPR Art. 77) and, while the shop names none, that of its own seat."""
    places = {one.country: one for one in authorities()}
    seat, home = dsr.brand.establishment[:2], dsr.residence[:2]
    wanted = dict.fromkeys(place for place in ("" if known else seat, home) if place and not (known and place == seat))
    found = [Authority(places[place].name, places[place].url) for place in wanted if place in places]
    if found or known:
        yield from found
    else:
        yield Authority(_("the data protection authority where you live"), law.regulator.url)


def named(found: Iterable[Law]) -> tuple[Authority, ...]:
    """Return the authorities of several laws, each once."""
    return tuple({one.url.rstrip("/"): one for law in found for one in law.authorities}.values())


def _term(clock: Clock | None) -> str:
    if clock is None or not clock.length:
        return ""
    if clock.unit == "calendar_month":
        return ngettext("%(number)d month", "%(number)d months", clock.length) % {"number": clock.length}
    if clock.unit in {"business_day", "working_day"}:
        return ngettext("%(number)d working day", "%(number)d working days", clock.length) % {"number": clock.length}
    return _days(clock.length) if clock.unit == "calendar_day" else ""


def _days(number: int) -> str:
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
