"""Coming in by invitation: the link, and the password that it lets somebody choose."""

from typing import Final

from allauth.account import views as account
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from allauth.mfa.webauthn.internal.auth import begin_authentication
from csp.decorators import csp_update
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.console.forms import InvitationForm
from requests_app.console.gate import OfficerRequest, left, set_up
from requests_app.officers import single_sign_on
from requests_app.officers.services import NoInvitation, accept, invited

_KEPT: Final = "invitation"


def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody sign in, or go to where the shop's own sign-in vouches for them."""
    page = account.LoginView.as_view(extra_context={"vouching": single_sign_on.door()})
    answer: HttpResponse = csp_update({"form-action": single_sign_on.origin()})(page)(request)
    return answer


def sign_out(request: HttpRequest) -> HttpResponse:
    """Let somebody leave; whoever sits down next finds nothing in the browser."""
    answer: HttpResponse = account.logout(request)
    return left(answer) if request.method == "POST" else answer


@never_cache
@require_safe
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address. Nothing is used up: scanners open links too."""
    request.session[_KEPT] = token
    return redirect("console:invitation", permanent=False)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Let the invited choose a password; the second factor comes next."""
    token = request.session.get(_KEPT, "")
    try:
        officer = invited(token)
        form = InvitationForm(request.POST or None, officer=officer)
        if request.method != "POST" or not form.is_valid():
            status = 422 if form.is_bound else 200
            return render(request, "console/invitation.html", {"form": form, "officer": officer}, status=status)
        officer = accept(token, form.cleaned_data["password"])
    except NoInvitation:
        return render(request, "console/no_invitation.html", status=410)
    logout(request)
    response: HttpResponse = perform_login(request, Login(user=officer, redirect_url=set_up()))
    reauthenticate_by_password(request)
    return response


@never_cache
@require_safe
def passkey_question(request: OfficerRequest) -> HttpResponse:
    """Ask the officer's passkeys: what they answer goes with the form that needs a proof of who sits there."""
    return JsonResponse({"request_options": begin_authentication(request.user)})
