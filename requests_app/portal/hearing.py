"""What the page of a request lets its person do beyond it: complain, appeal, change instructions for after death."""

from uuid import uuid5

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from requests_app.intake import services as intake
from requests_app.intake.services import Application, NotOffered
from requests_app.portal.answers import SeeOther, get_or_post, later, offer, sent
from requests_app.portal.following import seen
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.portal.replying import ObjectingForm, WillForm
from requests_app.replies import services as replies
from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest


@get_or_post
@placed
@seen
def objecting(request: HttpRequest, place: Place, sight: Sight, right: str) -> HttpResponse:
    """Complain about what became of a request, or appeal against it; whoever proved the one has proven the other."""
    dsr = sight.dsr
    if sight.allowed != Pass.PROVEN:
        return SeeOther(place.to("status", reference=dsr.reference))
    if right not in replies.objections(dsr):
        return _gone_on(request, place, sight)
    form = sent(request, ObjectingForm)
    if request.method == "POST" and form.is_valid():
        try:
            filed = _filed(place, dsr, right, form.cleaned_data["details"])
        except NotOffered:
            return _gone_on(request, place, sight)
        return SeeOther(place.to("status", reference=filed.reference))
    context = {"dsr": dsr, "right": offer(RIGHTS[right]), "form": form, "appeals": right == "appeal"}
    return show(request, place, "objecting", context, status=422 if form.errors else 200)


@transaction.atomic
def _filed(place: Place, dsr: SubjectRequest, right: str, text: str) -> SubjectRequest:
    """File it beside `dsr`; the same words, sent twice, are one."""
    application = Application(
        right=right, email=dsr.email or "", postal_address=dsr.postal_address or "", name=dsr.name or "",
        language=place.language, details=text, residence=dsr.residence, person_kind=dsr.person_kind, customer_id=dsr.customer_id,
        concerns=dsr, key=uuid5(dsr.pk, f"{right}:{text}"),
    )  # fmt: skip
    filed = intake.open_request(place.brand, application, by=CUSTOMER)
    verification.vouched(filed, dsr)
    return filed


def _gone_on(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    said = _("Look at where it stands now. You can always write to us.")
    return later(request, place, sight, said, title=_("The request has gone on"))


@get_or_post
@placed
@seen
def will(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Change the instructions for after death, or take them back."""
    dsr = sight.dsr
    standing = wills.standing(dsr) if dsr.right == wills.RIGHT and sight.allowed == Pass.PROVEN else None
    if standing is None:
        return SeeOther(place.to("status", reference=dsr.reference))
    if request.method != "POST":
        said = {"reach": standing.reach, "details": standing.text, "trustee": standing.trustee}
        return show(request, place, "will", {"dsr": dsr, "form": WillForm(initial=said)})
    form = WillForm(request.POST)
    try:
        if "take_back" in request.POST:
            wills.take_back(dsr)
        elif form.is_valid():
            wanted = form.cleaned_data
            wills.change(dsr, wills.Will(Reach(wanted["reach"]), wanted["details"], wanted["trustee"]))
        else:
            return show(request, place, "will", {"dsr": dsr, "form": form}, status=422)
    except wills.NoInstruction:
        return _gone_on(request, place, sight)
    return SeeOther(place.to("status", reference=dsr.reference))
