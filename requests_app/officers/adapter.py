"""How django-allauth serves officers: nobody signs up, nobody changes the address, factors lie encrypted."""

from base64 import b64decode, b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from requests_app.keys.crypto import Undecipherable, derived, derived_ever, seal, unseal, unseal_with_any
from requests_app.officers.models import Officer

_CONTEXT = b"officer's second factor"


class OfficersOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Officers come by invitation only."""
        return False

    def reauthenticate(self, user: Officer, password: str) -> bool:
        """Compare with the officer's own password; there is no list of addresses to look in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Count failures by address and place: a stranger who guesses does not lock the officer out."""
        return f"{self.get_client_ip(request)}:{credentials.get('email', '').lower()}"


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        return b64encode(seal(derived("officers"), text.encode(), _CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal_with_any(derived_ever("officers"), b64decode(encrypted_text), _CONTEXT).decode()

    def is_current(self, encrypted_text: str) -> bool:
        """Return whether the present master key encrypted it."""
        try:
            unseal(derived("officers"), b64decode(encrypted_text), _CONTEXT)
        except Undecipherable:
            return False
        return True
