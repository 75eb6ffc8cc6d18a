"""Requests to measure with, walked to where the measuring begins."""

import requests_app.journey  # noqa: F401  # registers every kind of step
from benchmarks.base.shop import POSTCODE
from requests_app.brands.models import Brand
from requests_app.intake.services import Application, open_request
from requests_app.ledger.claims import claim
from requests_app.ledger.models import Step
from requests_app.ledger.services import run
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance


def ready_to_collect(brand: Brand, email: str) -> SubjectRequest:
    """File a request of `email`, prove it, and let the systems say who it is: what comes next is the collecting."""
    application = Application("access", email, "A Person", "en", {"postcode": POSTCODE})
    dsr = open_request(brand, application, by=CUSTOMER)
    _let_work(dsr, "journey.follow")
    dsr.refresh_from_db()
    advance(dsr, Move.ACCEPT_PROOF, by=CUSTOMER)
    _let_work(dsr, "journey.follow", "matching.ask")
    dsr.refresh_from_db()
    if dsr.stage != State.COLLECTING:
        raise RuntimeError(f"the request is {dsr.stage}")
    return dsr


def _let_work(dsr: SubjectRequest, *kinds: str) -> None:
    while step := Step.objects.filter(dsr=dsr, state="due", kind__in=kinds).order_by("pk").first():
        if taken := claim(step.pk):
            run(taken)
