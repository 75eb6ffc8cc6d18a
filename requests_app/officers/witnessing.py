"""Each sign-in, and each change of what proves an officer, becomes an event of the trail (ASVS 6.3.7, 16.3.1)."""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from requests_app.audit.services import record
from requests_app.officers.models import Officer


@receiver(account.user_logged_in)
def came_in(request: HttpRequest, user: Officer, **_told: Any) -> None:
    methods = sorted({str(one["method"]) for one in get_authentication_records(request, user)})
    record("officer.signed_in", by=user.actor, officer=user.pk, methods=methods)


@receiver([account.password_changed, account.password_set])
def chose_a_password(user: Officer, **_told: Any) -> None:
    record("officer.password_changed", by=user.actor, officer=user.pk)


@receiver([factors.authenticator_added, factors.authenticator_reset])
def took_a_factor(user: Officer, authenticator: Authenticator, **_told: Any) -> None:
    record("officer.factor_added", by=user.actor, officer=user.pk, kind=authenticator.type)


@receiver(factors.authenticator_removed)
def gave_up_a_factor(user: Officer, authenticator: Authenticator, **_told: Any) -> None:
    record("officer.factor_removed", by=user.actor, officer=user.pk, kind=authenticator.type)
