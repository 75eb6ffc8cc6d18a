"""The dates of a request and the laws behind them: each explains itself; an officer may take more time or choose other laws."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.console import stepup, words
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import ExtensionForm, LawForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.deadlines import dates, extensions
from requests_app.deadlines.dates import Dates, Under
from requests_app.deadlines.extensions import NoExtension, TooLateToExtend
from requests_app.deadlines.laws import choose_instead
from requests_app.deadlines.limits import Limit
from requests_app.jurisdictions import REGIMES
from requests_app.officers.policy import Action
from requests_app.verification import services as verification
from requests_app.workflow.laws import laws_of

_WHY: Final[dict[str, str | Promise]] = {
    "residence": gettext_lazy("where the customer lives"),
    "establishment": gettext_lazy("where the shop is established"),
    "both": gettext_lazy("where the customer lives and the shop is established"),
    "nothing_at_residence": gettext_lazy("no law covers the customer’s place: the shop’s own is kept"),
    "officer": gettext_lazy("chosen by an officer"),
    "low_confidence": gettext_lazy("known at second hand only, and not switched on for this shop"),
    "not_in_force": gettext_lazy("not in force yet"),
    "not_for_this_person": gettext_lazy("not for this kind of person"),
    "residents_only": gettext_lazy("for people of its own territory only"),
}
# What sets a clock going, or stops it, in words: codes of the laws' files.
_EVENTS: Final[dict[str, str | Promise]] = {
    "receipt": gettext_lazy("receipt of the request"),
    "relevant_time": gettext_lazy("receipt, or what was needed to know who asks, whichever came last"),
    "appeal_receipt": gettext_lazy("receipt of the appeal"),
    "complaint_receipt": gettext_lazy("receipt of the complaint"),
    "answer_given": gettext_lazy("the answer"),
    "action_done": gettext_lazy("the deed"),
    "identity_doubt": gettext_lazy("a question about who asks"),
    "identity_information": gettext_lazy("a question about who asks"),
    "authentication_failed": gettext_lazy("a question about who asks"),
    "clarification": gettext_lazy("a question about what is asked for"),
    "fee_reflection": gettext_lazy("a question about a fee"),
}
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def terms(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show which laws apply and why, and how each date came about, step by step."""
    case = opened(request, reference)
    found = dates.of(case.dsr)
    told = {
        "laws": _laws(case), "left_out": _left_out(case), "counted": [_counted(one, found) for one in found.answer],
        "acknowledge_on": found.acknowledge_on, "may_extend": _may_extend(case, found) and Action.ANSWER in case.actions,
        "may_choose": case.dsr.is_open and Action.ANSWER in case.actions, "notice_by": found.notice_by,
        "note": case.dsr.law_note if case.sees_data else "",
    }  # fmt: skip
    return show(request, "terms", case.context("terms") | told)


@_reads_and_posts
def extend(request: OfficerRequest, reference: str) -> HttpResponse:
    """Take more time: say why, until when, and that a letter tells it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    found = dates.of(case.dsr)
    if not _may_extend(case, found):
        return too_late(request, case)
    form = ExtensionForm(request.POST or None, seen=case.version, language=case.dsr.language)
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            return _extended(request, case, form.cleaned_data["reason"])
    told = {"until": found.longest, "notice_by": found.notice_by, "spoken": words.language(case.dsr.language)}
    return page(request, case, "extend", form, told)


def _extended(request: OfficerRequest, case: Case, reason: str) -> HttpResponse:
    try:
        with transaction.atomic():
            extensions.extend(case.dsr, by=request.user.actor, reason=reason, links=verification.links(case.dsr))
    except (NoExtension, TooLateToExtend):
        return too_late(request, case)
    messages.success(request, _("The letter is on its way. The dates move when it has gone out."))
    return redirect(case.url("terms"))


@_reads_and_posts
def law(request: OfficerRequest, reference: str) -> HttpResponse:
    """Choose other laws, with a reason; every date is computed anew."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if not case.dsr.is_open:
        return too_late(request, case)
    form = LawForm(request.POST or None, seen=case.version, laws=laws_of(case.dsr), **stepup.asks(request))
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            choose_instead(case.dsr, form.cleaned_data["laws"], by=request.user.actor, reason=form.cleaned_data["reason"])
            messages.success(request, _("The laws were changed, and every date computed anew."))
            return redirect(case.url("terms"))
    return page(request, case, "law", form, {})


def _may_extend(case: Case, found: Dates) -> bool:
    try:
        extensions.may_extend(case.dsr, found)
    except (NoExtension, TooLateToExtend):
        return False
    return True


def _laws(case: Case) -> list[dict[str, Any]]:
    chosen, unsure = case.dsr.law_reason.get("chosen", {}), case.dsr.law_reason.get("low_confidence", ())
    return [
        {
            "name": REGIMES[name].name, "citation": ", ".join(REGIMES[name].citation), "why": _WHY.get(chosen.get(name, ""), ""),
            "unsure": name in unsure, "adds": bool(REGIMES[name].parent), "authority": REGIMES[name].regulator,
        }
        for name in laws_of(case.dsr)
    ]  # fmt: skip


def _left_out(case: Case) -> list[dict[str, Any]]:
    left = case.dsr.law_reason.get("left_out", {})
    return [{"name": REGIMES[name].name, "why": _WHY.get(why, why)} for name, why in left.items() if name in REGIMES]


def _counted(one: Under, found: Dates) -> dict[str, Any]:
    limits = one.limits
    named = [
        (_("By law"), limits.due_legal), (_("Safe"), limits.due_safe), (_("By law, with more time"), limits.extended_legal),
        (_("Safe, with more time"), limits.extended_safe),
    ]  # fmt: skip
    return {
        "law": REGIMES[one.regime].short,
        "binding": (REGIMES[one.regime].parent or one.regime) == found.regime,
        "dates": [{"label": label, "on": limit.on, "steps": _steps(limit)} for label, limit in named if limit],
    }


def _steps(limit: Limit) -> Sequence[dict[str, str]]:
    return [
        {
            "text": _(reason.sentence) % (dict(reason.values) | {"event": _EVENTS.get(reason.event, reason.event)}),
            "citation": reason.citation,
            "to": date_format(reason.end, "SHORT_DATE_FORMAT"),
        }
        for reason in limit.explain()
    ]  # fmt: skip
