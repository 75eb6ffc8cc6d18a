"""`manage.py demo_officer`: the demo's two officers, whose secrets lie in files for the newcomer."""

import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from requests_app.brands.models import Brand
from requests_app.officers.models import Membership, Officer, Role
from requests_app.officers.services import invite
from requests_app.values import Actor

_OFFICERS: Final = (("officer.json", "ada@demo.example", "Ada"), ("second-officer.json", "grace@demo.example", "Grace"))
_BRANDS: Final = ("o-jewels", "maison-s")


class Command(BaseCommand):
    help = "Make the demo's two officers; e-mail, password and second factor's secret go to files in DSAR_DEMO_HOME."

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.DSAR_DEMO:
            raise CommandError("This is no demo: DSAR_DEMO is off.")
        for file, email, name in _OFFICERS:
            path = Path(settings.DSAR_DEMO_HOME) / file
            secret = _kept(path) or _new(email)
            _write(path, secret)
            _make(secret, name)
            self.stdout.write(f"An officer of the demo is {email}; how to sign in: {path}")


def _kept(path: Path) -> dict[str, str] | None:
    """Return what an earlier start wrote, so that a second start changes nothing."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(kept[name]) for name in ("email", "password", "totp_secret")}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _new(email: str) -> dict[str, str]:
    return {"email": email, "password": secrets.token_urlsafe(18), "totp_secret": generate_totp_secret()}


def _write(path: Path, secret: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(secret, file, indent=2)
    draft.replace(path)


@transaction.atomic
def _make(secret: dict[str, str], name: str) -> None:
    works = Membership.objects.filter(officer__email=secret["email"], officer__is_active=True, role=Role.ADMINISTRATOR)
    for brand in Brand.objects.filter(slug__in=_BRANDS).exclude(pk__in=works.values("brand")):
        invite(secret["email"], brand=brand, role=Role.ADMINISTRATOR, by=Actor("system", "demo"))
    officer = Officer.objects.filter(email=secret["email"]).first()
    if officer is None:
        raise CommandError(f"None of the brands {', '.join(_BRANDS)} is there; run loadbrands first.")
    if not officer.check_password(secret["password"]):
        officer.set_password(secret["password"])
    officer.name = officer.name or name
    officer.save()
    officer.invitations.all().delete()
    if not _holds(officer, secret["totp_secret"]):
        Authenticator.objects.filter(user_id=officer.pk).delete()
        TOTP.activate(officer, secret["totp_secret"])
    RecoveryCodes.activate(officer)


def _holds(officer: Officer, totp_secret: str) -> bool:
    """Return whether `totp_secret` is the officer's second factor already."""
    factor = Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.TOTP).first()
    return factor is not None and decrypt(factor.data["secret"]) == totp_secret
