"""Who acts on a request for its person: the papers, what an officer says of them, and a second officer on who reads the answer."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.audit.services import record
from requests_app.console import stepup, wishes
from requests_app.console.acting_forms import CheckForm, Verdict
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.officers.policy import Action
from requests_app.vault import uploads
from requests_app.verification import acting
from requests_app.verification.acting import NotNow, NotYours
from requests_app.verification.papers import IDENTITY
from requests_app.workflow.parties import Papers, Part, Party

_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def who_acts(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show who acts and by what right; let an officer accept the papers, ask for others, or refuse them, each with a reason."""
    case = opened(request, reference)
    party = _party(case)
    case.must_see_data("acting")
    may_check = Action.ANSWER in case.actions and party.papers == Papers.SENT and party.acts
    form = CheckForm(request.POST or None, seen=case.version, party=party, **stepup.asks(request))
    if request.method == "POST":
        case.require(Action.ANSWER)
        if not may_check or overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            return _checked(request, case, party, form)
    return page(request, case, "acting", form, _told(case, party, may_check=may_check))


@_reads_and_posts
def second(request: OfficerRequest, reference: str) -> HttpResponse:
    """Let a second officer agree to who reads the answer."""
    case = opened(request, reference)
    party = _party(case)
    case.must_see_data("acting")
    case.require(Action.ANSWER)
    form = StepUpForm(request.POST or None, seen=case.version, **stepup.asks(request))
    if not _may_second(case, party) or (request.method == "POST" and overtaken(case, form)):
        return too_late(request, case)
    if request.method == "POST" and form.is_valid():
        try:
            acting.second(party, by=request.user)
        except (NotNow, NotYours):
            return too_late(request, case)
        stepup.passed(request, form)
        messages.success(request, _("Kept. The answer goes there too."))
        return redirect(case.url("acting"))
    return page(request, case, "acting_second", form, {"party": party})


@require_safe
def paper(request: OfficerRequest, reference: str, file: UUID) -> HttpResponseBase:
    """Hand out a paper to be saved; the trail says who took it."""
    case = opened(request, reference)
    party = _party(case)
    case.require(Action.SEE_DATA)
    sent = get_object_or_404(party.dsr.uploads.filter(purpose__in=[acting.MANDATE, IDENTITY]), pk=file)
    record("paper.fetched", by=request.user.actor, dsr_id=case.dsr.pk, file=str(sent.pk))
    return StreamingHttpResponse(uploads.plain(sent), content_type=sent.media_type, headers=uploads.headers(sent))


def _checked(request: OfficerRequest, case: Case, party: Party, form: CheckForm) -> HttpResponse:
    said, by = form.cleaned_data, request.user
    deeds = {
        Verdict.ACCEPT: lambda: acting.accept(party, reason=said["reason"], by=by, to_party=said.get("to_party", False)),
        Verdict.ASK: lambda: acting.ask_for_more(party, reason=said["reason"], by=by),
        Verdict.REFUSE: lambda: acting.refuse(party, reason=said["reason"], by=by),
    }
    try:
        deeds[Verdict(said["verdict"])]()
    except NotNow:
        return too_late(request, case)
    stepup.passed(request, form)
    messages.success(request, _("Kept, with your reason."))
    return redirect(case.url("acting"))


def _party(case: Case) -> Party:
    """Raises: Http404: nobody acts, or ever did, on this request."""
    party = Party.objects.select_related("checked_by", "agreed_by").filter(dsr=case.dsr).first()
    if party is None:
        raise Http404
    party.dsr = case.dsr
    return party


def _may_second(case: Case, party: Party) -> bool:
    asked = party.wants_answer or party.acts_as.asks_papers
    waits = party.acts and asked and party.papers == Papers.ACCEPTED and party.agreed_by_id is None
    return waits and party.checked_by_id not in {None, case.reader.pk} and Action.ANSWER in case.actions


def _told(case: Case, party: Party, *, may_check: bool) -> dict[str, object]:
    papers = list(case.dsr.uploads.filter(purpose__in=[acting.MANDATE, IDENTITY]))
    told = {"party": party, "papers": papers, "may_check": may_check, "may_second": _may_second(case, party)}
    return told | (wishes.will(case.dsr, private=case.sees_data) if party.acts_as == Part.HEIR else {})
