"""What a customer does: file a request, open the letter, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from requests_app.brands.models import Brand
from requests_app.bundle.models import Bundle
from requests_app.intake.services import Application, open_request
from requests_app.officers.models import Membership, Officer, Role
from requests_app.values import CUSTOMER
from requests_app.verification import services as verification
from requests_app.verification.services import Secrets
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from tests.mail import Post
from tests.making import ADDRESS, a_brand
from tests.running import run_all_due


@dataclass(slots=True)
class Filed:
    """A request in the hands of the one who filed it."""

    dsr: SubjectRequest
    secrets: Secrets

    @property
    def state(self) -> str:
        return self.now.stage

    @property
    def now(self) -> SubjectRequest:
        return SubjectRequest.objects.select_related("brand").get(pk=self.dsr.pk)

    @property
    def bundle(self) -> Bundle:
        return self.dsr.bundles.latest("number")

    def confirm(self, post: Post) -> None:
        """Open the newest confirmation and press the button in the browser that filed the request."""
        letter = [one for one in post.to(self.now.email) if "/letter/" in one.text][-1]
        verification.confirm(verification.opened(letter.tokens[0]), claim=self.secrets.claim)

    def approve(self, *, by: Officer, reason: str = "") -> None:
        advance(self.now, Move.APPROVE, by=by.actor, reason=reason)


def an_application(**fields: Any) -> Application:
    facts: Mapping[str, str] = fields.pop("facts", {"postcode": "75001"})
    values = {"right": "access", "email": ADDRESS, "name": "Ada Example", "language": "en", "facts": facts}
    return Application(**values | fields)


@transaction.atomic
def file(brand: Brand | None = None, **fields: Any) -> Filed:
    """File a request as the form does."""
    dsr = open_request(brand or a_brand(), an_application(**fields), by=CUSTOMER)
    return Filed(dsr, verification.begin(dsr))


def file_and_confirm(post: Post, brand: Brand | None = None, **fields: Any) -> Filed:
    """File a request, and prove the address as soon as the letter is there; then let the systems work."""
    filed = file(brand, **fields)
    run_all_due()
    filed.confirm(post)
    run_all_due()
    return filed


def an_officer(brand: Brand, email: str = "officer@desk.example", language: str = "en") -> Officer:
    officer = Officer.objects.create_user(email, "five words nobody would guess", language=language)
    Membership.objects.create(officer=officer, brand=brand, role=Role.OFFICER)
    return officer
