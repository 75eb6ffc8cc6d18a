"""The certificate of an erasure as an officer reads it: what the customer has, word for word."""

from django.http import Http404, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.plans import erasing
from requests_app.erasure import certifying, phrases


@require_safe
def certificate(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show the newest certificate in the customer's language. It names nobody."""
    case = erasing(request, reference)
    made = certifying.latest(case.dsr)
    if made is None:
        raise Http404
    with override(made.said["language"]):
        facts = [{"label": label, "value": value} for label, value in phrases.facts(made.said)]
        systems = [
            {
                "title": system["title"],
                "standing": phrases.standing(system),
                "rows": [{"label": line["title"], "value": " ".join(phrases.words(line))} for line in system["classes"]],
            }
            for system in made.said["systems"]
        ]
    told = {"certificate": made, "facts": facts, "systems": systems, "spoken": made.said["language"]}
    return show(request, "certificate", case.context("plan") | told)
