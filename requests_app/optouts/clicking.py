"""The link at the foot of a mail: one click refuses, without a page, a name or an address. Source: RFC 8058."""

import time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.optouts import register
from requests_app.optouts.channels import MARKETING
from requests_app.optouts.digests import NoSuchToken, Token, opened, token_for
from requests_app.optouts.guarding import guard_soon
from requests_app.optouts.models import Door
from requests_app.values import CUSTOMER

POST: Final = "List-Unsubscribe=One-Click"


@transaction.atomic
def refuse(brand: Brand, token: Token, *, everything: bool = False) -> None:
    """Put the address of a link on the list, for its channel or for all advertising; the systems are looked at soon after."""
    channels = MARKETING if everything else (token.channel,)
    if register.add(brand, [token.digest], channels, door=Door.ONE_CLICK, by=CUSTOMER):
        guard_soon(brand, int(time.time()))


def headers(brand: Brand, digest: bytes, channel: Channel = Channel.EMAIL) -> dict[str, str]:
    """Return the two headers that a mail of the shop carries for the owner of an address; its DKIM signature covers both."""
    page = reverse("portal:unsubscribe", kwargs={"brand": brand.slug, "token": token_for(brand, digest, channel)})
    return {"List-Unsubscribe": f"<{settings.DSAR_BASE_URL}{page}>", "List-Unsubscribe-Post": POST}


__all__ = ["NoSuchToken", "headers", "opened", "refuse"]
