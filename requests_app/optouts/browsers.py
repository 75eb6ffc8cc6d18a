"""The signal of a browser that its owner's data be neither sold nor shared: the law of the place says whether it counts.

Source: Global Privacy Control; 11 CCR 7025.
"""

from typing import Final

from django.db import transaction

from requests_app.brands.models import Brand
from requests_app.intake.services import NotOffered
from requests_app.jurisdictions.marketing import signal_counts
from requests_app.jurisdictions.tables import places
from requests_app.optouts import register
from requests_app.optouts.channels import channels_of
from requests_app.optouts.digests import digest_of
from requests_app.optouts.models import Door
from requests_app.optouts.services import Refusal, file
from requests_app.values import CUSTOMER, Claim

RIGHT: Final = "opt_out_sale"


def counts(residence: str) -> bool:
    """Tell whether the law of a place orders that the signal is taken for a refusal.

    Of a country of whose regions some do, and no region is known, it does: nobody must say more for the signal to count.
    """
    country, dash, _region = residence.partition("-")
    regions = () if dash else places().get(country, ())
    return bool(residence) and any(map(signal_counts, [residence, *(f"{country}-{region}" for region in regions)]))


@transaction.atomic
def record_of(brand: Brand, email: str, *, residence: str, language: str, customer_id: str | None) -> None:
    """Take the signal of somebody whom the shop handed over for a refusal of sale and sharing; nothing more is asked."""
    refusal = Refusal(
        right=RIGHT, email=email, language=language, residence=residence, channel="signal", customer_id=customer_id,
        door=Door.SIGNAL,
    )  # fmt: skip
    digest = digest_of(brand, Claim("email", email))
    if set(channels_of(RIGHT)) <= set(register.channels_refused(brand, digest)):
        return
    try:
        file(brand, refusal)
    except NotOffered:  # no law grants it as a right to be asked for; the list holds all the same
        register.add(brand, [digest], channels_of(RIGHT), door=Door.SIGNAL, by=CUSTOMER)
