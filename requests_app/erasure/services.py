"""The room's face: plan, approve, wait, erase, and what there is to show. Each name lives in the file of its thought."""

from requests_app.connectors.erasing import Deed
from requests_app.erasure.approving import (
    NotReady,
    NotYours,
    PlanStale,
    approve,
    check_approvable,
    needed,
    plan_digest,
    standing,
    undecided,
)
from requests_app.erasure.by_hand import NotOpen, answer, done_by_hand, give_up, plan_again
from requests_app.erasure.cooling import cancel, cooling_off_until, waive_cooling_off
from requests_app.erasure.forgetting import discard, forget
from requests_app.erasure.freezing import Frozen, is_frozen, lift
from requests_app.erasure.pages import planned
from requests_app.erasure.planning import current, nothing_to_erase, round_of, start_planning
from requests_app.erasure.running import start_run, try_again
from requests_app.erasure.summary import SetSummary, Summary, SystemSummary, summary

__all__ = [
    "Deed",
    "Frozen",
    "NotOpen",
    "NotReady",
    "NotYours",
    "PlanStale",
    "SetSummary",
    "Summary",
    "SystemSummary",
    "answer",
    "approve",
    "cancel",
    "check_approvable",
    "cooling_off_until",
    "current",
    "discard",
    "done_by_hand",
    "forget",
    "give_up",
    "is_frozen",
    "lift",
    "needed",
    "nothing_to_erase",
    "plan_again",
    "plan_digest",
    "planned",
    "round_of",
    "standing",
    "start_planning",
    "start_run",
    "summary",
    "try_again",
    "undecided",
    "waive_cooling_off",
]
