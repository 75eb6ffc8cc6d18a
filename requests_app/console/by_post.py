"""A person without an e-mail address: found by an officer, and proven by figures that go where the shop's own record says."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.console.candidates import laid_out
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, too_late
from requests_app.console.forms import MatchForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.posting_forms import LETTER, HeldForm, LookForm, MailForm, SaidForm
from requests_app.matching import services as matching
from requests_app.matching.held import held, settle_on
from requests_app.matching.models import MatchState
from requests_app.officers.policy import Action
from requests_app.verification import by_post, moving
from requests_app.verification import services as verification
from requests_app.verification.services import NoSuchLink, NotProven, TooSoon
from requests_app.workflow.services import StaleState
from requests_app.workflow.states import State


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show who it may be; look again, send or read out the figures, take down what the person says, or a mailbox."""
    case = opened(request, reference)
    case.must_see_data("by_post")
    waits = case.dsr.is_by_post and case.dsr.stage == State.VERIFYING
    deed = request.POST.get("deed", "")
    forms = _forms(request, case, deed)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if deed not in (_UNPROVEN if waits else _PROVEN) or overtaken(case, forms[deed]):
            return too_late(request, case)
        if forms[deed].is_valid() and (done := _DEEDS[deed](request, case, forms[deed])):
            return done
    return _page(request, case, forms, deed if request.method == "POST" else "")


def _forms(request: OfficerRequest, case: Case, deed: str) -> dict[str, Any]:
    def sent(name: str) -> Any:
        return request.POST if request.method == "POST" and deed == name else None

    facts = {kind: value for kind, value in (case.dsr.facts or {}).items() if kind in LookForm.base_fields}
    return {
        "look": LookForm(sent("look"), seen=case.version, initial=facts, auto_id="look_%s"),
        "held": HeldForm(sent("held"), seen=case.version, known=held(case.dsr), auto_id="held_%s"),
        "mail": MailForm(sent("mail"), seen=case.version, auto_id="mail_%s"),
        "said": SaidForm(sent("said"), seen=case.version, auto_id="said_%s"),
    }


def _look(request: OfficerRequest, case: Case, form: LookForm) -> HttpResponse | None:
    try:
        with transaction.atomic():
            by_post.take_back(case.dsr)
            matching.look_again(case.dsr, form.facts, by=request.user)
    except StaleState:
        return too_late(request, case)
    messages.success(request, _("The systems are being asked again. Figures that were sent before are good no more."))
    return redirect(case.url("by_post"))


def _send(request: OfficerRequest, case: Case, form: HeldForm) -> HttpResponse | None:
    """Settle on the held address; then write the letter, or show the figures once."""
    try:
        with transaction.atomic():
            dsr = settle_on(case.dsr, form.chosen, by=request.user)
            if form.cleaned_data["way"] == LETTER:
                letter = by_post.write_code(dsr, by=request.user)
                return redirect("console:print_letter", reference=dsr.reference, letter=letter.pk)
            code = by_post.read_out(dsr, by=request.user)
    except TooSoon:
        form.add_error(None, _("Figures were made often enough for now. Wait ten minutes; there are ten in all."))
        return None
    except StaleState:
        return too_late(request, case)
    told = {"code": code, "phones": form.chosen.phones}
    return show(request, "by_post_call", case.context("by_post") | told)


def _said(request: OfficerRequest, case: Case, form: SaidForm) -> HttpResponse | None:
    try:
        by_post.said_back(case.dsr, form.cleaned_data["code"], by=request.user.actor)
    except NotProven as wrong:
        left = _("These are not the figures. Tries left: {tries}.").format(tries=wrong.tries_left)
        form.add_error("code", left if wrong.tries_left else _("These figures no longer work. Send or read out new ones."))
        return None
    except NoSuchLink:
        form.add_error("code", _("No figures are good now. Send or read out new ones."))
        return None
    messages.success(request, _("Proven. Now decide which records are this person’s."))
    return redirect(case.url())


def _mail(request: OfficerRequest, case: Case, form: MailForm) -> HttpResponse | None:
    try:
        moving.offer(case.dsr, form.cleaned_data["email"], by=request.user)
    except TooSoon:
        form.add_error("email", _("Enough was written there for now. Wait ten minutes."))
        return None
    except StaleState:
        return too_late(request, case)
    messages.success(request, _("A link was mailed, and a letter with figures waits to be printed."))
    return redirect("console:to_print")


_UNPROVEN, _PROVEN = frozenset({"look", "held", "said"}), frozenset({"mail"})
_Done = Callable[[OfficerRequest, Case, Any], HttpResponse | None]
_DEEDS: Final[Mapping[str, _Done]] = {"look": _look, "held": _send, "said": _said, "mail": _mail}


def _page(request: OfficerRequest, case: Case, forms: dict[str, Any], failed: str) -> HttpResponse:
    dsr = case.dsr
    matches = list(dsr.matches.select_related("source"))
    told = {
        "forms": forms, "form": forms.get(failed), "matches": laid_out(dsr, MatchForm(None, matches=[], seen=case.version)),
        "waits": dsr.is_by_post and dsr.stage == State.VERIFYING, "sent": verification.waits_for_answer(dsr),
        "asking": any(match.state == MatchState.ASKING for match in matches), "may": Action.ANSWER in case.actions,
        "movable": dsr.is_by_post and dsr.verified_at is not None and dsr.is_open,
        "reachable": bool(forms["held"].known),
    }  # fmt: skip
    return show(request, "by_post", case.context("by_post") | told, status=422 if failed else 200)
