"""A plan of erasing as its page shows it: what becomes of which records in each system, why, on which law, until when."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from requests_app.console import deeds, words
from requests_app.console.because import Because, because
from requests_app.console.deeds import moment, number
from requests_app.console.panels import Line, Panel, Shown, Totals
from requests_app.console.searched import title
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.services import Deed, SetSummary, SystemSummary, summary
from requests_app.sources.services import Described, described
from requests_app.workflow.models import SubjectRequest

_STUCK: Final = (PlanState.IMPOSSIBLE, PlanState.FAILED)
Infos = Mapping[str, Described]


@dataclass(frozen=True, slots=True)
class _Reading:
    """By what a system is shown: reasons by code, one deed alone or None, and whether the reader may see officers' reasons."""

    told: Mapping[str, Because]
    only: Deed | None
    private: bool


def shown(dsr: SubjectRequest, *, private: bool, only: Deed | None = None) -> Shown:
    """Return the plan of `dsr` as it stands. `private`: the reader may see matters and officers' reasons. At most five queries.

    `only`: lines of one deed alone; the totals are of all.
    """
    known = summary(dsr)
    plans = list(dsr.plans.select_related("source").order_by("round"))
    newest = {plan.pk: plan for plan in {plan.source_id: plan for plan in plans}.values()}
    former = _former(plans, newest)
    sets = _sets(former.values())
    told = because(dsr, {one.reason for system in known.systems for one in system.sets}, private=private)
    reading = _Reading(told, only, private=private)
    panels = tuple(_panel(system, newest[system.plan], former.get(system.plan), sets, reading) for system in known.systems)
    return Shown(_totals(known.systems), panels, done_of(known.systems))


def done_of(systems: Iterable[SystemSummary]) -> int:
    return sum(system.state in (PlanState.DONE, PlanState.GIVEN_UP) for system in systems)


def _former(plans: Iterable[Plan], newest: Mapping[UUID, Plan]) -> dict[UUID, Plan]:
    """Return by a plan's id the one that it replaced."""
    current = {plan.source_id: plan.pk for plan in newest.values()}
    return {current[plan.source_id]: plan for plan in plans if plan.pk not in newest and plan.done_at is None}


def _sets(plans: Iterable[Plan]) -> dict[UUID, list[RecordSet]]:
    found: dict[UUID, list[RecordSet]] = {}
    for one in RecordSet.objects.filter(plan__in=[plan.pk for plan in plans]).order_by("plan", "position"):
        found.setdefault(one.plan_id, []).append(one)
    return found


def _totals(systems: Iterable[SystemSummary]) -> Totals:
    counts: Counter[str] = Counter()
    days: list[date] = []
    for one in (one for system in systems for one in system.sets):
        counts[deeds.BY_HAND if one.reason == deeds.BY_HAND else one.deed] += one.records
        days += [one.until] if one.until and one.deed is Deed.KEEP else []
    return Totals(
        deleted=counts[Deed.ERASE], overwritten=counts[Deed.BLANK], kept=counts[Deed.KEEP], asked=counts[Deed.ASK],
        by_hand=counts[deeds.BY_HAND], kept_until=max(days, default=None),
    )  # fmt: skip


def _panel(
    system: SystemSummary, plan: Plan, former: Plan | None, sets: Mapping[UUID, list[RecordSet]], reading: _Reading,
) -> Panel:  # fmt: skip
    infos = described(plan.source)
    kind, state = _stand(system, plan)
    lines = (_line(alike, infos, reading.told) for alike in _alike(system.sets) if reading.only in (None, alike[0].deed))
    return Panel(
        plan=plan.pk, title=title(plan.source), kind=kind, state=state, records=number(system.records),
        fault=_fault(system), reason=system.reason if reading.private else "",
        problems=tuple(_problem(one) for one in plan.problems),
        changes=tuple(_changes(sets.get(former.pk, []), system.sets, infos)) if former else (),
        why_again=deeds.changed(former.fault) if former else "", absent_at=moment(system.absent_at), lines=tuple(lines),
        waits=_waits(plan), can_be_given_up=plan.state in _STUCK or (plan.by_hand and plan.state == PlanState.READY),
        can_rehearse=plan.state == PlanState.READY and not plan.by_hand,
    )  # fmt: skip


