"""Officers who come through the shop's own sign-in (OpenID Connect Core 1.0).

It vouches for who they are, and for nothing else: who works here is decided by invitation, and the second factor is asked for
here as of everybody.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from requests_app.officers.models import Officer


def door() -> dict[str, str]:
    """Return where officers go to be vouched for, and what that is called; nothing where nobody vouches."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        return {}
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    return {"url": reverse("openid_connect_login", args=[app["provider_id"]]), "name": app["name"]}


def origin() -> list[str]:
    """Return whereto the form of the sign-in page may lead besides here: browsers hold its policy against redirects too."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        return []
    issuer = urlsplit(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"])
    return [f"{issuer.scheme}://{issuer.netloc}"]


class OfficersOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Lets in who was invited, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002  # allauth's signature
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Know an officer by the issuer's own name for them (`sub`); the first time, by an address that it has verified.

        An address may pass to somebody else, a `sub` never does: a second one for the same officer is refused.
        """
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing:
            return
        officer = _newcomer(sociallogin.email_addresses)
        if officer is None:
            raise ImmediateHttpResponse(render(request, "account/not_vouched.html", status=403))
        sociallogin.connect(request, officer)

    def on_authentication_error(self, request: HttpRequest, *_: Any, **__: Any) -> None:
        """Say the same whatever went wrong there: what was cancelled, refused or forged."""
        raise ImmediateHttpResponse(render(request, "account/not_vouched.html", status=403))


def _newcomer(addresses: list[EmailAddress]) -> Officer | None:
    verified = [address.email.strip().lower() for address in addresses if address.verified]
    found = Officer.objects.filter(email__in=verified, is_active=True).first()
    known = found is not None and SocialAccount.objects.filter(user_id=found.pk).exists()
    return None if known else found
