"""The files that somebody sent with a request: an identity paper is noted; what should not be here is destroyed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.audit.services import record
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import MovingForm
from requests_app.console.gate import OfficerRequest
from requests_app.officers.policy import Action
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.verification import papers
from requests_app.verification.papers import IDENTITY, NotWanted, PaperKind, Unwanted


class DestroyForm(MovingForm):
    file = forms.UUIDField(widget=forms.HiddenInput)
    why = forms.ChoiceField(
        label=gettext_lazy("Why it is destroyed"), choices=Unwanted.choices, widget=forms.Select,
        error_messages={"required": gettext_lazy("Choose why it is destroyed")},
    )  # fmt: skip


class NoteForm(MovingForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What you saw"), choices=PaperKind.choices, widget=forms.Select,
        help_text=gettext_lazy("The kind alone. Never note a number."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show every file of the request; note of which kind a paper was, or destroy a file with a reason."""
    case = opened(request, reference)
    case.must_see_data("files")
    noting = "kind" in request.POST
    form = (NoteForm if noting else DestroyForm)(request.POST or None, seen=case.version)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            return _noted(request, case, form) if noting else _destroyed(request, case, form)
    return page(request, case, "files", form, _told(case))


@require_safe
def identity_paper(request: OfficerRequest, reference: str, file: UUID) -> HttpResponseBase:
    """Hand out an identity paper to be looked at, until somebody has noted what it was. The trail says who took it."""
    case = opened(request, reference)
    case.require(Action.SEE_DATA)
    sent = get_object_or_404(case.dsr.uploads.filter(purpose=IDENTITY), pk=file)
    if case.dsr.seen_papers.exists():
        raise Http404
    record("paper.fetched", by=request.user.actor, dsr_id=case.dsr.pk, file=str(sent.pk))
    return StreamingHttpResponse(uploads.plain(sent), content_type=sent.media_type, headers=uploads.headers(sent))


def _noted(request: OfficerRequest, case: Case, form: Any) -> HttpResponse:
    try:
        papers.note(case.dsr, PaperKind(form.cleaned_data["kind"]), by=request.user)
    except NotWanted:
        return too_late(request, case)
    messages.success(request, _("Noted. The file is destroyed when the request is decided, and shown to nobody before."))
    return redirect(case.url("files"))


def _destroyed(request: OfficerRequest, case: Case, form: Any) -> HttpResponse:
    sent = _sent(case).filter(pk=form.cleaned_data["file"]).select_related("dsr").first()
    if sent is None:
        return too_late(request, case)
    papers.destroy_file(sent, Unwanted(form.cleaned_data["why"]), by=request.user)
    messages.success(request, _("Destroyed, for good."))
    return redirect(case.url("files"))


def _sent(case: Case) -> Any:
    """What came from outside: what officers added is theirs to answer for."""
    return Upload.objects.filter(dsr=case.dsr, sent_by=CUSTOMER.kind)


def _told(case: Case) -> dict[str, Any]:
    sent = list(_sent(case))
    seen = list(case.dsr.seen_papers.select_related("seen_by"))
    paper = next((one for one in sent if one.purpose == IDENTITY), None)
    return {
        "sent": [one for one in sent if one.purpose != IDENTITY], "paper": paper, "seen": seen,
        "may_answer": Action.ANSWER in case.actions, "note": NoteForm(seen=case.version), "reasons": Unwanted.choices,
    }  # fmt: skip
