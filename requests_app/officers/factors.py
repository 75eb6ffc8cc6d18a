"""What officers sign in with, when the master key is changed."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from requests_app.keys.crypto import Undecipherable
from requests_app.officers.adapter import SealedFactors

_SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def rewrap() -> tuple[int, int]:
    """Encrypt the secrets of apps and recovery codes under the present master key; return how many, and how many no key opens."""
    done = lost = 0
    for number in Authenticator.objects.filter(type__in=_SEALED).values_list("pk", flat=True):
        try:
            done += _rewrap(number)
        except Undecipherable:
            lost += 1
    return done, lost


@transaction.atomic
def _rewrap(number: int) -> bool:
    """Return whether it had been encrypted under an older key."""
    found = Authenticator.objects.select_for_update().filter(pk=number).first()
    if found is None:
        return False
    name, sealed = _SEALED[found.type], SealedFactors()
    if sealed.is_current(found.data[name]):
        return False
    found.data[name] = sealed.encrypt(sealed.decrypt(found.data[name]))
    found.save(update_fields=["data"])
    return True