def _stand(system: SystemSummary, plan: Plan) -> tuple[str, str]:
    if not system.records and system.state == PlanState.DONE:
        return "good", _("holds nothing")
    return deeds.state(system.state, by_hand=plan.by_hand)


def _fault(system: SystemSummary) -> str:
    if system.state == PlanState.STALE:
        return deeds.changed(system.fault)
    return words.fault(system.fault) if system.fault and system.state in _STUCK else ""


def _waits(plan: Plan) -> bool:
    """Whether an officer has to say what becomes of it."""
    return plan.state in _STUCK or (plan.by_hand and plan.state == PlanState.RUNNING)


def _problem(one: Mapping[str, str]) -> dict[str, str]:
    return {"where": one["where"], "message": one["message"], "mend": deeds.mend(one["code"])}


def _what(one: SetSummary) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    return one.collection, one.deed, one.reason, one.how


def _alike(sets: Iterable[SetSummary]) -> Iterator[list[SetSummary]]:
    """Yield the sets that an officer reads as one: their days alone differ."""
    for _key, alike in groupby(sorted(sets, key=_what), key=_what):
        yield list(alike)


def _line(sets: list[SetSummary], infos: Infos, told: Mapping[str, Because]) -> Line:
    one, info = sets[0], infos.get(sets[0].collection)
    kind, said = deeds.tag(one.deed, one.reason)
    titles = field_titles(info)
    written = dict(one.how)
    return Line(
        title=named(one.collection, infos), deed=one.deed, kind=kind, said=said,
        records=number(sum(each.records for each in sets)),
        fields=tuple((titles.get(name, name), how) for name, how in one.how),
        stays=tuple(text for name, text in titles.items() if name not in written) if written else (),
        until=_until(sets) if one.deed is Deed.KEEP else "", because=told[one.reason],
    )  # fmt: skip


def _until(sets: Iterable[SetSummary]) -> str:
    days = sorted(one.until for one in sets if one.until)
    if not days:
        return _("no end known")
    if days[0] == days[-1]:
        return _("until %(day)s") % {"day": date_format(days[0])}
    return _("from %(first)s to %(last)s, one after the other") % {"first": date_format(days[0]), "last": date_format(days[-1])}


def _changes(before: Iterable[RecordSet], now: Iterable[SetSummary], infos: Infos) -> Iterator[str]:
    """Yield what differs between two plans, class by class."""
    counts: dict[tuple[str, Deed], list[int]] = {}
    for old in before:
        counts.setdefault((old.collection, Deed(old.deed)), [0, 0])[0] += old.records
    for new in now:
        if new.done_at is None:
            counts.setdefault((new.collection, new.deed), [0, 0])[1] += new.records
    for (name, deed), (was, is_now) in counts.items():
        if was != is_now:
            values = {"title": named(name, infos), "deed": deeds.deed(deed), "was": number(was), "now": number(is_now)}
            yield _("%(title)s, %(deed)s: %(was)s before, %(now)s now") % values


def named(collection: str, infos: Infos) -> str:
    """Return the title of a collection, in the reader's language."""
    return _said(infos[collection].title) if collection in infos else collection or _("Records")


def field_titles(info: Described | None) -> dict[str, str]:
    """Return the titles of a collection's fields by name, in the reader's language."""
    return {field.name: _said(field.title) for field in info.described} if info else {}


def _said(said: Mapping[str, str]) -> str:
    return said.get((get_language() or "en").split("-")[0]) or said["en"]
