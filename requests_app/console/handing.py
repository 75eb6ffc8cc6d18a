"""Handing an answer over by hand: taken out printed or as a file, and written down with its day."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.audit.services import record
from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import NotAvailable
from requests_app.console import stepup
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, too_late
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.plans import erasing
from requests_app.console.posting import attached
from requests_app.console.posting_forms import HandedForm, TakeForm
from requests_app.erasure import certifying
from requests_app.officers.policy import Action

PAPER, FILE, HANDED = "paper", "file", "handed"


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: OfficerRequest, reference: str) -> HttpResponseBase:
    """Let the answer be taken out, and take down that it was handed over. Only for a person whom no mail reaches."""
    case = opened(request, reference)
    case.must_see_data("hand_over")
    case.require(Action.ANSWER)
    copy = case.dsr.bundles.available().filter(file__isnull=False).last()
    if copy is None or not case.dsr.is_by_post:
        return too_late(request, case)
    copy.dsr, deed = case.dsr, request.POST.get("deed", "")
    take = TakeForm(request.POST if deed in {PAPER, FILE} else None, seen=case.version, auto_id="take_%s", **stepup.asks(request))
    handed = HandedForm(
        request.POST if deed == HANDED else None, seen=case.version, earliest=copy.built_at.date(), today=case.today,
        initial={"on": case.today}, auto_id="handed_%s",
    )  # fmt: skip
    form = handed if deed == HANDED else take
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid() and (done := _done(request, case, copy, form, deed)):
            return done
    told = {"take": take, "handed": handed, "form": form, "copy": copy}
    return show(request, "hand_over", case.context("hand_over") | told, status=422 if form.errors else 200)


@require_safe
def certificate(request: OfficerRequest, reference: str) -> HttpResponse:
    """Hand out the newest certificate of an erasure as it is printed. It names nobody."""
    from requests_app.erasure.paper import paper  # reads the tables of fonts, which most processes never need

    case = erasing(request, reference)
    made = certifying.latest(case.dsr)
    if made is None:
        raise Http404
    printed = paper(made.said, case.dsr.brand.time_zone)
    return HttpResponse(printed, content_type="application/pdf", headers=attached(f"{reference}-certificate.pdf"))


def _done(request: OfficerRequest, case: Case, copy: Bundle, form: TakeForm | HandedForm, deed: str) -> HttpResponseBase | None:
    if isinstance(form, HandedForm):
        return _handed(request, case, copy, form)
    stepup.passed(request, form)
    try:
        if deed == FILE:
            return _file(case, copy)
        if printed := _printed(case, copy):
            return printed
    except NotAvailable:
        return too_late(request, case)
    form.add_error(None, _("This is more than can be sent on paper. Hand the file over on a medium."))
    return None


def _handed(request: OfficerRequest, case: Case, copy: Bundle, form: HandedForm) -> HttpResponse:
    said = form.cleaned_data
    Bundle.objects.filter(pk=copy.pk).update(handed_on=said["on"], handed_as=said["form"])
    record("bundle.handed_over", by=request.user.actor, dsr_id=case.dsr.pk, number=copy.number, on=said["on"].isoformat())
    messages.success(request, _("Written down: the answer was handed over."))
    return redirect(case.url())


def _printed(case: Case, copy: Bundle) -> HttpResponse | None:
    from requests_app.bundle.paper import TooLong, paper  # reads the tables of fonts, which most processes never need

    try:
        made = paper(copy)
    except TooLong:
        return None
    record("bundle.printed", by=case.reader.actor, dsr_id=case.dsr.pk, number=copy.number)
    return HttpResponse(made, content_type="application/pdf", headers=attached(f"{case.dsr.reference}.pdf"))


def _file(case: Case, copy: Bundle) -> StreamingHttpResponse:
    """Stream the sealed copy as it is."""

    def chunks() -> Iterator[bytes]:
        with bundle.opened(copy) as reader:
            yield from reader.plain()

    record("bundle.taken_out", by=case.reader.actor, dsr_id=case.dsr.pk, number=copy.number)
    return StreamingHttpResponse(chunks(), content_type="application/zip", headers=attached(f"{case.dsr.reference}.zip"))
