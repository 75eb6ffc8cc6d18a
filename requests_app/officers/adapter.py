"""How django-allauth serves officers: nobody signs up, nobody changes the address, factors lie encrypted."""

from base64 import b64decode, b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from requests_app.keys.crypto import derived, seal, unseal

_CONTEXT = b"officer's second factor"


class OfficersOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Officers come by invitation only."""
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        return b64encode(seal(derived("officers"), text.encode(), _CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(derived("officers"), b64decode(encrypted_text), _CONTEXT).decode()
