"""The page on which an officer answers in own words: what must be said, the text, the letter as it will be read."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.console import stepup, words
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.gate import OfficerRequest
from requests_app.console.reply_forms import ReplyForm
from requests_app.correspondence import codes
from requests_app.correspondence.composing import Draft
from requests_app.officers.policy import Action
from requests_app.replies import services as replies
from requests_app.replies.proposals import proposal
from requests_app.workflow.services import MoveNotAllowed, StaleState
from requests_app.workflow.states import Move


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: OfficerRequest, reference: str) -> HttpResponse:
    """Take the words, show the letter as the customer will read it, then send it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if Move.APPROVE not in case.moves or not case.replies:
        return too_late(request, case)
    case.must_see_data("reply")
    known = {"seen": case.version, "dsr": case.dsr, **stepup.asks(request)}
    form = ReplyForm(request.POST or None, initial={"text": proposal(case.dsr)}, **known)
    letter: Draft | None = None
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            letter = replies.shown(case.dsr, form.words)
            if "send" in request.POST and not letter.lacks:
                return _answered(request, case, form.words)
            form = ReplyForm(request.POST, **known | stepup.asks(request))
    told = {
        "letter": letter, "lacks": codes.named(letter.lacks) if letter else (), "spoken": words.language(case.dsr.language),
        "concerns": case.dsr.concerns, "details": case.dsr.details or "",
    }  # fmt: skip
    return page(request, case, "reply", form, told)


def _answered(request: OfficerRequest, case: Case, said: replies.Words) -> HttpResponse:
    try:
        replies.answer(case.dsr, said, by=request.user)
    except (StaleState, MoveNotAllowed):
        return too_late(request, case)
    messages.success(request, _("Answered. The letter is on its way."))
    return redirect(case.url())
