"""Within what time marketing stops where a person lives, and whether their browser's signal counts there."""

from typing import Final

from requests_app.jurisdictions.clocks import MarketingClock
from requests_app.jurisdictions.shelf import REGIMES
from requests_app.jurisdictions.tables import marketing
from requests_app.jurisdictions.vocabulary import Channel

_UNION: Final = "EU"
_OF_THE_UNION: Final = "eu-gdpr"


def clocks_at(residence: str, channel: Channel | str) -> tuple[MarketingClock, ...]:
    """Return the clocks of laws on marketing by `channel` for who lives at `residence`; with several, the shortest binds.

    No clock: the law that grants the right decides, or marketing stops at once.

    Raises:
        ValueError: there is no such channel.
    """
    places, channel = _holding(residence), Channel(channel)
    wanted = {channel} if channel == Channel.BROWSER_SIGNAL else {channel, Channel.ALL} | _wider(channel)
    return tuple(clock for clock in marketing() if clock.channel in wanted and not places.isdisjoint(clock.territory))


def signal_counts(residence: str) -> bool:
    """Tell whether the law where a person lives orders that the signal of their browser is taken for an opt-out."""
    return bool(clocks_at(residence, Channel.BROWSER_SIGNAL))


def _wider(channel: Channel) -> set[Channel]:
    """Return the channels that a law means too when it says `electronic`."""
    return {Channel.ELECTRONIC} if channel in {Channel.EMAIL, Channel.SMS_CALL} else set()


def _holding(residence: str) -> set[str]:
    country = residence.partition("-")[0]
    union = {_UNION} if country in REGIMES[_OF_THE_UNION].territory else set()
    return {residence, country} | union
