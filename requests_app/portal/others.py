"""Asking for somebody else, as staff, and reporting a child's account: pages beside the plain form, so that it asks nobody more."""

import secrets
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.intake import services as intake
from requests_app.intake.services import Application, NotOffered
from requests_app.jurisdictions.tables import Person
from requests_app.jurisdictions.vocabulary import Right as LawRight
from requests_app.portal import drafts, effort, passes, residences
from requests_app.portal.answers import UNPROVEN, SeeOther, get_or_post, offer
from requests_app.portal.forms import RequestForm, is_too_quick, stamp
from requests_app.portal.offers import offered
from requests_app.portal.others_forms import ChildForm, acting_form, staff_form
from requests_app.portal.place import Place, placed, show
from requests_app.portal.views import asked
from requests_app.rights import RIGHTS
from requests_app.rights.base import Right
from requests_app.rights.erasure import Ground
from requests_app.values import CUSTOMER
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.verification.services import Secrets
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part

OFFERED = (Part.AGENT, Part.GUARDIAN, Part.HEIR)


@require_safe
@placed
def choose(request: HttpRequest, place: Place, right: str) -> HttpResponse:
    """Ask for whom: one question, on a page to which nobody comes who asks for themselves."""
    chosen = _right(right)
    if chosen is None:
        return _unknown(request, place)
    return show(request, place, "others", {"right": offer(chosen), "parts": OFFERED})


@get_or_post
@placed
def ask(request: HttpRequest, place: Place, right: str, part: str) -> HttpResponse:
    """Show the form about two people, then the answers to check, then take the request down."""
    chosen = _right(right)
    if chosen is None or part not in OFFERED:
        return _unknown(request, place)
    as_part = Part(part)
    form = _form(request, place, acting_form(chosen, as_part))

    def filing() -> HttpResponse:
        application = _application(place, chosen, form)
        said = form.cleaned_data
        dsr, made = _take_down(
            place, application, as_part, called=said["your_name"], email=said["your_email"],
            wants_answer=said.get("wants_answer", False),
        )  # fmt: skip
        return _filed(place, dsr, made)

    return asked(request, place, chosen, form, filing, part=as_part)


@get_or_post
@placed
def child(request: HttpRequest, place: Place) -> HttpResponse:
    """Take down that an account is a child's, on anybody's word. Its data is erased once an officer has looked."""
    form = ChildForm(request.POST) if request.method == "POST" else ChildForm(initial=_stamped())
    if request.method == "POST" and form.is_valid():
        if is_too_quick(form.cleaned_data["opened"]):
            form.add_error(None, _("That was quicker than a person can type. Please look at it once more and send it again."))
        elif status := effort.turned_away(request, place, form):
            return _child(request, place, form, status)
        else:
            try:
                return _filed(place, *_report(place, form))
            except NotOffered:
                said = _("This cannot be asked for with a form here. Write to us, and we look at it at once.")
                return show(request, place, "unknown", {"said": said}, status=404)
    return _child(request, place, form, 422 if form.errors else 200)


def _child(request: HttpRequest, place: Place, form: ChildForm, status: int) -> HttpResponse:
    return show(request, place, "child", {"form": form, **effort.asked_of(request, place, form)}, status=status)


@require_safe
@placed
def staff(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the rights of those who work, worked or would work here: on an address of its own, which a shop gives to its people."""
    residence = residences.chosen(request, place.brand)
    held = offered(place, intake.laws_for(place.brand, residence, kind=Person.EMPLOYEE), residences.said(request))
    cards = [
        card | {"url": place.to("staff_request", right=card["name"])}
        for card in [*held["rights"], *held["more"]]
        if _right(card["name"])
    ]
    return show(request, place, "staff", held | {"rights": cards})


@get_or_post
@placed
def staff_request(request: HttpRequest, place: Place, right: str) -> HttpResponse:
    chosen = _right(right)
    if chosen is None:
        return _unknown(request, place)
    form = _form(request, place, staff_form(chosen))
    kind = str(form.data.get("person_kind", "")) if form.is_bound else ""

    def filing() -> HttpResponse:
        dsr, made = _take_down_staff(place, _application(place, chosen, form, person_kind=kind))
        return _filed(place, dsr, made, page="status")

    known = kind if kind in {person.value for person in Person} else Person.EMPLOYEE
    return asked(request, place, chosen, form, filing, kind=known, staff=True)


@transaction.atomic
def _take_down(place: Place, application: Application, part: Part, **who: Any) -> tuple[SubjectRequest, Secrets | None]:
    dsr = intake.open_request(place.brand, application, by=CUSTOMER)
    return dsr, acting.name(dsr, part, **who) if dsr.stage in UNPROVEN and not _is_proven(dsr) else None


@transaction.atomic
def _take_down_staff(place: Place, application: Application) -> tuple[SubjectRequest, Secrets | None]:
    dsr = intake.open_request(place.brand, application, by=CUSTOMER)
    return dsr, verification.begin(dsr) if dsr.stage in UNPROVEN else None


def _report(place: Place, form: ChildForm) -> tuple[SubjectRequest, Secrets | None]:
    said = form.cleaned_data
    application = Application(
        right=LawRight.ERASURE, email=said["email"], name=said["name"], language=place.language, details=said["details"],
        ground=Ground.CHILD, key=form.key(place.brand.slug, "child"),
    )  # fmt: skip
    return _take_down(place, application, Part.REPORTER, called="", email=said["your_email"])


def _is_proven(dsr: SubjectRequest) -> bool:
    """Whether whoever filed has proven the mailbox already: the same form, sent once more, makes no new secrets then."""
    party = getattr(dsr, "party", None)
    return party is not None and party.proven_at is not None


def _application(place: Place, right: Right, form: RequestForm, **fields: Any) -> Application:
    said = form.cleaned_data
    return Application(
        right=right.name, email=said["email"], name=said["name"], language=place.language, facts=form.facts,
        details=said["details"], residence=said["residence"], key=form.key(place.brand.slug, right.name, *fields),
        **form.wanted(), **fields,
    )  # fmt: skip


def _filed(place: Place, dsr: SubjectRequest, made: Secrets | None, *, page: str = "acting") -> HttpResponse:
    answer = SeeOther(place.to(page, reference=dsr.reference))
    if made:
        passes.remember_filing(answer, place, dsr, made)
    return answer


def _form(request: HttpRequest, place: Place, kind: type[RequestForm]) -> RequestForm:
    if request.method == "POST":
        return kind(request.POST)
    return kind(initial={"residence": residences.chosen(request, place.brand)} | drafts.of(request, place) | _stamped())


def _stamped() -> dict[str, Any]:
    return {"opened": stamp(secrets.token_urlsafe(16))}


def _right(name: str) -> Right | None:
    """Return the right, if it can be asked for in this way: what needs no proof, anybody may ask for on the plain page."""
    right = RIGHTS.get(name)
    return right if right and right.needs_proof and not right.concerns else None


def _unknown(request: HttpRequest, place: Place) -> HttpResponse:
    return show(request, place, "unknown", {"said": _("This cannot be asked for with a form here.")}, status=404)
