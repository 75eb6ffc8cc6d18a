"""Notes that only officers see, and who else has the request open."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseStopPolling

from requests_app.console.case import opened
from requests_app.console.deciding import page
from requests_app.console.gate import OfficerRequest, View, gate
from requests_app.console.review_forms import NoteForm
from requests_app.officers.policy import Action
from requests_app.review import notes as services
from requests_app.review.notes import NotYours


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show the notes on a request, newest first, and take another."""
    case = opened(request, reference)
    case.must_see_data("notes")
    form = NoteForm(request.POST if request.method == "POST" else None)
    may_write = Action.ANSWER in case.actions and case.dsr.forgotten_at is None
    if request.method == "POST":
        case.require(Action.ANSWER)
        if form.is_valid() and may_write:
            services.write(case.dsr, form.cleaned_data["text"], by=request.user)
            messages.success(request, _("Noted."))
            return redirect(case.url("notes"))
    mine = set(services.editable(case.dsr, request.user).values_list("pk", flat=True))
    told = [{"note": one, "mine": one.pk in mine} for one in case.dsr.notes.select_related("by")]
    return page(request, case, "notes", form, {"notes": told, "may_write": may_write})


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: OfficerRequest, reference: str, note: UUID) -> HttpResponse:
    """Change one's own note while that is still allowed; what was typed too late comes back."""
    case = opened(request, reference)
    case.must_see_data("notes")
    asked = get_object_or_404(case.dsr.notes, pk=note)
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"text": asked.text})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(asked, form.cleaned_data["text"], by=request.user)
        except NotYours:
            form.add_error(None, _("Only its author may change a note, within ten minutes. Write another one."))
            return page(request, case, "note", form, {})
        messages.success(request, _("Changed."))
        return redirect(case.url("notes"))
    return page(request, case, "note", form, {})


@require_safe
def presence(request: OfficerRequest, reference: str) -> HttpResponse:
    """Note that the reader has the request open, and say who else has."""
    case = opened(request, reference)
    return render(request, "console/presence.html", {"others": services.here(case.dsr, request.user)})


def quietly(view: View) -> View:
    """Let the page stop asking, rather than lead it away from what is being typed, once its reader is signed out."""
    gated = gate(view)

    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = gated(request, *args, **kwargs)
        return HttpResponseStopPolling() if "HX-Redirect" in found.headers else found

    return answer
