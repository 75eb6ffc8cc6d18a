"""Coming in by invitation: the link, and the password that it lets somebody choose."""

from typing import Final

from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.console.forms import InvitationForm
from requests_app.officers.services import NoInvitation, accept, invited

_KEPT: Final = "invitation"


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
    response: HttpResponse = perform_login(request, Login(user=officer, redirect_url=reverse("mfa_activate_totp")))
    reauthenticate_by_password(request)
    return response
