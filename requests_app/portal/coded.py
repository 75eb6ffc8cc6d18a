"""The page for a letter on paper: its reference and its code are typed here, in place of a link that is pressed."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from requests_app.portal import passes
from requests_app.portal.answers import SeeOther, get_or_post, sent
from requests_app.portal.flooding import is_flooding
from requests_app.portal.forms import LetterForm
from requests_app.portal.place import Place, placed, show
from requests_app.portal.proving import page_for
from requests_app.verification import by_post
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge
from requests_app.verification.services import NoSuchLink
from requests_app.workflow.models import SubjectRequest


@get_or_post
@placed
def coded(request: HttpRequest, place: Place) -> HttpResponse:
    """Take reference and code; figures prove the address, a longer code leads where a mailed link would."""
    form = sent(request, LetterForm)
    if request.method == "POST" and form.is_valid():
        try:
            opened = _opened(request, place, form)
        except NoSuchLink:
            form.add_error(
                "code", _("These two do not fit together, or they no longer work. Look at the letter again, or call us.")
            )
        else:
            return _proven(request, place, opened) if isinstance(opened, SubjectRequest) else _led(place, opened)
    return show(request, place, "coded", {"form": form}, status=422 if form.errors else 200)


def _opened(request: HttpRequest, place: Place, form: LetterForm) -> SubjectRequest | Challenge:
    if is_flooding(request, "code of a letter"):
        raise NoSuchLink
    return by_post.told(place.brand, form.cleaned_data["reference"], form.cleaned_data["code"])


def _proven(request: HttpRequest, place: Place, dsr: SubjectRequest) -> HttpResponse:
    """Let this browser see the request, and give it the key that nobody has yet."""
    passes.let_see(request, dsr)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    passes.remember_claim(answer, place, dsr, verification.key_for(dsr))
    return answer


def _led(place: Place, challenge: Challenge) -> HttpResponse:
    answer = SeeOther(place.to(page_for(challenge)))
    passes.carry(answer, place, challenge)
    return answer
