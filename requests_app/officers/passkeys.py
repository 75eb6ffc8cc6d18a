"""Passkeys: what an officer proves with instead of typing something that could be typed elsewhere too (WebAuthn level 2)."""

from typing import Any, Final

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.officers.models import Officer

KIND: Final = str(Authenticator.Type.WEBAUTHN)


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Names a passkey. Each may also sign in by itself: the device asks for a finger, a face or a PIN, so it is two factors."""

    passwordless = forms.BooleanField(initial=True, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name for it")
        self.fields["name"].help_text = _("So that you know it again: “work laptop”, “blue key”.")


def factors_of(officer: Officer) -> frozenset[str]:
    """Return the kinds of second factors that `officer` has set up and this house accepts; recovery codes are none."""
    accepted = set(app_settings.SUPPORTED_TYPES) - {Authenticator.Type.RECOVERY_CODES}
    kinds: list[str] = officer.factor_kinds  # type: ignore[attr-defined]  # `backend.Officers` annotates who has a session
    return frozenset(kinds) & accepted


def proven_by(officer: Officer, credential: str) -> Authenticator | None:
    """Return the passkey of `officer` that made `credential` (JSON of the browser) for the question asked last; or none."""
    form = ReauthenticateWebAuthnForm(user=officer, data={"credential": credential})
    return form.cleaned_data["credential"] if form.is_valid() else None
