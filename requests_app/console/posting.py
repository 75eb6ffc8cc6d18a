"""Letters on paper: what waits to be printed, one letter as a page or a PDF, and the day on which it was posted."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from requests_app.console import history
from requests_app.console.case import Case, opened
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import MAIL, show
from requests_app.console.posting_forms import PostedForm
from requests_app.console.reading import words_of
from requests_app.correspondence.models import Letter
from requests_app.correspondence.posting import LATE_AFTER, NotThatDay, posted
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of

_SHOWN: Final = 200


@require_safe
def to_print(request: OfficerRequest) -> HttpResponse:
    """List the letters that wait to be printed and posted, the oldest first."""
    found = waiting(request)
    late = set(found.unposted_since(LATE_AFTER).values_list("pk", flat=True))
    letters = [
        {"letter": one, "kind": history.letter(one.kind), "late": one.pk in late}
        for one in found.select_related("dsr__brand").order_by("written_at")[:_SHOWN]
    ]
    return show(request, "to_print", {"letters": letters, "count": found.count()}, at=MAIL)


def waiting(request: OfficerRequest) -> Any:
    """Return the letters that this officer may print, and that nobody has posted."""
    seen = SubjectRequest.objects.visible_to(request.user).filter(brand__in=policy.brands_of(request.user, Action.SEE_DATA))
    return Letter.objects.to_print().filter(dsr__in=seen)


@require_safe
def printed(request: OfficerRequest, reference: str, letter: UUID) -> HttpResponse:
    """Show one letter as a page of paper: address, date, words. Links are for the customer's mailbox alone."""
    case, found = _letter(request, reference, letter, Action.SEE_DATA)
    case.seen("letter_on_paper")
    return _page(request, case, found, PostedForm(initial={"on": today_of(case.dsr.brand)}))


@require_safe
def pdf(request: OfficerRequest, reference: str, letter: UUID) -> HttpResponse:
    """Hand out one letter as a PDF for an envelope with a window."""
    from requests_app.correspondence.paper import paper  # reads the tables of fonts, which most processes never need

    case, found = _letter(request, reference, letter, Action.SEE_DATA)
    case.seen("letter_on_paper")
    made = paper(found, window=window(found), text=whole(found), on=found.posted_on or today_of(case.dsr.brand))
    return HttpResponse(made, content_type="application/pdf", headers=attached(f"{reference}-{found.kind}.pdf"))


@require_POST
def sent_by_hand(request: OfficerRequest, reference: str, letter: UUID) -> HttpResponse:
    """Write down on which day the letter was posted; it is not mailed any more if it still waited."""
    case, found = _letter(request, reference, letter, Action.ANSWER)
    form = PostedForm(request.POST)
    if form.is_valid():
        try:
            posted(found, on=form.cleaned_data["on"], by=request.user.actor)
        except NotThatDay:
            form.add_error("on", _("It was posted neither before it was written nor in the future."))
        else:
            messages.success(request, _("Written down: it was posted."))
            return redirect("console:to_print") if found.on_paper else redirect("console:letters", reference=reference)
    return _page(request, case, found, form)


def window(letter: Letter) -> str:
    """Return what shows through the window: of a letter that was mailed, the name, to which a person adds the rest."""
    return str(letter.address) if letter.on_paper else letter.dsr.name or ""


def whole(letter: Letter) -> str:
    """Return what a letter on paper says, with its codes; a mailed one without its links."""
    return str(letter.text) if letter.on_paper else words_of(letter)


def attached(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store",
    }  # fmt: skip


def _page(request: OfficerRequest, case: Case, letter: Letter, form: PostedForm) -> HttpResponse:
    told = {
        "letter": letter, "dsr": case.dsr, "brand": case.dsr.brand, "text": whole(letter), "window": window(letter),
        "today": today_of(case.dsr.brand), "form": form, "may_post": Action.ANSWER in case.actions,
    }  # fmt: skip
    return show(request, "letter_on_paper", told, at=MAIL, status=422 if form.errors else 200)


def _letter(request: OfficerRequest, reference: str, letter: UUID, action: Action) -> tuple[Case, Letter]:
    case = opened(request, reference)
    case.require(action)
    return case, get_object_or_404(case.dsr.letters.filter(officer=None).exclude(text=None).select_related("dsr__brand"), pk=letter)
