"""Every letter of a shop as its customers read it, with an invented person: so that its own words can be looked at first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language_info, gettext_noop, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.brands.models import Brand
from requests_app.console import history
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.correspondence.denials import Rests
from requests_app.correspondence.services import worded
from requests_app.erasure import phrases
from requests_app.officers import policy
from requests_app.optouts.channels import MARKETING, labels
from requests_app.sources.words import fault
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of

ANOTHER, PAPER = "another", "paper"
_PAGES: Final = (
    "confirm", "disown", "follow", "download", "revive", "way_out", "request", "form", "act", "agree", "prove", "optouts", "code",
    "move",
)  # fmt: skip
_TO_COLLEAGUES: Final = ("officer_", "keeper_")
_REFERENCE: Final = "DSR-7K4M-92QX"
_CODE: Final = "123456"
_MISSING: Final = gettext_noop("(a system that has not answered yet)")
_PROVISION: Final = gettext_noop("(the provision)")
_RECIPIENT: Final = gettext_noop("(a recipient)")
_REASON: Final = gettext_noop("(Here stands the reason that an officer gave.)")


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter as it would be sent."""

    kind: str
    name: str
    subject: str
    text: str


@require_safe
def letters(request: OfficerRequest, brand: str = "", language: str = "") -> HttpResponse:
    """Show the letters of a shop that the officer works for, in one of its languages; without one, lead to the first."""
    mine = list(policy.brands_of(request.user))
    if not brand:
        if not mine:
            return show(request, "previews", {"shops": []})
        return redirect("console:previews", mine[0].slug, mine[0].language_for(request.user.language))
    shop = get_object_or_404(policy.brands_of(request.user), slug=brand)
    if language not in shop.languages:
        raise Http404
    reader = request.GET.get("reader", "")
    invented = {**_invented(shop, language, today_of(shop)), "for_another": reader == ANOTHER, "on_paper": reader == PAPER}
    context = {
        "shop": shop,
        "spoken": language,
        "languages": [{"code": code, "name": get_language_info(code)["name_local"]} for code in shop.languages],
        "shops": [{"slug": one.slug, "name": one.name, "language": one.language_for(language)} for one in mine],
        "previews": [_preview(shop, kind, language, invented) for kind in kinds()],
        "readers": [
            {"name": name, "label": label, "current": name == reader}
            for name, label in (
                ("", _("To the person")),
                (ANOTHER, _("To somebody who acts for another person")),
                (PAPER, _("On paper")),
            )
        ],
        "own": sorted(shop.wording.get(language, {})),
    }
    return show(request, "previews", context)


def kinds() -> list[str]:
    """Return the letters that go to customers, in the order of a request's life as far as the names tell it."""
    written = {path.stem for path in (settings.BASE_DIR / "templates" / "letters" / "en").glob("*.txt")}
    return sorted((kind for kind in written if not kind.startswith(_TO_COLLEAGUES)), key=history.letter)


def _preview(shop: Brand, kind: str, language: str, invented: Mapping[str, Any]) -> Preview:
    subject, text = worded(shop, kind, language=language, **invented)
    return Preview(kind, history.letter(kind), subject, text)


def _invented(shop: Brand, language: str, today: date) -> Mapping[str, Any]:
    """Return what a letter may tell: dates that could be, links that lead nowhere, nobody's data."""
    dsr = SubjectRequest(
        brand=shop, reference=_REFERENCE, language=language, right="access", regime=shop.regime,
        due_safe_on=today + timedelta(days=21), due_legal_on=today + timedelta(days=30),
    )  # fmt: skip
    until = datetime.now(UTC) + timedelta(days=shop.bundle_days)
    with override(language):
        reason, missing, provision, why = _(_REASON), _(_MISSING), _(_PROVISION), fault("unreachable")
        erasing, channels = _of_erasing(missing, reason, provision), labels(MARKETING)
    return {
        "dsr": dsr,
        "links": dict.fromkeys(_PAGES, f"{settings.DSAR_BASE_URL}/{shop.slug}/{language}/letter/…/"),
        "bundle": {"records": 1204, "available_until": until, "number": 1},
        "parts": [{"title": missing, "why": why}],
        "reason": reason,
        "about": "clarification",
        "code": _CODE,
        "notice": {"dsr": dsr, "sent_at": until, "text": reason},
        "clock": "some",
        "denial": Rests("unfounded", provision, reason),
        "until": datetime.now(UTC) + timedelta(days=90),
        "lapses_at": until,
        "channels": channels,
        "day": today,
        "asked_here": reason,
        "by_hand": True,
        "purpose": reason,
        **erasing,
    }


def _of_erasing(system: str, why: str, law: str) -> dict[str, Any]:
    """Return what the letters on an erasure tell besides."""
    return {
        "reference": _REFERENCE, "company": {"name": _(_RECIPIENT)}, "salt": "0" * 32, "fingerprint": "0" * 64,
        "title": system, "records": phrases.records(3), "law": law, "why": why, "others": False,
    }  # fmt: skip
