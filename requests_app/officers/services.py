"""Coming, losing the second factor, leaving: what happens to officers."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.officers.models import Invitation, Membership, Officer, Role, Sees
from requests_app.values import Actor

INVITATION_HOLDS: Final = timedelta(hours=72)


class UnknownOfficer(Exception):
    """Nobody works here under that address."""


class NoInvitation(Exception):
    """The link is unknown, used, replaced or too old, or its officer has left."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An officer, and the secret of the link: `None` for somebody who can sign in already."""

    officer: Officer
    token: str | None = field(repr=False)


@transaction.atomic
def invite(email: str, *, brand: Brand, role: Role, by: Actor, sees: Sees = Sees.CUSTOMERS) -> Invited:
    """Let `email` work for `brand` as `role`. Somebody new, or somebody who had left, gets a link."""
    address = email.strip().lower()
    officer = Officer.objects.select_for_update().filter(email=address).first() or Officer.objects.create_user(address)
    returns = not officer.is_active
    if returns:
        officer.memberships.all().delete()
        Officer.objects.filter(pk=officer.pk).update(is_active=True)
        officer.is_active = True
    Membership.objects.update_or_create(officer=officer, brand=brand, defaults={"role": role, "sees": sees})
    record("officer.invited", by=by, officer=officer.pk, brand=brand.slug, role=role.value, sees=sees.value)
    return Invited(officer, None if officer.has_usable_password() else _invitation(officer))


@transaction.atomic
def lose_factor(email: str, *, by: Actor) -> str:
    """Take password, factors and sessions from an officer who lost the second factor; return the secret of a new link.

    Raises:
        UnknownOfficer: nobody works here under that address.
    """
    officer = _found(email)
    _disarm(officer)
    record("officer.factor_lost", by=by, officer=officer.pk)
    return _invitation(officer)


@transaction.atomic
def leave(email: str, *, by: Actor) -> None:
    """Shut an officer out at once: no session, password, factor or link holds after this.

    Raises:
        UnknownOfficer: nobody works here under that address.
    """
    officer = _found(email)
    _disarm(officer)
    officer.invitations.filter(used_at=None).delete()
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    record("officer.left", by=by, officer=officer.pk)


def invited(token: str) -> Officer:
    """Return whom the link invites.

    Raises:
        NoInvitation: it is no longer, or never was, good.
    """
    invitation = Invitation.objects.in_force().filter(digest=_digest(token)).select_related("officer").first()
    if invitation is None:
        raise NoInvitation
    return invitation.officer


@transaction.atomic
def accept(token: str, password: str) -> Officer:
    """Use the link up and let its officer sign in with `password`, which a form has found good.

    Raises:
        NoInvitation: somebody was quicker, or the link is no longer good.
    """
    officer = invited(token)
    # Without a join: of two at the same moment the second sees the row as the first has left it.
    if not Invitation.objects.filter(digest=_digest(token), used_at=None, ends_at__gt=Now()).update(used_at=Now()):
        raise NoInvitation
    officer.set_password(password)
    officer.save(update_fields=["password"])
    record("officer.came", by=officer.actor, officer=officer.pk)
    return officer


def _found(email: str) -> Officer:
    officer = Officer.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
    if officer is None:
        raise UnknownOfficer(email)
    return officer


def _disarm(officer: Officer) -> None:
    """Remove every way in. Sessions carry a digest of the password: with it they end."""
    Authenticator.objects.filter(user_id=officer.pk).delete()
    SocialAccount.objects.filter(user_id=officer.pk).delete()
    UserSession.objects.filter(user_id=officer.pk).delete()
    officer.set_unusable_password()
    officer.save(update_fields=["password"])


def _invitation(officer: Officer) -> str:
    token = secrets.token_urlsafe(32)
    officer.invitations.filter(used_at=None).delete()
    Invitation.objects.create(officer=officer, digest=_digest(token), ends_at=Now() + INVITATION_HOLDS)
    return token


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
