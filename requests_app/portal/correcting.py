"""The customer's way with a correction: see the fields, say what is right, read what became of it, add words of one's own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.changes import phrases
from requests_app.changes import services as changes
from requests_app.changes.models import Entry, Stand
from requests_app.changes.services import NotOpen
from requests_app.changes.showing import Known
from requests_app.correspondence.models import Statement
from requests_app.portal import passes
from requests_app.portal.answers import SeeOther, get_or_post, later, sent
from requests_app.portal.corrections import FieldsForm, StatementForm
from requests_app.portal.following import knows_claim, seen
from requests_app.portal.forms import ClaimForm
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.pictures import fields_of
from requests_app.portal.place import Place, placed, show
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State


@get_or_post
@placed
@seen
def fields(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Show the fields to a browser that opened a mailed link and knows the claim code, and take down what is proposed."""
    dsr = sight.dsr
    if sight.allowed != Pass.PROVEN or dsr.right != changes.CORRECTION or not fields_of(dsr).exists():
        return SeeOther(place.to("status", reference=dsr.reference))
    if not verification.holds_claim(dsr, passes.claim_of(request, dsr)):
        return _key(request, place, dsr)
    if dsr.stage != State.PROPOSING:
        return show(request, place, "fields_after", {"dsr": dsr, "rows": _after(dsr)})
    entries = changes.offered(dsr)
    sent_here = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FieldsForm(*sent_here, entries=entries, language=place.language)
    if request.method == "POST" and form.is_valid():
        return _proposed(request, place, sight, form)
    return show(request, place, "fields", {"dsr": dsr, "form": form}, status=422 if form.errors else 200)


def _key(request: HttpRequest, place: Place, dsr: SubjectRequest) -> HttpResponse:
    """Ask for the claim code: a mailbox alone shows nobody's data."""
    form = sent(request, ClaimForm)
    if request.method == "POST" and knows_claim(form, dsr):
        answer = SeeOther(place.to("fields", reference=dsr.reference))
        passes.remember_claim(answer, place, dsr, form.cleaned_data["claim"])
        return answer
    return show(request, place, "fields_key", {"dsr": dsr, "form": form}, status=422 if form.errors else 200)


def _proposed(request: HttpRequest, place: Place, sight: Sight, form: FieldsForm) -> HttpResponse:
    try:
        changes.propose(sight.dsr, form.proposals)
    except (NotOpen, changes.NothingProposed, changes.DoesNotFit):
        said = _("It was sent before, or an officer looks at it already. Look at where it stands now.")
        return later(request, place, sight, said, title=_("The request has gone on"))
    if evidence := form.cleaned_data.get("evidence"):
        uploads.keep(sight.dsr, evidence, by=CUSTOMER, purpose="evidence")
    return SeeOther(place.to("status", reference=sight.dsr.reference))


@require_POST
@placed
@seen
def statement(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Keep the customer's own words about a field that was not corrected."""
    dsr, form = sight.dsr, StatementForm(request.POST)
    if sight.allowed != Pass.PROVEN or not verification.holds_claim(dsr, passes.claim_of(request, dsr)):
        return SeeOther(place.to("status", reference=dsr.reference))
    if not form.is_valid():
        return show(request, place, "fields_after", {"dsr": dsr, "rows": _after(dsr, form), "form": form}, status=422)
    try:
        changes.state(dsr, str(form.cleaned_data["subject"]), form.cleaned_data["text"])
    except NotOpen:
        said = _("Words can be added to what was refused, once we have answered.")
        return later(request, place, sight, said, title=_("The request has gone on"))
    return SeeOther(place.to("fields", reference=dsr.reference))


def _after(dsr: SubjectRequest, form: StatementForm | None = None) -> list[dict[str, Any]]:
    """Return what was proposed and what became of it."""
    entries = list(dsr.entries.asked().filter(same_as=None).select_related("source"))
    known, said = Known({entry.source for entry in entries}), {one.subject: one for one in Statement.objects.filter(dsr=dsr)}
    return [_row(dsr, entry, known, said.get(entry.pk), form) for entry in entries]


def _row(dsr: SubjectRequest, entry: Entry, known: Known, said: Statement | None, form: StatementForm | None) -> dict[str, Any]:
    mine = form if form and form.data.get("subject") == str(entry.pk) else None
    fresh = StatementForm(initial={"subject": entry.pk}, auto_id=f"id_{entry.pk.hex}_%s")
    decided = entry.stand in (Stand.DONE, Stand.REFUSED, Stand.GIVEN_UP)
    return {
        "title": known.title(entry, dsr.language).whole, "old": entry.old, "new": entry.new, "empties": entry.empties,
        "outcome": phrases.outcome(entry) if decided else _("being looked at"), "done": entry.stand == Stand.DONE,
        "statement": said.text if said else "", "form": (mine or fresh) if changes.may_state(dsr, entry) else None,
    }  # fmt: skip
