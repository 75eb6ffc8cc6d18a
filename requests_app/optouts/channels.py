"""Which channels a right refuses, what they are called, and by when a law wants them off."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.connectors.suppressing import Channel
from requests_app.deadlines.arithmetic import UnitNotCounted, ends_on
from requests_app.deadlines.calendars import calendar
from requests_app.jurisdictions.marketing import clocks_at
from requests_app.jurisdictions.vocabulary import Channel as LawChannel

LATEST: Final = timedelta(days=60)  # what a shop's own policy may promise where no law is faster
TELL: Final = "channels"  # the key of `SubjectRequest.wish`

MARKETING: Final = (
    Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.POST, Channel.FAX, Channel.CONTESTS, Channel.AD_PARTNERS,
)  # fmt: skip
_OF_RIGHT: Final[Mapping[str, tuple[Channel, ...]]] = MappingProxyType(
    {
        "object_direct_marketing": MARKETING,
        "withdraw_consent": (*MARKETING, Channel.TARGETED_ADVERTISING, Channel.PROFILING, Channel.SENSITIVE),
        "opt_out_sale": (Channel.SALE, Channel.AD_PARTNERS),
        "opt_out_targeted_advertising": (Channel.TARGETED_ADVERTISING, Channel.AD_PARTNERS),
        "opt_out_profiling": (Channel.PROFILING,),
        "limit_sensitive": (Channel.SENSITIVE,),
        "objection": (Channel.PROFILING,),
    },
)
CHOSEN: Final = frozenset({"object_direct_marketing", "withdraw_consent"})
"""The rights whose form lets the person choose among the channels; the others refuse one thing."""

LABELS: Final[Mapping[Channel, str | Promise]] = MappingProxyType(
    {
        Channel.EMAIL: _("E-mails"),
        Channel.SMS: _("Text messages"),
        Channel.PHONE: _("Telephone calls"),
        Channel.POST: _("Letters by post"),
        Channel.FAX: _("Fax"),
        Channel.CONTESTS: _("Contests and prize draws"),
        Channel.AD_PARTNERS: _("Sharing with advertising partners"),
        Channel.SALE: _("Sale of data"),
        Channel.TARGETED_ADVERTISING: _("Advertising by what you do elsewhere"),
        Channel.PROFILING: _("Profiles about you"),
        Channel.SENSITIVE: _("Use of sensitive data"),
    },
)
_IN_LAW: Final[Mapping[Channel, LawChannel]] = MappingProxyType(
    {
        Channel.EMAIL: LawChannel.EMAIL, Channel.SMS: LawChannel.SMS_CALL, Channel.PHONE: LawChannel.SMS_CALL,
        Channel.FAX: LawChannel.ELECTRONIC,
    },
)  # fmt: skip


def channels_of(right: str) -> tuple[Channel, ...]:
    """Return all that `right` can refuse. Raises: KeyError: it refuses nothing."""
    return _OF_RIGHT[right]


def read(right: str, codes: Collection[str]) -> tuple[Channel, ...]:
    """Return the channels that were chosen of those that `right` refuses; all of them where none was.

    Raises:
        ValueError: one is none of them.
    """
    can = channels_of(right)
    if set(codes) - set(can):
        raise ValueError(f"{right} does not refuse {', '.join(sorted(set(codes) - set(can)))}")
    return tuple(one for one in can if one in codes) or can


def labels(channels: Sequence[str]) -> list[str]:
    """Return what channels are called, in the language that is spoken now and in the order of the catalogue."""
    return [str(LABELS[one]) for one in Channel if one in channels]


def due_on(residence: str, channels: Collection[Channel], received: date) -> date:
    """Return the day by which the last of `channels` must be off: sixty days after it was received, or sooner by law."""
    return max((_due_on(residence, channel, received) for channel in channels), default=received)


def _due_on(residence: str, channel: Channel, received: date) -> date:
    days = [received + LATEST]
    for clock in clocks_at(residence, _IN_LAW.get(channel, LawChannel.ALL)):
        try:
            days.append(ends_on(received, clock.length, clock.unit, calendar(clock.calendar).careful()))
        except UnitNotCounted:  # as soon as possible: at once
            days.append(received)
    return min(days)
