"""Questions to the customer on the request's page. Whether one stops a clock, each law says for itself; the answer ends it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.composing import on_the_page
from requests_app.correspondence.models import Message
from requests_app.correspondence.services import say, tell_officers, write
from requests_app.deadlines import dates
from requests_app.deadlines.models import Pause
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions import base as law
from requests_app.officers.models import Officer
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.workflow.laws import laws_of, right_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of


class NotNow(Exception):
    """The request is closed or unproven, or another question is still open."""


class NoProofWanted(Exception):
    """This right is asked for without proof of identity (CCPA: 11 CCR 7026(d), 7027(e)): nobody may demand any."""


class NothingSaid(Exception):
    """A message without words."""


@transaction.atomic
def ask(dsr: SubjectRequest, *, about: str, by: Officer, links: Mapping[str, str], **told: Any) -> Pause:
    """Ask the customer something. A mail says that there is a question, never which; a letter on paper says it.

    `about` is one of `dates.TRIGGERS`. `told` is what the question on the page is made of: what is `asked`, and `because` of
    what; of a fee, the `amount`, how it was `computed`, and the `denial` that it rests on.

    Raises:
        NotNow, NoProofWanted: it cannot be asked.
        LetterLacks: what is told is not all that such a question must say.
    """
    dsr = locked(dsr)
    if not dsr.is_open or dsr.verified_at is None or dsr.pauses.filter(ended_at=None).exists():
        raise NotNow
    if about == "identity" and not RIGHTS[dsr.right].asks_facts:
        raise NoProofWanted
    words = {name: value.strip() if isinstance(value, str) else value for name, value in told.items()}
    pause = Pause.objects.create(dsr=dsr, trigger=about, question=say(dsr, on_the_page(dsr, about, **words), officer=by))
    record("question.asked", by=by.actor, dsr_id=dsr.pk, about=about)
    dates.keep(dsr, by=by.actor, because="question_asked")
    write(dsr, "question", links=links, about=about, clock=_clock(dsr, about), asked_here=pause.question.text)
    return pause


def _clock(dsr: SubjectRequest, about: str) -> str:
    """Return under how many of the laws of `dsr` the time stands still meanwhile: all, some or none."""
    stopping = {name for name in laws_of(dsr) for pause in REGIMES[name].pauses if _stops(pause, dsr, about)}
    stopped = stopping | {parent for name in stopping if (parent := REGIMES[name].parent)}
    own = {name for name in laws_of(dsr) if not REGIMES[name].is_overlay}
    return "all" if own <= stopped else "some" if stopped else "none"


def _stops(pause: law.Pause, dsr: SubjectRequest, about: str) -> bool:
    applies = pause.applies_to is None or right_of(dsr) in pause.applies_to
    return pause.trigger in dates.TRIGGERS[about] and applies and (pause.since is None or pause.since <= today_of(dsr.brand))


@transaction.atomic
def answer(dsr: SubjectRequest, text: str) -> Message:
    """Take down what the customer says. If a question is open, this answers it: the clock goes on, and the officers are told.

    Raises:
        NotNow: the request is closed.
        NothingSaid: there are no words.
    """
    dsr = locked(dsr)
    if not dsr.is_open or dsr.verified_at is None:
        raise NotNow
    if not text.strip():
        raise NothingSaid
    said = say(dsr, text.strip(), officer=None)
    if Pause.objects.filter(dsr=dsr, ended_at=None).update(ended_at=Now()):
        record("question.answered", by=CUSTOMER, dsr_id=dsr.pk)
        dates.keep(dsr, by=CUSTOMER, because="question_answered")
    tell_officers(dsr, "officer_message")
    return said


def is_open(dsr: SubjectRequest) -> bool:
    """Whether it is the customer's move: a question waits for an answer."""
    return Pause.objects.filter(dsr=dsr, ended_at=None).exists()
