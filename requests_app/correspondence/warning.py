"""An officer is told by mail of what nobody else should be able to do: nobody takes an account over unseen (ASVS 6.3.5, 6.3.7)."""

from typing import Any, Final
from uuid import uuid4

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from requests_app.correspondence import house
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer

CAME: Final = "came"
CHANGES: Final = {
    CAME: gettext_lazy("Somebody signed in to your account with a browser that it was not used with before."),
    "password": gettext_lazy("Your password was changed."),
    "factor_added": gettext_lazy("A second factor was added to your account."),
    "codes": gettext_lazy("New recovery codes were made for your account; the old ones open nothing any more."),
    "factor_removed": gettext_lazy("A second factor was removed from your account."),
}
_SALT: Final = "officers.browser"
_REMEMBERED: Final = 365 * 24 * 3600  # seconds since the last sign-in


@receiver(account.user_logged_in)
def came_in(request: HttpRequest, response: HttpResponse, user: Officer, **_told: Any) -> None:
    """Mark the browser as one of the officer's own; of one without that mark the officer is told."""
    name, own = f"own-{user.pk}", str(user.pk)
    if request.get_signed_cookie(name, default="", salt=_SALT, max_age=_REMEMBERED) != own:
        _warn(user, CAME)
    response.set_signed_cookie(
        name, own, salt=_SALT, max_age=_REMEMBERED, path=reverse("console:queue"), httponly=True, secure=settings.SECURE,
        samesite="Strict",
    )  # fmt: skip


@receiver([account.password_changed, account.password_set])
def chose_a_password(user: Officer, **_told: Any) -> None:
    _warn(user, "password")


@receiver(factors.authenticator_added)
def took_a_factor(user: Officer, authenticator: Authenticator, **_told: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # the first ones come with the factor
        _warn(user, "factor_added")


@receiver(factors.authenticator_reset)
def made_codes(user: Officer, **_told: Any) -> None:
    _warn(user, "codes")


@receiver(factors.authenticator_removed)
def gave_up_a_factor(user: Officer, **_told: Any) -> None:
    _warn(user, "factor_removed")


def _warn(officer: Officer, change: str) -> None:
    enqueue("correspondence.warn", key=f"warn:{uuid4().hex}", officer=officer.pk, change=change)


def as_mail(officer: Officer, change: str, name: str) -> EmailMultiAlternatives:
    """Return the mail that tells `officer` of a change named in `CHANGES`, in the officer's language."""
    where = {"host": house.host()}
    with override(officer.language):
        subject = (_("A new sign-in at %(host)s") if change == CAME else _("Your sign-in at %(host)s was changed")) % where
        asked = _("If it was not you, tell your administrator at once, who can close every way into your account.")
        told = f"{CHANGES[change]}\n\n{asked}"
    return house.mail(subject, told, to=officer.email, name=name)
