"""Mail that waits to be made a request, and requests that an officer files for somebody."""

from typing import Any, Final
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.console.filing_forms import ByHandForm, FilingForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import MAIL, show
from requests_app.console.posting import waiting as waiting_to_print
from requests_app.intake import mailroom
from requests_app.intake import services as intake
from requests_app.intake.mailroom import Over
from requests_app.intake.models import Draft, Mailbox
from requests_app.intake.services import Application, NotOffered
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.values import Side
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.verification import services as verification
from requests_app.workflow import lending
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

_SHOWN: Final = 100
_UNPROVEN: Final = frozenset({State.RECEIVED, State.VERIFYING})
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def mail(request: OfficerRequest) -> HttpResponse:
    """List the mails that wait, the oldest first; what machines wrote stands below."""
    shops = policy.brands_of(request.user, Action.ANSWER, Side.CUSTOMERS)
    waiting = list(Draft.objects.waiting().filter(brand__in=shops).select_related("brand")[:_SHOWN])
    told = {
        "drafts": [draft for draft in waiting if not draft.automatic],
        "automatic": [draft for draft in waiting if draft.automatic],
        "faults": list(Mailbox.objects.filter(brand__in=shops).exclude(fault="").select_related("brand")),
        "shops": list(shops),
        "importing": list(policy.brands_of(request.user, Action.MANAGE, Side.CUSTOMERS)),
        "to_print": waiting_to_print(request).count(),
    }
    return show(request, "mail", told, at=MAIL)


@_reads_and_posts
def mail_draft(request: OfficerRequest, draft: UUID) -> HttpResponse:
    """Show a mail beside the form that makes it a request."""
    found = _draft(request, draft)
    if found.dsr_id or found.put_away_at:
        return _over(request)
    known = {"right": found.right, "name": found.name, "email": found.sender, "language": found.language}
    form = FilingForm(_posted(request), brand=found.brand, initial=known)
    if request.method != "POST":
        record("mail.viewed", by=request.user.actor, dsr_id=found.owner, draft=str(found.pk))
    elif form.is_valid():
        try:
            application = Application(**form.told, channel="email", key=found.pk)
            dsr = mailroom.complete(found, application, by=request.user.actor)
        except NotOffered:
            form.add_error("right", _NOT_OFFERED())
        except Over:
            return _over(request)
        else:
            verification.begin(dsr)
            return redirect("console:detail", reference=dsr.reference)
    files = Upload.objects.filter(owner=found.owner)
    told = {"draft": found, "form": form, "files": files}
    return show(request, "mail_draft", told, at=MAIL, status=422 if form.errors else 200)


@require_POST
def put_away(request: OfficerRequest, draft: UUID) -> HttpResponse:
    """Let go of a mail that asks for nothing."""
    try:
        mailroom.put_away(_draft(request, draft), by=request.user.actor)
    except Over:
        return _over(request)
    return redirect("console:mail")


@require_safe
def attachment(request: OfficerRequest, upload: UUID) -> HttpResponseBase:
    """Hand out a file that somebody sent: to be saved, never shown here."""
    found = get_object_or_404(Upload, pk=upload)
    dsr = found.dsr_id and SubjectRequest.objects.visible_to(request.user).filter(pk=found.dsr_id).first()
    draft = Draft.objects.filter(owner=found.owner).first()
    if dsr and not lending.may(request.user, Action.SEE_DATA, dsr):
        raise Http404
    if not dsr and not (draft and policy.may(request.user, Action.ANSWER, draft.brand)):
        raise Http404
    record("file.viewed", by=request.user.actor, dsr_id=found.owner, file=str(found.pk))
    return StreamingHttpResponse(uploads.plain(found), content_type=found.media_type, headers=uploads.headers(found))


@_reads_and_posts
def file_for(request: OfficerRequest, brand: str) -> HttpResponse:
    """File for somebody who telephoned or sent a letter; then show, once, the figures to read out or to send on."""
    shop = get_object_or_404(policy.brands_of(request.user, Action.ANSWER, Side.CUSTOMERS), slug=brand)
    form = ByHandForm(_posted(request), brand=shop, initial={"once": uuid4(), "language": shop.default_language})
    if request.method == "POST" and form.is_valid() and (filed := _filed(request, shop, form)):
        return filed
    return show(request, "file", {"form": form, "shop": shop}, at=MAIL, status=422 if form.errors else 200)


def _filed(request: OfficerRequest, shop: Brand, form: ByHandForm) -> HttpResponse | None:
    application = Application(**form.told, channel=form.cleaned_data["channel"], key=form.cleaned_data["once"])
    try:
        dsr = intake.open_request(shop, application, by=request.user.actor)
    except NotOffered:
        form.add_error("right", _NOT_OFFERED())
        return None
    code = verification.begin(dsr).code if dsr.stage in _UNPROVEN else ""
    told = {"dsr": dsr, "code": "" if dsr.is_by_post else code, "shop": shop, "by_post": dsr.is_by_post and code}
    return show(request, "filed", told, at=MAIL)


def _NOT_OFFERED() -> str:  # noqa: N802  # a word of ours
    return _("The law of this place does not give this right, and the shop does not grant it.")


def _posted(request: OfficerRequest) -> QueryDict | None:
    """Return what was posted; a form that came back empty lacks everything and is no fresh one."""
    return request.POST if request.method == "POST" else None


def _draft(request: OfficerRequest, draft: UUID) -> Draft:
    shops = policy.brands_of(request.user, Action.ANSWER, Side.CUSTOMERS)
    return get_object_or_404(Draft.objects.select_related("brand"), pk=draft, brand__in=shops)


def _over(request: OfficerRequest) -> HttpResponse:
    told: dict[str, Any] = {}
    return show(request, "mail_over", told, at=MAIL, status=409)
