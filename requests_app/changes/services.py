"""The room's face: look, propose, decide, change, restrict and lift. Each name lives in the file of its thought."""

from requests_app.changes.asking import CORRECTION, RESTRICTION
from requests_app.changes.deciding import (
    NotChecked,
    NothingAccepted,
    Undecided,
    accept,
    approve,
    ask,
    ask_back,
    needs_check,
    refuse,
)
from requests_app.changes.forgetting import discard, forget
from requests_app.changes.letters import end, offer, result
from requests_app.changes.lifting import NOTICE, announce, standing
from requests_app.changes.looking import ask_again, failed, start
from requests_app.changes.proposing import DoesNotFit, NothingProposed, NotOpen, Proposal, misfits, offered, propose
from requests_app.changes.running import start_run
from requests_app.changes.settling import again, done_by_hand, give_up
from requests_app.changes.stating import may_state, state

__all__ = [
    "CORRECTION",
    "NOTICE",
    "RESTRICTION",
    "DoesNotFit",
    "NotChecked",
    "NotOpen",
    "NothingAccepted",
    "NothingProposed",
    "Proposal",
    "Undecided",
    "accept",
    "again",
    "announce",
    "approve",
    "ask",
    "ask_again",
    "ask_back",
    "discard",
    "done_by_hand",
    "end",
    "failed",
    "forget",
    "give_up",
    "may_state",
    "misfits",
    "needs_check",
    "offer",
    "offered",
    "propose",
    "refuse",
    "result",
    "standing",
    "start",
    "start_run",
    "state",
]
