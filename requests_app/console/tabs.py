"""The tabs of the queue in words, and what a view does not show."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from requests_app.console.queue import Tab


def title(tab: Tab) -> str:
    return {
        Tab.QUEUE: _("Queue"), Tab.TO_DECIDE: _("To decide"), Tab.MINE: pgettext("tab", "Mine"), Tab.UNASSIGNED: _("Unassigned"),
        Tab.UNVERIFIED: _("Unverified"), Tab.ANSWERED: pgettext("tab", "Answered"),
    }[tab]  # fmt: skip


def address(tab: Tab) -> str:
    return reverse("console:queue") if tab == Tab.QUEUE else reverse("console:tab", args=[tab.value])


def listed(current: Tab, counted: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"url": address(tab), "label": title(tab), "count": counted.get(tab.value), "current": tab == current, "name": tab.value}
        for tab in Tab
    ]


def hidden(tab: Tab, counted: Mapping[str, int], *, narrowed: bool) -> list[dict[str, str]]:
    """Return what this view leaves out, each with the address that shows it: nothing is hidden without a count."""
    if tab == Tab.ANSWERED:
        return []
    behind = counted[tab.value] - counted["among"]
    found = []
    if narrowed and behind:
        said = ngettext("%(count)s hidden by what you chose", "%(count)s hidden by what you chose", behind) % {"count": behind}
        found.append({"url": address(tab), "said": said})
    if tab in {Tab.QUEUE, Tab.UNASSIGNED} and (unproven := counted[Tab.UNVERIFIED]):
        said = ngettext("%(count)s unverified hidden", "%(count)s unverified hidden", unproven) % {"count": unproven}
        found.append({"url": address(Tab.UNVERIFIED), "said": said})
    return found
