"""What happened while somebody had a page open: who did what, and what was typed, so that nothing of it is lost."""

from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from requests_app.console.case import Case
from requests_app.console.history import said
from requests_app.officers.models import Officer
from requests_app.workflow.models import Transition

_OURS: Final = frozenset({"csrfmiddlewaretoken", "seen", "password", "digest", "send", "confirmed", "code"})
_LONGEST: Final = 5000  # characters


def told(case: Case, typed: QueryDict) -> dict[str, Any]:
    """Return the last move, who made it and when, and the words that were typed; of the password nothing."""
    last = case.dsr.transitions.order_by("-number").first()
    words = [value[:_LONGEST] for name, values in typed.lists() if name not in _OURS for value in values if " " in value.strip()]
    return {"last": last and {"what": said("request.moved", _facts(last)), "who": _who(last), "at": last.at}, "typed": words}


def _facts(last: Transition) -> dict[str, str]:
    return {"move": last.move, "target": last.target}


def _who(last: Transition) -> str:
    number = last.actor_name.partition(":")[2]
    if last.actor_kind == "officer" and number.isdecimal():
        return str(Officer.objects.filter(pk=number).first() or "–")
    return {"customer": _("customer"), "system": _("system")}.get(last.actor_kind, last.actor_name)
