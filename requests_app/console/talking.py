"""What the officers and the customer say to each other on the request's page."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.audit.services import record
from requests_app.console import words
from requests_app.console.case import opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import QuestionForm
from requests_app.console.gate import OfficerRequest
from requests_app.correspondence import grounds
from requests_app.deadlines import questions
from requests_app.deadlines.questions import NoProofWanted, NotNow
from requests_app.officers.policy import Action
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.verification import services as verification


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show what was said, and ask the customer something; the answer ends the question by itself."""
    case = opened(request, reference)
    case.must_see_data("messages")
    waits = questions.is_open(case.dsr)
    may_ask = case.dsr.is_open and case.dsr.verified_at is not None and Action.ANSWER in case.actions and not waits
    form = QuestionForm(request.POST or None, request.FILES or None, seen=case.version, proof=RIGHTS[case.dsr.right].asks_facts)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if not may_ask or overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            try:
                with transaction.atomic():
                    links = verification.links(case.dsr)
                    said = form.cleaned_data
                    asked = {"asked": said["text"], "because": said["because"]}
                    questions.ask(case.dsr, about=said["about"], by=request.user, links=links, **asked)
                    if said["file"]:
                        uploads.keep(case.dsr, said["file"], by=request.user.actor, purpose=uploads.MESSAGE)
            except (NotNow, NoProofWanted):
                return too_late(request, case)
            messages.success(request, _("Asked. A letter tells the customer that a question waits on the page."))
            return redirect(case.url("talk"))
    said_here = case.dsr.messages.select_related("officer", "pause").order_by("written_at")
    no_fee = ", ".join(grounds.forbids_a_fee(case.dsr))
    files = [
        {"file": one, "from_customer": one.sent_by == CUSTOMER.kind, "written_at": one.kept_at}
        for one in case.dsr.uploads.filter(purpose=uploads.MESSAGE)
    ]
    told = {
        "said": said_here, "files": files, "may_ask": may_ask, "waits": waits, "spoken": words.language(case.dsr.language),
        "may_charge": not no_fee, "no_fee": no_fee,
    }  # fmt: skip
    return page(request, case, "talk", form, told)


@require_safe
def file(request: OfficerRequest, reference: str, file: UUID) -> StreamingHttpResponse:
    """Hand out a file that went along with a message: to be saved, never shown here. The trail says who took it."""
    case = opened(request, reference)
    case.must_see_data("messages")
    sent = get_object_or_404(case.dsr.uploads.filter(purpose=uploads.MESSAGE), pk=file)
    record("file.fetched", by=request.user.actor, dsr_id=case.dsr.pk, file=str(sent.pk))
    return StreamingHttpResponse(uploads.plain(sent), content_type=sent.media_type, headers=uploads.headers(sent))
