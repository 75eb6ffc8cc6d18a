"""What several pages answer with."""

from typing import Any, Final, TypeVar

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.portal.passes import Sight
from requests_app.portal.place import Place, show
from requests_app.rights.base import Right
from requests_app.workflow.states import State

AnyForm = TypeVar("AnyForm", bound=Form)
UNPROVEN: Final = frozenset({State.RECEIVED, State.VERIFYING})
GONE, CONFLICT, UNPROCESSABLE, TOO_MANY = 410, 409, 422, 429
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """After a button: the next page is fetched, and a reload sends nothing twice."""

    status_code = 303


def dead_link(request: HttpRequest, place: Place) -> HttpResponse:
    return show(request, place, "dead_link", status=GONE)


def later(request: HttpRequest, place: Place, sight: Sight, said: str, *, title: str = "") -> HttpResponse:
    """Say why a button did nothing: too often or too soon, or with a `title` of its own because the request has gone on."""
    context = {"title": title or _("Please wait a little"), "said": said, "dsr": sight.dsr}
    return show(request, place, "later", context, status=CONFLICT if title else TOO_MANY)


def sent(request: HttpRequest, form: type[AnyForm]) -> AnyForm:
    """Return the form with what was sent; empty when the page is only looked at."""
    return form(request.POST) if request.method == "POST" else form()


def offer(right: Right) -> dict[str, Any]:
    return {
        "name": right.name,
        "title": _(right.title),
        "sentence": _(right.summary),
        "action": _(right.action),
        "erases": right.fulfilment == "erasure",
        "needs_proof": right.needs_proof,
        "way": right.fulfilment,
    }
