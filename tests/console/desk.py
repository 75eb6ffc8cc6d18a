"""Officers of every kind, and a browser in which one of them has signed in."""

import time
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from requests_app.brands.models import Brand
from requests_app.officers.models import Membership, Officer, Role
from tests.making import a_brand

PASSWORD: Final = "five words nobody would guess"
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def an_officer(
    email: str = "ada@desk.example", *, brand: Brand | None = None, role: Role = Role.OFFICER, factor: bool = True,
) -> Officer:  # fmt: skip
    officer = Officer.objects.create_user(email, PASSWORD)
    Membership.objects.create(officer=officer, brand=brand or a_brand(), role=role)
    if factor:
        TOTP.activate(officer, SECRET)
    return officer


def at_the_desk(officer: Officer, *, fresh: bool = False) -> Client:
    """Return a browser in which `officer` has signed in; `fresh`: has typed the password again just now."""
    client = Client()
    client.force_login(officer)
    session = client.session
    now = time.time()
    session["account_authentication_methods"] = [{"method": "password", "at": now}, {"method": "mfa", "at": now}]
    if fresh:
        session["account_authentication_methods"].append({"method": "password", "at": now, "reauthenticated": True})
    session["account_authentication_methods_user"] = str(officer.pk)
    session["clicked_at"] = now
    session.save()
    return client


def code_now() -> str:
    """Return what the authenticator app of every officer made here shows."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def has_factor(officer: Officer) -> bool:
    return Authenticator.objects.filter(user_id=officer.pk).exists()
