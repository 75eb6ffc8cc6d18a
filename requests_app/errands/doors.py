"""The way in of somebody who answers for a system: a mailed link, and a code that proves the mailbox at this moment.

The link alone shows nothing: it may have been forwarded, or opened by a program. Its button sends six figures to the
keeper's own mailbox; whoever types them sees the task, or with a link to all of them every open one, and nothing else.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.errands.models import Door, Errand, ErrandQuerySet, Keeper
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.services import enqueue

LASTS: Final = timedelta(days=30)
CODE_LASTS: Final = timedelta(minutes=15)
TRIES: Final = 5  # of one code


class NoDoor(Exception):
    """The link is unknown, its time is over, or its keeper answers for nothing any more."""


class WrongCode(Exception):
    """These are not the figures that were sent, or too late, or too many tries."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


def make(keeper: Keeper, errand: Errand | None) -> str:
    """Return the secret of a new link; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    Door.objects.create(keeper=keeper, errand=errand, digest=_digest(token), ends_at=Now() + LASTS)
    return token


def opened(token: str) -> Door:
    """Return the door of a link; changes nothing.

    Raises:
        NoDoor: it leads nowhere.
    """
    return _found(Door.objects.in_force().filter(digest=_digest(token)).first())


def in_force(number: UUID | str) -> Door:
    """Raises: NoDoor: it leads nowhere any more."""
    return _found(Door.objects.in_force().filter(pk=number).first())


def _found(door: Door | None) -> Door:
    if door is None:
        raise NoDoor
    return door


@transaction.atomic
def send_code(door: Door) -> bool:
    """Have a new code sent to the keeper's mailbox; False where as many were sent as one link may ask for."""
    known = Door.objects.filter(pk=door.pk, codes_left__gt=0)
    if not known.update(codes_left=F("codes_left") - 1):
        return False
    left = Door.objects.values_list("codes_left", flat=True).get(pk=door.pk)
    enqueue("errands.code", key=f"code:{door.pk}:{left}", source=door.keeper.source, door=str(door.pk))
    return True


def new_code(door: Door) -> str:
    """Return six figures for `door`; those before them hold no longer."""
    code = f"{secrets.randbelow(10**6):06}"
    Door.objects.filter(pk=door.pk).update(
        code_digest=_code_digest(door, code), code_ends_at=Now() + CODE_LASTS, tries_left=TRIES,
    )  # fmt: skip
    return code


def enter(door: Door, code: str) -> None:
    """Take the code, once. A try is counted before it is looked at, so that many at the same moment are no more than one each.

    Raises:
        WrongCode: it is not the one.
    """
    tried = Door.objects.filter(pk=door.pk, tries_left__gt=0, code_ends_at__gt=Now())
    if not tried.update(tries_left=F("tries_left") - 1):
        raise WrongCode(0)
    digest = _code_digest(door, "".join(code.split()))
    if not Door.objects.filter(pk=door.pk, code_digest=digest).update(tries_left=0, code_digest=b""):
        raise WrongCode(Door.objects.values_list("tries_left", flat=True).get(pk=door.pk))


def errands_behind(door: Door) -> ErrandQuerySet:
    """Return the tasks that `door` shows: open ones of its keeper, and of one task that one alone."""
    mine = Errand.objects.open().filter(keeper=door.keeper_id, source=door.keeper.source_id)
    return mine.filter(pk=door.errand_id) if door.errand_id else mine


def tidy() -> None:
    Door.objects.filter(ends_at__lt=Now()).delete()


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _code_digest(door: Door, code: str) -> bytes:
    return keyed_index("errand code", f"{door.pk}:{code}")
